"""Do the graph's inputs take what `input` makes: features of a table, ids and mask of tokens?"""

from __future__ import annotations

from truecopy.errors import ContractError

from .feature_flow import widths
from .graph import GraphInput, Layout
from .tables import TableInput
from .tokens import TokensInput


def only_input(inputs: tuple[GraphInput, ...], layouts: tuple[Layout, ...], what: str) -> GraphInput:
    """The one input of a graph that takes pictures or rows.

    Raises:
        ContractError: several, or of another layout; names the JSON path.
    """
    if len(inputs) != 1:
        names = ", ".join(repr(one.name) for one in inputs)
        raise ContractError(f"{what} feeds one input of the graph", got=names, where="`$.graph.inputs`")
    if inputs[0].layout not in layouts:
        raise ContractError(
            f"{what} feeds layout {' or '.join(layouts)}",
            got=inputs[0].layout,
            where="`$.graph.inputs[0].layout`",
        )
    return inputs[0]


def check_table(table: TableInput, inputs: tuple[GraphInput, ...]) -> None:
    """The features are as many as the graph takes.

    Raises:
        ContractError: names the JSON path.
    """
    made = sum(widths(table))
    graph_input = only_input(inputs, ("NF",), "a table")
    if graph_input.shape[1] != made:
        raise ContractError(
            f"input {graph_input.name!r} takes {graph_input.shape[1]} features, the columns make {made}",
            where="`$.graph.inputs[0].shape`",
        )


def check_tokens(tokens: TokensInput, inputs: tuple[GraphInput, ...]) -> None:
    """One input takes the ids, each other one something else, all of one length that the padding can reach.

    Raises:
        ContractError: names the JSON path.
    """
    feeds = [one.feed for one in inputs]
    if any(one.layout != "NT" for one in inputs):
        raise ContractError("tokens feed layout NT", where="`$.graph.inputs`")
    if feeds.count("ids") != 1 or feeds.count("mask") > 1:
        raise ContractError(
            "one input takes the ids, and at most one the mask",
            got=", ".join(map(str, feeds)),
            where="`$.graph.inputs`",
        )
    ids = inputs[feeds.index("ids")]
    if ids.dtype not in ("int64", "int32"):
        raise ContractError(
            "ids are integers",
            expected="int64 or int32",
            got=ids.dtype,
            where=f"`$.graph.inputs[{feeds.index('ids')}]`",
        )
    shapes = {one.shape for one in inputs}
    if len(shapes) != 1:
        raise ContractError(
            "all inputs have one shape", got=" and ".join(map(str, shapes)), where="`$.graph.inputs`"
        )
    length = ids.shape[1]
    padded = None if tokens.padding is None else tokens.padding.length
    if isinstance(length, int) and padded != length:
        raise ContractError(
            f"the graph takes sequences of exactly {length}",
            expected=f"padding to length {length}",
            got="no padding" if padded is None else f"length {padded}",
            where="`$.input.padding`",
        )
