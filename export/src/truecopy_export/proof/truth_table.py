"""The table of true answers beside a proof: read as the runtime reads manifests, refused as a proof is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from truecopy.errors import InputError, ProofError
from truecopy.jobs.labelled import Truth, Truths
from truecopy.jobs.labelled.called import Called
from truecopy.jobs.labelled.truth_table import check_truth_table as check_table
from truecopy.jobs.labelled.truth_table import read_rows as rows_of_table

_CALLED = Called("the proof labels", "have", "a proof label")


def check_truth_table(table: Path, columns: tuple[str, ...]) -> None:
    """The file is there, its header names these columns, and every row has its cells: before anything long begins.

    Raises:
        ProofError: as `read_rows`.
    """
    with _as_proof_error():
        check_table(table, columns, _CALLED)


def read_rows(table: Path, columns: tuple[str, ...]) -> Iterator[tuple[Mapping[str, str], str]]:
    """The cells of the columns `columns`, which stand among others; row by row, each with its place `file:line`.

    Raises:
        ProofError: no such file, no CSV, no rows; a column is not there or stands twice; or a row is wrong.
    """
    with _as_proof_error():
        yield from rows_of_table(table, columns, _CALLED)


def read_truths(
    table: Path, truths: Truths, others: tuple[str, ...] = ()
) -> Iterator[tuple[Mapping[str, str], Truth]]:
    """The rows of the file, each with its truth. others: columns that it has too.

    Raises:
        ProofError: as `read_rows`, or as `Truths.read`.
    """
    rows = list(read_rows(table, (*others, *truths.columns)))
    with _as_proof_error():
        said = truths.read(rows, _CALLED)
    for (row, _), truth in zip(rows, said, strict=True):
        yield row, truth


@contextlib.contextmanager
def _as_proof_error() -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise ProofError.of(error) from error
