"""The same model at another precision: a file of its own that names its parent by the parent's seal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from truecopy.contract import Contract
from truecopy.errors import ArtifactError

from .neighbours import FOLDER, Neighbour, neighbour, neighbours

HALF = "fp16"


def half_of(path: str | os.PathLike[str]) -> Path:
    """The FP16 variant of the artifact at `path`: itself, or one beside it or in `artifacts/` that descends from it.

    A file sealed again names the file before it as its parent, so the parents are followed through the files that are
    there. A variant with another task, recalibrated for example, is another model. Where several are left, the newest.
    Nothing read here is verified: loading does that.

    Raises:
        ArtifactError: there is none, or `path` is no sealed artifact.
    """
    path = Path(path)
    own = neighbour(path)
    if own.contract.graph.precision == HALF:
        return path
    known, _ = neighbours(path)
    parents = {one.digest: one.contract.provenance.parent for one in known}
    halves = [
        one
        for one in known
        if own.digest is not None
        and one.contract.graph.precision == HALF
        and own.digest in _ancestors(one, parents)
        and _asked_alike(own.contract, one.contract)
    ]
    if not halves:
        raise ArtifactError(
            f"mixed precision runs the FP16 variant, and there is none of this {own.contract.graph.precision} artifact",
            expected=f"an fp16 artifact whose provenance.parent is {(own.digest or 'its seal')[:12]}…, beside it or in "
            f"{FOLDER}/",
            where=str(path),
            fix="Put the variant there (it is a file of its own, with its own proof), or take strategy: standard",
        )
    return max(halves, key=lambda one: one.contract.provenance.created).path


def _ancestors(one: Neighbour, parents: Mapping[str | None, str | None]) -> set[str]:
    """Digests, as far up as the files are there. No document is believed: a circle ends where it closes."""
    found: set[str] = set()
    parent = one.contract.provenance.parent
    while parent is not None and parent not in found:
        found.add(parent)
        parent = parents.get(parent)
    return found


def _asked_alike(full: Contract, half: Contract) -> bool:
    """The same but for the graph: fed and read in the same way."""
    return all(getattr(full, part) == getattr(half, part) for part in ("input", "steps", "task", "views"))
