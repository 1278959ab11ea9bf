"""Two values of one part as a line of a comparison: a mark, the part, both values in one text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from .output import count, one_line, printable

if TYPE_CHECKING:
    from rich.text import Text

Part = TypeVar("Part")
Line: TypeAlias = "tuple[str, str, Text]"

OLD, NEW = "red", "green"
_FIRST, _LONG = 3, 12
_NOUNS = {"label_ids": "label", "vocabulary": "token"}


def merged(part: str, a: Any, b: Any, *, leave_out: tuple[str, ...] = ()) -> Line:
    """All fields of two structs in one line, `name=old -> new` where they differ; one of the structs may be missing."""
    from rich.text import Text

    old, new = ({} if part is None else msgspec.to_builtins(part) for part in (a, b))
    mark, style = ("-", OLD) if b is None else ("+", NEW) if a is None else ("", "")
    text = Text(style=style)
    for name in dict.fromkeys((*old, *new)):
        if name in leave_out:
            continue
        text.append(" " if text.plain else "")
        label = "" if name in ("op", "kind") else f"{name}="
        if mark in ("-", "+") or old.get(name) == new.get(name):
            text.append(label + shown(old.get(name, new.get(name))))
        else:
            mark = "~"
            text.append(change(label, old.get(name, "nothing"), new.get(name, "nothing")))
    return mark, part, text


def worded(part: str, a: Part | None, b: Part | None, words: Callable[[Part], str]) -> Line:
    """Two parts in words; where only what the words leave out differs, that is said."""
    from rich.text import Text

    if a is None and b is None:
        return "", part, Text("none")
    if a is None or b is None:
        present, mark, style = (b, "+", NEW) if a is None else (a, "-", OLD)
        assert present is not None  # noqa: S101 - one of the two is there
        return mark, part, Text(one_line(printable(words(present))), style)
    old, new = words(a), words(b)
    if a == b:
        return "", part, Text(one_line(printable(old)))
    if old == new:
        return (
            "~",
            part,
            Text.assemble(one_line(printable(old)), (" (they differ in what is not shown: --json)", "bold")),
        )
    return "~", part, change("", old, new)


def listed(kind: str, a: tuple[str, ...] | None, b: tuple[str, ...] | None) -> Line:
    """How many differ, whether only their order does, and the first ones."""
    from rich.text import Text

    if a == b:
        return "", kind, Text("none" if a is None else f"{len(a)}, all the same")
    if a is None or b is None:
        return "~", kind, change("", *("none" if names is None else str(len(names)) for names in (a, b)))
    apart = [index for index in range(max(len(a), len(b))) if a[index : index + 1] != b[index : index + 1]]
    if sorted(a) == sorted(b):
        words = f"the same {len(a)} in another order: {count(len(apart), _NOUNS.get(kind, kind.removesuffix('s')))} moved"
    elif len(a) != len(b):
        words = f"{len(a)} -> {len(b)}, which differ in {count(len(apart), 'place')}"
    else:
        words = f"{len(apart)} of {len(a)} differ"
    text = Text(words)
    for index in apart[:_FIRST]:
        old, new = (names[index] if index < len(names) else "nothing" for names in (a, b))
        text.append("; ")
        text.append(change(f"{index} ", old, new))
    return "~", kind, text.append("; …" if len(apart) > _FIRST else "")


def change(name: str, old: Any, new: Any) -> Text:
    from rich.text import Text

    return Text.assemble((name, "bold"), (shown(old), OLD), " -> ", (shown(new), NEW))


def shown(value: Any) -> str:
    """One value in few words; hashes are cut (--json has them whole)."""
    match value:
        case None:
            return "null"
        case "":
            return "''"
        case bool():
            return str(value).lower()
        case list() | tuple() if len(value) > _LONG:
            return shown(value[:_LONG])[:-1] + ", …]"
        case list() | tuple():
            return "[" + ", ".join(map(shown, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{name}: {shown(inner)}" for name, inner in value.items()) + "}"
        case str() if len(value) == 64 and set(value) <= set("0123456789abcdef"):
            return f"{value[:16]}…"
        case _:
            return one_line(printable(str(value)))
