"""`truecopy inspect best.pt`, where the exporter is installed."""

from __future__ import annotations

from truecopy.cli.output import complain, console, note, one_line, print_json, refuse
from truecopy.errors import TruecopyError


def inspect_checkpoint(path: str, *, as_json: bool) -> int:
    """Show what is in a checkpoint. Exit code 3 if it is refused, or if which weights are meant must be said."""
    from truecopy_export.window import look_into

    try:
        window = look_into(path)
    except TruecopyError as error:
        return refuse(path, error, as_json=as_json)
    if as_json:
        print_json(window.to_dict())
    else:
        from rich.table import Table

        table = Table("part", title=one_line(path), title_justify="left")
        table.add_column("what is in the file", overflow="fold")
        for part, words in window.rows():
            table.add_row(one_line(part), one_line(words))
        console().print(table)
        if window.line is not None:
            note(f"next: {window.line}")
    if window.refusal is None:
        return 0
    if as_json:
        complain(str(window.refusal))
    return window.refusal.exit_code
