"""`package.module:object`: what a Python file of the user's own defines."""

from __future__ import annotations

import difflib
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .library import Refusal


def load_object(spec: str, refusal: Refusal) -> Any:
    """The object that `spec` names; the current folder is put on `sys.path` first.

    Raises:
        refusal: the spelling is wrong, the module does not import, or it has no such object.
    """
    module_name, colon, path = spec.partition(":")
    if not (module_name and colon and path):
        raise refusal(
            "the spelling is incomplete", expected="python:package.module:object", got=f"python:{spec}"
        )
    value: Any = _import(module_name, refusal)
    for name in path.split("."):
        if not hasattr(value, name):
            raise refusal(
                f"no {name!r} in {module_name}{_nearest(name, dir(value))}",
                got=f"python:{spec}",
                where=getattr(value, "__file__", None),
            )
        value = getattr(value, name)
    return value


def _import(name: str, refusal: Refusal) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise refusal(
                f"no module {error.name!r}", where=folder, fix="Call from the folder that holds it"
            ) from error
        raise refusal(f"importing {name!r} failed", got=f"{type(error).__name__}: {error}") from error


def _nearest(name: str, known: list[str]) -> str:
    public = [other for other in known if not other.startswith("_")]
    close = difflib.get_close_matches(name, public, n=1)
    return (
        f", did you mean {close[0]!r}?" if close else f"; it has {', '.join(public[:12])}" if public else ""
    )
