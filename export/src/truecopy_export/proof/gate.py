"""What a proof must show before a file is written, and what level it reaches."""

from __future__ import annotations

from truecopy.contract import Task
from truecopy.errors import ProofError, RecipeError
from truecopy.proof import FP32_CPU

from .compare import Comparison


def check_gate(comparison: Comparison, task: Task, allowed: float = 0.0) -> None:
    """FP32: no differing tensor value, outputs within 1e-4 of the largest logit, no flip; activation as stated.

    allowed: how far tensor values may be apart because the original's own kernel depends on the CPU, in tensor units;
    outputs are compared on one tensor, so their rule holds all the same.

    Raises:
        RecipeError: the outputs contradict the stated activation.
        ProofError: original and copy differ; names the stage and the worst image.
    """
    check_activation(task, already=comparison.already_probabilities == comparison.images)
    within = 0.0 < comparison.max_tensor_difference <= allowed
    if comparison.differing_values and not within:
        raise ProofError(
            f"{comparison.differing_values} tensor values differ on {comparison.differing_images} of "
            f"{comparison.images} images",
            expected="0",
            where=f"stage tensor, first {comparison.first_differing}",
            got=f"differences of up to {comparison.max_tensor_difference:.2g}" + _allowed(allowed),
            fix="The recipe's steps do not reproduce the original transform here; this is a bug to report",
        )
    if comparison.max_output_difference > FP32_CPU:
        raise ProofError(
            "the outputs differ too much",
            expected=f"at most {FP32_CPU:.0e} of the largest logit",
            got=f"{comparison.max_output_difference:.1e}",
            where=f"stage output, {comparison.worst}",
        )
    if comparison.flips:
        raise ProofError(
            f"{comparison.flips} of {comparison.images} images get another label",
            expected="0",
            where=f"stage result, first {comparison.first_flip}",
        )


def _allowed(allowed: float) -> str:
    return f", {allowed:.2g} allowed between CPUs" if allowed else ""


def check_activation(task: Task, *, already: bool) -> None:
    """Is the stated activation the one that is missing? `already`: all rows are probabilities as they come.

    Raises:
        RecipeError: it is not.
    """
    if task.activation == "softmax" and already:
        raise RecipeError(
            "the outputs are probabilities already: every row lies in [0, 1] and sums to 1",
            expected="logits under activation softmax",
            fix='The graph ends in a softmax: type --activation none (in Python: activation="none")',
        )
    if task.activation == "none" and not already:
        raise RecipeError(
            "activation none was stated, but the outputs are no probabilities",
            expected="rows in [0, 1] that sum to 1",
            fix="Type --activation softmax",
        )
