"""A checkpoint's name means the artifact that was made of those very bytes."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.exported_digits import exported

import truecopy
from truecopy.artifact import artifact_of, half_of, reseal, variants
from truecopy.artifact.neighbours import Neighbour
from truecopy.artifact.resolve import sha256_of
from truecopy.errors import ArtifactError, CheckpointError, NoContract, UnreadableArtifact


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`run/best.pt` of b"weights"; the current folder is another one."""
    (tmp_path / "run").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "run" / "best.pt").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def refused(path: Path, kind: type[Exception], *parts: str, **asked: object) -> None:
    with pytest.raises(kind) as caught:
        artifact_of(path, **asked)  # type: ignore[arg-type]
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "place", ["run/any_name.onnx", "run/artifacts/fold.onnx", "here/artifacts/x.onnx", "run/UP.ONNX"]
)
def test_an_artifact_is_found_by_the_bytes_it_was_made_of(place: str, folder: Path) -> None:
    exported(folder / "run" / "other.onnx", b"other weights", name="other.pt")
    made = exported(folder / place, b"weights", name="was_called_so.pt")
    assert artifact_of(folder / "run" / "best.pt").resolve() == made.resolve()
    assert truecopy.load(folder / "run" / "best.pt", device="cpu").precision == "fp32"


def test_any_other_path_is_its_own_and_not_even_read(tmp_path: Path) -> None:
    assert artifact_of(str(tmp_path / "absent.onnx")) == tmp_path / "absent.onnx"


def test_two_files_of_one_model_are_the_newest(folder: Path) -> None:
    checkpoint = folder / "run" / "best.pt"
    exported(folder / "run" / "a.onnx", created="2026-01-01T00:00:00Z")
    newest = exported(folder / "run" / "b.onnx", created="2026-03-01T00:00:00Z")
    exported(folder / "run" / "c.onnx", created="2026-02-01T00:00:00Z")
    assert artifact_of(checkpoint) == newest


def test_several_that_differ_are_an_error_unless_one_is_chosen(folder: Path) -> None:
    checkpoint = folder / "run" / "best.pt"
    full = exported(folder / "run" / "full.onnx", weights="ema")
    half = exported(folder / "run" / "half.onnx", weights="ema", precision="fp16")
    raw = exported(folder / "run" / "raw.onnx", weights="raw")
    refused(
        checkpoint,
        CheckpointError,
        "several artifacts were made from this checkpoint, and they differ",
        f"{full} (fp32, ema weights, 2026-01-02T03:04:05Z)",
        f"{half} (fp16, ema weights",
        f"{raw} (fp32, raw weights",
        "--precision or --use-ema / --no-use-ema",
    )
    refused(checkpoint, CheckpointError, "and they differ", use_ema=True)
    assert artifact_of(checkpoint, precision="fp16") == half
    assert artifact_of(checkpoint, use_ema=False) == raw
    assert artifact_of(checkpoint, precision="fp32", use_ema=True) == full
    refused(
        checkpoint,
        CheckpointError,
        "no artifact of this checkpoint is what was asked for: expected int8 and raw",
        precision="int8",
        use_ema=False,
    )


def test_a_calibrated_file_is_another_model_and_is_told_as_one(folder: Path) -> None:
    plain = exported(folder / "run" / "plain.onnx")
    new = exported(folder / "run" / "calibrated.onnx", temperature=1.5, parent=truecopy.read(plain).digest,
                   created="2026-02-01T00:00:00Z")  # fmt: skip
    orphan = exported(folder / "run" / "orphan.onnx", temperature=1.25, parent="8f" * 32)
    with pytest.raises(CheckpointError) as caught:
        artifact_of(folder / "run" / "best.pt")
    message = str(caught.value)
    for part in (
        f"{plain} (fp32, raw weights, 2026-01-02T03:04:05Z; temperature 1)",
        f"{new} (fp32, raw weights, 2026-02-01T00:00:00Z; calibrated from plain.onnx; temperature 1.5)",
        f"{orphan} (fp32, raw weights, 2026-01-02T03:04:05Z; made from a file that is not here, 8f8f8f8f8f8f…; temperature 1.25)",
        f"Name the artifact itself, for example {new} in place of best.pt",
    ):
        assert part in message
    # Neither tells them apart.
    assert "--precision" not in message
    assert "--use-ema" not in message


def test_artifacts_that_are_not_told_apart_by_numbers_are_by_their_parts(folder: Path) -> None:
    first = exported(folder / "run" / "first.onnx")
    contract = truecopy.read(first).contract
    other = msgspec.structs.replace(contract, steps=contract.steps[:1] + contract.steps)
    reseal(first, folder / "run" / "other.onnx", contract=other)
    refused(
        folder / "run" / "best.pt",
        CheckpointError,
        "other.onnx (fp32, raw weights, 2026-01-02T03:04:05Z; `steps` of its own)",
    )


def test_without_an_artifact_the_export_line_is_said(folder: Path) -> None:
    checkpoint = folder / "run" / "best.pt"
    exported(folder / "run" / "other.onnx", b"other", name="other.pt")
    (folder / "run" / "torn.onnx").write_bytes(b"\xff")
    refused(
        checkpoint,
        CheckpointError,
        "this is a checkpoint, and no artifact of it stands beside it",
        f"{folder / 'run' / 'torn.onnx'} could not be read",
        f"truecopy export {checkpoint} --arch ... --recipe ... --labels ... --proof photos/ -o best.onnx",
    )
    spaced = folder / "run" / "my best.pt"
    spaced.write_bytes(b"x")
    refused(spaced, CheckpointError, f"truecopy export '{spaced}' --arch", "-o 'my best.onnx'")


