"""A new sealed file from an old one: what is kept, what is run again, what no longer holds."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
import pytest
from msgspec import UNSET
from tests.tiny_models import BINARY, IMAGE, MULTICLASS, MULTILABEL, REGRESSION, UNPROVEN, sealed

import truecopy
from truecopy.artifact import reseal, split
from truecopy.contract import Accuracy, Decisions, Errors, OutputDifference, TensorDifference, subject_sha256
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.engine import Running, instruction_set
from truecopy.errors import ContractError, ProofError
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Opened, open_artifact
from truecopy.proof import Host, arithmetic_on, sealed_here, selftest, with_task

replace = msgspec.structs.replace
PROVEN = replace(
    UNPROVEN, level="bit-exact", images=7, labelled=True, isa="another", tensor=TensorDifference(differing_values=0),
    output=OutputDifference(max_abs_over_max_logit=1e-7), decisions=Decisions(flips=0, max_probability_delta=1e-7),
    accuracy=Accuracy(original=1.0, truecopy=1.0, images=7),
)  # fmt: skip

HERE = replace(PROVEN, isa=instruction_set())


def opened(path: Path) -> Opened:
    return open_artifact(path, DEFAULT_LIMITS)


def proven(path: Path, task=MULTICLASS, proof=PROVEN, version: str | None = None) -> Path:
    """version: of the ONNX Runtime that the proof is of, where the file says so."""
    if version is None:
        return sealed(path, IMAGE, task, golden=True, proof=proof)
    first = sealed(path.with_name("first.onnx"), IMAGE, task, golden=True, proof=proof)
    contract = truecopy.read(first).contract
    versions = {**contract.provenance.versions, "onnxruntime": version}
    contract = replace(contract, provenance=replace(contract.provenance, versions=versions))
    reseal(first, path, contract=contract)
    first.unlink()
    return path


@pytest.fixture
def here(tmp_path: Path):
    """A file whose proof is of this very host: `here(task)`."""

    def made(task=MULTICLASS) -> Path:
        return proven(tmp_path / "here.onnx", task, HERE, onnxruntime.__version__)

    return made


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return proven(tmp_path / "old.onnx")


class ElsewhereSession:
    """A session that says that it runs on another device."""

    def __init__(self, session, device: str, change=lambda made: made) -> None:
        self._session, self._change = session, change
        self.inputs, self.outputs = session.inputs, session.outputs
        self.running = Running(device, "SomeExecutionProvider", "1.0")

    def run(self, feeds):
        return {name: self._change(array) for name, array in self._session.run(feeds).items()}


@pytest.fixture
def on_cuda(monkeypatch):
    """Every session says that it runs on `cuda:1`, and its answers are changed by `change`."""

    def set_up(change=lambda made: made) -> None:
        real = Opened.session
        monkeypatch.setattr(
            Opened,
            "session",
            lambda self, _, threads: ElsewhereSession(real(self, "cpu", threads), "cuda:1", change),
        )

    return set_up


def test_a_new_temperature_stands_in_a_new_file_over_the_same_graph(old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    made = with_task(opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    assert old.read_bytes() == before
    assert made.path == str(tmp_path / "new.onnx")
    first, second = truecopy.read(old), truecopy.read(made.path)
    assert second.contract == made.contract
    assert second.seal == "sealed"
    assert second.contract.task == replace(MULTICLASS, temperature=2.5)
    assert split(old.read_bytes())[0] == split(Path(made.path).read_bytes())[0]
    for part in ("input", "steps", "graph", "views", "requires"):
        assert getattr(second.contract, part) == getattr(first.contract, part)
    assert selftest(made.path, device="cpu").ok


def test_a_new_file_answers_with_its_new_numbers(old: Path, tmp_path: Path) -> None:
    with_task(opened(old), replace(MULTICLASS, temperature=4), tmp_path / "new.onnx")
    picture = np.uint8([[9, 80, 3, 200]] * 4)
    first, second = (truecopy.load(path, device="cpu")(picture) for path in (old, tmp_path / "new.onnx"))
    assert first.index == second.index
    logits = np.log(first.probabilities.astype(np.float64))
    expected = np.exp(logits / 4) / np.exp(logits / 4).sum()
    np.testing.assert_allclose(second.probabilities, expected, rtol=1e-5)


def test_the_parent_is_named_by_its_digest_and_the_versions_of_this_host_are_noted(
    old: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    origin = with_task(
        opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx"
    ).contract.provenance
    assert origin.parent == truecopy.read(old).digest
    was = truecopy.read(old).contract.provenance
    assert origin.versions.items() >= {**was.versions, "truecopy": RUNTIME_VERSION}.items()
    assert "onnxruntime" in origin.versions
    assert origin.created == "2023-11-14T22:13:20Z"
    assert replace(origin, parent=None, versions=was.versions, created=was.created) == was


def test_a_temperature_loses_what_was_said_about_probabilities_alone(here, tmp_path: Path) -> None:
    made = with_task(opened(here()), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    assert made.dropped == ("decisions",)
    proof = made.contract.proof
    assert proof == replace(HERE, decisions=None, subject=proof.subject)


@pytest.mark.parametrize("change", [{"provider": "cuda"}, {"isa": "another"}, {"arithmetic": "fp16"}])
def test_new_numbers_of_a_file_that_was_proven_elsewhere_have_a_proof_of_this_host(
    change, tmp_path: Path
) -> None:
    old = proven(tmp_path / "old.onnx", proof=replace(HERE, **change), version=onnxruntime.__version__)
    made = with_task(opened(old), replace(MULTICLASS, threshold=0.75), tmp_path / "new.onnx")
    assert made.dropped == ("output", "decisions", "accuracy")
    assert made.contract.proof == replace(HERE, output=None, decisions=None, accuracy=None)


@pytest.mark.parametrize("version", [None, "0.0.1"])
def test_what_another_onnx_runtime_compared_is_left_out(version, tmp_path: Path) -> None:
    old = proven(tmp_path / "old.onnx", proof=HERE, version=version)
    _, derived = sealed_here(old, tmp_path / "new.onnx", device="cpu")
    assert derived is not None
    assert derived.dropped == ("output", "decisions", "accuracy")
    assert derived.contract.proof == replace(HERE, output=None, decisions=None, accuracy=None)


def test_the_new_proof_is_about_the_new_contract(digits: Path, tmp_path: Path) -> None:
    task = replace(truecopy.read(digits).contract.task, temperature=2)
    made = with_task(opened(digits), task, tmp_path / "new.onnx")
    written = truecopy.read(made.path).contract
    assert written.proof.subject == subject_sha256(written) != truecopy.read(digits).contract.proof.subject
    assert truecopy.load(made.path, device="cpu").contract == written


def test_a_threshold_of_one_of_n_classes_loses_nothing(here, tmp_path: Path) -> None:
    made = with_task(opened(here()), replace(MULTICLASS, threshold=0.75), tmp_path / "new.onnx")
    assert made.dropped == ()
    assert made.contract.proof == HERE


@pytest.mark.parametrize(
    ("task", "new"),
    [
        (BINARY, replace(BINARY, threshold=0.25)),
        (MULTILABEL, replace(MULTILABEL, thresholds=(0.1, 0.2, 0.3))),
    ],
    ids=["binary", "multilabel"],
)
def test_thresholds_that_decide_lose_decisions_and_accuracy(task, new, here, tmp_path: Path) -> None:
    made = with_task(opened(here(task)), new, tmp_path / "new.onnx")
    assert made.dropped == ("decisions", "accuracy")
    assert made.contract.proof == replace(HERE, decisions=None, accuracy=None)
    assert made.contract.task == new


def test_only_what_was_said_counts_as_lost(tmp_path: Path) -> None:
    old = proven(tmp_path / "old.onnx", proof=UNPROVEN)
    made = with_task(opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    assert made.dropped == ()
    assert made.contract.proof == replace(UNPROVEN, isa=instruction_set())


@pytest.mark.parametrize(
    "task",
    [
        replace(MULTICLASS, labels=("low", "high", "middle")),
        replace(MULTICLASS, activation="none"),
        MULTILABEL,
    ],
    ids=["labels", "activation", "another task"],
)
def test_another_task_needs_a_new_export(task, old: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ContractError, match=r"only a temperature or thresholds are changed.*\$\.task.*Export again"
    ):
        with_task(opened(old), task, tmp_path / "new.onnx")
    assert not (tmp_path / "new.onnx").exists()


@pytest.mark.parametrize("way", ["itself", "symlink", "hard link"])
def test_a_file_is_never_its_own_child(way: str, old: Path, tmp_path: Path) -> None:
    target = tmp_path / "link.onnx"
    if way == "itself":
        target = tmp_path / "." / "old.onnx"
    elif way == "symlink":
        target.symlink_to(old)
    else:
        os.link(old, target)
    before = old.read_bytes()
    for write in (
        lambda: with_task(opened(old), replace(MULTICLASS, temperature=2.5), target),
        lambda: sealed_here(old, target, device="cpu"),
    ):
        with pytest.raises(ContractError, match=r"never sealed in place.*Name another file with -o"):
            write()
    assert old.read_bytes() == before


def test_what_another_tool_wrote_beside_the_contract_is_kept(old: Path, tmp_path: Path) -> None:
    from truecopy.artifact import compose

    artifact = truecopy.read(old)
    graph, _ = split(old.read_bytes())
    old.write_bytes(compose(graph, artifact.contract, artifact.golden, {"author": "Zoë"}))
    with_task(opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    assert split((tmp_path / "new.onnx").read_bytes())[1]["author"] == "Zoë"


def test_a_file_that_does_not_hold_here_has_no_child(tmp_path: Path, on_cuda) -> None:
    old = proven(tmp_path / "old.onnx")
    on_cuda(change=lambda made: made * 1.5)
    with pytest.raises(ProofError, match=r"does not hold on this host.*truecopy selftest .*old.onnx"):
        with_task(opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    report, derived = sealed_here(old, tmp_path / "new.onnx", device="cuda")
    assert (report.ok, derived) == (False, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.onnx"]


def test_a_file_without_golden_samples_has_no_child(tmp_path: Path) -> None:
    old = sealed(tmp_path / "old.onnx", IMAGE, MULTICLASS)
    with pytest.raises(ProofError, match="the file carries no golden samples"):
        sealed_here(old, tmp_path / "new.onnx", device="cpu")
    assert not (tmp_path / "new.onnx").exists()


def test_sealed_here_the_golden_samples_are_those_of_the_device(old: Path, tmp_path: Path, on_cuda) -> None:
    on_cuda(change=lambda made: made * np.float32(1.0001))
    report, derived = sealed_here(old, tmp_path / "new.onnx", device="cuda:1")
    assert report.ok
    assert derived is not None
    before, after = truecopy.read(old), truecopy.read(derived.path)
    for was, now in zip(before.golden, after.golden, strict=True):
        np.testing.assert_array_equal(now.output, was.output * np.float32(1.0001))
        assert msgspec.structs.replace(now, output=was.output) == was
    assert after.contract.provenance.parent == before.digest


def test_sealed_here_the_proof_is_of_this_host_and_what_was_compared_elsewhere_is_left_out(
    old: Path, tmp_path: Path, on_cuda
) -> None:
    on_cuda()
    _, derived = sealed_here(old, tmp_path / "new.onnx", device="cuda:1")
    assert derived is not None
    assert derived.dropped == ("output", "decisions", "accuracy")
    assert derived.contract.proof == replace(
        PROVEN, provider="cuda", isa=instruction_set(), output=None, decisions=None, accuracy=None
    )


def test_sealed_on_the_host_of_the_proof_nothing_is_left_out(here, tmp_path: Path) -> None:
    _, derived = sealed_here(here(), tmp_path / "new.onnx", device="cpu")
    assert derived is not None
    assert derived.dropped == ()
    assert derived.contract.proof == HERE


def test_mean_errors_of_another_host_are_left_out(tmp_path: Path) -> None:
    errors = Errors(original=None, truecopy=(1.0, 2.0), raw=None, ema=None, items=3)
    old = proven(tmp_path / "old.onnx", REGRESSION, replace(UNPROVEN, errors=errors))
    _, derived = sealed_here(old, tmp_path / "new.onnx", device="cpu")
    assert derived is not None
    assert derived.dropped == ("errors",)
    assert derived.contract.proof.errors is UNSET


def test_a_finished_file_that_fails_its_selftest_never_gets_its_name(
    old: Path, tmp_path: Path, monkeypatch
) -> None:
    from truecopy.proof import derived
    from truecopy.proof.stages import record

    def wrong(*given):
        return replace(record(*given), tensor="0" * 64)

    monkeypatch.setattr(derived, "record", wrong)
    with pytest.raises(ProofError, match="the finished file fails its own selftest on sample"):
        with_task(opened(old), replace(MULTICLASS, temperature=2.5), tmp_path / "new.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["old.onnx"]


@pytest.mark.parametrize(
    ("device", "provider"),
    [("cpu", "cpu"), ("cuda:3", "cuda"), ("provider:DmlExecutionProvider", "DmlExecutionProvider")],
)
def test_a_host_is_named_by_its_provider_without_its_number(device: str, provider: str, old: Path) -> None:
    session = ElsewhereSession(opened(old).session("cpu", 1), device)
    assert Host.of(session, "fp32") == Host(provider, "fp32", instruction_set())


def test_half_precision_is_computed_in_float32_on_a_cpu_alone() -> None:
    assert [arithmetic_on("cpu", precision) for precision in ("fp32", "fp16", "int8")] == [
        "fp32",
        "fp32",
        "int8",
    ]
    assert [arithmetic_on("cuda:0", precision) for precision in ("fp32", "fp16")] == ["fp32", "fp16"]
