from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from truecopy.artifact import (
    compose,
    graph_sha256,
    open_verified,
    read,
    replacing,
    reseal,
    skim,
    split,
    try_to_write,
    write_atomically,
)
from truecopy.artifact.content import read_content
from truecopy.artifact.metadata import write_entry
from truecopy.artifact.seal import SEAL_BYTES, append_seal
from truecopy.errors import (
    ArtifactError,
    Changed,
    ContractError,
    NoContract,
    NotSealed,
    UnreadableArtifact,
    Unsafe,
    Version,
)
from truecopy.limits import DEFAULT_LIMITS, Limits


def verified(path):
    artifact, content = open_verified(path, DEFAULT_LIMITS)
    content.close()
    return artifact


def test_what_was_composed_is_read_and_sealed(sealed, graph, golden, contract_of, write):
    artifact = read(write(sealed))
    assert artifact.contract == contract_of(graph_sha256(graph))
    assert artifact.seal == "sealed"
    assert artifact.bytes == len(sealed)
    assert artifact.digest == hashlib.sha256(sealed[:-SEAL_BYTES]).hexdigest()
    assert [sample.name for sample in artifact.golden] == ["grey"]
    assert verified(write(sealed)).digest == artifact.digest


def test_the_seal_is_the_last_85_bytes_and_hashes_all_before_it(sealed):
    assert SEAL_BYTES == 85
    assert sealed.endswith(hashlib.sha256(sealed[:-85]).hexdigest().encode())


def test_the_same_parts_make_the_same_bytes(sealed, graph, golden, contract_of):
    again = compose(graph, contract_of(graph_sha256(graph)), golden, {"author": "Ada"})
    assert again == sealed
    one, other = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}
    assert compose(graph, contract_of(), golden, one) == compose(graph, contract_of(), golden, other)


def test_splitting_gives_the_graph_and_all_metadata(sealed, graph):
    bare, entries = split(sealed)
    assert bare == graph
    assert list(entries) == ["author", "truecopy", "truecopy.golden", "truecopy.digest"]
    assert entries["author"] == "Ada"
    assert split(graph) == (graph, {})


def test_the_graph_hash_does_not_depend_on_metadata(graph, sealed):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(graph)
    model.metadata_props.add(key="somebody", value="else")
    assert graph_sha256(split(model.SerializeToString())[0]) == graph_sha256(graph)
    assert graph_sha256(split(sealed)[0]) == graph_sha256(graph)


def test_other_tools_read_the_file(sealed):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(sealed)
    onnx.checker.check_model(model, full_check=True)
    assert {entry.key for entry in model.metadata_props} >= {"author", "truecopy", "truecopy.digest"}


