"""From a name as people type it to the artifact that is meant: a checkpoint means what was exported from those very bytes."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from truecopy.contract import Contract, subject_sha256
from truecopy.errors import ArtifactError, CheckpointError

from .neighbours import FOLDER, Neighbour, neighbour, neighbours
from .regular import open_regular
from .several import differ, words

CHECKPOINT_SUFFIXES = (".pt", ".pth", ".ckpt", ".th", ".tar", ".safetensors")
_CHUNK = 1 << 20
_DIGITS = 12


def artifact_of(
    path: str | os.PathLike[str], precision: str | None = None, use_ema: bool | None = None
) -> Path:
    """The artifact that `path` means.

    Of a checkpoint the one whose `provenance.checkpoint.sha256` is the file's: beside it, in `artifacts/` beside it, or
    in `artifacts/` of the current folder. Nothing is exported. Any other path is its own. precision, use_ema: what the
    artifact must be, and what chooses between several of one checkpoint. Where several are the same model, the newest.

    What is read here is not verified: loading does that.

    Raises:
        CheckpointError: no artifact, a stale one, several that differ, or other weights than `use_ema` asks for.
        ArtifactError: an artifact of another precision, or unreadable.
    """
    path = Path(path)
    if path.suffix.lower() in CHECKPOINT_SUFFIXES:
        return _of_checkpoint(path, precision, use_ema)
    if precision is not None or use_ema is not None:
        contract = neighbour(path).contract
        check_precision(contract, precision, path)
        check_weights(contract, use_ema, path)
    return path


def check_precision(contract: Contract, precision: str | None, path: Path) -> None:
    """Raises:
    ArtifactError: another precision is asked for than the artifact's.
    """
    stated = contract.graph.precision
    if precision is not None and stated != precision:
        raise ArtifactError(
            f"the artifact is {stated}",
            expected=precision,
            where=str(path),
            fix=f"Load the {precision} variant, which is a file of its own",
        )


def check_weights(contract: Contract, use_ema: bool | None, path: Path) -> None:
    """`use_ema` only agrees or not: which weights are in the file was settled when it was exported.

    Raises:
        CheckpointError: it does not, or the artifact does not say which weights it has.
    """
    if use_ema is None:
        return
    origin = contract.provenance.checkpoint
    asked = "ema" if use_ema else "raw"
    if origin is None:
        raise CheckpointError(
            f"`use_ema: {_word(use_ema)}` cannot be checked: the artifact names no checkpoint",
            where=str(path),
            fix="Leave use_ema out",
        )
    if origin.weights != asked:
        raise CheckpointError(
            f"`use_ema: {_word(use_ema)}` asks for other weights than the artifact has",
            expected=asked,
            got=f"{origin.weights}, from `{origin.field}` of {origin.name}",
            where=str(path),
            fix=f"Leave use_ema out, or: {export_line(origin.name, path.stem)} --ema {'auto' if use_ema else 'raw'}",
        )


def export_line(checkpoint: str | os.PathLike[str], stem: str | None = None) -> str:
    """The command to complete."""
    output = f"{stem or Path(checkpoint).stem}.onnx"
    return (
        f"truecopy export {shlex.quote(str(checkpoint))} --arch ... --recipe ... --labels ... --proof photos/ "
        f"-o {shlex.quote(output)}"
    )


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces.

    Raises:
        CheckpointError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (OSError, ValueError) as error:  # ValueError: a name with NUL in it
        raise CheckpointError(
            f"cannot read the checkpoint: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            fix=f"An artifact is found by its checkpoint's bytes: name the artifact itself, or {export_line(path)}",
        ) from error
    return digest.hexdigest()


def _of_checkpoint(path: Path, precision: str | None, use_ema: bool | None) -> Path:
    sha256 = sha256_of(path)
    known, unread = neighbours(path)
    made = [one for one in known if _origin_sha256(one) == sha256]
    if not made:
        raise _none(path, sha256, known, unread)
    fitting = [one for one in made if _fits(one, precision, use_ema)]
    if not fitting:
        wanted = [precision] if precision is not None else []
        wanted += ["ema" if use_ema else "raw"] if use_ema is not None else []
        raise CheckpointError(
            "no artifact of this checkpoint is what was asked for",
            expected=" and ".join(wanted),
            got=_listed(made),
            where=str(path),
            fix=f"Ask for one of those, or export another: {export_line(path)}",
        )
    if len({_meaning(one.contract) for one in fitting}) > 1:
        raise differ(path, fitting, known)
    return max(fitting, key=lambda one: one.contract.provenance.created).path


def _none(path: Path, sha256: str, known: Sequence[Neighbour], unread: Sequence[Path]) -> CheckpointError:
    stale = [one for one in known if _origin_name(one) == path.name]
    if stale:
        newest = max(stale, key=lambda one: one.contract.provenance.created)
        was = _origin_sha256(newest) or ""
        return CheckpointError(
            f"the artifact {newest.path} is stale: it was made from another {path.name}",
            expected=f"an artifact of sha256 {sha256[:_DIGITS]}…",
            got=f"{was[:_DIGITS]}…",
            where=str(path),
            fix=f"Export again: {export_line(path)}",
        )
    places = f"beside it, in {path.parent / FOLDER}/ or in ./{FOLDER}/"
    also = f" ({', '.join(map(str, unread))} could not be read)" if unread else ""
    return CheckpointError(
        f"this is a checkpoint, and no artifact of it stands {places}{also}",
        where=str(path),
        fix=f"Nothing is exported here: {export_line(path)}",
    )


def _fits(one: Neighbour, precision: str | None, use_ema: bool | None) -> bool:
    origin = one.contract.provenance.checkpoint
    return (precision is None or one.contract.graph.precision == precision) and (
        use_ema is None or (origin is not None and origin.weights == ("ema" if use_ema else "raw"))
    )


def _meaning(contract: Contract) -> tuple[str, str]:
    """Two files with the same are the same model; the subject holds graph, input, steps, task and views."""
    origin = contract.provenance.checkpoint
    return subject_sha256(contract), "" if origin is None else origin.weights


def _listed(several: Sequence[Neighbour]) -> str:
    return ", ".join(f"{one.path} ({words(one.contract)})" for one in several)


def _origin_sha256(one: Neighbour) -> str | None:
    origin = one.contract.provenance.checkpoint
    return None if origin is None else origin.sha256


def _origin_name(one: Neighbour) -> str | None:
    origin = one.contract.provenance.checkpoint
    return None if origin is None else origin.name


def _word(flag: bool) -> str:
    return "true" if flag else "false"
