"""Small files that a person wrote: steps, labels, vocabularies, tasks. Read up to a limit, as UTF-8, as strict YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from truecopy.errors import RecipeError


def read_bounded(path: Path, what: str, file: str, most: int, *, expected: str | None = None) -> bytes:
    """At most `most` bytes. what, file: what is read, for the messages: `the steps`, `the file of steps`.

    Raises:
        RecipeError: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with NUL in it
        raise RecipeError(
            f"{what} cannot be read",
            expected=expected,
            got=str(getattr(error, "strerror", error)),
            where=str(path),
        ) from error
    if len(data) > most:
        raise RecipeError(f"{file} is too long", expected=f"at most {most} bytes", where=str(path))
    return data


def utf8(data: bytes, complaint: str, where: str) -> str:
    """The text, without its byte order mark.

    Raises:
        RecipeError: `complaint`, with the byte and its place.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(
            complaint, got=f"byte {data[error.start]:#04x} at {error.start}", where=where
        ) from error


class _Loader(yaml.SafeLoader):
    """No duplicate keys, no aliases (a few lines of them could stand for gigabytes)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"aliases are not read, line {line}")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"key {key!r} stands twice, line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep=deep)


def parse_yaml(data: bytes, where: str) -> Any:
    """Plain data.

    Raises:
        RecipeError: no YAML, a key twice, or aliases.
    """
    try:
        return yaml.load(data, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise RecipeError(f"not valid YAML: {' '.join(str(error).split())}", where=where) from error
