"""What a proof must show before a file is written, and what level it reaches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from truecopy.contract import Regression, Task
from truecopy.errors import ProofError
from truecopy.proof import FP32_CPU
from truecopy.proof.tolerance import measure

from .activation import Ending, Seen, check_activation
from .comparison import Comparison, Noun

# Relative to the largest number of each quantity: ten times what float32 sums of another order make.
NUMBER_TOLERANCE = 1e-5

_NOT_REPRODUCED: Mapping[Noun, str] = {
    "image": "The recipe's steps do not reproduce the original transform here; this is a bug to report",
    "row": "The contract's steps do not reproduce the fitted object here; this is a bug to report",
    "text": "The contract's text policy, prefix and cut give other ids than the original encoder: correct them",
}
_OTHER_DECISION: Mapping[str, str] = {"multilabel": "another set of labels", "sequence": "another text"}


def check_gate(
    comparison: Comparison,
    task: Task,
    allowed: float = 0.0,
    ulps: int = 0,
    ending: Ending | None = None,
    *,
    stated: bool = False,
) -> None:
    """FP32: no differing tensor value, outputs within 1e-4 of the largest logit (number, probability), no flip, no threshold crossed, no number
    further away than 1e-5 of the largest; activation as stated.

    allowed: how far tensor values may be apart because the original's own kernel depends on the CPU, in tensor units;
    ulps: how far because the arithmetic is floating point, in units of the last place of float32. Outputs are compared on
    one tensor, so their rule holds all the same. ending: what the graph's answer comes out of, where that is seen. stated: the activation was said in so many
    words.

    Raises:
        RecipeError: the outputs contradict the stated activation.
        ProofError: original and copy differ; names the stage and the worst item.
    """
    check_activation(task, Seen.in_proof(comparison), ending, stated=stated)
    _check_tensors(comparison, allowed, ulps)
    if comparison.max_output_difference > FP32_CPU:
        raise ProofError(
            "the outputs differ too much",
            expected=f"at most {FP32_CPU:.0e} {measure(task, comparison.width)}",
            got=f"{comparison.max_output_difference:.1e}",
            where=f"stage output, {comparison.worst}",
        )
    _check_decisions(comparison)
    if isinstance(task, Regression):
        _check_numbers(comparison, task)


def _check_tensors(comparison: Comparison, allowed: float, ulps: int) -> None:
    if not comparison.differing_values:
        return
    if 0.0 < comparison.max_tensor_difference <= allowed or 0 < comparison.max_ulps <= ulps:
        return
    raise ProofError(
        f"{comparison.differing_values} tensor values differ on {comparison.differing_images} of "
        f"{comparison.images} {comparison.noun}s",
        expected="0",
        where=f"stage tensor, first {comparison.first_differing}",
        got=f"differences of up to {comparison.max_tensor_difference:.2g}" + _allowed(allowed, ulps),
        fix=_NOT_REPRODUCED[comparison.noun],
    )


def _allowed(allowed: float, ulps: int) -> str:
    if ulps:
        return f", {ulps} unit of the last place of float32 allowed"
    return f", {allowed:.2g} allowed between CPUs" if allowed else ""


def _check_decisions(comparison: Comparison) -> None:
    if comparison.flips:
        edits = f", {comparison.edits} characters apart" if comparison.edits else ""
        raise ProofError(
            f"{comparison.flips} of {comparison.images} {comparison.noun}s get "
            f"{_OTHER_DECISION.get(comparison.task, 'another label')}{edits}",
            expected="0",
            where=f"stage result, first {comparison.first_flip}",
        )
    if comparison.crossings:
        what = "ends of a clip range" if comparison.task == "regression" else "thresholds"
        raise ProofError(
            f"{comparison.crossings} {what} are passed by one of original and copy only",
            expected="0",
            where=f"stage result, first {comparison.first_crossing}",
        )


def _check_numbers(comparison: Comparison, task: Regression) -> None:
    if comparison.max_error is None or comparison.magnitudes is None:
        return
    allowed = NUMBER_TOLERANCE * comparison.magnitudes
    beyond = np.flatnonzero(~(comparison.max_error <= allowed))
    if len(beyond):
        first = int(beyond[0])
        unit = f" {task.values[first].unit}" if task.values[first].unit else ""
        raise ProofError(
            f"{task.values[first].name!r} differs too much",
            expected=f"at most {NUMBER_TOLERANCE:.0e} of its largest value, {allowed[first]:.2g}{unit}",
            got=f"{comparison.max_error[first]:.2g}{unit}",
            where=f"stage result, largest output difference at {comparison.worst}",
        )
