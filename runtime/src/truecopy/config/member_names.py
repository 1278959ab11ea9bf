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
    if not glob.has_magic(name):
        yield name
        return
    try:
        found = sorted(glob.glob(name, root_dir=folder, recursive=True))  # noqa: PTH207 - names stay as they are typed
    except (ValueError, RecursionError):  # a null byte; thousands of folders
        found = []
    if not found:
        raise StrategyError("no model matches the pattern", got=repr(name), where=where)
    yield from found
