"""Recipes written by hand: a YAML file with `steps:` and, where it differs from Pillow's habits, `input:`.

Tables and tokens have no steps: `input: {kind: table, ...}` and `input: {kind: tokens, ...}` say all.
`overrules: [img_size]` names arguments of the checkpoint that are out of date; without it they refuse the file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from truecopy.contract import ImageInput, Step
from truecopy.contract.codec import convert
from truecopy.contract.resize import PassOrder
from truecopy.contract.strict_yaml import parse_yaml, read_bounded
from truecopy.errors import ContractError, RecipeError

from .checkpoint_arguments import Field
from .file_decoder import opencv_input
from .recipe import Recipe, checked_steps, pillow_input
from .table_yaml import read_table_document
from .tokens.document import read_tokens_document

MAX_BYTES = 64 * 1024
_KINDS = ("image", "table", "tokens")


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    input: ImageInput
    steps: tuple[Step, ...]
    overrules: tuple[Field, ...] = ()


def read_steps_yaml(path: Path, pass_order: PassOrder) -> Recipe:
    """What `input.kind` says: pictures where it is left out, a table, or tokens.

    Of pictures every field of every step is stated, as in the contract; only `pass_order` may be left out.

    Raises:
        RecipeError: no such file, not YAML, or a step that the contract refuses; names the path in the document.
    """
    data = read_bounded(path, "the steps", "the file of steps", MAX_BYTES, RecipeError)
    value = parse_yaml(data, path.name, RecipeError)
    source = f"{path.name} sha256:{hashlib.sha256(data).hexdigest()}"
    try:
        match _kind_of(value):
            case "tokens":
                return read_tokens_document(value, path, source)
            case "table":
                return read_table_document(value, path, source)
            case _:
                return _read_pictures(value, path, source, pass_order)
    except (ContractError, RecipeError) as error:
        stated = (error.where or "").strip("`")
        raise RecipeError.of(
            error, where=f"{path.name}:{stated}" if stated.startswith("$") else None
        ) from error


def _kind_of(value: Any) -> str:
    """`input.kind`; pictures where it is left out.

    Raises:
        RecipeError: no kind of input.
    """
    given = value.get("input") if isinstance(value, dict) else None
    kind = given.get("kind", "image") if isinstance(given, dict) else "image"
    if kind not in _KINDS:
        raise RecipeError(
            "the kind of input",
            expected=f"one of {', '.join(_KINDS)}",
            got=repr(kind)[:60],
            where="$.input.kind",
        )
    return str(kind)


def _read_pictures(value: Any, path: Path, source: str, pass_order: PassOrder) -> Recipe:
    notes: list[str] = []
    written = _with_defaults(value, pass_order, notes)
    document: _Document = convert(written, _Document, "recipe", f"{path.name}:$")
    steps = checked_steps(document.steps, document.input)
    return Recipe(document.input, steps, None, source, tuple(notes), document.overrules)


def _input_of(decoder: object) -> dict[str, Any]:
    """What is left out of `input`: what the decoder fixes, else Pillow's habits."""
    plain = opencv_input("RGB") if decoder == "opencv" else pillow_input("RGB")
    fields: dict[str, Any] = msgspec.to_builtins(plain)
    return fields


def _with_defaults(value: Any, pass_order: PassOrder, notes: list[str]) -> Any:
    """`value` with `input` and `pass_order` written out; what is not shaped as expected stays as it is."""
    if not isinstance(value, dict):
        return value
    given = value.get("input", {})
    if isinstance(given, dict):
        value = {**value, "input": {**_input_of(given.get("decoder")), **given}}
    steps = value.get("steps")
    if not isinstance(steps, list):
        return value
    written = []
    for step in steps:
        if isinstance(step, dict) and step.get("kernel") == "pillow" and "pass_order" not in step:
            step = {**step, "pass_order": pass_order}  # noqa: PLW2901
            notes.append(
                f"pass_order {pass_order!r} is the rule of the Pillow that runs here; none was stated"
            )
        written.append(step)
    return {**value, "steps": written}
