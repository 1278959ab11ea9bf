"""Which documents this runtime reads: its own major version, older ones after an explicit upgrade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from truecopy.errors import ContractError, Version

from .explain import shown

DOCUMENT_VERSION = 1
RUNTIME_VERSION = "0.5.0"

# From version n to n + 1. Empty until there is a version 2.
UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upgrade(document: object) -> dict[str, Any]:
    """A document of any version that can be read, as the current version.

    Raises:
        ContractError: not an object, or no version.
        Version: newer than this runtime.
    """
    if not isinstance(document, dict):
        raise ContractError("the contract is no JSON object", got=type(document).__name__, where="`$`")
    version = document.get("truecopy")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ContractError(
            "the contract has no version",
            expected=f"1 to {DOCUMENT_VERSION}",
            got=shown(version),
            where="`$.truecopy`",
        )
    if version > DOCUMENT_VERSION:
        raise Version(
            f"the contract is of version {version}; this runtime ({RUNTIME_VERSION}) reads up to {DOCUMENT_VERSION}",
            where="`$.truecopy`",
            fix=f"It needs {_needed(document)}: pip install --upgrade truecopy",
        )
    for step in range(version, DOCUMENT_VERSION):
        document = UPGRADES[step](document)
    requires = document.get("requires")
    if isinstance(requires, str) and _newer(requires):
        raise Version(
            f"the contract needs {_needed(document)}; this is {RUNTIME_VERSION}",
            where="`$.requires`",
            fix="pip install --upgrade truecopy",
        )
    return document


def _needed(document: dict[str, Any]) -> str:
    requires = document.get("requires")
    return f"truecopy >= {requires[:20]}" if isinstance(requires, str) else "a later truecopy"


def _newer(requires: str) -> bool:
    def numbers(version: str) -> tuple[int, ...]:
        # Nine digits are more than any release has; the document's type refuses what is no version.
        parts = [int(part[:9]) for part in version.split(".") if part.isdecimal()]
        return tuple([*parts, 0, 0][:3])

    return numbers(requires) > numbers(RUNTIME_VERSION)
