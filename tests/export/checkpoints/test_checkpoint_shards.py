"""Weights in several files: what the index may name, and what must stand where it says."""

from __future__ import annotations

import contextlib
import json
import os
import struct

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.carried import carried_by
from truecopy_export.checkpoints import choose_weights, read_checkpoint, recognise
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.checkpoints.tensor_files.safetensors import read_header
from truecopy_export.checkpoints.tensor_files.shards import MAX_INDEX, MAX_WEIGHTS, facts_of, read_index

NAMES = ("one.safetensors", "two.safetensors")
TENSORS = {
    "0.weight": torch.arange(6.0).reshape(2, 3),
    "0.bias": torch.tensor([1.5, -2.0]),
    "1.weight": torch.arange(4.0).reshape(1, 4),
}
WHERE = {"0.weight": NAMES[0], "0.bias": NAMES[1], "1.weight": NAMES[1]}


@pytest.fixture
def folder(tmp_path):
    for file in NAMES:
        held = {name: TENSORS[name] for name, shard in WHERE.items() if shard == file}
        safetensors.torch.save_file(held, tmp_path / file, metadata={"format": "pt"})
    index(tmp_path, WHERE)
    return tmp_path


def index(folder, weight_map, **metadata):
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 48, **metadata}, "weight_map": weight_map}))
    return path


def refusal(path, kind=CheckpointError):
    with pytest.raises(kind) as caught:
        choose_weights(read_checkpoint(path))
    return str(caught.value)


def test_shards_are_read_as_one_state_dict_with_one_digest(folder):
    path = index(folder, WHERE)
    checkpoint = read_checkpoint(path)
    assert (checkpoint.format, checkpoint.name) == ("sharded", path.name)
    taken = choose_weights(checkpoint).taken.tensors
    assert {name: one.tolist() for name, one in taken.items()} == {
        name: one.tolist() for name, one in TENSORS.items()
    }
    safetensors.torch.save_file(
        {"0.weight": TENSORS["0.weight"] + 1}, folder / NAMES[0], metadata={"format": "pt"}
    )
    assert read_checkpoint(path).sha256 != checkpoint.sha256


def test_shards_of_torch_save_are_read_and_their_code_is_not_run(folder):
    torch.save({"0.weight": TENSORS["0.weight"]}, folder / "one.bin")
    path = index(folder, {**WHERE, "0.weight": "one.bin"})
    assert choose_weights(read_checkpoint(path)).taken.tensors["0.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(folder / "ran"),)

    torch.save({"0.weight": Evil()}, folder / "one.bin")
    assert "mkdir" in refusal(path, Blocked)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    "name", ["../one.safetensors", "/etc/passwd", "a\\one.safetensors", "one\0", "", ".", ".."]
)
def test_an_index_that_names_a_path_is_refused(folder, name):
    message = refusal(index(folder, {**WHERE, "0.weight": name}))
    assert "the index model.safetensors.index.json names a path, not a file of its folder" in message


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / NAMES[0]
    (folder / NAMES[0]).rename(outside)
    (folder / NAMES[0]).symlink_to(outside)
    path = index(folder, WHERE)
    assert "names a link that leads out of the folder" in refusal(path)
    (folder / NAMES[0]).unlink()
    outside.rename(folder / "blob")
    (folder / NAMES[0]).symlink_to("blob")
    assert len(choose_weights(read_checkpoint(path)).taken.tensors) == 3
    (folder / "blob").unlink()
    (folder / NAMES[0]).unlink()
    (folder / NAMES[0]).symlink_to(NAMES[0])
    assert "names a file that is not there" in refusal(path)


def test_the_links_of_the_hubs_cache_are_followed(folder, tmp_path):
    snapshot, blobs = tmp_path / "models--a--b" / "snapshots" / "12ab", tmp_path / "models--a--b" / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for number, name in enumerate((*NAMES, "model.safetensors.index.json")):
        (folder / name).rename(blobs / str(number))
        (snapshot / name).symlink_to(f"../../blobs/{number}")
    assert len(read_checkpoint(snapshot / "model.safetensors.index.json").content) == 3


