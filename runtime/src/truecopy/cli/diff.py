"""`truecopy diff`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import click
import msgspec

from truecopy.artifact import Artifact, read
from truecopy.contract import Contract, Step, Values
from truecopy.contract.diff import Difference, align, differences
from truecopy.contract.words import in_words
from truecopy.errors import TruecopyError

from .output import complain, console, count, note, one_line, print_json, printable, refuse

if TYPE_CHECKING:
    from rich.text import Text

_FIRST, _LONG = 3, 12
_OLD, _NEW = "red", "green"


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
    names = difference.path.partition("[")[0].split(".")
    return names[1] if difference.counts or names[1] != "task" else names[2]


def _rows(a: Contract, b: Contract, found: tuple[Difference, ...]) -> Iterator[tuple[str, str, Text]]:
    """Mark, part, both values in one text. Marks: `~` changed, `-` in a only, `+` in b only, `(~)` does not count."""
    yield _merged("input", a.input, b.input)
    for i, j in align(a.steps, b.steps):
        yield _step(a.steps, b.steps, i, j)
    for part, olds, news in (
        ("graph input", a.graph.inputs, b.graph.inputs),
        ("graph output", a.graph.outputs, b.graph.outputs),
    ):
        for old, new in zip_longest(olds, news):
            yield _merged(part, old, new)
    yield _merged("graph", a.graph, b.graph, leave_out=("inputs", "outputs"))
    yield _merged("task", a.task, b.task, leave_out=("labels", "label_ids", "labels_source"))
    for kind in ("labels", "label_ids"):
        yield _labels(kind, getattr(a.task, kind), getattr(b.task, kind))
    yield _merged("views", a.views, b.views)
    for difference in found:
        if not difference.counts:
            part = _part(difference)
            name = difference.path.partition(part)[2].lstrip(".")
            yield "(~)", part, _change(f"{name} " if name else "", difference.a, difference.b)


def _step(a: tuple[Step, ...], b: tuple[Step, ...], i: int | None, j: int | None) -> tuple[str, str, Text]:
    from rich.text import Text

    if j is None or i is None:
        mark, steps, index, style = ("-", a, i, _OLD) if j is None else ("+", b, j, _NEW)
        return mark, f"step {index}", Text(in_words(steps[index or 0]), style)
    name = f"step {i}" if i == j else f"step {i} -> {j}"
    old, new = a[i], b[j]
    if old == new:
        return "", name, Text(in_words(old))
    if isinstance(old, Values) and isinstance(new, Values):
        return "~", name, _change("values ", *(in_words(step).removeprefix("values ") for step in (old, new)))
    return _merged(name, old, new)


def _merged(part: str, a: Any, b: Any, *, leave_out: tuple[str, ...] = ()) -> tuple[str, str, Text]:
    """All fields of two structs in one line, `name=old -> new` where they differ; one of the structs may be missing."""
    from rich.text import Text

    old, new = ({} if part is None else msgspec.to_builtins(part) for part in (a, b))
    mark, style = ("-", _OLD) if b is None else ("+", _NEW) if a is None else ("", "")
    text = Text(style=style)
    for name in dict.fromkeys((*old, *new)):
        if name in leave_out:
            continue
        text.append(" " if text.plain else "")
        label = "" if name in ("op", "kind") else f"{name}="
        if mark in ("-", "+") or old.get(name) == new.get(name):
            text.append(label + _shown(old.get(name, new.get(name))))
        else:
            mark = "~"
            text.append(_change(label, old.get(name, "nothing"), new.get(name, "nothing")))
    return mark, part, text


def _change(name: str, old: Any, new: Any) -> Text:
    from rich.text import Text

    return Text.assemble((name, "bold"), (_shown(old), _OLD), " -> ", (_shown(new), _NEW))


def _labels(kind: str, a: tuple[str, ...] | None, b: tuple[str, ...] | None) -> tuple[str, str, Text]:
    """How many differ, whether only their order does, and the first ones."""
    from rich.text import Text

    if a == b:
        return "", kind, Text("none" if a is None else f"{len(a)}, all the same")
    if a is None or b is None:
        return "~", kind, _change("", *("none" if names is None else str(len(names)) for names in (a, b)))
    apart = [index for index in range(max(len(a), len(b))) if a[index : index + 1] != b[index : index + 1]]
    if sorted(a) == sorted(b):
        words = f"the same {len(a)} in another order: {count(len(apart), 'label')} moved"
    elif len(a) != len(b):
        words = f"{len(a)} -> {len(b)}, which differ in {count(len(apart), 'place')}"
    else:
        words = f"{len(apart)} of {len(a)} differ"
    text = Text(words)
    for index in apart[:_FIRST]:
        old, new = (names[index] if index < len(names) else "nothing" for names in (a, b))
        text.append("; ")
        text.append(_change(f"{index} ", old, new))
    return "~", kind, text.append("; …" if len(apart) > _FIRST else "")


def _shown(value: Any) -> str:
    """One value in few words; hashes are cut (--json has them whole)."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list() | tuple() if len(value) > _LONG:
            return _shown(value[:_LONG])[:-1] + ", …]"
        case list() | tuple():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items()) + "}"
        case str() if len(value) == 64 and set(value) <= set("0123456789abcdef"):
            return f"{value[:16]}…"
        case _:
            return one_line(printable(str(value)))
