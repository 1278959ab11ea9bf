"""Members of an ensemble answer one question: the same names, in an order that may differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence as Several

import numpy as np

from truecopy.contract import (
    Autoregressive,
    Binary,
    Ctc,
    Decoding,
    Multiclass,
    Multilabel,
    Plain,
    Regression,
    Sequence,
    Task,
    names_of,
)
from truecopy.contract.kind import kind_of
from truecopy.errors import StrategyError

_SHOWN = 5


def order_in(first: Task, other: Task, where: str) -> np.ndarray:
    """Int (n,): for each name of `first`, in its order, the place that it has in `other`. where: the other's file.

    Aligned by `label_ids` where both have them, else by unique names.

    Raises:
        StrategyError: other tasks, other names, names that repeat, or another rule for what is decided.
    """
    if kind_of(first) != kind_of(other):
        raise StrategyError(
            "members answer different tasks",
            expected=kind_of(first),
            got=kind_of(other),
            where=where,
            fix="Members of an ensemble have one task",
        )
    order = _places(*_identities(first, other, where), where)
    for what, ours, theirs in _rules(first, other, order):
        if ours != theirs:
            raise StrategyError(
                f"members state different {what}",
                expected=_short(ours),
                got=_short(theirs),
                where=where,
                fix="Members of an ensemble decide by one rule",
            )
    return order


def _identities(first: Task, other: Task, where: str) -> tuple[Several[str], Several[str]]:
    """The names by which both are aligned."""
    ids = getattr(first, "label_ids", None), getattr(other, "label_ids", None)
    if ids[0] is not None and ids[1] is not None:
        _check_ids(
            dict(zip(ids[0], names_of(first), strict=True)),
            dict(zip(ids[1], names_of(other), strict=True)),
            where,
        )
        return ids[0], ids[1]
    names = names_of(first), names_of(other)
    for each in names:
        repeated = sorted({name for name in each if each.count(name) > 1})
        # The same list twice needs no alignment: the index is the identity.
        if repeated and names[0] != names[1]:
            raise StrategyError(
                "members cannot be aligned by names that repeat",
                got=_short(repeated),
                where=where,
                fix="Export them with label_ids (a TSV of labels with an `id` column)",
            )
    return names


def _check_ids(ours: dict[str, str], theirs: dict[str, str], where: str) -> None:
    """Ids may stand for labels in two languages, but not for two labels of one list: such ids are places.

    A label that repeats in either list tells nothing about ids: ImageNet has two maillots.
    """
    known = _once(ours.values()) & _once(theirs.values())
    for one, label in theirs.items():
        if label in known and one in ours and ours[one] != label:
            raise StrategyError(
                "members use one label id for different labels",
                expected=f"{one!r} for {ours[one]!r}",
                got=f"{one!r} for {label!r}",
                where=where,
                fix="Export them with ids that name the class, or without any: unique labels align as well",
            )


def _once(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count == 1}


def _places(ours: Several[str], theirs: Several[str], where: str) -> np.ndarray:
    if list(ours) == list(theirs):
        return np.arange(len(ours))
    missing, unknown = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    if missing or unknown:
        found = [f"without {_short(missing)}"] if missing else []
        found += [f"with {_short(unknown)}"] if unknown else []
        raise StrategyError(
            "members have different sets of labels",
            expected=f"the {len(ours)} of the first member",
            got=" and ".join(found),
            where=where,
            fix="Leave this member out, or train it on the same classes",
        )
    place = {name: index for index, name in enumerate(theirs)}
    return np.array([place[name] for name in ours])


def _rules(first: Task, other: Task, order: np.ndarray) -> list[tuple[str, object, object]]:
    """(what, the first's, the other's) of all that decides beside the probabilities."""
    if isinstance(first, Multiclass) and isinstance(other, Multiclass):
        return [("thresholds", first.threshold, other.threshold)]
    if isinstance(first, Binary) and isinstance(other, Binary):
        positives = first.labels[first.positive], other.labels[other.positive]
        return [("positive labels", *positives), ("thresholds", first.threshold, other.threshold)]
    if isinstance(first, Multilabel) and isinstance(other, Multilabel):
        return [("thresholds", first.thresholds, tuple(other.thresholds[place] for place in order))]
    if isinstance(first, Regression) and isinstance(other, Regression):
        aligned = tuple(other.values[place] for place in order)
        return [
            ("units", [value.unit for value in first.values], [value.unit for value in aligned]),
            ("ranges", [value.clip for value in first.values], [value.clip for value in aligned]),
        ]
    assert isinstance(first, Sequence) and isinstance(other, Sequence)  # noqa: S101, PT018 - one kind, the last
    decodings = _in_tokens(first.decoding, first.labels), _in_tokens(other.decoding, other.labels)
    return [("decodings", *decodings), ("joiners", first.joiner, other.joiner)]


def _in_tokens(decoding: Decoding, labels: tuple[str, ...]) -> tuple[object, ...]:
    """A decoding by its tokens instead of their places, which may differ."""
    match decoding:
        case Ctc(blank=blank, collapse=collapse):
            return "ctc", labels[blank], collapse
        case Plain(stop=stop, ignore=ignore):
            return "plain", None if stop is None else labels[stop], sorted(labels[one] for one in ignore)
        case Autoregressive():
            return ("autoregressive", decoding)


def _short(value: object) -> str:
    """At most five names."""
    if not isinstance(value, list | tuple) or len(value) <= _SHOWN:
        return repr(value) if not isinstance(value, list) else ", ".join(map(repr, value))
    return f"{', '.join(map(repr, value[:_SHOWN]))} and {len(value) - _SHOWN} more"
