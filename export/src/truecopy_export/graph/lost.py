"""Put back constants that torch.onnx's optimizer lost."""

from __future__ import annotations

import onnx_ir


def restore_lost(model: onnx_ir.Model) -> None:
    """Constants that nodes of the main graph use and that are no initializers of it become such, under free names.

    onnxscript 0.7 names the bounds of a fused clamp after the tensor that is clamped (`rewriter/rules/common/
    _min_max_to_clip.py` compute_constants, `_fuse_relus_clips.py`), and `rewriter/_rewrite_rule.py` puts them into the
    graph by name: where one tensor is clamped several times to different bounds, only the last ones stay in the graph. The
    nodes still hold the others.
    """
    graph = model.graph
    for node in graph:
        for value in node.inputs:
            if value is None or value.const_value is None or value.producer() is not None:
                continue
            if value.is_initializer() or value.is_graph_input():
                continue
            value.name = _free(value.name or "constant", graph)
            graph.register_initializer(value)


def _free(name: str, graph: onnx_ir.Graph) -> str:
    taken = {*graph.initializers, *(value.name for value in graph.inputs)}
    taken |= {output.name for node in graph for output in node.outputs}
    free, number = name, 0
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
