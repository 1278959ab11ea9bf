"""What is said where a network does not run: its own reason, and what to do."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from truecopy.errors import CheckpointError
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.script import FixedBatch
from truecopy_export.graph.trace import trace


class Two(nn.Module):
    def forward(self, x, z):
        return (x + z).mean((2, 3))


class Sized(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3 * 8 * 8, 4)

    def forward(self, x):
        return self.head(x.flatten(1))


class Mistyped(nn.Module):
    def forward(self, x):
        return torch.add(x)


def refusal(module, signature):
    with pytest.raises(CheckpointError) as caught:
        trace(module, signature())
    return str(caught.value)


def test_a_module_of_several_inputs_is_to_be_wrapped(signature):
    assert refusal(prepare(Two()), signature) == (
        "the network takes several inputs: expected one tensor, got x, z. Wrap the network in a module of one input, and "
        "export that"
    )


def test_a_type_error_further_inside_is_the_network_s_own(signature):
    assert "the network does not run on images of shape" in refusal(prepare(Mistyped()), signature)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")
def test_a_script_s_reason_is_said_without_the_interpreter_s_traceback(signature):
    message = refusal(FixedBatch(torch.jit.script(Sized().eval())), signature)
    assert message == (
        "the network does not run on images of shape (2, 3, 12, 12): RuntimeError: mat1 and mat2 shapes cannot be multiplied "
        "(2x432 and 192x4). Do recipe (size, channels) and network belong together?"
    )
