"""What the report of an export says, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from truecopy.report import Block, Folded, Listed, Section, page
from truecopy.report.numbers import count

from .account import Account
from .commands import what_to_type
from .found import found_in_checkpoint
from .glance import glance
from .parity import parity
from .recipe import recipe
from .weights import weights
from .wording import counted

MOST_UNREADABLE = 100


def export_page(account: Account) -> str:
    """The page. The file of the worst picture is read again; one that is gone by now gets a placeholder."""
    name = PurePath(account.output).name
    title = f"Failed export of {name}" if account.failure else f"Export of {name}"
    return page(title, _subtitle(account), [*_sections(account)])


def _subtitle(account: Account) -> str:
    found, contract = account.comparison, account.contract
    parts = [contract.provenance.architecture or "an ONNX graph"]
    if account.findings is not None:
        parts.append(f"from {account.findings.name}")
    parts.append("not proven" if found is None else f"held against {counted(found.images, account.many)}")
    return f"{', '.join(parts)}; {contract.provenance.created[:10]}"


def _left_out(account: Account) -> Iterator[Block]:
    found = account.comparison
    if found is None or not found.unreadable:
        return
    shown = found.unreadable[:MOST_UNREADABLE]
    more = len(found.unreadable) - len(shown)
    lines = [*shown, *([f"and {count(more)} more, which stand in the JSON"] if more else [])]
    yield Folded(
        f"{counted(len(found.unreadable), account.many)} that could not be read", [Listed("", lines)]
    )


def _sections(account: Account) -> Iterator[Section]:
    yield Section("At a glance", [*glance(account)])
    notes = [*account.notes]
    if account.failure is not None:
        notes.insert(0, str(account.failure))
    if notes:
        yield Section("Notes and warnings", [Listed("", notes), *_left_out(account)])
    yield Section("What was found in the checkpoint", [*found_in_checkpoint(account)])
    yield Section("Which weights", [*weights(account)])
    yield Section("The recipe in words", [*recipe(account)])
    yield Section("Parity by stage", [*parity(account)])
    yield Section("What to type next", [*what_to_type(account)])
