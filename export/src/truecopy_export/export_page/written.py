"""The two files of a report on the disk."""

from __future__ import annotations

import json

from truecopy.artifact import write_atomically
from truecopy_export.report_files import ReportFiles

from .account import Account
from .composed import export_page
from .document import export_document


def write_report(account: Account, files: ReportFiles) -> str | None:
    """Write both, each whole or not at all; a sentence where one could not be written, which stops nothing: a model that
    stands is no failure, and a failed proof is the error that a person must see.
    """
    try:
        html = export_page(account)
        document = json.dumps(export_document(account), ensure_ascii=True, allow_nan=False, indent=2)
    except Exception as error:  # a mistake of ours must not hide what the export itself has to say
        return f"the report could not be made, which is a bug to report: {type(error).__name__}: {error}"
    try:
        # A file name may hold bytes that are no text.
        write_atomically(files.html, html.encode("utf-8", "replace"))
        write_atomically(files.json, f"{document}\n".encode("ascii"))
    except OSError as error:
        return f"the report could not be written: {error.strerror or error} ({error.filename or files.html})"
    return None
