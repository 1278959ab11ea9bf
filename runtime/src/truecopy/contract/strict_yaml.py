"""Small files that a person wrote: settings, steps, labels, vocabularies. Read up to a limit, as UTF-8, as strict YAML.

`refusal` is the error of whoever reads: RecipeError for a recipe, StrategyError for settings.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from truecopy.errors import TruecopyError


def read_bounded(
    path: Path, what: str, file: str, most: int, refusal: type[TruecopyError], *, expected: str | None = None
) -> bytes:
    """At most `most` bytes. what, file: what is read, for the messages: `the steps`, `the file of steps`.

    Raises:
        refusal: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with NUL in it
        raise refusal(
            f"{what} cannot be read",
            expected=expected,
            got=str(getattr(error, "strerror", error)),
            where=str(path),
        ) from error
    if len(data) > most:
        raise refusal(f"{file} is too long", expected=f"at most {most} bytes", where=str(path))
    return data


def utf8(data: bytes, complaint: str, where: str, refusal: type[TruecopyError]) -> str:
    """The text, without its byte order mark.

    Raises:
        refusal: `complaint`, with the byte and its place.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(
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
        seen = set()
        for key in filter(_is_hashable, keys):
            if key in seen:
                raise yaml.YAMLError(f"key {key!r} stands twice, line {node.start_mark.line + 1}")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _is_hashable(key: Any) -> bool:
    """Other keys are refused by PyYAML itself."""
    return isinstance(key, Hashable)


def parse_yaml(data: bytes | str, where: str, refusal: type[TruecopyError]) -> Any:
    """Plain data.

    Raises:
        refusal: no YAML, a key twice, or aliases.
    """
    try:
        return yaml.load(data, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        # PyYAML calls what it was given "<unicode string>" or "<byte string>".
        told = re.sub('"<(unicode|byte) string>"', lambda _: f'"{where}"', " ".join(str(error).split()))
        raise refusal(f"not valid YAML: {told}", where=where) from error


def line_numbers(text: str) -> dict[str, int]:
    """Of YAML that `parse_yaml` took: the line of each key and item by its path, `$.inference.tta.augmentations[1]`."""
    return dict(_lines(yaml.compose(text, yaml.SafeLoader), "$"))


def _lines(node: Any, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = f"{path}.{key.value}"
            yield below, key.start_mark.line + 1
            yield from _lines(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            below = f"{path}[{index}]"
            yield below, value.start_mark.line + 1
            yield from _lines(value, below)
