"""What is wrong in the `inference:` section, in the words of who wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truecopy.contract.explain import shown

_AT = re.compile(r" - at (?P<key>`key` in |`key in )?`?\$(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains (unknown field `([^`]+)`.*)")
_KIND = re.compile(r"Expected `(\w+)(?: \| null)?`(?P<bound> >= 1| of length >= 1)?(?:, got `\w+`)?$")
_WORD = re.compile(r"Invalid enum value .*, expected one of (?P<words>.*)$")
_KINDS: Mapping[str, str] = {
    "bool": "true or false",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "array": "a list",
}
_SECTIONS: Mapping[str, str] = {
    "": "{strategy: standard, checkpoint: best.onnx}",
    "tta": "{augmentations: [horizontal_flip]}",
    "ensemble": "{checkpoints: [fold_0.onnx, fold_1.onnx]}",
    "adaptive": "{confidence: 0.95}",
}
_LISTS = frozenset({"tta.augmentations", "ensemble.checkpoints", "ensemble.weights"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """path: below the section, `tta.augmentations[1]`. The rest as in a `TruecopyError`."""

    what: str
    path: str
    expected: str | None = None
    got: str | None = None
    fix: str | None = None


def complaint_of(message: str, section: Any) -> Complaint:
    """message: what `contract.explain` made of msgspec's words about `section`."""
    at = _AT.search(message)
    text = message[: at.start()] if at else message
    path = at["path"].removeprefix(".") if at else ""
    if unknown := _UNKNOWN.fullmatch(text):
        return Complaint(f"the settings are refused: {unknown[1]}", f"{path}.{unknown[2]}".removeprefix("."))
    value, found = _value(section, path)
    what = f"the setting `{path}` is refused" if path else "the settings are refused"
    kind, word = _KIND.fullmatch(text), _WORD.fullmatch(text)
    if not found or (at is not None and at["key"]):
        return Complaint(f"the settings are refused: {text}", path)
    if kind:
        return Complaint(
            what, path, _expected(kind[1], kind["bound"], path), shown(value), _hint(path, value)
        )
    if word:
        known = re.findall(r"'([^']*)'", word["words"])
        near = difflib.get_close_matches(_plain(value), known, n=1, cutoff=0.4)
        return Complaint(
            what, path, f"one of {', '.join(known)}", shown(value), f"Nearest: {near[0]}" if near else None
        )
    return Complaint(f"the settings are refused: {text}", path)


def _expected(kind: str, bound: str | None, path: str) -> str:
    if kind == "object":
        return f"a section (a mapping such as {_SECTIONS.get(path, '{key: value}')})"
    word = _KINDS.get(kind, kind)
    if bound is None:
        return word
    return f"{word} from 1" if kind == "int" else f"{word} with something in it"


def _plain(value: Any) -> str:
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")


def _value(section: Any, path: str) -> tuple[Any, bool]:
    """What stands at `path`, and whether anything does."""
    value = section
    for key, index in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", path):
        try:
            value = value[int(index)] if index else value[key]
        except (TypeError, KeyError, IndexError):
            return None, False
    return value, True


def _hint(path: str, value: Any) -> str | None:
    """What was probably meant by lists and numbers written in another way."""
    if path in _LISTS and not isinstance(value, list):
        return f"Write a list: [{value}]"
    if path in {"checkpoint", "checkpoint_path"} and isinstance(value, list):
        return "Several models are an ensemble: {checkpoints: [...]}"
    if path.startswith("tta.augmentations[") and isinstance(value, dict) and len(value) == 1:
        ((name, number),) = value.items()
        return f"Write it without the space: {name}:{number}"
    return None