def test_an_index_with_a_key_twice_is_refused_where_it_is_recognised(folder):
    path = folder / "model.safetensors.index.json"
    path.write_text('{"weight_map": {}, "weight_map": {"a": "one.safetensors"}}')
    with pytest.raises(CheckpointError, match="key 'weight_map' stands twice"):
        recognise(path)


def test_what_is_no_file_is_never_opened(folder):
    (folder / NAMES[0]).unlink()
    os.mkfifo(folder / NAMES[0])
    assert "names something that is no file: got one.safetensors" in refusal(index(folder, WHERE))


@pytest.mark.parametrize(
    ("weight_map", "said"),
    [
        ({**WHERE, "0.weight": "three.safetensors"}, "names a file that is not there: expected three.safetensors"),
        ({**WHERE, "2.weight": NAMES[0]}, "a shard does not hold what the index says: expected '2.weight' in one.safetensors"),
        ({**WHERE, "0.bias": NAMES[0]}, "expected '0.bias' in one.safetensors, got 1 of its 2 tensors missing"),
        ({"0.weight": NAMES[0], "0.bias": NAMES[1]}, "expected no '1.weight' anywhere, got 1 such tensors in two.safetensors"),
        ({}, "the index of shards has no weight_map"),
        ({"0.weight": 3}, "the index of shards has no weight_map"),
        ([], "the index of shards has no weight_map"),
    ],
)  # fmt: skip
def test_an_index_that_is_not_what_the_shards_hold_is_refused(folder, weight_map, said):
    assert said in refusal(index(folder, weight_map))


def test_a_tensor_in_two_shards_is_refused(folder):
    held = {"0.weight": TENSORS["0.weight"], "0.bias": TENSORS["0.bias"] * 2}
    safetensors.torch.save_file(held, folder / NAMES[0], metadata={"format": "pt"})
    assert "expected '0.bias' in two.safetensors, got 1 such tensors in one.safetensors" in refusal(
        index(folder, WHERE)
    )
    path = index(folder, WHERE)
    path.write_text(path.read_text().replace('"1.weight"', '"0.weight": "two.safetensors", "1.weight"'))
    assert "key '0.weight' stands twice in one object" in refusal(path)


def test_a_total_that_lies_is_told_and_nothing_depends_on_it(folder):
    honest = index(folder, WHERE)
    assert facts_of(read_index(honest)) == [("weights file", "2 shards, model.safetensors.index.json")]
    for total in (10**30, -1, 0):
        path = index(folder, WHERE, total_size=total)
        assert len(choose_weights(read_checkpoint(path)).taken.tensors) == 3
        assert facts_of(read_index(path))[1] == (
            "total_size",
            f"{total:g} in the index, and the shards hold 48 bytes",
        )


def test_an_index_or_weights_without_end_are_refused_before_they_are_read(folder):
    path = index(folder, WHERE)
    path.write_text(path.read_text() + " " * MAX_INDEX)
    assert "the index of shards is too long" in refusal(path)
    path.write_text('{"weight_map": ' + '{"a":' * 200 + "1" + "}" * 201)
    assert "is nested too deeply" in refusal(path)
    path = index(folder, WHERE)
    with (folder / NAMES[0]).open("r+b") as file:
        file.truncate(MAX_WEIGHTS + 1)  # sparse: it takes no room
    assert "the weights are too large: expected at most 8 GiB" in refusal(path)


# safetensors by itself


