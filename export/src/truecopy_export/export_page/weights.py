"""Which weights were taken, and why: the decision between raw and averaged ones."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.report import Block, Facts, Listed, Text
from truecopy.report.numbers import count

from .account import Account
from .glance import accuracies


def weights(account: Account) -> Iterator[Block]:
    record, found = account.contract.provenance.checkpoint, account.findings
    if record is None:
        yield Text("There was no choice: the network came with its weights.")
        return
    taken = "averaged (EMA)" if record.weights == "ema" else "raw"
    distance = record.raw_to_ema_distance
    yield Facts(
        [
            ("taken", taken),
            ("field in the file", record.field),
            ("updates counted", "not stored" if record.counter is None else count(record.counter)),
            (
                "raw to average, relative L2",
                "nothing to compare" if distance is None else f"{distance:.3g}",
            ),
        ]
    )
    if found is not None and found.weights:
        yield Listed("What was found, and why", found.weights)
    hits = account.comparison
    if hits is not None and ({"raw", "ema"} <= hits.hits.keys() or {"raw", "ema"} <= hits.absolute.keys()):
        yield from accuracies(account, ("raw", "ema"))
