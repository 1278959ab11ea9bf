from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import truecopy
from truecopy.artifact import GoldenSample
from truecopy.errors import DeviceError, NotSealed, ProofError
from truecopy.proof import STAGES, SampleCheck, check_samples, record, selftest


@pytest.fixture(scope="module")
def golden(digits: Path) -> tuple[GoldenSample, ...]:
    return truecopy.read(digits).golden


def changed(sample: GoldenSample, **values: Any) -> GoldenSample:
    return msgspec.structs.replace(sample, **values)


def verdicts(check: SampleCheck) -> dict[str, str]:
    return {stage.stage: stage.verdict for stage in check.stages}


def test_every_stage_of_the_committed_artifact_holds(digits: Path) -> None:
    report = selftest(digits, device="cpu")
    assert report.ok
    assert (report.device, report.provider) == ("cpu", "CPUExecutionProvider")
    assert [sample.name for sample in report.samples] == ["gradient", "edges", "noise", "grey"]
    for sample in report.samples:
        assert [stage.stage for stage in sample.stages] == list(STAGES)
        assert sample.first_difference is None
        assert set(verdicts(sample).values()) <= {"same", "within"}
        assert [verdicts(sample)[stage] for stage in ("decode", "canvas", "tensor", "result")] == ["same"] * 4


def test_a_report_is_plain_data(digits: Path) -> None:
    report = selftest(digits, device="cpu").to_dict()
    assert json.loads(json.dumps(report)) == report
    assert report["ok"] is True
    assert report["samples"][0]["first_difference"] is None


@pytest.mark.parametrize("stage", ["decode", "canvas", "tensor"])
def test_a_changed_digest_is_named_as_the_first_difference(
    stage: str, golden: tuple[GoldenSample, ...], rewritten: Callable[..., Path]
) -> None:
    samples = [golden[0], changed(golden[1], **{stage: "0" * 64}), *golden[2:]]
    report = selftest(rewritten(golden=samples), device="cpu")
    assert not report.ok
    assert [sample.ok for sample in report.samples] == [True, False, True, True]
    first = report.samples[1].first_difference
    assert first is not None
    assert first.stage == stage
    assert first.detail == f"sha256 {getattr(golden[1], stage)[:12]}…, golden 000000000000…"
    assert report.to_dict()["samples"][1]["stages"][stage] == "differs"


def test_the_first_of_several_differences_is_named(golden, rewritten) -> None:
    sample = changed(golden[0], canvas="0" * 64, tensor="1" * 64, output=golden[0].output + 9)
    (check,) = selftest(rewritten(golden=[sample]), device="cpu").samples
    assert verdicts(check) == {"decode": "same", "canvas": "differs", "tensor": "differs", "output": "differs", "result": "same"}  # fmt: skip
    assert check.first_difference is not None
    assert check.first_difference.stage == "canvas"


@pytest.mark.parametrize(("share", "verdict"), [(0.0, "same"), (5e-5, "within"), (2e-4, "differs")])
def test_outputs_are_held_to_the_tolerance(share: float, verdict: str, golden, rewritten) -> None:
    output = golden[0].output.copy()
    output[3] += share * np.abs(output).max()
    (check,) = selftest(rewritten(golden=[changed(golden[0], output=output)]), device="cpu").samples
    assert verdicts(check)["output"] == verdict
    if verdict == "differs":
        assert check.first_difference is not None
        assert check.first_difference.detail == "2.0e-04 of the largest logit, allowed 1e-04"


def test_another_decision_differs_with_both_labels(golden, rewritten) -> None:
    output = golden[0].output.copy()
    best, worst = int(output.argmax()), int(output.argmin())
    output[[best, worst]] = output[[worst, best]]
    (check,) = selftest(rewritten(golden=[changed(golden[0], output=output)]), device="cpu").samples
    labels = truecopy.read(rewritten()).contract.task.labels
    assert check.stages[-1].detail == (
        f"{labels[best]} ({best}), accepted True instead of {labels[worst]} ({worst}), accepted True"
    )
    assert verdicts(check)["result"] == "differs"


def test_a_decision_is_undecided_where_the_golden_margin_is_below_the_tolerance(golden, rewritten) -> None:
    output = golden[0].output.copy()
    best, other = int(output.argmax()), int(output.argmin())
    output[other] = output[best] + np.float32(1e-5) * np.abs(output).max()
    (check,) = selftest(rewritten(golden=[changed(golden[0], output=output)]), device="cpu").samples
    assert verdicts(check)["result"] == "undecided"
    assert check.stages[-1].ok
    assert "margin below the tolerance" in check.stages[-1].detail


def test_golden_outputs_of_another_length_differ(golden, rewritten) -> None:
    (check,) = selftest(
        rewritten(golden=[changed(golden[0], output=golden[0].output[:4])]), device="cpu"
    ).samples
    assert verdicts(check)["output"] == verdicts(check)["result"] == "differs"
    assert "10 values, golden 4" in [stage.detail for stage in check.stages]


def test_golden_bytes_that_are_no_picture_are_not_reached(golden, rewritten) -> None:
    (check,) = selftest(rewritten(golden=[changed(golden[0], encoded=b"no picture")]), device="cpu").samples
    assert verdicts(check) == {"decode": "not reached"}
    assert not check.ok
    assert check.first_difference is not None
    assert "the input is no image" in check.first_difference.detail


def test_a_graph_that_fails_is_told_at_its_output(golden, member, fake_session) -> None:
    (check,) = check_samples(member(), fake_session(lambda x: np.zeros((1, 3), np.float32)), golden[:1])
    assert verdicts(check) == {"output": "not reached"}


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_nan_differs_at_any_precision(
    precision, golden, member, fake_session, change, digits_contract
) -> None:
    contract = change(digits_contract, graph={"precision": precision})
    nan = fake_session(lambda x: np.full((1, 10), np.nan, np.float32))
    (check,) = check_samples(member(contract), nan, golden[:1])
    assert verdicts(check)["output"] == "differs"
    assert not check.ok


def test_int8_counts_decisions_only(golden, member, fake_session, change, digits_contract) -> None:
    int8 = member(change(digits_contract, graph={"precision": "int8"}))
    (same,) = check_samples(int8, fake_session(lambda x: 2 * golden[0].output[None]), golden[:1])
    assert verdicts(same)["output"] == "within"
    assert same.ok
    (flipped,) = check_samples(int8, fake_session(lambda x: -golden[0].output[None]), golden[:1])
    assert verdicts(flipped)["result"] == "differs"


def test_a_recorded_sample_replays(member, fake_session, digit_images: list[str]) -> None:
    session = fake_session(lambda x: x.reshape(len(x), -1)[:, 300:310])
    sample = record(member(), session, "one", Path(digit_images[4]).read_bytes())
    (check,) = check_samples(member(), session, (sample,))
    assert set(verdicts(check).values()) == {"same"}


def test_a_file_without_golden_samples_proves_nothing(rewritten) -> None:
    path = rewritten(golden=())
    with pytest.raises(
        ProofError, match=f"^the file carries no golden samples - at {path}. Export it again$"
    ):
        selftest(path, device="cpu")


def test_selftest_refuses_what_load_refuses(digits: Path, tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(digits.read_bytes() + b"\x08\x0a")
    with pytest.raises(NotSealed):
        selftest(tmp_path / "x.onnx", device="cpu")
    with pytest.raises(DeviceError):
        selftest(digits, device="provider:None")
