"""Tensors that are no plain tensors, or that promise more than their bytes: refused by name, and nothing is allocated."""

from __future__ import annotations

import io
import struct
import warnings

import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint


class Mine(torch.Tensor):
    """A subclass of tensors, as libraries have them."""


def _quantised(axis: bool) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces the end of its own quantised tensors
        if axis:
            scales, zeros = torch.ones(2), torch.zeros(2, dtype=torch.int64)
            return torch.quantize_per_channel(torch.ones(2, 3), scales, zeros, 0, torch.qint8)
        return torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)


def _nested() -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a prototype, says torch
        return torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])


KINDS = {
    "sparse": (lambda: torch.eye(3).to_sparse(), "A tensor is not dense: got sparse (torch.sparse_coo)"),
    "compressed": (
        lambda: torch.eye(3).to_sparse_csr(),
        "A tensor is not dense: got sparse (torch.sparse_csr)",
    ),
    "nested": (_nested, "A tensor is not dense: got nested"),
    "quantised": (lambda: _quantised(axis=False), "own proof): got torch.quint8"),
    "quantised by channel": (lambda: _quantised(axis=True), "own proof): got torch.qint8"),
    "meta": (
        lambda: torch.empty(2, 3, device="meta"),
        "saved without its data: got device meta, torch.float32",
    ),
    "float8": (lambda: torch.ones(3).to(torch.float8_e5m2), "type that is not read: got torch.float8_e5m2"),
    "uint16": (lambda: torch.ones(3).to(torch.uint16), "type that is not read: got torch.uint16"),
    "not a number": (lambda: torch.tensor([1.0, float("nan")]), "NaN or infinity: got 1 of 2 values"),
    "expanded": (lambda: torch.ones(1).expand(1 << 20, 1 << 20), "repeats a few stored values over and over"),
}


@pytest.mark.filterwarnings("ignore:.*beta state:UserWarning")
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_tensor_of_another_kind_is_refused_by_name_and_the_rest_of_the_file_is_read(tmp_path, kind, zipped):
    make, said = KINDS[kind]
    content = {"state_dict": {"a.weight": torch.ones(2), "fc.weight": make()}, "epoch": 3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own storages
        torch.save(content, tmp_path / "best.pt", _use_new_zipfile_serialization=zipped)
    checkpoint = read_checkpoint(tmp_path / "best.pt")
    assert checkpoint.content["epoch"] == 3
    with pytest.raises(CheckpointError) as caught:
        choose_weights(checkpoint)
    assert said in str(caught.value)
    assert caught.value.where == "best.pt: state_dict: fc.weight"


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_sparse_optimizer_state_beside_the_weights_harms_nothing(tmp_path, zipped):
    content = {
        "model": {"fc.weight": torch.ones(2, 2)},
        "optimizer": {"state": {0: {"m": torch.eye(2).to_sparse()}}},
    }
    torch.save(content, tmp_path / "best.pt", _use_new_zipfile_serialization=zipped)
    assert choose_weights(read_checkpoint(tmp_path / "best.pt")).taken.tensors["fc.weight"].sum() == 4


def test_parameters_attributes_and_subclasses_come_as_their_plain_tensors(tmp_path):
    tagged = torch.arange(3.0)
    tagged.note = "an attribute of its own"
    state = {
        "p": torch.nn.Parameter(torch.ones(2)),
        "tagged": tagged,
        "buffer": torch.nn.Buffer(torch.zeros(1)),
    }
    torch.save(state, tmp_path / "best.pt")
    taken = choose_weights(read_checkpoint(tmp_path / "best.pt")).taken.tensors
    assert {name: type(tensor) for name, tensor in taken.items()} == dict.fromkeys(state, torch.Tensor)
    assert taken["tagged"].tolist() == [0, 1, 2]
    assert not hasattr(taken["tagged"], "note")


def test_a_class_of_tensors_from_elsewhere_is_named(tmp_path):
    torch.save({"w": torch.ones(2).as_subclass(Mine)}, tmp_path / "best.pt")
    with pytest.raises(CheckpointError, match=r"got .*\.Mine - at"):
        read_checkpoint(tmp_path / "best.pt")


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_every_plain_type_and_layout_is_read_bit_for_bit(tmp_path, zipped):
    base = torch.arange(24.0)
    real = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
            torch.uint8, torch.bool]  # fmt: skip
    state = {
        **{str(dtype): torch.tensor([[1, 0, 3]]).to(dtype) for dtype in real},
        "complex": torch.tensor([1 + 2j]),
        "complex double": torch.tensor([1 - 2j], dtype=torch.complex128),
        "transposed": base.view(2, 12).t(),
        "a part": base[5:9],
        "the same storage": base,
        "every second": base[::2],
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 3),
        "overlapping": base.as_strided((3, 4), (1, 2), 3),
        "channels last": torch.arange(16.0).view(1, 2, 2, 4).to(memory_format=torch.channels_last),
    }
    torch.save(state, tmp_path / "best.pt", _use_new_zipfile_serialization=zipped)
    ours, theirs = (
        read_checkpoint(tmp_path / "best.pt").content,
        torch.load(tmp_path / "best.pt", weights_only=True),
    )
    for name, tensor in state.items():
        assert ours[name].dtype == tensor.dtype
        assert ours[name].stride() == theirs[name].stride()
        assert torch.equal(ours[name], theirs[name])
        assert torch.equal(ours[name], tensor)
    shared = {
        ours[name].untyped_storage().data_ptr() for name in ("transposed", "a part", "the same storage")
    }
    assert len(shared) == 1


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_conjugate_and_a_negative_that_torch_only_noted_down_come_out_written_out(tmp_path, zipped):
    """torch.save stores the values before the conjugation, and a bit beside them."""
    noted = torch.tensor([1 + 2j, 3 - 4j]).conj()
    assert noted.is_conj()
    assert noted.imag.is_neg()
    for tensor, values in ((noted, [1 - 2j, 3 + 4j]), (noted.imag, [-2, 4])):
        torch.save({"w": tensor}, tmp_path / "best.pt", _use_new_zipfile_serialization=zipped)
        taken = choose_weights(read_checkpoint(tmp_path / "best.pt")).taken.tensors
        assert taken["w"].numpy().tolist() == values


