"""Nodes of an ONNX graph that draw random numbers or are in training mode: found by looking, not by two runs.

Sources: the operators' text in onnx's `docs/Operators.md` and `docs/Changelog.md` (Dropout 7, 10 and 12; BatchNormalization
7, 9, 14 and 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import onnx
from onnx import numpy_helper

_RANDOM = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
)
_STANDARD = ("", "ai.onnx")
# From here on an operator says itself whether it trains. Before, Dropout of a graph that runs never did.
_DROPOUT_SAYS, _NORM_SAYS = 12, 14


def by_chance(model: onnx.ModelProto) -> tuple[str, ...]:
    """What makes a graph answer by chance or from the batch, in words: `node 'drop' (Dropout in training mode)`.

    Nodes of the main graph, its subgraphs and the file's own functions.
    """
    own = {(one.domain, one.name) for one in model.functions}
    found = list(_of_graph(model.graph, {}, _opset(model.opset_import), own))
    for function in model.functions:
        opset = _opset(function.opset_import) or _opset(model.opset_import)
        inside = _of_nodes(function.node, {}, opset, own)
        found += [f"{words} of function {function.name!r}" for words in inside]
    return tuple(found)


def _opset(entries: Iterable[onnx.OperatorSetIdProto]) -> int:
    return next((int(entry.version) for entry in entries if entry.domain in _STANDARD), 0)


def _of_graph(
    graph: onnx.GraphProto, known: dict[str, bool], opset: int, own: set[tuple[str, str]]
) -> Iterator[str]:
    """known: the constant booleans around it, which a subgraph may use."""
    stored = {
        one.name: bool(numpy_helper.to_array(one).any())
        for one in graph.initializer
        if one.data_type == onnx.TensorProto.BOOL
    }
    yield from _of_nodes(graph.node, known | stored, opset, own)


def _of_nodes(
    nodes: Iterable[onnx.NodeProto], known: dict[str, bool], opset: int, own: set[tuple[str, str]]
) -> Iterator[str]:
    known = dict(known)
    for index, node in enumerate(nodes):
        if node.op_type == "Constant" and (value := _truth(node)) is not None:
            known[node.output[0]] = value
        why = "" if (node.domain, node.op_type) in own else _why(node, known, opset)
        if why:
            yield f"node {node.name or index!r} ({why})"
        for attribute in node.attribute:
            for inside in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _of_graph(inside, known, opset, own)


def _truth(node: onnx.NodeProto) -> bool | None:
    """The value of a constant boolean."""
    for attribute in node.attribute:
        if attribute.name == "value" and attribute.t.data_type == onnx.TensorProto.BOOL:
            return bool(numpy_helper.to_array(attribute.t).any())
    return None


def _why(node: onnx.NodeProto, known: dict[str, bool], opset: int) -> str:
    """Empty where the node is a function of its inputs alone, item by item."""
    if node.domain not in _STANDARD:
        return ""
    if node.op_type in _RANDOM:
        return f"{node.op_type}, which draws random numbers"
    if node.op_type == "Dropout" and opset >= _DROPOUT_SAYS and len(node.input) > 2 and node.input[2]:
        trains = known.get(node.input[2])
        if trains is None:
            return "Dropout whose training mode is computed"
        return "Dropout in training mode" if trains else ""
    if node.op_type == "BatchNormalization" and _norm_trains(node, opset):
        return "BatchNormalization in training mode: it takes mean and variance from the batch"
    return ""


def _norm_trains(node: onnx.NodeProto, opset: int) -> bool:
    if opset >= _NORM_SAYS:
        return any(one.name == "training_mode" and one.i for one in node.attribute)
    # Before, it trained where somebody asked for the statistics.
    return sum(bool(name) for name in node.output) > 1
