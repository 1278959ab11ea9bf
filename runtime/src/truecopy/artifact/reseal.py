"""Seal a file again after a tool rewrote it, into a new file: a sealed file is never changed in place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from truecopy.contract import Contract, decode, subject_sha256
from truecopy.errors import NoContract
from truecopy.limits import DEFAULT_LIMITS, Limits

from .atomic import check_other_file, write_atomically
from .compose import compose, graph_sha256, split
from .content import read_content
from .golden import GoldenSample, decode_golden
from .metadata import CONTRACT_KEY, GOLDEN_KEY
from .walk import walk


@dataclass(frozen=True, slots=True)
class Resealed:
    """`graph_changed`, `contract_changed`: it is not what was proven; the proof is now `unproven`."""

    path: str
    contract: Contract
    graph_changed: bool
    contract_changed: bool


def reseal(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    contract: Contract | None = None,
    golden: Sequence[GoldenSample] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Resealed:
    """Write `source` to `target` with a fresh seal; `contract` and `golden` replace those in the file.

    A graph or contract that differs from the proven one loses the proof: level `unproven`.

    Raises:
        NoContract: nothing in the file, and none given.
        ArtifactError: the file is unreadable or unsafe.
        ContractError: the document is wrong, or `target` is `source`.
    """
    check_other_file(source, target)
    content = read_content(source)
    try:
        walk(content.view, str(source))
        graph, entries = split(content.view, str(source))
    finally:
        content.close()
    if contract is None:
        if CONTRACT_KEY not in entries:
            raise NoContract(
                "the file carries no Truecopy contract",
                where=str(source),
                fix=f"truecopy attach {source} --recipe steps.yaml --labels labels.txt --proof photos/ -o OUT.onnx",
            )
        contract = decode(entries[CONTRACT_KEY], limits)
    if golden is None:
        golden = decode_golden(entries.get(GOLDEN_KEY, "[]"), limits)
    sha256 = graph_sha256(graph)
    graph_changed = sha256 != contract.graph.sha256
    contract_changed = contract.proof.subject not in (None, subject_sha256(contract))
    if graph_changed or contract_changed:
        contract = _without_proof(contract, sha256)
    write_atomically(target, compose(graph, contract, golden, entries))
    return Resealed(str(target), contract, graph_changed, contract_changed)


def _without_proof(contract: Contract, sha256: str) -> Contract:
    replace = msgspec.structs.replace
    proof = replace(
        contract.proof,
        level="unproven",
        images=0,
        labelled=False,
        tensor=None,
        output=None,
        decisions=None,
        accuracy=None,
        subject=None,
        bound=UNSET,
        errors=UNSET,
    )
    return replace(contract, graph=replace(contract.graph, sha256=sha256), proof=proof)
