"""torch.onnx's exporter for a torch.export program, as it was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import onnx
import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError

from .eager import OPSET, by_dynamo, quiet
from .names import make_room
from .network import Answering
from .prepare import plain_attention
from .weight_dtypes import dtype_note

_RANDOM = frozenset(
    {
        "bernoulli", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm",
        "multinomial", "poisson", "uniform", "exponential", "normal_functional", "random",
    }
)  # fmt: skip
# Operator -> its argument that says whether it trains.
_SWITCHED = {
    "dropout": "train", "feature_dropout": "train", "alpha_dropout": "train", "feature_alpha_dropout": "train",
    "native_dropout": "train", "batch_norm": "training", "native_batch_norm": "training", "rrelu": "training",
    "_native_batch_norm_legit": "training", "_native_batch_norm_legit_functional": "training",
    "cudnn_batch_norm": "training", "_batch_norm_impl_index": "training",
}  # fmt: skip
_TRAINS = frozenset(
    {"_batch_norm_with_update", "_batch_norm_with_update_functional", "batch_norm_update_stats"}
)


@dataclass(frozen=True)
class Batches:
    """The batches that the program's own range lets in: least, and most or None."""

    least: int
    most: int | None


class Program(nn.Module):  # type: ignore[misc]
    """A program's module that says, where it does not take a batch, which ones it takes."""

    def __init__(
        self, program: torch.export.ExportedProgram, batches: Batches, inputs: tuple[GraphInput, ...] | None
    ) -> None:
        super().__init__()
        # Not as a submodule: eval() of a program's module is refused by torch.
        self._run: tuple[Callable[..., Any]] = (program.module(check_guards=False),)
        self._program, self._batches, self._inputs = (program,), batches, inputs

    @property
    def program(self) -> torch.export.ExportedProgram:
        return self._program[0]

    @property
    def inputs(self) -> tuple[GraphInput, ...] | None:
        return self._inputs

    @property
    def module(self) -> Any:
        return self._run[0]

    def forward(self, *inputs: torch.Tensor) -> Any:
        count, least, most = len(inputs[0]), self._batches.least, self._batches.most
        if count < least or (most is not None and count > most):
            again = 'Export the network again with Dim("batch") from 1 on, without an end'
            raise CheckpointError(
                f"the program does not take a batch of {count}",
                expected=f"{least} to {most}" if most is not None else f"at least {least}",
                fix=again
                if least > 1
                else f"Type --batch 1 for a graph that takes one at a time. {again} for any batch",
            )
        return self.module(*inputs)


def in_float32(
    program: torch.export.ExportedProgram, where: str
) -> tuple[torch.export.ExportedProgram, str | None]:
    """The program with float32 weights and input, and a sentence where it had others.

    Raises:
        CheckpointError: its operators hold to another type.
    """
    module = program.module(check_guards=False)
    note = dtype_note(module)
    if note is None and all(_is_float32(node) for node in program.graph.nodes if node.op == "placeholder"):
        return program, None
    example, free = _again(program)
    try:
        with quiet(), plain_attention():
            again = torch.export.export(module.float(), example, dynamic_shapes=free)
    except Exception as error:  # torch raises many kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise CheckpointError(
            f"the program's operators hold to its own precision: {lines[0][:200]}",
            expected="a program that computes in float32",
            where=where,
            fix="Call model.float() before torch.export.export",
        ) from error
    return again, note or "the program's input is not float32; it is exported as float32"


def _is_float32(node: Any) -> bool:
    value = node.meta.get("val")
    return (
        not isinstance(value, torch.Tensor) or not value.is_floating_point() or value.dtype == torch.float32
    )


