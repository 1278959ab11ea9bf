"""What the report of an evaluation says, in its order."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.contract.document import ImageInput
from truecopy.jobs.evaluation import Evaluation, StrategyScore
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.report import Block, Command, Facts, Folded, Section, Table, Text, page
from truecopy.report.numbers import count, plain

from .details import details
from .glance import glance
from .mistakes import mistakes
from .strategies import strategies

MOST_FAILURES = 50


def evaluation_page(
    found: Evaluation,
    *,
    when: str,
    command: str,
    image: ImageInput | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The page. when: the day of the evaluation, for people. command: what was typed.

    image: how the first model reads a picture, for thumbnails of what it saw; None: its items are no pictures. Files
    of the worst mistakes are read again, under `limits`; one that is gone by now gets a placeholder.
    """
    first, *others = found.models
    models = f"{first} and {len(others)} more" if len(others) > 1 else ", ".join(found.models)
    names = f": {', '.join(score.name for score in found.scores)}" if len(found.scores) > 1 else ""
    subtitle = f"{count(found.items)} items of {found.data}, {count(len(found.failed))} failed; {when}"
    return page(f"Evaluation of {models}{names}", subtitle, [*_sections(found, when, command, image, limits)])


def _sections(
    found: Evaluation, when: str, command: str, image: ImageInput | None, limits: Limits
) -> Iterator[Section]:
    first, *others = found.scores
    title = found.title(first)
    yield Section(f"At a glance: {title}", [glance(first), *_notes(found)])
    if others or first.singles:
        yield Section("Strategies", [*strategies(found)])
    yield Section(f"In detail: {title}", [*details(first)])
    if others:
        folded = [Folded(found.title(score), [*details(score)]) for score in others]
        yield Section("Other strategies in detail", folded)
    if first.worst:
        yield Section("The worst mistakes", [*mistakes(first, image, limits)])
    if found.failed:
        yield Section("Items without an answer", [_failures(found)])
    yield Section("What was evaluated", [_facts(found, when, first), Command(command)])


def _notes(found: Evaluation) -> Iterator[Block]:
    if found.failed:
        failed = len(found.failed)
        yield Text(
            f"{count(failed)} of {count(found.items)} items could not be answered by every strategy, and count in none."
        )
    for note in found.notes:
        yield Text(note)


def _failures(found: Evaluation) -> Block:
    shown = found.failed[:MOST_FAILURES]
    more = len(found.failed) - len(shown)
    caption = "Every strategy leaves them out" + (f"; {count(more)} more are not listed" if more else "")
    return Table(caption, ["item", "what went wrong"], shown)


def _facts(found: Evaluation, when: str, first: StrategyScore) -> Block:
    return Facts(
        [
            *(
                (f"model {number}" if len(found.models) > 1 else "model", name)
                for number, name in enumerate(found.models, 1)
            ),
            ("data", found.data),
            ("day", when),
            ("task", found.task),
            ("items", count(found.items)),
            ("items without an answer", count(len(found.failed))),
            ("device", found.device),
            ("items in work at a time", str(found.workers)),
            ("time of all answers", f"{plain(found.seconds, 3)} s"),
            ("items a second, under all strategies", _rate(found.throughput)),
            (f"time an item, {first.name}", f"{plain(1000 * first.seconds, 3)} ms"),
        ]
    )


def _rate(items: float) -> str:
    return count(round(items)) if items >= 100 else plain(items, 3)
