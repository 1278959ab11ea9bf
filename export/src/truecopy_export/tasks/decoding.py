"""`decoding` of a sequence: how the best tokens become a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.errors import RecipeError

from .fields import check_keys, nearest
from .names import index_of

# Rule -> its fields.
_RULES: Mapping[str, tuple[str, ...]] = {
    "plain": ("stop", "ignore"),
    "ctc": ("blank", "collapse"),
    "autoregressive": ("stop", "max_new", "reads"),
}
_EXAMPLES: Mapping[str, str] = {
    "ctc": "--task-arg 'decoding={rule: ctc, blank: 0}'",
    "autoregressive": "--task-arg 'decoding={rule: autoregressive, stop: null, max_new: 100}'",
}


def decoding_document(given: Any, layout: str, labels: tuple[str, ...], source: str) -> dict[str, Any]:
    """The JSON form of `decoding`; tokens are named or counted. A rule by itself may stand for its mapping.

    Raises:
        RecipeError: it was not said, or a part of it; an unknown rule or field; no such token.
    """
    said = {"rule": given} if isinstance(given, str) else given
    if not isinstance(said, Mapping) or "rule" not in said:
        raise RecipeError(
            "nobody said how the tokens of a sequence become its text",
            expected="`decoding` with a rule: plain, ctc or autoregressive",
            got=None if given is None else repr(given)[:80],
            where=source,
            fix="--task-arg decoding=plain: the best token of every step. For a CTC network: "
            f"{_EXAMPLES['ctc']}. In Python a field of the task, 'decoding': {{'rule': 'ctc', 'blank': 0}}",
        )
    rule = said["rule"]
    if rule not in _RULES:
        raise RecipeError(
            f"decoding rule {rule!r} is unknown{nearest(rule, _RULES)}",
            expected=", ".join(_RULES),
            where=source,
        )
    check_keys(said, ("rule", *_RULES[rule]), f"decoding rule {rule!r}", source)
    if rule == "ctc":
        return _ctc(said, labels, source)
    stop = said.get("stop")
    found = None if stop is None else index_of(stop, labels, "decoding.stop", source)
    if rule == "plain":
        ignore = said.get("ignore") or []
        ignored = ignore if isinstance(ignore, list | tuple) else [ignore]
        places = [index_of(one, labels, "decoding.ignore", source) for one in ignored]
        return {"rule": rule, "stop": found, "ignore": places}
    for field in ("stop", "max_new"):
        _need(said, rule, field, source)
    reads = said.get("reads") or ("one_row" if layout == "NC" else "last_step")
    return {"rule": rule, "reads": reads, "stop": found, "max_new": said["max_new"]}


def has_blank(given: Any) -> bool:
    """Whether the rule that was said is CTC's; False where none was."""
    return (given.get("rule") if isinstance(given, Mapping) else given) == "ctc"


def _ctc(said: Mapping[str, Any], labels: tuple[str, ...], source: str) -> dict[str, Any]:
    _need(said, "ctc", "blank", source)
    collapse = said.get("collapse")
    return {
        "rule": "ctc",
        "blank": index_of(said["blank"], labels, "decoding.blank", source),
        "collapse": True if collapse is None else collapse,
    }


def _need(said: Mapping[str, Any], rule: str, field: str, source: str) -> None:
    if field not in said:
        raise RecipeError(
            f"decoding rule {rule!r} needs `{field}`",
            where=source,
            fix=f"For example: {_EXAMPLES[rule]} (in Python a field of the task); tokens are named, or counted from 0",
        )