def _again(program: torch.export.ExportedProgram) -> tuple[tuple[torch.Tensor, ...], Any]:
    """Example inputs in float32 of the program's own shapes, and its free axes."""
    taken = set(program.graph_signature.user_inputs)
    examples, free = [], []
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name in taken:
            value = node.meta["val"]
            sizes = [size if isinstance(size, int) else int(size.node.hint or 2) for size in value.shape]
            kind = torch.float32 if value.is_floating_point() else value.dtype
            examples.append(torch.zeros(sizes, dtype=kind))
            free.append(
                {
                    axis: torch.export.Dim.AUTO
                    for axis, size in enumerate(value.shape)
                    if not isinstance(size, int)
                }
            )
    return tuple(examples), tuple(free)


def check_evaluation(program: torch.export.ExportedProgram, where: str) -> None:
    """No operator of it, in its subgraphs too, draws random numbers or trains.

    Raises:
        CheckpointError: names the operator.
    """
    for node in _nodes(program.graph_module):
        why = _by_chance(node)
        if why:
            raise CheckpointError(
                f"the program was exported in training mode: {why}",
                expected="a network in evaluation mode",
                where=where,
                fix="Call model.eval() before torch.export.export",
            )


def _nodes(module: torch.fx.GraphModule) -> Iterator[Any]:
    for part in module.modules():
        if isinstance(part, torch.fx.GraphModule):
            yield from part.graph.nodes


def _by_chance(node: Any) -> str:
    if not isinstance(node.target, torch._ops.OpOverload):
        return ""
    name = node.target._schema.name.partition("::")[2].removesuffix("_")
    if name in _RANDOM:
        return f"aten.{name} draws random numbers (node {node.name})"
    if name == "scaled_dot_product_attention" and _argument(node, "dropout_p") not in (0, 0.0):
        return f"the dropout of aten.{name} is active (node {node.name})"
    if name in _TRAINS or (name in _SWITCHED and _argument(node, _SWITCHED[name]) is True):
        what = "takes mean and variance from the batch" if "norm" in name else "is active"
        return f"aten.{name} {what} (node {node.name})"
    return ""


def _argument(node: Any, name: str) -> Any:
    for place, one in enumerate(node.target._schema.arguments):
        if one.name == name:
            return node.args[place] if place < len(node.args) else node.kwargs.get(name, one.default_value)
    return None


def by_program(
    answering: Answering,
    example: tuple[torch.Tensor, ...],
    inputs: tuple[GraphInput, ...],
    names: tuple[str, ...],
    alone: str,
) -> onnx.ModelProto:
    """`ToOnnx` of a `Program`: as it was saved where the inputs are its own, traced again where an axis that it leaves free
    is fixed.

    Raises:
        CheckpointError: torch cannot export it.
    """
    if not isinstance(answering, Program):
        raise TypeError(f"not a program: {type(answering).__name__}")
    own = answering.inputs
    if own is None or tuple(one.shape for one in own) != tuple(one.shape for one in inputs):
        return by_dynamo(answering.module, example, inputs, names, alone)
    try:
        with quiet(), plain_attention():
            made = torch.onnx.export(
                answering.program,
                dynamo=True,
                opset_version=OPSET,
                input_names=[one.name for one in inputs],
                output_names=list(names),
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # torch raises many kinds; the cause is the last line
        cause = error.__cause__ or error
        lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
        raise CheckpointError(
            f"torch.onnx cannot export this program: {type(cause).__name__}: {lines[0] if lines else ''}",
            fix="Export the network from its own code (--arch) instead",
        ) from error
    make_room(made.model.graph, names)
    return _with_axes(made.model_proto, inputs)


def _with_axes(model: onnx.ModelProto, inputs: tuple[GraphInput, ...]) -> onnx.ModelProto:
    """The free axes called as in `inputs`; torch calls them after its symbols (s77)."""
    called: dict[str, str] = {}
    for value, one in zip(model.graph.input, inputs, strict=True):
        for axis, name in zip(value.type.tensor_type.shape.dim, one.shape, strict=True):
            if isinstance(name, str) and axis.dim_param:
                called[axis.dim_param] = name
    for value in (*model.graph.input, *model.graph.output):
        for axis in value.type.tensor_type.shape.dim:
            if axis.dim_param in called:
                axis.dim_param = called[axis.dim_param]
    return model
