"""The same model at another precision: a file of its own that names its parent by the parent's seal."""

from __future__ import annotations

import os
from pathlib import Path

from truecopy.errors import ArtifactError

from .neighbours import FOLDER, neighbour, neighbours

HALF = "fp16"


def half_of(path: str | os.PathLike[str]) -> Path:
    """The FP16 variant of the artifact at `path`: itself, or one beside it or in `artifacts/` whose parent it is.

    Where several are, the newest. Nothing read here is verified: loading does that.

    Raises:
        ArtifactError: there is none, or `path` is no sealed artifact.
    """
    path = Path(path)
    own = neighbour(path)
    if own.contract.graph.precision == HALF:
        return path
    known, _ = neighbours(path)
    halves = [
        one
        for one in known
        if own.digest is not None
        and one.contract.graph.precision == HALF
        and one.contract.provenance.parent == own.digest
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