def test_onnx_runtime_runs_the_file(sealed):
    ort = pytest.importorskip("onnxruntime")
    session = ort.InferenceSession(sealed, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": np.full((1, 1, 1, 1), 2.0, np.float32)})
    assert answer.tolist() == [[2.0, -1.5]]
    assert session.get_modelmeta().custom_metadata_map["author"] == "Ada"


# -- the seal


def test_every_flipped_byte_is_noticed(sealed, write):
    for position in [*range(0, len(sealed), 7), *range(len(sealed) - SEAL_BYTES, len(sealed))]:
        changed = bytearray(sealed)
        changed[position] ^= 1 + position % 255
        with pytest.raises((Changed, NotSealed, UnreadableArtifact)):
            verified(write(bytes(changed)))


def test_a_changed_weight_is_reported_by_read_and_refused_by_open(sealed, write):
    position = sealed.index(np.array([0.0, 0.5], np.float32).tobytes())
    path = write(sealed[:position] + b"\1" + sealed[position + 1 :])
    assert read(path).seal == "changed"
    with pytest.raises(
        Changed, match=r"the file changed since it was sealed: expected sha256 .*Copy it again"
    ):
        verified(path)


@pytest.mark.parametrize("tail", [b"\0", b"x", b"\n", write_entry("a", "b")])
def test_appended_bytes_are_noticed(sealed, write, tail):
    with pytest.raises((NotSealed, UnreadableArtifact)):
        verified(write(sealed + tail))


def test_a_file_cut_short_is_refused(sealed, write):
    for length in [0, 1, 2, 10, *range(11, len(sealed), 37), len(sealed) - 1]:
        with pytest.raises((NotSealed, UnreadableArtifact, NoContract)):
            verified(write(sealed[:length]))


def test_a_file_saved_again_by_onnx_with_new_metadata_is_not_sealed(sealed, write):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(sealed)
    model.metadata_props.add(key="tool", value="was here")
    path = write(model.SerializeToString())
    assert read(path).seal == "not sealed"
    with pytest.raises(
        NotSealed, match=r"a tool rewrote it after the export.*truecopy seal .*model.onnx -o OUT"
    ):
        verified(path)


def test_a_file_saved_again_by_onnx_in_another_order_of_metadata_is_not_sealed(sealed, write):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(sealed)
    entries = list(model.metadata_props)[::-1]
    del model.metadata_props[:]
    model.metadata_props.extend(entries)
    assert read(write(model.SerializeToString())).seal == "not sealed"


def test_a_graph_edited_and_saved_again_by_onnx_is_changed(sealed, write):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(sealed)
    model.graph.node[0].name = "renamed"
    path = write(model.SerializeToString())
    assert read(path).seal == "changed"
    with pytest.raises(Changed):
        verified(path)


def test_what_looks_like_a_seal_inside_another_field_is_none(sealed, graph, write):
    inner = write_entry("truecopy.digest", hashlib.sha256(b"").hexdigest())
    body = sealed[:-SEAL_BYTES]
    prefix = write_entry("author", "x" * len(inner))[: -len(inner)]
    seal = append_seal(body + prefix)[-len(inner) :]
    path = write(body + prefix + seal)
    assert read(path).seal == "not sealed"
    with pytest.raises(NotSealed):
        verified(path)


def test_a_contract_about_another_graph_is_refused(graph, contract_of, golden, write):
    path = write(compose(graph, contract_of("f" * 64), golden))
    assert read(path).seal == "sealed"
    with pytest.raises(Changed, match="the contract is about another graph: expected graph sha256 ffff"):
        verified(path)


def test_fields_behind_the_metadata_of_a_sealed_file_are_refused(sealed, write):
    body = sealed[:-SEAL_BYTES]
    producer = b"\x12\x01x"  # ModelProto.producer_name
    with pytest.raises(Unsafe, match="a sealed file has its metadata last; here something follows it"):
        verified(write(append_seal(body + producer)))


def test_our_key_twice_is_refused_everywhere(sealed, graph, contract_of, write, tmp_path):
    twice = sealed[:-SEAL_BYTES] + write_entry("truecopy", "{}")
    path = write(append_seal(twice))
    for look in (read, verified, lambda path: reseal(path, tmp_path / "out.onnx")):
        with pytest.raises(Unsafe, match="metadata key 'truecopy' stands twice"):
            look(path)


def test_a_sealed_document_that_makes_no_sense_is_a_contract_error_with_the_file(graph, write):
    path = write(append_seal(graph + write_entry("truecopy", '{"truecopy":1,"nonsense":true}')))
    with pytest.raises(
        ContractError, match=r"model\.onnx: the contract is refused: .*unknown field `nonsense`"
    ):
        verified(path)
    with pytest.raises(ContractError, match=r"model\.onnx: the contract is not valid JSON"):
        read(write(append_seal(graph + write_entry("truecopy", "{"))))
    with pytest.raises(Version, match="It needs a later truecopy"):
        read(write(append_seal(graph + write_entry("truecopy", '{"truecopy":2}'))))


def test_golden_samples_that_make_no_sense_are_a_contract_error(sealed, graph, write):
    contract = split(sealed)[1]["truecopy"]
    entries = write_entry("truecopy", contract) + write_entry("truecopy.golden", '[{"name":1}]')
    with pytest.raises(
        ContractError, match=r"model\.onnx: the list of golden samples is refused: .*golden:\$\[0\]"
    ):
        read(write(append_seal(graph + entries)))


def test_an_onnx_file_without_a_contract_says_how_to_attach_one(graph, write):
    for look in (read, verified):
        with pytest.raises(NoContract, match=r"truecopy attach .*model\.onnx --recipe"):
            look(write(graph))


def test_limits_of_the_caller_hold_for_the_file(sealed, write):
    with pytest.raises(ContractError, match="the contract is too long"):
        read(write(sealed), limits=Limits(max_contract_bytes=10))
    with pytest.raises(ContractError, match="the list of golden samples is too long"):
        read(write(sealed), limits=Limits(max_golden_bytes=10))


@pytest.mark.parametrize("look", [read, skim, verified])
def test_what_is_no_model_file_is_unreadable(look, tmp_path, write):
    with pytest.raises(UnreadableArtifact, match="cannot read the model: No such file"):
        look(tmp_path / "absent.onnx")
    with pytest.raises(UnreadableArtifact, match="cannot read the model"):
        look(tmp_path)
    with pytest.raises(UnreadableArtifact, match="this is no ONNX file"):
        look(write(b"\x89PNG\r\n\x1a\n" * 20))


def test_metadata_that_is_not_utf_8_is_unreadable(graph, write):
    broken = write_entry("truecopy", "abc").replace(b"abc", b"\xff\xff\xff")
    for look in (read, skim):
        with pytest.raises(UnreadableArtifact):
            look(write(graph + broken))
    with pytest.raises(UnreadableArtifact):
        split(graph + broken)


# -- skim


def test_skimming_finds_the_entries_and_verifies_nothing(sealed, write):
    broken = bytearray(sealed)
    broken[sealed.index(b"gemm")] ^= 1
    found = skim(write(bytes(broken)))
    assert found.entries == split(sealed)[1]
    assert found.sealed
    assert found.bytes == len(sealed)


def test_skimming_says_when_no_seal_is_last(sealed, write):
    assert not skim(write(sealed[:-SEAL_BYTES])).sealed
    assert not skim(write(sealed + write_entry("a", "b"))).sealed


def test_skimming_stops_at_more_metadata_than_the_limits_allow(graph, write):
    limits = Limits(max_contract_bytes=10, max_golden_bytes=10)
    with pytest.raises(UnreadableArtifact, match="more metadata than the limits allow"):
        skim(write(graph + write_entry("k", "x" * 200)), limits)


def test_skimming_a_file_of_countless_fields_ends_early(write):
    start = time.perf_counter()
    with pytest.raises(UnreadableArtifact, match="more than 65536 top-level fields"):
        skim(write(b"\x08\x01" * (1 << 20)))
    assert time.perf_counter() - start < 3


def test_skimming_a_gigabyte_takes_no_time(sealed, graph, tmp_path):
    path = tmp_path / "large.onnx"
    hole = 1 << 30
    with path.open("wb") as file:
        # ModelProto.doc_string, a gigabyte long: what stands between the graph and the metadata.
        file.write(graph + b"\x32" + b"\x80\x80\x80\x80\x04")
        file.seek(hole, os.SEEK_CUR)
        file.write(sealed[len(graph) :])
    if path.stat().st_blocks * 512 > 100 << 20:
        pytest.skip("this file system has no sparse files")
    start = time.perf_counter()
    found = skim(path)
    assert time.perf_counter() - start < 1
    assert found.bytes > hole
    assert found.sealed
    assert found.entries["author"] == "Ada"


# -- content

needs_memory_files = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no anonymous files here")


def test_a_small_file_stays_in_memory(sealed, write):
    content = read_content(write(sealed))
    assert content.session_source == sealed
    assert bytes(content.view) == sealed
    content.close()


@needs_memory_files
def test_a_large_file_goes_through_an_anonymous_file_that_nobody_can_change(sealed, write):
    path = write(sealed)
    content = read_content(path, in_memory_bytes=100)
    path.write_bytes(b"something else")
    assert bytes(content.view) == sealed
    source = Path(content.session_source)
    assert source.read_bytes() == sealed
    with pytest.raises(OSError, match="not permitted"):
        os.truncate(content.session_source, 3)
    with (
        pytest.raises(OSError, match="not permitted"),
        source.open("r+b", buffering=0) as file,
    ):
        file.write(b"x")
    content.close()
    assert not source.exists()
    content.close()


@needs_memory_files
def test_onnx_runtime_opens_the_anonymous_file(sealed, write):
    ort = pytest.importorskip("onnxruntime")
    content = read_content(write(sealed), in_memory_bytes=100)
    session = ort.InferenceSession(content.session_source, providers=["CPUExecutionProvider"])
    content.close()
    assert session.get_inputs()[0].name == "x"


@needs_memory_files
def test_a_refused_large_file_leaves_no_anonymous_file_open(sealed, write, monkeypatch):
    opened = []

    def through_memory(path):
        opened.append(read_content(path, in_memory_bytes=100))
        return opened[-1]

    monkeypatch.setattr("truecopy.artifact.verify.read_content", through_memory)
    with pytest.raises(NotSealed):
        verified(write(sealed[:-SEAL_BYTES]))
    assert not Path(opened[0].session_source).exists()
    assert verified(write(sealed)).seal == "sealed"


def test_a_file_beyond_two_gigabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.onnx"
    with path.open("wb") as file:
        file.truncate(1 << 31)
    with pytest.raises(UnreadableArtifact, match="longer than an ONNX file can be"):
        read_content(path)


def test_a_device_is_no_model_file():
    with pytest.raises(UnreadableArtifact, match="no regular file"):
        read_content("/dev/zero")


# -- writing


def test_a_failed_write_leaves_nothing_behind_and_keeps_the_old_file(tmp_path):
    target = tmp_path / "model.onnx"
    target.write_bytes(b"old")
    with contextlib.suppress(RuntimeError), replacing(target) as temporary:
        temporary.write_bytes(b"new")
        raise RuntimeError("half way")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_takes_the_place_of_the_old_file(tmp_path):
    target = tmp_path / "model.onnx"
    write_atomically(target, b"first")
    write_atomically(target, b"second")
    assert target.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("write", [try_to_write, lambda target: write_atomically(target, b"x")])
def test_a_folder_that_is_not_there_is_not_made_and_the_error_names_the_file(write, tmp_path):
    target = tmp_path / "typo" / "model.onnx"
    with pytest.raises(FileNotFoundError) as refused:
        write(target)
    assert refused.value.filename == str(target)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_names_the_file_and_other_errors_stay_as_they_are(tmp_path):
    target = tmp_path / "model.onnx"
    with pytest.raises(OSError, match="No space") as refused, replacing(target):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (refused.value.errno, refused.value.filename) == (errno.ENOSPC, str(target))
    with pytest.raises(OSError, match="elsewhere") as refused, replacing(target):
        raise OSError(errno.EACCES, "Permission denied", "elsewhere")
    assert refused.value.filename == "elsewhere"
    with pytest.raises(UnreadableArtifact, match=r"^its own words$"), replacing(target):
        raise UnreadableArtifact("its own words")
    assert list(tmp_path.iterdir()) == []


def test_trying_to_write_leaves_everything_as_it_was(tmp_path):
    target = tmp_path / "model.onnx"
    try_to_write(target)
    assert list(tmp_path.iterdir()) == []
    target.write_bytes(b"old")
    try_to_write(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name != "posix", reason="lengths of POSIX")
def test_a_name_may_be_as_long_as_the_system_takes_it_and_no_longer(tmp_path):
    longest = tmp_path / ("ü" * 127)  # 254 bytes of 255
    write_atomically(longest, b"x")
    assert longest.read_bytes() == b"x"
    with pytest.raises(OSError, match="too long"):
        try_to_write(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_written_file_is_as_readable_as_any_new_file(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    write_atomically(tmp_path / "written", b"")
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "usual").stat().st_mode


# -- sealing again


def test_sealing_in_place_is_refused(sealed, write):
    path = write(sealed)
    with pytest.raises(ContractError, match=r"a file is never sealed in place.*Name another file with -o"):
        reseal(path, path)
    with pytest.raises(ContractError, match="never sealed in place"):
        reseal(path, path.parent / "." / path.name)
    assert path.read_bytes() == sealed


def test_sealing_the_same_graph_again_keeps_the_proof_and_makes_the_same_bytes(sealed, write, tmp_path):
    result = reseal(write(sealed[:-SEAL_BYTES]), tmp_path / "out.onnx")
    assert not result.graph_changed
    assert (tmp_path / "out.onnx").read_bytes() == sealed


def test_sealing_another_graph_drops_the_proof(sealed, write, tmp_path):
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(sealed)
    model.graph.node[0].name = "renamed"
    model.metadata_props.add(key="tool", value="was here")
    result = reseal(write(model.SerializeToString()), tmp_path / "out.onnx")
    assert result.graph_changed
    artifact = verified(tmp_path / "out.onnx")
    assert artifact.contract == result.contract
    assert artifact.contract.proof.level == "unproven"
    assert artifact.contract.proof.tensor is None
    assert artifact.golden[0].name == "grey"
    assert split((tmp_path / "out.onnx").read_bytes())[1]["tool"] == "was here"


def test_sealing_needs_a_contract_from_somewhere(graph, contract_of, write, tmp_path):
    path = write(graph)
    with pytest.raises(NoContract, match="truecopy attach"):
        reseal(path, tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()
    given = replace(contract_of(graph_sha256(graph)), requires="0.0")
    reseal(path, tmp_path / "out.onnx", contract=given, golden=())
    assert verified(tmp_path / "out.onnx").contract == given


def test_every_refusal_of_a_file_has_exit_code_3(sealed, write):
    with pytest.raises(ArtifactError) as caught:
        verified(write(sealed + b"\0"))
    assert caught.value.exit_code == 3
