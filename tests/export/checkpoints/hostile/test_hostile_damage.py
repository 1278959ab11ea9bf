"""Damage: flipped bits, missing pieces, random edits. Refused with a CheckpointError, or read as it was written."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint

STATE = {"w": torch.tensor([[0.5, -1.0, 2.0]]), "b.n": torch.tensor(3)}


def _zip() -> bytes:
    made = io.BytesIO()
    torch.save(STATE, made)
    return made.getvalue()


def _legacy() -> bytes:
    made = io.BytesIO()
    torch.save({"w": torch.tensor([[0.5, -1.0, 2.0]])}, made, _use_new_zipfile_serialization=False)
    return made.getvalue()


WRITERS: dict[str, Callable[[], bytes]] = {
    "zip": _zip,
    "legacy": _legacy,
    "safetensors": lambda: safetensors.torch.save(STATE),
}


def _read(data: bytes, path: Path) -> dict[str, torch.Tensor] | None:
    """The tensors, None if refused; any other error is a failure of the test."""
    path.write_bytes(data)
    try:
        return dict(choose_weights(read_checkpoint(path)).taken.tensors)
    except CheckpointError:
        return None


def _same(tensors: dict[str, torch.Tensor]) -> bool:
    return list(tensors) == list(STATE) and all(torch.equal(tensors[name], STATE[name]) for name in STATE)


def _flips(data: bytes, step: int) -> Iterator[bytes]:
    for bit in range(0, 8 * len(data), step):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


# Every bit takes a minute; every 19th meets each place of a byte, and each field of the headers.
STEPS = pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])


@STEPS
def test_every_single_flipped_bit_of_a_zip_file_is_refused_or_changes_no_tensor(tmp_path, step):
    """`torch.load` takes hundreds of these with other numbers: it does not look at the checksums."""
    refused = 0
    for data in _flips(_zip(), step):
        tensors = _read(data, tmp_path / "best.pt")
        refused += tensors is None
        assert tensors is None or _same(tensors)
    assert refused > 3000 // step


@STEPS
@pytest.mark.parametrize("kind", ["legacy", "safetensors"])
def test_a_flipped_bit_of_a_format_without_checksums_is_refused_or_reads_as_tensors(tmp_path, kind, step):
    """Nothing in these formats tells other numbers from those that were written; only the file's SHA-256 does."""
    whole = WRITERS[kind]()
    refused = changed = 0
    digests = set()
    for data in _flips(whole, step):
        tensors = _read(data, tmp_path / "best.pt")
        refused += tensors is None
        changed += tensors is not None and ("w" not in tensors or not torch.equal(tensors["w"], STATE["w"]))
        if tensors is not None:
            digests.add(read_checkpoint(tmp_path / "best.pt").sha256)
    assert refused > 500 // step
    assert changed >= 3 * 24 // step  # the mantissas of three floats at least
    assert len(digests) >= changed


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_cut_anywhere_is_refused(tmp_path, kind):
    whole = WRITERS[kind]()
    for length in range(0, len(whole), 7):
        assert _read(whole[:length], tmp_path / "best.pt") is None


EDITS = st.lists(
    st.tuples(st.sampled_from(["set", "cut", "insert", "copy", "zero"]), st.floats(0, 1), st.integers(0, 255), st.integers(1, 64)),
    min_size=1,
    max_size=6,
)  # fmt: skip


def _edited(data: bytes, edits: list[tuple[str, float, int, int]]) -> bytes:
    for kind, place, value, length in edits:
        at = int(place * max(0, len(data) - 1))
        piece = {
            "set": bytes([value]) + data[at + 1 : at + 1],
            "cut": b"",
            "insert": bytes([value]) * length,
            "copy": data[at : at + length] * 2,
            "zero": bytes(length),
        }[kind]
        skipped = {"set": 1, "insert": 0}.get(kind, length)
        data = data[:at] + piece + data[at + skipped :]
    return data


@pytest.mark.parametrize("kind", WRITERS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_random_edits_end_in_a_checkpoint_error_or_in_tensors(tmp_path, kind, edits):
    tensors = _read(_edited(WRITERS[kind](), edits), tmp_path / "best.pt")
    assert tensors is None or all(isinstance(tensor, torch.Tensor) for tensor in tensors.values())


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


# Opcodes and short runs of them, so that random programs get beyond their first step.
PIECES = st.sampled_from([
    *(bytes([code]) for code in b"(.0125abdehjlostquRQN]}){\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98"),
    b"K\x04", b"K\x00", b"J\xff\xff\xff\xff", b"\x8a\x08" + struct.pack("<q", 1 << 60), b"h\x00", b"q\x00", b"G" + bytes(8),
    _text("storage"), _text("0"), _text("cpu"), _text("w"), b"ctorch\nFloatStorage\n", b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ctorch._utils\n_rebuild_qtensor\n", b"ctorch._utils\n_rebuild_sparse_tensor\n", b"ctorch._utils\n_rebuild_parameter\n",
    b"ctorch._tensor\n_rebuild_from_type_v2\n", b"ccollections\nOrderedDict\n", b"cargparse\nNamespace\n", b"ctorch\nSize\n",
    b"c_codecs\nencode\n", b"cpathlib\nPosixPath\n", b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\nscalar\n", b"cos\nsystem\n",
    b"(" + _text("storage") + b"ctorch\nFloatStorage\n" + _text("0") + _text("cpu") + b"K\x03tQ",
])  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=40))
def test_random_programs_of_opcodes_end_in_a_checkpoint_error_or_in_tensors(tmp_path, pieces):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("best/data.pkl", b"\x80\x02" + b"".join(pieces) + b".")
        archive.writestr("best/data/0", bytes(12))
    _read(made.getvalue(), tmp_path / "best.pt")


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-(1 << 40), 1 << 40) | st.floats(allow_nan=False) | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.tuples(inner, inner) | st.sets(st.integers(-9, 9)) | st.frozensets(st.text(max_size=3), max_size=3),
        max_leaves=12,
    ),
    protocol=st.integers(0, pickle.HIGHEST_PROTOCOL),
)  # fmt: skip
def test_plain_values_of_every_protocol_come_back_equal(tmp_path, value, protocol):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("best/data.pkl", pickle.dumps({"value": value}, protocol))
    (tmp_path / "best.pt").write_bytes(made.getvalue())
    found = read_checkpoint(tmp_path / "best.pt").content["value"]
    assert found == value
    assert type(found) is type(value)
