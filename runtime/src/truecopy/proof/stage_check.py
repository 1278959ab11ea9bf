"""What one stage of one golden sample showed, and how the last one, the result, is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from truecopy.artifact import GoldenSample
from truecopy.contract import Regression, Sequence, Task
from truecopy.errors import OutputError
from truecopy.predict import Sequence as SequenceResult
from truecopy.predict.heads import result_of
from truecopy.predict.results import same_decision

from .decisions import decided, told
from .margins import is_generation_undecided, is_undecided
from .stages import Replay, as_made
from .tolerance import Scale, margin

Verdict: TypeAlias = Literal["same", "within", "differs", "undecided", "not reached"]


@dataclass(frozen=True, slots=True)
class StageCheck:
    """same: equal bits (or decision). within: inside the tolerance. undecided: the golden margin is below it."""

    stage: str
    verdict: Verdict
    detail: str

    @property
    def ok(self) -> bool:
        return self.verdict in ("same", "within", "undecided")


def check_result(
    task: Task, made: Replay, golden: GoldenSample, tolerance: float | None, scale: Scale = None
) -> StageCheck:
    """What a user would be told here, against what the golden output says. tolerance: None: decisions alone count; it is
    relative to the largest absolute output, or to `scale`.
    """
    row = as_made(task, golden.output)
    if made.output.shape != row.shape:
        return _result("differs", "the answer has another shape")
    if isinstance(task, Sequence) and made.generated is not None:
        return _check_generated(task, made.generated, made.output, golden, tolerance)
    try:
        now, then = (result_of(task, one, golden.name) for one in (made.output, row))
    except OutputError as error:
        return _result("differs", str(error))
    if same_decision(now, then):
        return _result("same", told(now))
    apart = f"{decided(now)} instead of {decided(then)}"
    if isinstance(task, Regression):
        return _check_numbers(apart, tolerance, inside=tolerance is None
                              or is_undecided(task, now, then, row, tolerance, scale))  # fmt: skip
    if tolerance is not None and is_undecided(task, now, then, row, tolerance, scale):
        return _result("undecided", f"{apart}: margin below the tolerance")
    return _result("differs", apart)


def _result(verdict: Verdict, detail: str) -> StageCheck:
    return StageCheck("result", verdict, detail)


def _check_numbers(apart: str, tolerance: float | None, *, inside: bool) -> StageCheck:
    """Numbers are never undecided: they lie between what the tolerance of the output allows, or they do not."""
    allowed = "int8: no tolerance is stated" if tolerance is None else "what the output's tolerance allows"
    return _result("within", f"{apart}: {allowed}") if inside else _result("differs", apart)


def _check_generated(
    task: Sequence, now: SequenceResult, first: np.ndarray, golden: GoldenSample, tolerance: float | None
) -> StageCheck:
    """The generated text; a sample that stores none decides the first token only."""
    if golden.text is None:
        return _check_first_token(task, first, as_made(task, golden.output), tolerance)
    if now.text == golden.text:
        return _result("same", told(now))
    apart = f"{now.text!r} instead of {golden.text!r}"
    if tolerance is not None and is_generation_undecided(now, golden.text, task.joiner, tolerance):
        return _result("undecided", f"{apart}: margin below the tolerance")
    return _result("differs", apart)


def _check_first_token(
    task: Sequence, made: np.ndarray, golden: np.ndarray, tolerance: float | None
) -> StageCheck:
    now, then = int(made[-1].argmax()), int(golden[-1].argmax())
    if now == then:
        return _result("same", f"first token {task.labels[now]!r}")
    apart = f"first token {task.labels[now]!r} instead of {task.labels[then]!r}"
    if tolerance is not None and margin(golden[-1]) <= tolerance:
        return _result("undecided", f"{apart}: margin below the tolerance")
    return _result("differs", apart)
