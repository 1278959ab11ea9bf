"""`truecopy ARGUMENTS` as the console script runs it, in this process."""

from __future__ import annotations

import contextlib
import io
import sys
from unittest import mock

from truecopy.cli.main import main


def run_here(*arguments: object) -> tuple[int, str, str]:
    """(exit code, standard output, standard error)"""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["truecopy", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()
