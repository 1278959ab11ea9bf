from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from truecopy.contract import Contract, decode

FORMAT = Path(__file__).parents[3] / "docs" / "format.md"
# The documented example is the one that all tests start from.
EXAMPLE = FORMAT.read_text("utf-8").split("```json\n")[1].split("```")[0]

_ABSENT = object()


@pytest.fixture(scope="session")
def format_page() -> str:
    return FORMAT.read_text("utf-8")


@pytest.fixture(scope="session")
def example() -> str:
    return EXAMPLE


@pytest.fixture(scope="session")
def document() -> Callable[[], Any]:
    """A fresh copy of the example, as plain data."""
    plain = json.loads(EXAMPLE)
    return lambda: copy.deepcopy(plain)


@pytest.fixture(scope="session")
def contract() -> Contract:
    return decode(EXAMPLE)


@pytest.fixture(scope="session")
def changed(document) -> Callable[..., str]:
    """The example with another value at a path, or without one: `changed("steps", 0, "size", to=5)`."""

    def change(*path: str | int, to: object = _ABSENT) -> str:
        plain = document()
        parent = plain
        for key in path[:-1]:
            parent = parent[key]
        if to is _ABSENT:
            del parent[path[-1]]
        else:
            parent[path[-1]] = to
        return json.dumps(plain)

    return change
