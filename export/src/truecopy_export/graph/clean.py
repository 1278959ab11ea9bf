"""Take out of an ONNX model what is not the model: stack traces with local paths, notes, stale shapes."""

from __future__ import annotations

from typing import Any

import onnx


def clean(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy without doc strings, node metadata and intermediate value_info; graph and weights are the same."""
    cleaned = onnx.ModelProto()
    cleaned.CopyFrom(model)
    cleaned.doc_string = ""
    del cleaned.metadata_props[:]
    for function in cleaned.functions:
        _clean_part(function)
        del function.value_info[:]
        _clean_nodes(function.node)
    _clean_graph(cleaned.graph)
    return cleaned


def _clean_graph(graph: onnx.GraphProto) -> None:
    _clean_part(graph)
    # Shapes of intermediates may be stale after a batch axis was freed; ONNX Runtime infers them anew.
    del graph.value_info[:]
    for part in [*graph.input, *graph.output, *graph.initializer]:
        _clean_part(part)
    _clean_nodes(graph.node)


def _clean_nodes(nodes: Any) -> None:
    for node in nodes:
        _clean_part(node)
        for attribute in node.attribute:
            attribute.doc_string = ""
            for subgraph in [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]:
                _clean_graph(subgraph)


def _clean_part(part: Any) -> None:
    part.doc_string = ""
    del part.metadata_props[:]
