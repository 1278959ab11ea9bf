"""The inputs that a torch.export program fixes: shape, free axes, and the batches that it takes."""

from __future__ import annotations

from typing import Any

import torch

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError
from truecopy_export.graph.program import Batches

_FLOATS = (torch.float32, torch.float16, torch.float64, torch.bfloat16)
_CHANNELS = (1, 3, 4)


def program_inputs(
    program: torch.export.ExportedProgram, where: str
) -> tuple[tuple[GraphInput, ...] | None, Batches]:
    """The one input, "input": NCHW or NHWC pictures, or NF rows, with "batch" or a number; None for sequences of ids, whose
    inputs the recipe names.

    Raises:
        CheckpointError: several inputs (they are named), or none that a recipe makes.
    """
    taken = set(program.graph_signature.user_inputs)
    found = {
        node.name: node.meta.get("val")
        for node in program.graph.nodes
        if node.op == "placeholder" and node.name in taken
    }
    found = {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}
    if found and all(
        value.dtype in (torch.int64, torch.int32) and value.ndim == 2 for value in found.values()
    ):
        first = next(iter(found.values()))
        return None, _batches(program, first.shape[0])
    if len(found) != 1:
        raise CheckpointError(
            "the program takes several inputs" if found else "the program takes no tensor",
            expected="one tensor",
            got=", ".join(f"{name} {tuple(map(str, value.shape))}" for name, value in found.items()),
            where=where,
            fix="Wrap the network in a module of one input, and export that",
        )
    ((name, value),) = found.items()
    axes = [int(size) if isinstance(size, int) else None for size in value.shape]
    layout = _layout(axes)
    if value.dtype not in _FLOATS or layout is None:
        raise CheckpointError(
            "the program's input is nothing that a recipe makes",
            expected="float pictures (batch, channels, height, width), or rows (batch, features)",
            got=f"{name}: {str(value.dtype).removeprefix('torch.')} {tuple(map(str, value.shape))}",
            where=where,
        )
    free = {"NCHW": ("batch", "channels", "height", "width"), "NHWC": ("batch", "height", "width", "channels"),
            "NF": ("batch", "features")}[layout]  # fmt: skip
    shape = tuple(name if axis is None else axis for axis, name in zip(axes, free, strict=True))
    kind: Any = layout
    given = GraphInput(
        name="features" if layout == "NF" else "input", dtype="float32", layout=kind, shape=shape
    )
    return (given,), _batches(program, value.shape[0])


def _layout(axes: list[int | None]) -> str | None:
    if len(axes) == 2 and axes[1] is not None:
        return "NF"
    if len(axes) != 4:
        return None
    if axes[1] in _CHANNELS:
        return "NCHW"
    return "NHWC" if axes[3] in _CHANNELS else None


def _batches(program: torch.export.ExportedProgram, size: Any) -> Batches:
    if isinstance(size, int):
        return Batches(size, size)
    found = program.range_constraints.get(size.node.expr)
    if found is None:  # 2 * s0 and the like: what runs is found out by running it
        return Batches(1, None)
    most = int(found.upper) if found.upper.is_Integer and found.upper < 1 << 31 else None
    return Batches(max(int(found.lower), 1) if found.lower.is_Integer else 1, most)
