"""Names of the graph's outputs stand once: values inside that happen to have one make room."""

from __future__ import annotations

from typing import Any

from truecopy.errors import CheckpointError


def check_names(inputs: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    """Raises:
    CheckpointError: an output is called like an input; one file cannot hold both.
    """
    for name in outputs:
        if name in inputs:
            raise CheckpointError(
                f"an output of the network is called {name!r}, and so is an input of the graph",
                fix="Wrap it in a module that gives this output another name",
            )


def make_room(graph: Any, names: tuple[str, ...]) -> None:
    """Rename every value of an onnx_ir graph (subgraphs among them) that has one of `names` and is no output of it.

    torch names values after parameters and operators, and outputs after what was asked for; it does not compare them.
    """
    outputs = {id(value) for value in graph.outputs}
    made = [value for node in graph.all_nodes() for value in node.outputs]
    taken = {value.name for value in (*made, *graph.initializers.values(), *graph.inputs)}
    for value in (*made, *list(graph.initializers.values())):
        if value.name in names and id(value) not in outputs:
            number = 0
            while f"{value.name}_inner_{number}" in taken:
                number += 1
            value.name = f"{value.name}_inner_{number}"
            taken.add(value.name)