def write(path, header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


TWICE = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'


@pytest.mark.parametrize(
    ("header", "data", "said"),
    [
        ({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12), "invalid offset for tensor"),
        ({"a": entry(dtype="F33")}, bytes(8), "unknown variant `F33`"),
        ({"a": entry(shape=(3,))}, bytes(8), "invalid shape"),
        ({"a": entry(shape=(2**40, 2**40))}, bytes(8), "overflow"),
        ({"a": entry()}, bytes(7), "damaged or cut short"),
        ({"a": entry()}, bytes(9), "not fully covered"),
        (TWICE, bytes(8), "key 'a' stands twice"),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", b"", "nested too deeply"),
        ({"__metadata__": {"a": 1}}, b"", "no table of tensors"),
        ({"__metadata__": {"format": "tf"}, "a": entry()}, bytes(8), "in the layout of another framework"),
        ({"__metadata__": {"format": "flax"}, "a": entry()}, bytes(8), "got \"format\": 'flax'"),
    ],
)  # fmt: skip
def test_a_safetensors_file_that_lies_is_refused(tmp_path, header, data, said):
    assert said in refusal(write(tmp_path / "model.safetensors", header, data))


def test_a_header_longer_than_the_file_is_refused_without_room_for_it(tmp_path):
    path = write(tmp_path / "model.safetensors", {"a": entry()}, bytes(8), length=99_999_999)
    assert "a header of 99999999 bytes" in refusal(path)


def test_types_without_a_float32_of_their_own_are_refused_and_half_ones_are_cast_and_said(tmp_path):
    eight = write(tmp_path / "eight.safetensors", {"a": entry(dtype="F8_E4M3", shape=(8,))}, bytes(8))
    assert "A tensor has a type that is not read: got torch.float8_e4m3fn" in refusal(eight)
    halves = {"a": torch.tensor([1.0, 0.5]).bfloat16(), "b": torch.tensor([2.0]).half(), "c": torch.ones(1)}
    safetensors.torch.save_file(halves, tmp_path / "halves.safetensors")
    choice = choose_weights(read_checkpoint(tmp_path / "halves.safetensors"))
    assert {str(one.dtype) for one in choice.taken.tensors.values()} == {"torch.float32"}
    assert any("1 tensors cast from bfloat16 to float32" in line for line in choice.report)
    safetensors.torch.save_file({"a": torch.tensor([1.0, float("nan")])}, tmp_path / "nan.safetensors")
    assert "A tensor holds NaN or infinity: got 1 of 2 values" in refusal(tmp_path / "nan.safetensors")


def test_the_words_in_the_header_are_read_without_a_tensor(tmp_path):
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file({"a": torch.ones(2)}, path, metadata={"format": "pt", "step": "7"})
    header = read_header(path)
    assert (header.names, dict(header.metadata)) == (("a",), {"format": "pt", "step": "7"})
    assert read_checkpoint(path).sha256 == digest_of(path)


def test_the_facts_of_plain_safetensors_are_their_metadata(tmp_path, folder):
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file({"a": torch.ones(2)}, path, metadata={"format": "pt", "step": "7"})
    assert carried_by(read_checkpoint(path)).facts == (
        ("__metadata__ format", "pt"),
        ("__metadata__ step", "7"),
    )
    assert carried_by(read_checkpoint(index(folder, WHERE))).facts == (
        ("weights file", "2 shards, model.safetensors.index.json"),
        ("__metadata__ format", "pt"),
    )


@given(
    st.sampled_from([*NAMES, "model.safetensors.index.json"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 60),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_and_lost_bytes_give_tensors_or_a_typed_refusal(folder, name, flips, lost):
    sound = (folder / name).read_bytes()
    damaged = bytearray(sound)
    for place, byte in flips:
        damaged[place % len(damaged)] = byte
    (folder / name).write_bytes(damaged[: len(damaged) - lost])
    try:
        with contextlib.suppress(CheckpointError):
            tensors = choose_weights(read_checkpoint(folder / "model.safetensors.index.json")).taken.tensors
            assert all(bool(torch.isfinite(one.float()).all()) for one in tensors.values())
    finally:
        (folder / name).write_bytes(sound)
