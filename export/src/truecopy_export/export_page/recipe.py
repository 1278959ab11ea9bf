"""What the model takes, what the graph computes and what its answer means, in words."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.contract import Contract, names_of
from truecopy.contract.input_words import graph_input_in_words, input_parts
from truecopy.contract.task_words import task_parts
from truecopy.contract.view_words import view_parts
from truecopy.report import Block, Facts, Folded, Table, Text
from truecopy.report.numbers import count

from .account import Account

_MOST_LABELS, _LONGEST = 5000, 4000


def recipe(account: Account) -> Iterator[Block]:
    contract = account.contract
    yield Table(
        f"From the item to the graph, step by step; taken from {contract.provenance.recipe}",
        ["part", "in words"],
        list(input_parts(contract)),
        longest=_LONGEST,
    )
    yield Table("The graph", ["part", "in words"], list(signature_parts(contract)))
    yield Table(
        "What the answer means", ["part", "in words"], [*task_parts(contract.task), *view_parts(contract)]
    )
    yield from _labels(contract)
    origin = contract.provenance
    yield Facts([("made", origin.created), *sorted(origin.versions.items())])


def signature_parts(contract: Contract) -> Iterator[tuple[str, str]]:
    """(part, words): inputs, outputs, precision."""
    graph = contract.graph
    for tensor in graph.inputs:
        yield "input", graph_input_in_words(tensor)
    for output in graph.outputs:
        answer = ", the answer" if output.name == graph.answer and len(graph.outputs) > 1 else ""
        yield "output", f"{output.name}: {output.dtype} ({', '.join(map(str, output.shape))}){answer}"
    yield "computes in", f"{graph.precision}, opset {graph.opset}"
    yield "SHA-256", graph.sha256


def _labels(contract: Contract) -> Iterator[Block]:
    names = names_of(contract.task)
    if len(names) <= 4:
        return
    ids = getattr(contract.task, "label_ids", None)
    heads = ["output", "name", *(["id"] if ids else [])]
    rows = [
        (str(place), name, *([ids[place]] if ids else [])) for place, name in enumerate(names[:_MOST_LABELS])
    ]
    blocks: list[Block] = [Table("In the order of the outputs", heads, rows, frozenset({0}))]
    if len(names) > _MOST_LABELS:
        blocks.append(Text(f"{count(len(names) - _MOST_LABELS)} more stand in the model file."))
    yield Folded(f"All {count(len(names))} names", blocks)
