"""A proof in words, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import UNSET

from truecopy.contract import Contract, Decisions, Errors, Regression, Task
from truecopy.contract.input_words import item_noun
from truecopy.proof.tolerance import measure_of

from .output import count

Said: TypeAlias = tuple[str, str]  # part, words


def proof_parts(contract: Contract) -> Iterator[Said]:
    """Level, what was compared, and what came out; only what was compared is said."""
    proof, task = contract.proof, contract.task
    items = count(proof.images, item_noun(contract))
    yield "proof", f"{proof.level}, {items}, {proof.provider}, {proof.arithmetic}, {proof.isa}"
    if proof.tensor is not None:
        yield "  tensors", f"{proof.tensor.differing_values} values differ from the original's"
    if proof.bound is not UNSET:
        why = "on another CPU" if proof.bound.source == "cpu" else "by its own decoder"
        yield (
            "  bound",
            f"{why} the original is within {proof.bound.levels:.3g} levels, {proof.bound.tensor:.3g} in the tensor",
        )
    if proof.output is not None:
        yield "  outputs", f"within {proof.output.max_abs_over_max_logit:.1e} {measure_of(contract)}"
    if proof.decisions is not None:
        yield "  decisions", decisions_in_words(task, proof.decisions)
    if proof.accuracy is not None:
        named = {"original": proof.accuracy.original, "truecopy": proof.accuracy.truecopy,
                 "raw": proof.accuracy.raw, "ema": proof.accuracy.ema}  # fmt: skip
        yield (
            "  accuracy",
            ", ".join(f"{name} {value:.4f}" for name, value in named.items() if value is not None),
        )
    if proof.errors is not UNSET:
        yield "  mean errors", _errors(task, proof.errors, item_noun(contract))


def decisions_in_words(task: Task, decisions: Decisions) -> str:
    """`0 flips, 0 thresholds crossed, probabilities within 1e-07`; of a regression the largest errors in their units."""
    numbers = isinstance(task, Regression)
    said = [] if numbers else [f"{decisions.flips} flips"]
    if decisions.edits is not UNSET:
        said.append(f"{count(decisions.edits, 'edit')} between the texts")
    if decisions.max_probability_delta is not None:
        said.append(f"probabilities within {decisions.max_probability_delta:.1e}")
    if decisions.max_error is not UNSET:
        said.append(f"within {_in_units(task, decisions.max_error, '.2g')}")
    if decisions.crossings is not UNSET:
        ends = ("end of a range", "ends of ranges") if numbers else ("threshold", "thresholds")
        said.append(f"{decisions.crossings} {ends[decisions.crossings != 1]} crossed")
    return ", ".join(said)


def _errors(task: Task, errors: Errors, noun: str) -> str:
    """`original 41.2 points, truecopy 41.2 points, on 20 rows with their truth`."""
    named = {"original": errors.original, "truecopy": errors.truecopy, "raw": errors.raw, "ema": errors.ema}
    said = [f"{name}: {_in_units(task, each, '.4g')}" for name, each in named.items() if each is not None]
    return f"{'; '.join(said)}; on {count(errors.items, noun)} whose truth is known"


def _in_units(task: Task, numbers: Sequence[float], form: str) -> str:
    """Each number with its quantity and unit."""
    values = task.values if isinstance(task, Regression) else ()
    return ", ".join(
        f"{value.name} {number:{form}}" + (f" {value.unit}" if value.unit else "")
        for value, number in zip(values, numbers, strict=False)
    )