def test_an_artifact_of_earlier_bytes_is_stale(folder: Path) -> None:
    checkpoint = folder / "run" / "best.pt"
    old = exported(folder / "run" / "best.onnx", b"weights of yesterday")
    refused(
        checkpoint,
        CheckpointError,
        f"the artifact {old} is stale: it was made from another best.pt",
        f"expected an artifact of sha256 {sha256_of(checkpoint)[:12]}…, got ",
        f"Export again: truecopy export {checkpoint} --arch",
    )


def test_a_checkpoint_that_is_not_there_is_refused(folder: Path) -> None:
    absent = folder / "run" / "absent.pt"
    refused(absent, CheckpointError, "cannot read the checkpoint: No such file", f"truecopy export {absent}")


def test_use_ema_must_agree_with_the_artifact(tmp_path: Path) -> None:
    averaged = exported(tmp_path / "ema.onnx", weights="ema")
    assert artifact_of(averaged, use_ema=True) == averaged
    refused(
        averaged,
        CheckpointError,
        "`use_ema: false` asks for other weights than the artifact has: expected raw, got ema, from `model` of best.pt",
        "--ema raw",
        use_ema=False,
    )
    unknown = exported(tmp_path / "unknown.onnx", None)
    for flag in (True, False):
        refused(
            unknown,
            CheckpointError,
            "cannot be checked: the artifact names no checkpoint",
            "Leave use_ema out",
            use_ema=flag,
        )


def test_the_precision_must_be_the_artifacts(tmp_path: Path) -> None:
    path = exported(tmp_path / "a.onnx")
    assert artifact_of(path, precision="fp32") == path
    refused(path, ArtifactError, f"the artifact is fp32: expected fp16 - at {path}", precision="fp16")


def test_what_is_no_artifact_is_refused_where_something_is_asked_of_it(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").write_bytes(b"")
    refused(tmp_path / "empty.onnx", NoContract, "carries no Truecopy contract", use_ema=True)
    refused(tmp_path / "absent.onnx", UnreadableArtifact, "No such file", precision="fp32")


def test_a_large_file_is_hashed_in_pieces(tmp_path: Path) -> None:
    import hashlib

    data = bytes(range(256)) * 9000  # more than two pieces
    (tmp_path / "large.pt").write_bytes(data)
    assert sha256_of(tmp_path / "large.pt") == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("place", ["half.onnx", "artifacts/half.onnx"])
def test_the_half_of_an_artifact_names_it_as_its_parent(place: str, folder: Path) -> None:
    full = exported(folder / "run" / "full.onnx")
    digest = truecopy.read(full).digest
    exported(folder / "run" / "stranger.onnx", precision="fp16", parent="0" * 64)
    exported(folder / "run" / "calibrated.onnx", parent=digest, temperature=2.0)
    half = exported(folder / "run" / place, precision="fp16", parent=digest)
    assert half_of(full) == half
    assert half_of(half) == half


def test_a_half_that_was_sealed_again_is_found_through_its_parents(folder: Path) -> None:
    run = folder / "run"
    full = exported(run / "full.onnx")
    half = exported(run / "half.onnx", precision="fp16", parent=truecopy.read(full).digest)
    here = exported(
        run / "here.onnx", precision="fp16", parent=truecopy.read(half).digest, created="2026-02-01T00:00:00Z"
    )
    newest = exported(
        run / "new.onnx", precision="fp16", parent=truecopy.read(here).digest, created="2026-03-01T00:00:00Z"
    )
    # Another model, though it descends from this one: it was calibrated.
    exported(run / "cal.onnx", precision="fp16", parent=truecopy.read(newest).digest, created="2026-04-01T00:00:00Z",
             temperature=2.0)  # fmt: skip
    assert half_of(full) == newest
    here.unlink()  # the chain ends where a file is not there
    assert half_of(full) == half


def test_parents_that_go_in_a_circle_are_followed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tool can write such files; documents are not believed all the same."""
    full = exported(folder / "run" / "full.onnx")
    halves = [exported(folder / "run" / f"{name}.onnx", precision="fp16", parent=64 * name) for name in "ab"]
    real = variants.neighbours
    swapped = {halves[0]: 64 * "b", halves[1]: 64 * "a"}

    def circle(path: Path) -> tuple[list[Neighbour], list[Path]]:
        known, unread = real(path)
        return [replace(one, digest=swapped.get(one.path, one.digest)) for one in known], unread

    monkeypatch.setattr(variants, "neighbours", circle)
    with pytest.raises(ArtifactError, match="there is none of this fp32 artifact"):
        half_of(full)


def test_an_artifact_without_its_half_says_what_was_looked_for(folder: Path) -> None:
    full = exported(folder / "run" / "full.onnx")
    exported(folder / "run" / "stranger.onnx", precision="fp16", parent="0" * 64)
    message = (
        "mixed precision runs the FP16 variant, and there is none of this fp32 artifact: expected an fp16 artifact whose "
        f"provenance.parent is {truecopy.read(full).digest[:12]}…, beside it or in artifacts/ - at {full}"
    )
    with pytest.raises(ArtifactError, match=f"^{re.escape(message)}"):
        half_of(full)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_links_in_a_circle_beside_a_checkpoint_are_no_artifacts(folder: Path) -> None:
    made = exported(folder / "run" / "fold.onnx", b"weights")
    (folder / "run" / "loop.onnx").symlink_to("loop.onnx")
    os.mkfifo(folder / "run" / "pipe.onnx")
    assert artifact_of(folder / "run" / "best.pt").resolve() == made.resolve()
    for pipe in ("pipe.onnx", "pipe.pt"):
        if pipe.endswith(".pt"):
            os.mkfifo(folder / "run" / pipe)
        with pytest.raises((UnreadableArtifact, CheckpointError), match="no regular file"):
            truecopy.load(folder / "run" / pipe)
