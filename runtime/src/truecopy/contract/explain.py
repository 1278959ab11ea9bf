"""Make msgspec's first error as helpful as it can be: which values are allowed there, which name was meant."""

from __future__ import annotations

import difflib
import re
from typing import Any

import msgspec.inspect as mi

_PATH = re.compile(r" - at (?P<key>`key` in )?`(?P<path>\$[^`]*)`$")
_INVALID = re.compile(r"Invalid (enum )?value")
_SHOWN = 80
_TOKEN = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]|\[(\.\.\.)\]")


def explain(message: str, value: Any, kind: Any, root: str = "$") -> str:
    """`message` of msgspec about `value` read as `kind`, with the allowed values and the path from `root`."""
    match = _PATH.search(message)
    path = match["path"] if match else "$"
    text = message[: match.start()] if match else message
    unknown = re.search(r"unknown field `([^`]+)`", text)
    found, node = _follow(path, value, mi.type_info(kind))
    if unknown:
        text = f"Object contains unknown field `{unknown[1][:_SHOWN]}`"
        text += _nearest(unknown[1], [field.encode_name for field in getattr(node, "fields", ())])
    elif _INVALID.match(text):
        tag = path.rpartition(".")[2]
        parent = _follow(path[: -len(tag) - 1], value, mi.type_info(kind))[1] if "." in path else None
        allowed = _allowed(node) or _tags(parent, tag)
        text = f"{_INVALID.match(text)[0]} {shown(found)}"  # type: ignore[index]
        if allowed:
            text += f", expected one of {', '.join(map(repr, allowed))}"
    key = match["key"] if match and match["key"] else ""
    return f"{text} - at {key}`{root}{path[1:]}`"


def shown(value: Any) -> str:
    """`value` as it stands, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _follow(path: str, value: Any, node: Any) -> tuple[Any, Any]:
    """The value and the type information at `path`."""
    for name, index, _ in _TOKEN.findall(path):
        node = _choose(node, value)
        if name:
            value = value.get(name) if isinstance(value, dict) else None
            if isinstance(node, mi.StructType):
                fields = {field.encode_name: field.type for field in node.fields}
                node = fields.get(name)
            else:
                node = getattr(node, "value_type", None)
        elif index:
            position = int(index)
            value = value[position] if isinstance(value, list) and position < len(value) else None
            items = getattr(node, "item_types", None)
            node = items[min(position, len(items) - 1)] if items else getattr(node, "item_type", None)
    return value, _choose(node, value)


def _choose(node: Any, value: Any) -> Any:
    """Of a tagged union, the struct that `value` says it is; else the union itself."""
    if not isinstance(node, mi.UnionType):
        return node
    for kind in node.types:
        if (
            isinstance(kind, mi.StructType)
            and isinstance(value, dict)
            and value.get(kind.tag_field) == kind.tag
        ):
            return kind
        if isinstance(kind, mi.VarTupleType | mi.TupleType) and isinstance(value, list):
            return kind
    return node


def _allowed(node: Any) -> list[Any]:
    kinds = node.types if isinstance(node, mi.UnionType) else (node,)
    return [value for kind in kinds if isinstance(kind, mi.LiteralType) for value in kind.values]


def _tags(node: Any, field: str) -> list[Any]:
    kinds = node.types if isinstance(node, mi.UnionType) else (node,)
    return [kind.tag for kind in kinds if isinstance(kind, mi.StructType) and kind.tag_field == field]


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f", did you mean `{close[0]}`?"
    return f", known are {', '.join(known)}" if known else ""
