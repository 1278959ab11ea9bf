"""Which items a proof takes: the images of a folder, the rows of a table, the lines of a file."""

from __future__ import annotations

from pathlib import Path

from truecopy.contract import ImageInput, TableInput
from truecopy.errors import InputError, ProofError
from truecopy.jobs.labelled import Truth, Truths, truths_of
from truecopy.predict import Member
from truecopy_export.paths import what_stands

from .images import find_proof_images
from .items import ProofItems
from .truth_table import read_truths


def find_proof_items(path: Path, member: Member, proof_labels: Path | None = None) -> ProofItems:
    """The items at `path` with the truths that a model of this task can be held to.

    proof_labels: for images a table with the column `file`; for rows and lines one row each, in their order.

    Raises:
        ProofError: nothing is there, it cannot be read, or the truths do not fit.
    """
    truths = truths_of(member.contract.task)
    if isinstance(member.contract.input, ImageInput):
        return find_proof_images(path, truths, proof_labels)
    what = "rows" if isinstance(member.contract.input, TableInput) else "lines"
    if not path.is_file():
        raise ProofError(
            f"the proof is no file of {what}",
            got=f"{path}, {what_stands(path)}",
            fix=_what_to_name(what),
        )
    try:
        sources = tuple(member.intake.many(path))
    except InputError as error:
        raise ProofError.of(error, fix=error.fix or _what_to_name(what)) from error
    if not sources:
        raise ProofError(f"the proof holds no {what}", got=str(path))
    stated = (
        (None,) * len(sources)
        if proof_labels is None
        else _row_by_row(proof_labels, truths, path, len(sources))
    )
    return ProofItems(sources, stated, ())


def _what_to_name(what: str) -> str:
    if what == "rows":
        return "Name a CSV file with real rows (--proof rows.csv)"
    return "Name a .txt or .jsonl file with real texts or ids, one a line (--proof texts.txt)"


def _row_by_row(table: Path, truths: Truths, proof: Path, count: int) -> tuple[Truth, ...]:
    stated = tuple(truth for _, truth in read_truths(table, truths))
    if len(stated) != count:
        raise ProofError(
            "the proof labels stand row by row beside the proof",
            expected=f"{count} rows, as in {proof.name}",
            got=str(len(stated)),
            where=str(table),
        )
    return stated
