"""torch.onnx's old exporter, for a ScriptModule: there is no Python in it that torch.export could trace."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any
from unittest import mock

import onnx
import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError

from .eager import OPSET, quiet
from .network import Answering
from .outputs import Flat
from .prepare import plain_attention

_RANDOM = frozenset(
    {
        "bernoulli", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm",
        "multinomial", "poisson", "uniform", "exponential", "rrelu", "random",
    }
)  # fmt: skip
_DROPOUTS = frozenset(
    {"dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout", "native_dropout"}
)
_TRIED = (1, 2, 4, 8, 16, 32)


class FixedBatch(nn.Module):  # type: ignore[misc]
    """A ScriptModule that says, where it does not run on a batch, on which one it does."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *inputs: torch.Tensor) -> Any:
        # The profiling executor makes other code of it after the first runs; here each run is the same.
        with torch.jit.optimized_execution(False):
            try:
                return self.inner(*inputs)
            except Exception as error:
                if torch.jit.is_tracing():
                    raise
                self._explain(inputs, error)
                raise

    def _explain(self, inputs: tuple[torch.Tensor, ...], error: Exception) -> None:
        """Raises:
        CheckpointError: it runs on another batch than this one.
        """
        count = len(inputs[0])
        size = next((size for size in _TRIED if size != count and self._runs_on(size, inputs)), None)
        if size is None:
            return
        raise CheckpointError(
            f"the network does not run on a batch of {count}: a batch of {size} was traced into it",
            expected="operators that take any batch",
            got=_last_line(error),
            fix=("Type --batch 1 (in Python: batch=1), or trace" if size == 1 else "Trace")
            + " it again with view(x.size(0), -1) or flatten(1) where it has reshape or view with a constant batch",
        ) from error

    def _runs_on(self, size: int, inputs: tuple[torch.Tensor, ...]) -> bool:
        try:
            self.inner(*(one[:1].repeat_interleave(size, dim=0) for one in inputs))
        except Exception:  # whatever its operators raise
            return False
        return True


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:200]


def _first_line(error: Exception) -> str:
    """Without the graph that torch puts behind its reason."""
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line.partition("  [Caused by")[0][:200]


def check_evaluation(module: Any, where: str) -> None:
    """Nothing in a ScriptModule in evaluation mode draws random numbers or trains.

    Raises:
        CheckpointError: names the operator; the mode was traced into it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = torch.jit.freeze(module, optimize_numerics=False).inlined_graph
    except Exception:
        graph = (
            module.forward.inlined_graph
        )  # what is active then changes between two runs, which is looked at later
    for node in _nodes(graph):
        why = _by_chance(node)
        if why:
            raise CheckpointError(
                f"the network was saved in training mode: {why}",
                expected="a network in evaluation mode",
                where=where,
                fix="Call model.eval() before torch.jit.trace or torch.jit.script",
            )


def _nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inside in node.blocks():
            yield from _nodes(inside)


def _by_chance(node: Any) -> str:
    space, _, name = str(node.kind()).partition("::")
    name = name.removesuffix("_")
    if space != "aten":
        return ""
    if name in _RANDOM and not (name == "rrelu" and not _on(node, "training")):
        return f"aten::{name} draws random numbers"
    if name in _DROPOUTS and _on(node, "train"):
        return f"aten::{name} is active"
    if name == "scaled_dot_product_attention" and _on(node, "dropout_p"):
        return f"the dropout of aten::{name} is active"
    if name == "batch_norm" and _on(node, "training"):
        return "aten::batch_norm takes mean and variance from the batch"
    return ""


def _on(node: Any, argument: str) -> bool:
    """An argument that is the constant True, or a number above 0."""
    for one, value in zip(_schema_arguments(node), node.inputs(), strict=False):
        if one == argument:
            constant = value.toIValue()
            return isinstance(constant, bool | float) and constant > 0
    return False


def _schema_arguments(node: Any) -> list[str]:
    schema = torch._C.parse_schema(node.schema())
    return [str(one.name) for one in schema.arguments]


def by_script(
    answering: Answering,
    example: tuple[torch.Tensor, ...],
    inputs: tuple[GraphInput, ...],
    names: tuple[str, ...],
    alone: str,
) -> onnx.ModelProto:
    """`ToOnnx` of a `FixedBatch`: torch.onnx with dynamo=False. What comes out is compared with the module at batch 1, 2
    and 5, as everything is.

    Raises:
        CheckpointError: torch cannot export it.
    """
    if not isinstance(answering, FixedBatch):
        raise TypeError(f"not a ScriptModule: {type(answering).__name__}")
    axes = {
        one.name: {index: axis for index, axis in enumerate(one.shape) if isinstance(axis, str)}
        for one in inputs
    }
    file = io.BytesIO()
    try:
        with quiet(), plain_attention(), _no_graph_on_stdout():
            torch.onnx.export(
                _flat(answering, example, names, alone),
                example,
                file,
                dynamo=False,
                opset_version=OPSET,
                input_names=[one.name for one in inputs],
                output_names=list(names),
                dynamic_axes={name: free for name, free in axes.items() if free} or None,
            )
    except CheckpointError:
        raise
    except Exception as error:  # torch raises many kinds
        raise CheckpointError(
            f"torch.onnx's old exporter cannot export this TorchScript module: {_first_line(error)}",
            fix="Export the network from its own code (--arch) instead",
        ) from error
    return onnx.load_model_from_string(file.getvalue())


@contextlib.contextmanager
def _no_graph_on_stdout() -> Iterator[None]:
    """The old exporter prints the whole graph where it fails, from C++: its switch is read wrongly (torch 2.13)."""
    with mock.patch.object(torch._C, "_jit_onnx_log"):
        yield


def _flat(
    answering: FixedBatch, example: tuple[torch.Tensor, ...], names: tuple[str, ...], alone: str
) -> Any:
    """The ScriptModule itself, or, where it answers with several tensors, one that answers with their tuple. A trace around
    it keeps its own control flow.
    """
    if names == (alone,):
        return answering.inner
    return torch.jit.trace(
        Flat(answering.inner, names, alone).eval(), example, check_trace=False, strict=False
    )