def test_metadata_of_a_tensor_that_is_not_known_is_refused(files):
    told = files.tensor()[:-2] + b"}" + files.text("scale") + b"K\x02stR"
    assert "metadata that is not known" in files.refused(
        files.zipped(b"\x80\x02}" + files.text("w") + told + b"s.")
    )


def test_views_of_a_storage_as_old_legacy_files_hold_them_are_read_as_torch_reads_them(files):
    identity = (
        files.text("storage")
        + b"ctorch\nFloatStorage\n"
        + files.text("7")
        + files.text("cpu")
        + b"K\x04"
        + files.text("8")
    )
    part = files.tensor(b"(" + identity + b"K\x01K\x02\x87tQ", size=b"K\x02\x85")
    path = files.legacy(b"\x80\x02}" + files.text("w") + part + b"s.")
    assert torch.load(path, weights_only=True)["w"].tolist() == [1, 2]
    assert read_checkpoint(path).content["w"].tolist() == [1, 2]
    beyond = files.tensor(b"(" + identity + b"K\x03K\x02\x87tQ", size=b"K\x02\x85")
    assert "a view beyond its storage" in files.refused(
        files.legacy(b"\x80\x02}" + files.text("w") + beyond + b"s.")
    )


def _long(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


@pytest.mark.parametrize(
    ("size", "stride", "said"),
    [
        (b"K\x05\x85", b"K\x01\x85", "reaches 20 bytes into 16"),
        (b"K\x02\x85", b"K\x04\x85", "reaches 20 bytes into 16"),
        (_long(1 << 62) + b"\x85", b"K\x00\x85", "absurd size"),
        (_long(1 << 31) + b"2\x86", b"K\x00K\x00\x86", "absurd size"),
        (b"J\xff\xff\xff\xff\x85", b"K\x01\x85", "impossible sizes"),
        (b"K\x02\x85", b"J\xff\xff\xff\xff\x85", "impossible sizes"),
        (b"K\x02\x85", b"K\x01K\x01\x86", "impossible sizes"),
        (b"G" + struct.pack(">d", 2.0) + b"\x85", b"K\x01\x85", "impossible sizes"),
        (b"\x88\x85", b"K\x01\x85", "impossible sizes"),
        (b"]", b"]", "a size that is no tuple"),
        (b"(" + b"K\x01" * 65 + b"t", b"(" + b"K\x01" * 65 + b"t", "absurd size"),
    ],
)
def test_sizes_and_strides_that_leave_the_storage_are_refused(files, size, stride, said):
    pickle = b"\x80\x02}" + files.text("w") + files.tensor(size=size, stride=stride) + b"s."
    assert said in files.refused(files.zipped(pickle))


@pytest.mark.parametrize(
    "call",
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n)R",
        b"ctorch._utils\n_rebuild_tensor_v2\n(NK\x00))\x89Nt R".replace(b" ", b""),
        b"ctorch._utils\n_rebuild_parameter\n(NtR",
        b"ctorch._utils\n_rebuild_qtensor\n(NNNtR",
        b"ctorch._utils\n_rebuild_sparse_tensor\n(NNtR",
        b"ctorch._utils\n_rebuild_nested_tensor\n)R",
        b"ctorch._utils\n_rebuild_meta_tensor_no_storage\n(N(" + _long(1 << 62) + b"K\x09ttR",
        b"ctorch._utils\n_rebuild_wrapper_subclass\n(NNNtR",
        b"ctorch._utils\n_rebuild_device_tensor_from_numpy\n(NNNtR",
        b"ctorch._tensor\n_rebuild_from_type_v2\n(ccollections\nOrderedDict\nN)NtR",
        b"ctorch._tensor\n_rebuild_from_type_v2\n(NNNNtR",
        b"ctorch\nSize\n(K\x01tR",
        b"ctorch\nFloatTensor\n" + _long(1 << 40) + b"\x85R",
        b"ctorch\nTensor\n" + _long(1 << 40) + b"\x85R",
        b"ctorch.storage\nUntypedStorage\n" + _long(1 << 40) + b"\x85R",
    ],
)
def test_the_functions_that_rebuild_tensors_take_no_odd_arguments(files, call):
    """Either refused at once, or no tensor comes out of it."""
    path = files.zipped(b"\x80\x02}" + files.text("w") + call + b"s.")
    with pytest.raises(CheckpointError):
        choose_weights(read_checkpoint(path))


def test_a_storage_used_under_two_types_is_read_as_each_of_them(files):
    kinds = (b"ctorch\nFloatStorage\n", b"ctorch\nIntStorage\n")
    one, two = (files.tensor(files.storage(kind=kind)) for kind in kinds)
    content = read_checkpoint(
        files.zipped(b"\x80\x02}" + files.text("a") + one + b"s" + files.text("b") + two + b"s.")
    ).content
    assert torch.equal(content["a"].view(torch.int32), content["b"])


def test_names_that_are_no_texts_are_refused(tmp_path):
    made = io.BytesIO()
    torch.save({b"w": torch.ones(2)}, made)
    (tmp_path / "best.pt").write_bytes(made.getvalue())
    with pytest.raises(CheckpointError, match="holds no dictionary of names"):
        read_checkpoint(tmp_path / "best.pt")
