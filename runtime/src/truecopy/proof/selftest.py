"""Replay the golden samples on this host and say, stage by stage, what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from truecopy.artifact import GoldenSample
from truecopy.contract import Task
from truecopy.contract.portability import replay_levels
from truecopy.digest import digest
from truecopy.engine import Session, available_cores
from truecopy.errors import OutputError, ProofError, TruecopyError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.predict import Member, Opened, open_artifact

from .stage_check import StageCheck, Verdict, check_result
from .stages import Replay, as_made, from_canvas, replay, stored_canvas
from .tolerance import Scale, common_scale, measure, output_tolerance, relative_difference


@dataclass(frozen=True, slots=True)
class SampleCheck:
    name: str
    stages: tuple[StageCheck, ...]

    @property
    def ok(self) -> bool:
        return all(stage.ok for stage in self.stages)

    @property
    def first_difference(self) -> StageCheck | None:
        return next((stage for stage in self.stages if not stage.ok), None)


@dataclass(frozen=True, slots=True)
class SelftestReport:
    """ok: every stage of every sample holds on this host."""

    device: str
    provider: str
    runtime_version: str
    samples: tuple[SampleCheck, ...]

    @property
    def ok(self) -> bool:
        return all(sample.ok for sample in self.samples)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "ok": self.ok,
            "device": self.device,
            "provider": self.provider,
            "onnxruntime": self.runtime_version,
            "samples": [
                {
                    "name": sample.name,
                    "ok": sample.ok,
                    "stages": {stage.stage: stage.verdict for stage in sample.stages},
                    "first_difference": sample.first_difference and sample.first_difference.detail,
                }
                for sample in self.samples
            ],
        }


def selftest(
    path: str | os.PathLike[str], *, device: str = "auto", limits: Limits = DEFAULT_LIMITS
) -> SelftestReport:
    """Open the artifact and replay its golden samples on `device`.

    Raises:
        ArtifactError, ContractError: the file is refused.
        DeviceError: the device does not run the graph.
        ProofError: there is nothing to replay.
    """
    opened = open_artifact(path, limits)
    return selftest_of(opened, opened.session(device, available_cores()))


def selftest_of(opened: Opened, session: Session) -> SelftestReport:
    """Replay the golden samples of an opened file.

    Raises:
        ProofError: there is nothing to replay.
    """
    if not opened.artifact.golden:
        raise ProofError(
            "the file carries no golden samples", where=opened.artifact.path, fix="Export it again"
        )
    running = session.running
    samples = tuple(check_samples(opened.member, session, opened.artifact.golden))
    return SelftestReport(running.device, running.provider, running.version, samples)


def check_samples(
    member: Member, session: Session, golden: tuple[GoldenSample, ...]
) -> Iterator[SampleCheck]:
    """Replay each sample; a sample that fails outright differs at the stage that it did not reach."""
    scale = common_scale(member.contract.task, [as_made(member.contract.task, one.output) for one in golden])
    for sample in golden:
        try:
            made = replay(member, session, member.intake.stored(sample.encoded))
            canvas = _canvas(member, sample, made)
            if canvas.verdict == "within":
                # The rest is held to its bits on the golden canvas: only the canvas depends on the CPU.
                tensor, output = from_canvas(member, session, stored_canvas(sample))
                made = replace(made, tensor=tensor, output=output)
        except TruecopyError as error:
            # A graph that fails is no picture that cannot be read.
            stage = "output" if isinstance(error, OutputError) else "decode"
            yield SampleCheck(sample.name, (StageCheck(stage, "not reached", str(error)),))
        else:
            yield SampleCheck(
                sample.name, _compare(member, session.running.device, sample, made, canvas, scale)
            )


def _compare(
    member: Member,
    device: str,
    golden: GoldenSample,
    made: Replay,
    canvas: StageCheck,
    scale: Scale,
) -> tuple[StageCheck, ...]:
    task = member.contract.task
    tolerance = output_tolerance(member.contract.graph.precision, device)
    return (
        _digest("decode", made.decode, golden.decode),
        canvas,
        _digest("tensor", made.tensor, golden.tensor),
        _output(made.output, as_made(task, golden.output), tolerance, task, scale),
        check_result(task, made, golden, tolerance, scale),
    )


def _digest(stage: str, now: str, then: str) -> StageCheck:
    verdict: Verdict = "same" if now == then else "differs"
    return StageCheck(stage, verdict, f"sha256 {now[:12]}…, golden {then[:12]}…")


def _canvas(member: Member, golden: GoldenSample, made: Replay) -> StageCheck:
    """Equal bits; or, where the kernel depends on the CPU, within the levels that are stated for it."""
    check = _digest("canvas", made.canvas, golden.canvas)
    allowed = replay_levels(member.contract.steps)
    if check.ok or golden.canvas_png is None or made.pixels is None or not allowed:
        return check
    stored = stored_canvas(golden)
    if digest(stored) != golden.canvas or stored.shape != made.pixels.shape:
        return check
    apart = np.abs(made.pixels.astype(np.int16) - stored)
    told = f"{apart.max()} levels on {np.mean(apart > 0):.2%} of the values, allowed {allowed:g} between CPUs"
    return StageCheck("canvas", "within" if apart.max() <= allowed else "differs", told)


def _output(
    made: np.ndarray, golden: np.ndarray, tolerance: float | None, task: Task, scale: Scale
) -> StageCheck:
    if made.shape != golden.shape:
        return StageCheck("output", "differs", f"{made.size} values, golden {golden.size}")
    if np.array_equal(made, golden):
        return StageCheck("output", "same", "equal bits")
    difference = relative_difference(made, golden, scale)
    if not np.isfinite(difference) and not np.isfinite(made).all():
        return StageCheck("output", "differs", "NaN or infinity")
    unit = measure(task, made.shape[-1])
    if tolerance is None:
        return StageCheck("output", "within", f"{difference:.1e} {unit}; int8: decisions count")
    verdict: Verdict = "within" if difference <= tolerance else "differs"
    return StageCheck("output", verdict, f"{difference:.1e} {unit}, allowed {tolerance:.0e}")
