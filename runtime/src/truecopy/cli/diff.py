"""`truecopy diff`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest

import click
import msgspec

from truecopy.artifact import Artifact, read
from truecopy.contract import (
    Contract,
    FeatureBlock,
    Multilabel,
    Regression,
    Step,
    TableInput,
    Task,
    TokensInput,
    Values,
)
from truecopy.contract.diff import Difference, align, differences
from truecopy.contract.input_words import block_columns_in_words, table_step_in_words, text_policy_in_words
from truecopy.contract.task_words import quantity_in_words, task_parts, undo_in_words
from truecopy.contract.words import in_words, input_in_words
from truecopy.errors import TruecopyError

from .diff_lines import NEW, OLD, Line, change, listed, merged, worded
from .output import complain, console, note, one_line, print_json, refuse


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="One JSON document: every value that differs.")
def diff(a: str, b: str, as_json: bool) -> int:
    """Compare what two model files say, step by step. Exit code 1 when they differ.

    Input, steps, graph, task and views count: they change predictions. Provenance, proof, the source of the labels and
    the document's version are shown in brackets and do not count. A file whose seal does not hold is compared all the
    same, with exit code 3.
    """
    artifacts = [artifact for path in (a, b) if (artifact := _read(path, as_json=as_json)) is not None]
    if len(artifacts) < 2:
        return 3
    found = differences(artifacts[0].contract, artifacts[1].contract)
    differ = any(difference.counts for difference in found)
    if as_json:
        print_json({"path": a, "other": b, "status": "ok", "differ": differ,
                    "seal": artifacts[0].seal, "seal_other": artifacts[1].seal,
                    "differences": [asdict(difference) for difference in found]})  # fmt: skip
    else:
        _print(artifacts[0], artifacts[1], found)
    return 3 if any(artifact.seal != "sealed" for artifact in artifacts) else int(differ)


def _read(path: str, *, as_json: bool) -> Artifact | None:
    try:
        artifact = read(path)
    except TruecopyError as error:
        refuse(path, error, as_json=as_json)
        return None
    if artifact.seal != "sealed":
        complain(f"{path} is {artifact.seal}: what it says may not be what was proven")
    return artifact


def _print(a: Artifact, b: Artifact, found: tuple[Difference, ...]) -> None:
    from rich.table import Table

    table = Table(title=f"a: {one_line(a.path)}\nb: {one_line(b.path)}", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("part", no_wrap=True)
    table.add_column("a -> b", overflow="fold")
    for mark, part, text in _rows(a.contract, b.contract, found):
        table.add_row(mark, part, text)
    console().print(table)
    counted = dict.fromkeys(_part(difference) for difference in found if difference.counts)
    others = dict.fromkeys(_part(difference) for difference in found if not difference.counts)
    verdict = f"they differ in {', '.join(counted)}" if counted else "the same predictions"
    if not counted and not a.seal == b.seal == "sealed":
        verdict = "the contracts say the same, but not all bytes are the sealed ones"
    note(verdict + (f"; not counted: {', '.join(others)}" if others else ""))


def _part(difference: Difference) -> str:
    """`steps` of `$.steps[2].filter`; what does not count of the task is only the source of its labels."""
    fields = difference.path.partition("[")[0].split(".")
    return fields[1] if difference.counts or fields[1] != "task" else fields[2]


def _rows(a: Contract, b: Contract, found: tuple[Difference, ...]) -> Iterator[Line]:
    """Mark, part, both values in one text. Marks: `~` changed, `-` in a only, `+` in b only, `(~)` does not count."""
    yield from _input(a, b)
    for i, j in align(a.steps, b.steps):
        yield _step(a.steps, b.steps, i, j)
    for part, olds, news in (
        ("graph input", a.graph.inputs, b.graph.inputs),
        ("graph output", a.graph.outputs, b.graph.outputs),
    ):
        for old, new in zip_longest(olds, news):
            yield merged(part, old, new)
    yield merged("graph", a.graph, b.graph, leave_out=("inputs", "outputs"))
    yield from _task(a.task, b.task)
    yield merged("views", a.views, b.views)
    for difference in found:
        if not difference.counts:
            part = _part(difference)
            name = difference.path.partition(part)[2].lstrip(".")
            yield "(~)", part, change(f"{name} " if name else "", difference.a, difference.b)


def _input(a: Contract, b: Contract) -> Iterator[Line]:
    """Two of one kind field by field, their long lists by what differs in them; of two kinds only what each takes."""
    old, new = a.input, b.input
    if isinstance(old, TableInput) and isinstance(new, TableInput):
        yield merged("input", old, new, leave_out=("columns", "features"))
        columns = (tuple(f"{one.name} {one.dtype}" for one in table.columns) for table in (old, new))
        yield listed("columns", *columns)
        for index, (block, other) in enumerate(zip_longest(old.features, new.features)):
            yield from _block(f"block {index}", block, other)
    elif isinstance(old, TokensInput) and isinstance(new, TokensInput):
        yield merged("input", old, new, leave_out=("text",))
        yield worded("text", old.text, new.text, text_policy_in_words)
        yield listed("vocabulary", *(None if one.text is None else one.text.vocabulary for one in (old, new)))
    elif type(old) is type(new):
        yield merged("input", old, new)
    else:
        yield "~", "input", change("", input_in_words(a), input_in_words(b))


def _block(part: str, a: FeatureBlock | None, b: FeatureBlock | None) -> Iterator[Line]:
    """Its columns, and each step in words."""
    bare_a, bare_b = (None if block is None else msgspec.structs.replace(block, chain=()) for block in (a, b))
    yield worded(part, bare_a, bare_b, block_columns_in_words)
    olds, news = (
        [] if block is None else [(step, block.columns) for step in block.chain] for block in (a, b)
    )
    for index, (old, new) in enumerate(zip_longest(olds, news)):
        yield worded(f"  step {index}", old, new, lambda step: table_step_in_words(*step))


def _task(a: Task, b: Task) -> Iterator[Line]:
    """Two of one kind field by field, names by what differs in them; two kinds in words."""
    if type(a) is not type(b):
        for part in dict.fromkeys(part for task in (a, b) for part, _ in task_parts(task)):
            old, new = (
                "; ".join(words for name, words in task_parts(task) if name == part) or None
                for task in (a, b)
            )
            yield worded(part, old, new, str)
        return
    lists = ("labels", "label_ids", "labels_source", "thresholds", "values", "values_source", "undo")
    yield merged("task", a, b, leave_out=lists)
    if isinstance(a, Regression) and isinstance(b, Regression):
        for index, (value, its) in enumerate(zip_longest(a.values, b.values)):
            yield worded(f"value {index}", value, its, quantity_in_words)
        for index, (undo, other) in enumerate(zip_longest(a.undo, b.undo)):
            yield worded(f"undo {index}", undo, other, undo_in_words)
        return
    for kind in ("labels", "label_ids"):
        if hasattr(a, kind):
            yield listed(kind, getattr(a, kind), getattr(b, kind))
    if isinstance(a, Multilabel) and isinstance(b, Multilabel):
        yield listed("thresholds", *(tuple(map(str, task.thresholds)) for task in (a, b)))


def _step(a: tuple[Step, ...], b: tuple[Step, ...], i: int | None, j: int | None) -> Line:
    from rich.text import Text

    if j is None or i is None:
        mark, steps, index, style = ("-", a, i, OLD) if j is None else ("+", b, j, NEW)
        return mark, f"step {index}", Text(in_words(steps[index or 0]), style)
    name = f"step {i}" if i == j else f"step {i} -> {j}"
    old, new = a[i], b[j]
    if old == new:
        return "", name, Text(in_words(old))
    if isinstance(old, Values) and isinstance(new, Values):
        return "~", name, change("values ", *(in_words(step).removeprefix("values ") for step in (old, new)))
    return merged(name, old, new)
