"""What was found in the checkpoint: the file, what it says of itself, and what of that is used."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.report import Block, Facts, Folded, Listed, Table, Text
from truecopy.report.numbers import count

from .account import Account
from .wording import bytes_in_words

_SHOWN = 12


def found_in_checkpoint(account: Account) -> Iterator[Block]:
    """Where a live network or a graph was given, that."""
    found = account.findings
    if found is None:
        what = account.contract.provenance.architecture
        if what is None:
            yield Text("An ONNX file was given: its graph was taken as it is, and no checkpoint was read.")
        else:
            yield Text(f"No file was read: the network was given as it stood in a running program ({what}).")
        return
    yield Facts(
        [
            ("file", found.name),
            ("format", found.kind),
            ("size", bytes_in_words(found.bytes)),
            ("architecture", account.contract.provenance.architecture or "not known"),
        ]
    )
    yield Facts([("SHA-256", found.sha256)])
    yield from _carried(account)
    if found.settled:
        yield Listed("What of that is used, and what was typed instead", found.settled)


def _carried(account: Account) -> Iterator[Block]:
    """What the file says beside its weights."""
    assert account.findings is not None  # noqa: S101 - asked before
    carried = account.findings.carried
    labels = carried.labels
    rows = [
        ("architecture", carried.architecture),
        ("its arguments", ", ".join(f"{key}={value!r}" for key, value in carried.arguments.items()) or None),
        ("recipe", carried.recipe),
        ("labels", None if labels is None else f"{count(len(labels.labels))} from {labels.source}"),
        (
            "task",
            None
            if carried.task is None
            else ", ".join(f"{key} {value}" for key, value in carried.task.items()),
        ),
    ]
    said = [(what, words) for what, words in rows if words is not None]
    if said:
        yield Table("What the file says beside its weights", ["what", "in its words"], said)
    else:
        yield Text("The file itself names no architecture, recipe, labels or task.")
    if carried.facts:
        table = Table("As they stand in the file", ["name", "value"], carried.facts)
        few = len(carried.facts) <= _SHOWN
        title = f"{count(len(carried.facts))} facts of the training"
        yield table if few else Folded(title, [table])
