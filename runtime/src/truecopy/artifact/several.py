"""Several artifacts of one checkpoint: what each of them is, and what to type to have one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from truecopy.contract import Contract, fitted_numbers
from truecopy.errors import CheckpointError

from .neighbours import Neighbour

_PARTS = ("input", "steps", "task", "views")
_DIGITS = 12
_SHOWN = 4


def differ(path: Path, fitting: Sequence[Neighbour], known: Sequence[Neighbour]) -> CheckpointError:
    """The error for the checkpoint at `path`. fitting: those that could be meant; known: their parents may be among these."""
    newest = max(fitting, key=lambda one: one.contract.provenance.created)
    fix = f"Name the artifact itself, for example {newest.path} in place of {path.name}"
    options = _options(fitting)
    if options:
        fix += f"; or say which with {' or '.join(options)}"
    said = [f"{one.path} ({_words(one, fitting, known)})" for one in fitting]
    return CheckpointError(
        "several artifacts were made from this checkpoint, and they differ",
        got=", ".join(said),
        where=str(path),
        fix=fix,
    )


def words(contract: Contract) -> str:
    """Precision, weights and when it was made."""
    weights = _weights(contract)
    return f"{contract.graph.precision}{f', {weights} weights' if weights else ''}, {contract.provenance.created}"


def _options(fitting: Sequence[Neighbour]) -> list[str]:
    """Those that tell them apart."""
    options = []
    if len({one.contract.graph.precision for one in fitting}) > 1:
        options.append("--precision")
    if len({_weights(one.contract) for one in fitting}) > 1:
        options.append("--use-ema / --no-use-ema")
    return options


def _words(one: Neighbour, fitting: Sequence[Neighbour], known: Sequence[Neighbour]) -> str:
    parts = [*_made(one, known), *_own(one.contract, [other.contract for other in fitting])]
    return "; ".join([words(one.contract), *parts])


def _made(one: Neighbour, known: Sequence[Neighbour]) -> list[str]:
    """`calibrated from fold_0.onnx`, where that file is there."""
    digest = one.contract.provenance.parent
    if digest is None:
        return []
    parent = next((other for other in known if other.digest == digest), None)
    if parent is None:
        return [f"made from a file that is not here, {digest[:_DIGITS]}…"]
    same = parent.contract.graph.sha256 == one.contract.graph.sha256
    verb = "calibrated" if same and parent.contract.task != one.contract.task else "made"
    return [f"{verb} from {parent.path.name}"]


def _own(contract: Contract, all_: Sequence[Contract]) -> list[str]:
    """What not all of them have: numbers that are fitted, and else the parts of the contract."""
    said = [
        f"{name} {_shown(number)}"
        for name, number in fitted_numbers(contract.task).items()
        if len({getattr(other.task, name, None) for other in all_}) > 1
    ]
    if said:
        return said
    return [
        f"`{part}` of its own"
        for part in _PARTS
        if sum(getattr(other, part) == getattr(contract, part) for other in all_) < len(all_)
    ]


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    numbers = value if isinstance(value, tuple) else (value,)
    more = ", …" if len(numbers) > _SHOWN else ""
    return ", ".join(f"{number:.4g}" for number in numbers[:_SHOWN]) + more


def _weights(contract: Contract) -> str | None:
    origin = contract.provenance.checkpoint
    return None if origin is None else origin.weights
