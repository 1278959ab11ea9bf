"""A finished file gets its name only after it was opened anew and has passed its own selftest."""

from __future__ import annotations

import os

from truecopy.artifact import replacing
from truecopy.errors import ProofError

from .selftest import selftest


def write_tested(content: bytes, target: str | os.PathLike[str], device: str) -> None:
    """Write beside `target`, open the finished file anew, selftest it on `device`, and only then give it its name.

    Raises:
        ProofError: it does not hold; nothing is written.
        ArtifactError, ContractError: it cannot be opened; nothing is written.
    """
    with replacing(target) as temporary:
        temporary.write_bytes(content)
        report = selftest(temporary, device=device)
        if not report.ok:
            failed = next(sample for sample in report.samples if not sample.ok)
            first = failed.first_difference
            raise ProofError(
                f"the finished file fails its own selftest on sample {failed.name!r}",
                where=f"stage {first.stage}" if first else None,
                got=first.detail if first else None,
            )
