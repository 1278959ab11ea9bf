"""`truecopy selftest --seal -o FILE`: only what holds here is written, and never in place."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.exported_digits import exported

import truecopy
from truecopy.engine import instruction_set


@pytest.fixture
def broken(digits: Path, rewritten) -> Path:
    golden = truecopy.read(digits).golden
    return rewritten(golden=[golden[0], msgspec.structs.replace(golden[1], tensor="0" * 64)])


def test_what_holds_is_written_to_a_new_file_that_names_its_parent(digits: Path, tmp_path: Path, cli) -> None:
    new = tmp_path / "new.onnx"
    done = cli("selftest", digits, "--device", "cpu", "--seal", "-o", new)
    assert done.code == 0
    assert "selftest holds on cpu" in done.err
    assert f"wrote {new}: golden samples of cpu, fp32, {instruction_set()}" in done.err
    first, second = truecopy.read(digits), truecopy.read(new)
    assert second.contract.provenance.parent == first.digest
    assert [sample.name for sample in second.golden] == [sample.name for sample in first.golden]
    assert second.contract.proof.isa == instruction_set()
    assert second.contract.task == first.contract.task
    assert cli("selftest", new, "--device", "cpu").code == 0


def test_what_was_compared_on_another_host_is_left_out_and_said(
    digits: Path, digits_contract, change, rewritten, tmp_path: Path, cli
) -> None:
    elsewhere = rewritten(change(digits_contract, proof={"isa": "elsewhere"}))
    done = cli("selftest", elsewhere, "--device", "cpu", "--seal", "-o", tmp_path / "new.onnx")
    assert done.code == 0
    assert (
        "compared on another host or by another ONNX Runtime, and left out of the new proof: output, decisions, accuracy"
        in done.err
    )
    proof = truecopy.read(tmp_path / "new.onnx").contract.proof
    assert (proof.isa, proof.output, proof.decisions, proof.accuracy) == (instruction_set(), None, None, None)
    assert (proof.level, proof.tensor) == (digits_contract.proof.level, digits_contract.proof.tensor)


def test_what_does_not_hold_is_exit_4_and_nothing_is_written(broken: Path, tmp_path: Path, cli) -> None:
    done = cli("selftest", broken, "--device", "cpu", "--seal", "-o", tmp_path / "new.onnx")
    assert done.code == 4
    assert "edges: stage tensor is the first that differs" in done.err
    assert "new.onnx is not written" in done.err
    assert not (tmp_path / "new.onnx").exists()


def test_as_json_the_new_file_is_named_or_null(digits: Path, broken: Path, tmp_path: Path, cli) -> None:
    new = tmp_path / "new.onnx"
    done = cli("selftest", digits, "--device", "cpu", "--json", "--seal", "-o", new)
    assert (done.code, done.rows[0]["status"], done.rows[0]["written"]) == (0, "ok", str(new))
    done = cli("selftest", broken, "--device", "cpu", "--json", "--seal", "-o", tmp_path / "other.onnx")
    assert (done.code, done.rows[0]["status"], done.rows[0]["written"]) == (4, "error", None)
    assert "written" not in cli("selftest", digits, "--device", "cpu", "--json").rows[0]


def test_a_checkpoint_is_replayed_and_sealed_through_its_artifact(tmp_path: Path, digits: Path, cli) -> None:
    artifact = exported(tmp_path / "best.onnx", golden=True)
    (tmp_path / "best.pt").write_bytes(b"weights")
    done = cli("selftest", tmp_path / "best.pt", "--device", "cpu")
    assert done.code == 0
    assert "selftest holds on cpu" in done.err
    done = cli("selftest", tmp_path / "best.pt", "--device", "cpu", "--seal", "-o", tmp_path / "new.onnx")
    assert done.code == 0
    assert truecopy.read(tmp_path / "new.onnx").contract.provenance.parent == truecopy.read(artifact).digest
    (tmp_path / "other.pt").write_bytes(b"others")
    done = cli("selftest", tmp_path / "other.pt")
    assert done.code == 3
    assert "no artifact of it stands" in done.err


def test_overwrite_replaces_a_file_and_never_the_model(digits: Path, tmp_path: Path, cli) -> None:
    new, copy = tmp_path / "new.onnx", tmp_path / "copy.onnx"
    new.write_bytes(b"older")
    copy.write_bytes(digits.read_bytes())
    assert cli("selftest", copy, "--device", "cpu", "--seal", "-o", new).code == 2
    assert new.read_bytes() == b"older"
    assert cli("selftest", copy, "--device", "cpu", "--seal", "-o", new, "--overwrite").code == 0
    assert truecopy.read(new).seal == "sealed"
    done = cli("selftest", copy, "--device", "cpu", "--seal", "-o", copy, "--overwrite")
    assert done.code == 3
    assert "a file is never sealed in place" in done.err
    assert copy.read_bytes() == digits.read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seal",), "--seal writes a new file: name it with -o FILE"),
        (("-o", "new.onnx"), "-o and --overwrite go with --seal"),
        (("--overwrite",), "-o and --overwrite go with --seal"),
        (("--seal", "-o", "."), ". is a folder; name the new file"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    options, message: str, digits: Path, tmp_path: Path, cli, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli("selftest", digits, *options)
    assert done.code == 2
    assert message in done.err
    assert list(tmp_path.iterdir()) == []


def test_patterns_name_models(digits: Path, tmp_path: Path, cli) -> None:
    for name in ("fold_0.onnx", "fold_1.onnx"):
        (tmp_path / name).symlink_to(digits)
    done = cli("selftest", tmp_path / "fold_?.onnx", "--device", "cpu", "--json")
    assert done.code == 0
    assert [row["path"] for row in done.rows] == [
        str(tmp_path / "fold_0.onnx"),
        str(tmp_path / "fold_1.onnx"),
    ]
    done = cli("selftest", tmp_path / "fold_?.onnx", "--seal", "-o", tmp_path / "new.onnx")
    assert done.code == 2
    assert "--seal writes one file: expected one model, got" in done.err
    done = cli("selftest", tmp_path / "split_?.onnx")
    assert done.code == 2
    assert "no model matches the pattern" in done.err


def test_one_file_is_written_for_one_model(digits: Path, tmp_path: Path, cli) -> None:
    done = cli("selftest", digits, digits, "--seal", "-o", tmp_path / "new.onnx")
    assert done.code == 2
    assert "--seal writes one file: expected one model" in done.err
    assert not (tmp_path / "new.onnx").exists()


def test_a_model_that_is_refused_is_exit_3_and_nothing_is_written(tmp_path: Path, cli) -> None:
    (tmp_path / "no.onnx").write_bytes(b"no model")
    assert cli("selftest", tmp_path / "no.onnx", "--seal", "-o", tmp_path / "new.onnx").code == 3
    assert not (tmp_path / "new.onnx").exists()
