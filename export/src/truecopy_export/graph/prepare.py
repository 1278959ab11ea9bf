"""A module as it must be traced: a copy in eval mode, on the CPU, float32, without fused attention."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator

import torch
from torch import nn

from truecopy.errors import AmbiguousEma, CheckpointError

# One ONNX file is one protobuf message, and that ends at 2 GiB.
MAX_WEIGHT_BYTES = (2 << 30) - (64 << 20)


def prepare(module: nn.Module) -> nn.Module:
    """A deep copy ready to trace; the module given is left as it is, training mode and device included.

    Raises:
        AmbiguousEma: an AveragedModel that never averaged anything.
        CheckpointError: more weights than one ONNX file holds, or a module that cannot be copied.
    """
    plain = unwrap(module)
    size = sum(t.numel() * t.element_size() for t in [*plain.parameters(), *plain.buffers()])
    if size > MAX_WEIGHT_BYTES:
        raise CheckpointError(
            f"the weights are {size / (1 << 30):.2f} GiB",
            expected="less than protobuf's 2 GiB: an artifact is one file",
            fix="Export a smaller network",
        )
    prepared = _copied(plain).cpu().float().eval()
    for part in prepared.modules():
        # timm's attention asks this flag; fused kernels do not survive the ONNX export (hiera, maxvit, swin).
        if getattr(part, "fused_attn", None):
            part.fused_attn = False
    prepared.requires_grad_(requires_grad=False)
    return prepared


def _copied(module: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(module)
    except Exception as error:  # whatever the user's own attributes raise
        lines = str(error).strip().splitlines()
        raise CheckpointError(
            f"the network cannot be copied (copy.deepcopy): {type(error).__name__}: {lines[0] if lines else ''}",
            fix="Delete what forward() left in its attributes (a tensor with its gradient, a lock, an open file), or load "
            "the state dict into a new network and export that",
        ) from error


def unwrap(module: nn.Module) -> nn.Module:
    """The network inside torch.compile's, DataParallel's and AveragedModel's wrappers.

    Raises:
        AmbiguousEma: `n_averaged` is 0: the average is the untrained initial weights.
        CheckpointError: no module at all.
    """
    if not isinstance(module, nn.Module):
        raise CheckpointError(
            "this is no network",
            expected="a torch.nn.Module with its weights",
            got=f"the class {module.__name__}" if isinstance(module, type) else type(module).__name__,
            fix="For a checkpoint file: truecopy export FILE --arch ... on the command line",
        )
    while True:
        if isinstance(module, torch.optim.swa_utils.AveragedModel):
            if int(module.n_averaged) == 0:
                raise AmbiguousEma(
                    "the AveragedModel never averaged anything: n_averaged is 0, it holds the initial weights",
                    fix="Call update_parameters while training, or export the module itself",
                )
            module = module.module
        elif isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
            module = module.module
        elif isinstance(inner := getattr(module, "_orig_mod", None), nn.Module):
            module = inner
        else:
            return module


def described(module: nn.Module) -> str:
    """`live package.Class`, and that it is an average where it is one: for `provenance.architecture`."""
    plain = unwrap(module)
    name = f"live {type(plain).__module__}.{type(plain).__qualname__}"
    if isinstance(module, torch.optim.swa_utils.AveragedModel):
        return f"{name}, averaged {int(module.n_averaged)} times (AveragedModel)"
    return name


@contextlib.contextmanager
def plain_attention() -> Iterator[None]:
    """Run scaled_dot_product_attention in its mathematical form, without gradients."""
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH), torch.no_grad():
        yield
