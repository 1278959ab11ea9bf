"""Which floating-point types the weights have: the graph is float32 whatever they were."""

from __future__ import annotations

import torch
from torch import nn


def dtype_note(module: nn.Module) -> str | None:
    """A sentence where the network is not float32 throughout, else None."""
    tensors = [*module.parameters(), *module.buffers()]
    found = {one.dtype for one in tensors if one.is_floating_point() and one.dtype != torch.float32}
    if not found:
        return None
    names = " and ".join(sorted(str(dtype).removeprefix("torch.") for dtype in found))
    return (
        f"the network's weights are {names}; they are exported as float32, and the proof compares with the network in "
        "float32"
    )
