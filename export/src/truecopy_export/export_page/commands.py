"""What to type next, and what was typed."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.contract import ImageInput, TableInput
from truecopy.report import Block, Command, Text
from truecopy_export.paths import for_a_shell

from .account import Account


def next_commands(account: Account) -> list[str]:
    """Lines for a shell; none of a model that was not written."""
    if account.bytes is None:
        return []
    model = for_a_shell(account.output)
    match account.contract.input:
        case ImageInput():
            items, labelled = "IMAGE_OR_FOLDER", "CLASS_FOLDERS"
        case TableInput():
            items, labelled = "ROWS.csv", "ROWS_WITH_TRUTH.csv"
        case _:
            items, labelled = "TEXTS.txt", "TEXTS_WITH_TRUTH.csv"
    return [
        f"truecopy selftest {model}",
        f"truecopy predict {model} {items}",
        f"truecopy evaluate {model} {labelled} --html evaluation.html",
        f"truecopy inspect {model}",
    ]


def what_to_type(account: Account) -> Iterator[Block]:
    lines = next_commands(account)
    if lines:
        yield Text(
            "The file holds everything: selftest proves it anew on any host, without this library or torch."
        )
        yield Command("\n".join(lines))
    elif account.failure is not None and account.failure.fix:
        yield Text(account.failure.fix)
    if account.command is not None:
        yield Text("This export was typed as:")
        yield Command(account.command)
