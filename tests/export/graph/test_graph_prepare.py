"""A module becomes a copy that can be traced; the module given stays what it was."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.graph import prepare as prepare_module
from truecopy_export.graph.prepare import prepare, unwrap


def test_the_module_given_stays_as_it_was(make_network):
    module = make_network().double()
    module[1].eval()  # a part that was frozen on purpose
    module[0].fused_attn = True
    modes = [part.training for part in module.modules()]
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    pointers = [parameter.data_ptr() for parameter in module.parameters()]

    prepared = prepare(module)

    assert [part.training for part in module.modules()] == modes
    assert [parameter.data_ptr() for parameter in module.parameters()] == pointers
    assert all(parameter.requires_grad for parameter in module.parameters())
    assert module[0].fused_attn is True
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert not any(part.training for part in prepared.modules())
    assert prepared[0].fused_attn is False
    assert {parameter.dtype for parameter in prepared.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in prepared.parameters())


def test_every_wrapper_is_taken_off(make_network):
    plain = make_network()
    averaged = AveragedModel(plain)
    averaged.update_parameters(plain)
    assert unwrap(nn.DataParallel(plain)) is plain
    assert unwrap(torch.compile(plain, backend="eager")) is plain
    assert unwrap(torch.compile(nn.DataParallel(plain), backend="eager")) is plain
    assert unwrap(averaged) is averaged.module


def test_an_average_that_was_never_updated_is_refused(make_network):
    with pytest.raises(AmbiguousEma, match=r"n_averaged is 0.* Call update_parameters while training"):
        prepare(nn.DataParallel(AveragedModel(make_network())))


def test_weights_beyond_one_protobuf_message_are_refused_before_they_are_copied():
    with torch.device("meta"):
        module = nn.Linear(30_000, 20_000)
    with pytest.raises(
        CheckpointError, match=r"the weights are 2\.24 GiB: expected less than protobuf's 2 GiB"
    ):
        prepare(module)


def test_the_limit_counts_parameters_and_buffers(monkeypatch, make_network):
    module = make_network()
    size = sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())
    monkeypatch.setattr(prepare_module, "MAX_WEIGHT_BYTES", size)
    prepare(module)
    monkeypatch.setattr(prepare_module, "MAX_WEIGHT_BYTES", size - 1)
    with pytest.raises(CheckpointError, match="an artifact is one file"):
        prepare(module)


def test_a_module_that_cannot_be_copied_says_what_to_do(make_network):
    module = make_network()
    module.last_features = (
        module(torch.zeros(2, 3, 12, 12)) * 1
    )  # kept from a training step, with its history
    with pytest.raises(CheckpointError, match=r"the network cannot be copied.*deepcopy"):
        prepare(module)
