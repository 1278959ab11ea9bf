"""What forward() calls its arguments, held against what the recipe feeds them: ids and mask are both int64 (batch, length),
and a network runs on them in the wrong order, too.
"""

from __future__ import annotations

import inspect

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError

from .network import Answering

_IDS = ("ids", "input_ids", "token_ids", "tokens")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def check_feed_names(module: Answering, inputs: tuple[GraphInput, ...]) -> None:
    """Only names that say something are held to it: one with `mask` in it takes the mask, one for ids no mask.

    Raises:
        CheckpointError: an argument is fed something else than its name says.
    """
    if not any(isinstance(one.feed, str) for one in inputs):
        return
    names = _arguments(module)
    for name, one in zip(names, inputs, strict=False):
        masked, role = "mask" in name.lower(), str(one.feed)
        if masked == (role == "mask") or (not masked and name.lower() not in _IDS):
            continue
        given = [str(other.feed) for other in inputs]
        raise CheckpointError(
            f"argument {name!r} of forward() would be fed the {role}",
            expected=f"`feeds` in the order of forward({', '.join(names)})",
            got=f"feeds {', '.join(given)}",
            fix=_fix(names, given),
        )


def required_arguments(module: Answering) -> list[str]:
    """The names of the positional arguments that have no default; none where they cannot be read."""
    return [one.name for one in _parameters(module) if one.default is inspect.Parameter.empty]


def _arguments(module: Answering) -> list[str]:
    """The names of the positional arguments; none where they cannot be read."""
    return [one.name for one in _parameters(module)]


def _parameters(module: Answering) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(getattr(module, "forward", module)).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one for one in parameters if one.kind in _POSITIONAL]


def _fix(names: list[str], given: list[str]) -> str:
    wanted = ["mask" if "mask" in name.lower() else "ids" if name.lower() in _IDS else None
              for name in names[: len(given)]]  # fmt: skip
    rest = [role for role in given if role not in wanted]
    made = [role or (rest.pop(0) if rest else "zeros") for role in wanted]
    if made.count("ids") != 1 or made.count("mask") > 1:
        return "Give the arguments names that say what they take, or wrap the network in a module of ids and mask"
    said = ", ".join(map(repr, made))
    return (
        f"Write feeds=({said}{',' * (len(made) == 1)}), in YAML feeds: [{', '.join(made)}]; if the arguments do take "
        "what was said, give them other names"
    )
