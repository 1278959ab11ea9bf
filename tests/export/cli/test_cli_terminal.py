"""Progress in a terminal."""

from __future__ import annotations

import io
import re

from rich.console import Console
from rich.progress import Progress as Bars

from truecopy_export.cli.terminal import Terminal


def test_a_stage_has_its_own_line_while_a_bar_is_drawn(capsys):
    drawn = io.StringIO()
    with Bars(console=Console(file=drawn, force_terminal=True, width=60), transient=True) as bars:
        terminal = Terminal(bars)
        terminal.stage("proof")
        terminal.advance(1, 2)
        bars.refresh()
        terminal.stage("seal [bold]")
        terminal.advance(2, 2)
        terminal.say("done")
    # "\x1b[2K" takes the bar away; what stands on the screen begins behind it.
    shown = [
        re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line)
        for line in re.split(r"\x1b\[2K|[\r\n]+", drawn.getvalue())
    ]
    assert [line for line in shown if line.startswith(("- ", "  d"))] == [
        "- proof",
        "- seal [bold]",
        "  done",
    ]
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_lines_are_plain(capsys):
    terminal = Terminal(None)
    terminal.stage("proof")
    terminal.advance(1, 2)
    terminal.say("taken: \x1b[31mred")
    assert capsys.readouterr().err == "- proof\n  taken: \N{REPLACEMENT CHARACTER}[31mred\n"
