"""The lowest runtime that knows every field and word of a document."""

from __future__ import annotations

from msgspec import UNSET

from .document import Contract, ImageInput
from .proof import Proof
from .resize import Resize
from .steps import CenterCrop, Pad, Step, SwapRB, Values
from .tasks import Multiclass

_FIRST, _RECIPES, _TASKS = "0.1", "0.2", "0.3"
_FIRST_RULES = frozenset({"exact", "short", "ratio"})


def lowest_runtime(contract: Contract) -> str:
    """`0.1` for a document that the first runtime reads, else the version that brought its newest word."""
    image = contract.input
    if (
        not isinstance(image, ImageInput)
        or not isinstance(contract.task, Multiclass)
        or _newer_graph(contract)
        or _newer_proof(contract.proof)
    ):
        return _TASKS
    first = (
        image.decoder == "pillow"
        and image.cmyk == "pillow"
        and image.alpha != "key_over_white"
        and contract.proof.bound is UNSET
        and (contract.proof.tensor is None or contract.proof.tensor.max_abs is UNSET)
        and all(_first(step) for step in contract.steps)
        and all(not isinstance(step, Values) for step in contract.steps[:-1])
    )
    return _FIRST if first else _RECIPES


def _newer_graph(contract: Contract) -> bool:
    """Outputs of other types than the first runtimes knew."""
    return any(output.dtype not in ("float32", "float16") for output in contract.graph.outputs)


def _newer_proof(proof: Proof) -> bool:
    """What is counted for other tasks than one of n classes."""
    decisions = proof.decisions
    if decisions is None:
        return proof.errors is not UNSET
    counted = (proof.errors, decisions.crossings, decisions.max_error, decisions.edits)
    return decisions.max_probability_delta is None or any(field is not UNSET for field in counted)


def _first(step: Step) -> bool:
    match step:
        case Resize():
            newer = (step.max_size, step.no_upscale, step.multiple)
            return step.kernel == "pillow" and step.rule in _FIRST_RULES and all(f is UNSET for f in newer)
        case CenterCrop():
            return step.rule is UNSET
        case Pad() | SwapRB() | Values():
            return True
        case _:
            return False
