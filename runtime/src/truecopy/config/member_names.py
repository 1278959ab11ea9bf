"""Names of models where no shell has looked at them: patterns, and commas that do not belong."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from truecopy.errors import StrategyError


def member_names(names: Iterable[str], folder: Path = Path(), where: str | None = None) -> tuple[str, ...]:
    """The names in their order; a pattern such as `fold_*.onnx` gives its files, sorted, and a real name is taken literally.

    folder: from where they are looked for. where: the place in a file of settings.

    Raises:
        StrategyError: a pattern that nothing matches, or several names with commas between them.
    """
    return tuple(found for name in names for found in _of(name, folder, where))


def one_member(name: str, folder: Path, where: str) -> str:
    """The name itself, or the one file of a pattern.

    Raises:
        StrategyError: a pattern that nothing matches, or more than one file.
    """
    if os.path.lexists(folder / name) or not glob.has_magic(name):
        return name
    found = _matches(name, folder, where)
    if len(found) > 1:
        raise StrategyError(
            "one model is named, and the pattern matches several",
            expected="one file",
            got=f"{len(found)}: {', '.join(found[:3])}{', ...' if len(found) > 3 else ''}",
            where=where,
            fix=f"Name one of them; several models are an ensemble: {{checkpoints: ['{name}']}}",
        )
    return found[0]


def _of(name: str, folder: Path, where: str | None) -> Iterator[str]:
    if os.path.lexists(folder / name):
        yield name
        return
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if len(parts) > 1:
        apart = " ".join(parts) if where is None else f"[{', '.join(parts)}]"
        raise StrategyError(
            "models are named one by one, with no comma in a name",
            got=repr(name),
            where=where,
            fix=f"Write {apart}",
        )
    yield from _matches(name, folder, where) if glob.has_magic(name) else [name]


def _matches(name: str, folder: Path, where: str | None) -> list[str]:
    try:
        found = sorted(glob.glob(name, root_dir=folder, recursive=True))  # noqa: PTH207 - names stay as they are typed
    except (ValueError, RecursionError):  # a null byte; thousands of folders
        found = []
    if not found:
        raise StrategyError("no model matches the pattern", got=repr(name), where=where)
    return found
