"""Names and order that follow from the graph alone: the same network gives the same bytes in every process."""

from __future__ import annotations

from collections.abc import Iterable

import onnx

from truecopy.errors import CheckpointError


def canonical(model: onnx.ModelProto, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> onnx.ModelProto:
    """A copy whose nodes stand in the order in which the outputs ask for them, called after operator and place; what no
    output needs is left out. inputs, outputs: the names of the graph's own, in their order.

    A converter numbers what it makes by a counter of its process.

    Raises:
        CheckpointError: nodes that hold graphs, a value that nothing makes, or other numbers of inputs and outputs.
    """
    graph = model.graph
    _check(graph, inputs, outputs)
    ordered = _ordered(graph)
    names = dict(zip((one.name for one in _fed(graph)), inputs, strict=True))
    stored = {one.name: one for one in graph.initializer}
    weights: list[onnx.TensorProto] = []
    made = onnx.ModelProto()
    made.CopyFrom(model)
    del made.graph.node[:], made.graph.initializer[:], made.graph.value_info[:], made.graph.input[:]
    wanted = dict(zip((one.name for one in graph.output), outputs, strict=True))
    for index, node in enumerate(ordered):
        new = made.graph.node.add()
        new.CopyFrom(node)
        new.name = f"{node.op_type}_{index}"
        for place, name in enumerate(node.input):
            if name in stored and name not in names:
                names[name] = f"{new.name}.{place}"
                weights.append(stored[name])
        for place, name in enumerate(node.output):
            names[name] = wanted.get(name) or (f"{new.name}:{place}" if name else "")
        new.input[:] = [names[name] if name else "" for name in node.input]
        new.output[:] = [names[name] for name in node.output]
    for weight in weights:
        kept = made.graph.initializer.add()
        kept.CopyFrom(weight)
        kept.name = names[weight.name]
    for value, name in zip(_fed(graph), inputs, strict=True):
        made.graph.input.add().CopyFrom(value)
        made.graph.input[-1].name = name
    for value, name in zip(made.graph.output, outputs, strict=True):
        value.name = name
    made.graph.name = "main"
    made.producer_name, made.producer_version, made.doc_string = "", "", ""
    return made


def _fed(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """The inputs that have no value of their own."""
    stored = {one.name for one in graph.initializer}
    return [one for one in graph.input if one.name not in stored]


def _check(graph: onnx.GraphProto, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    found = tuple(one.name for one in _fed(graph))
    if len(found) != len(inputs):
        raise CheckpointError(
            "the converter made a graph that asks for more than the network's own input",
            expected=", ".join(inputs),
            got=", ".join(found) or "no input",
            fix="A constant of the network was left outside its graph: this network cannot be converted as it stands",
        )
    ends = [one.name for one in graph.output]
    if len(ends) != len(outputs) or len(set(ends)) != len(ends):
        raise CheckpointError(
            "the converter made a graph with other outputs than the network",
            expected=", ".join(outputs),
            got=", ".join(ends) or "none",
        )
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                raise CheckpointError(
                    "the converter made a graph with branches or loops inside",
                    got=f"{node.op_type} ({node.name})",
                    fix="Python in the network that depends on the values is the usual reason; export a network without it",
                )


def _ordered(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Depth first from the outputs, inputs in their order; without recursion, for deep networks."""
    makers = {name: node for node in graph.node for name in node.output if name}
    known = {one.name for one in (*graph.input, *graph.initializer)}
    done: set[int] = set()
    begun: set[int] = set()
    ordered: list[onnx.NodeProto] = []
    for end in graph.output:
        if end.name not in makers:
            raise _missing(end.name, "an output of the graph")
        waiting = [makers[end.name]]
        while waiting:
            node = waiting[-1]
            if id(node) in done:
                waiting.pop()
                continue
            before = list(_before(node, makers, known, done))
            if not before:
                done.add(id(node))
                ordered.append(waiting.pop())
            elif id(node) in begun:
                raise CheckpointError("the converter made a graph that goes in a circle", got=node.name)
            else:
                begun.add(id(node))
                waiting.extend(reversed(before))
    return ordered


def _before(
    node: onnx.NodeProto, makers: dict[str, onnx.NodeProto], known: set[str], done: set[int]
) -> Iterable[onnx.NodeProto]:
    """The nodes that this one waits for."""
    for name in node.input:
        maker = makers.get(name)
        if maker is None:
            if name and name not in known:
                raise _missing(name, f"{node.op_type} ({node.name})")
        elif id(maker) not in done:
            yield maker


def _missing(name: str, reader: str) -> CheckpointError:
    return CheckpointError(
        "the converter made a graph in which a value is missing", got=f"{name!r}, which {reader} reads"
    )
