"""The report of an export on its way to the disk: of a model that stands, or of a proof that does not hold."""

from __future__ import annotations

from dataclasses import replace

from truecopy.errors import ProofError

from .export_page import Account, write_report
from .report_files import failed_files, left_behind, report_files
from .request import Request


def report_written(account: Account, size: int, request: Request) -> tuple[str | None, list[str]]:
    """Write the report beside the model that stands. size: bytes of the model.

    The page's path, None where there is none; and sentences for people: a report that cannot be written is no error.
    """
    if not request.report:
        return None, left_behind(request.output)
    files = report_files(request.output)
    unwritten = write_report(replace(account, bytes=size), files)
    return (str(files.html), []) if unwritten is None else (None, [unwritten])


def report_failed(error: ProofError, account: Account, request: Request) -> ProofError:
    """The error of a gate that does not hold, after worst case and report are saved beside the file that is not written."""
    fix = error.fix or "No file was written"
    found = account.comparison
    if found is not None and found.worst_case is not None:
        saved = request.output.with_suffix(".failed-proof.npz")
        found.worst_case.save(saved)
        fix += f". The worst case is saved: numpy.load({str(saved)!r})"
    if request.report:
        files = failed_files(request.output)
        unwritten = write_report(replace(account, failure=ProofError.of(error, fix=fix)), files)
        fix += f". The report shows it: {files.html}" if unwritten is None else f". {unwritten}"
    return ProofError.of(error, fix=fix)
