"""Tensors that `weights_only=True` lets through and that must not reach any arithmetic."""

from __future__ import annotations

import warnings

import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights
from truecopy_export.checkpoints.tensors import sound_tensors


def refusal(entry: object) -> str:
    with pytest.raises(CheckpointError) as caught:
        sound_tensors({"conv.weight": torch.ones(2), "fc.weight": entry}, "best.pt: model")
    assert "best.pt: model: fc.weight" in str(caught.value)
    return str(caught.value)


def test_nan_and_infinity_are_refused_by_name_and_counted():
    assert "NaN or infinity: got 1 of 3 values" in refusal(torch.tensor([1.0, float("nan"), 2.0]))
    assert "got 2 of 2 values" in refusal(torch.tensor([float("inf"), float("-inf")]))


def test_a_float64_value_that_float32_cannot_hold_is_refused():
    assert "NaN or infinity" in refusal(torch.tensor([1e300], dtype=torch.float64))


def test_sparse_quantised_dataless_and_foreign_entries_are_refused_by_name():
    indices, values = torch.tensor([[0, 1], [1, 0]]), torch.ones(2)
    assert "not dense: got sparse" in refusal(
        torch.sparse_coo_tensor(indices, values, (2, 2), check_invariants=True)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces the end of its own quantised tensors
        quantised = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    assert "quantised" in refusal(quantised)
    assert "without its data: got device meta" in refusal(torch.empty(2, device="meta"))
    assert "type that is not read: got torch.float8_e4m3fn" in refusal(torch.ones(2).to(torch.float8_e4m3fn))
    assert "no tensor: got dtype" in refusal(torch.qint8)


def test_a_few_bytes_that_stand_for_gigabytes_are_refused_before_they_are_expanded():
    message = refusal(torch.ones(1).expand(1_000_000, 1_000_000))
    assert "repeats a few stored values" in message
    assert "4 bytes that stand for 4000000000000" in message


def test_expanded_overlapping_and_shared_tensors_are_copied_into_storage_of_their_own():
    base = torch.arange(6.0)
    tensors, _ = sound_tensors(
        {
            "expanded": torch.ones(1).expand(3, 4),
            "overlapping": torch.as_strided(base, (4, 3), (1, 1)),
            "transposed": base.view(2, 3).t(),
            "tied": base,
            "parameter": torch.nn.Parameter(torch.ones(2)),
        },
        "best.pt",
    )
    assert all(tensor.is_contiguous() and not tensor.requires_grad for tensor in tensors.values())
    assert len({tensor.untyped_storage().data_ptr() for tensor in tensors.values()}) == len(tensors)
    assert torch.equal(tensors["overlapping"][3], torch.tensor([3.0, 4.0, 5.0]))
    assert tensors["expanded"].sum() == 12


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_float_types_are_cast_to_float32_and_the_report_says_so(saved, dtype):
    choice = choose_weights(
        saved({"state_dict": {"a.weight": torch.ones(2, dtype=dtype), "a.n": torch.tensor(3)}})
    )
    assert choice.taken.tensors["a.weight"].dtype == torch.float32
    assert choice.taken.tensors["a.n"].dtype == torch.int64
    assert f"1 tensors cast from {str(dtype).removeprefix('torch.')} to float32" in "\n".join(choice.report)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        (torch.ones(1).expand(1_000_000, 1_000_000), "repeats a few stored values"),
        (torch.eye(2).to_sparse(), "not dense"),
        (torch.tensor([float("nan")]), "NaN or infinity"),
    ],
    ids=["expanded", "sparse", "nan"],
)
def test_such_tensors_are_refused_when_they_come_from_a_file(saved, tensor, said, zipped):
    content = {"state_dict": {"a.weight": torch.ones(2), "fc.weight": tensor}}
    checkpoint = saved(content, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match=said) as caught:
        choose_weights(checkpoint)
    assert caught.value.where == "best.pt: state_dict: fc.weight"


def test_a_name_that_would_move_the_cursor_of_a_terminal_is_shown_escaped():
    with pytest.raises(CheckpointError) as caught:
        sound_tensors({"fc\x1b[2J": torch.tensor(float("nan"))}, "best.pt")
    assert caught.value.where == r"best.pt: 'fc\x1b[2J'"
