"""A proof belongs to one contract: editing the contract afterwards loses it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import truecopy
from truecopy.artifact import compose, read, reseal, split
from truecopy.contract import Bound, Errors, Proof
from truecopy.errors import ContractError

ARTIFACT = Path(__file__).resolve().parents[3] / "artifacts" / "digits.onnx"


@pytest.fixture
def relabelled(tmp_path: Path) -> Path:
    """The committed artifact with its labels the other way round, and a valid seal over that."""
    artifact = read(ARTIFACT)
    task = msgspec.structs.replace(artifact.contract.task, labels=artifact.contract.task.labels[::-1])
    graph, _ = split(ARTIFACT.read_bytes())
    path = tmp_path / "relabelled.onnx"
    edited = msgspec.structs.replace(artifact.contract, task=task)
    path.write_bytes(compose(graph, edited, artifact.golden))
    return path


def test_an_edited_contract_is_refused_although_its_seal_holds(relabelled: Path) -> None:
    with pytest.raises(ContractError, match=r"the proof is about another contract.*truecopy seal"):
        truecopy.load(relabelled)


def test_sealing_an_edited_contract_drops_its_proof(relabelled: Path, tmp_path: Path) -> None:
    resealed = reseal(relabelled, tmp_path / "out.onnx")
    assert resealed.contract_changed
    assert not resealed.graph_changed
    proof = read(tmp_path / "out.onnx").contract.proof
    assert (proof.level, proof.images, proof.labelled, proof.accuracy) == ("unproven", 0, False, None)
    assert truecopy.load(tmp_path / "out.onnx").contract.task.labels[0] == "nine"


def test_sealing_an_untouched_contract_keeps_its_proof(tmp_path: Path) -> None:
    resealed = reseal(ARTIFACT, tmp_path / "out.onnx")
    assert not resealed.contract_changed
    assert resealed.contract.proof == read(ARTIFACT).contract.proof


def test_sealing_an_edited_contract_drops_every_number_of_its_proof(tmp_path: Path) -> None:
    artifact = read(ARTIFACT)
    old = artifact.contract.proof
    errors = Errors(original=None, truecopy=(1.0,), raw=None, ema=None, items=3)
    proof = msgspec.structs.replace(
        old, errors=errors, bound=Bound(source="cpu", levels=1.0, tensor=0.1), subject="0" * 64
    )
    path = tmp_path / "old.onnx"
    graph, _ = split(ARTIFACT.read_bytes())
    path.write_bytes(compose(graph, msgspec.structs.replace(artifact.contract, proof=proof), artifact.golden))
    resealed = reseal(path, tmp_path / "out.onnx").contract.proof
    assert resealed == Proof(
        level="unproven", images=0, labelled=False, provider=old.provider, arithmetic=old.arithmetic, isa=old.isa,
        tensor=None, output=None, decisions=None, accuracy=None,
    )  # fmt: skip
