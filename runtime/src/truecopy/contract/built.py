"""Structs built in Python, whose types nothing has checked: a wrong type is a ValueError that names the field."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

Built = TypeVar("Built", bound=msgspec.Struct)


def typed(check: Callable[[Built], None]) -> Callable[[Built], None]:
    """For `__post_init__`: where `check` meets a type that it cannot work with, the field is at fault.

    A document's types are checked before, so this costs nothing there.

    Raises:
        ValueError: names the field, the type that it takes and what was given.
    """

    @functools.wraps(check)
    def checked(struct: Built) -> None:
        try:
            check(struct)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(_wrong_field(struct) or f"{type(struct).__name__}: {error}") from error

    return checked


def _wrong_field(struct: msgspec.Struct) -> str | None:
    kinds = typing.get_type_hints(type(struct), include_extras=True)
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if value is msgspec.UNSET:
            continue
        try:
            msgspec.convert(_plain(value), kinds[name], strict=True)
        except msgspec.ValidationError as error:
            return f"`{name}` of {type(struct).__name__}: {error}, given {value!r:.60}"
    return None


def _plain(value: Any) -> Any:
    """As JSON would hold it; what JSON cannot hold stays, and is refused by its type."""
    try:
        return msgspec.to_builtins(value)
    except (TypeError, ValueError):
        return value
