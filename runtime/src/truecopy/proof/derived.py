"""A sealed file made from another one: the same graph, its golden samples run again on this host, its parent named.

A sealed file is never changed: what calibration or another host has to say stands in a new one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from truecopy.artifact import check_other_file, compose, split
from truecopy.contract import (
    Contract,
    Multiclass,
    Proof,
    Task,
    decode,
    encode,
    fitted_numbers,
    subject_sha256,
)
from truecopy.contract.created import now
from truecopy.contract.requires import lowest_runtime
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.engine import Session, available_cores
from truecopy.errors import ContractError, ProofError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.predict import Member, Opened, open_artifact

from .finished import write_tested
from .host import Host
from .selftest import SelftestReport, selftest_of
from .stages import record

replace = msgspec.structs.replace


@dataclass(frozen=True, slots=True)
class Derived:
    """The new file. dropped: fields of the old proof that are about another task or host, and are null now."""

    path: str
    contract: Contract
    dropped: tuple[str, ...]


def with_task(
    opened: Opened, task: Task, target: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS
) -> Derived:
    """Write the opened file to `target` with another task of the same kind: a temperature, or thresholds.

    The golden samples are run on this host's CPU, where every host can replay them; so the proof is of this host.

    Raises:
        ContractError: `target` is the opened file, or more of the task is changed than that.
        ProofError: the selftest of the opened file, or of what was written, does not hold here; nothing is written.
    """
    path, old = opened.artifact.path, opened.artifact.contract
    check_other_file(path, target)
    _check_numbers_only(old.task, task)
    session = opened.session("cpu", available_cores())
    if not selftest_of(opened, session).ok:
        raise ProofError(
            "the file does not hold on this host: golden samples made here would be wrong",
            where=path,
            fix=f"See what differs: truecopy selftest {path} --device cpu",
        )
    proof, elsewhere = _on(old, session)
    proof, outdated = _under(proof, old.task, task)
    draft = replace(old, task=task, proof=proof)
    contract = _write(opened, session, draft, target, limits)
    return Derived(os.fsdecode(target), contract, (*elsewhere, *outdated))


def sealed_here(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    device: str = "auto",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[SelftestReport, Derived | None]:
    """Selftest `source` on `device`; if it holds, write it to `target` with golden samples and a proof of this host.

    The second is None where it does not hold: nothing is written.

    Raises:
        ContractError: `target` is `source`.
        ArtifactError: the file is refused.
        DeviceError: the device does not run the graph.
        ProofError: there is nothing to replay, or what was written does not hold; nothing is written.
    """
    check_other_file(source, target)
    opened = open_artifact(source, limits)
    session = opened.session(device, available_cores())
    report = selftest_of(opened, session)
    if not report.ok:
        return report, None
    old = opened.artifact.contract
    proof, dropped = _on(old, session)
    contract = _write(opened, session, replace(old, proof=proof), target, limits)
    return report, Derived(os.fsdecode(target), contract, dropped)


def _check_numbers_only(old: Task, new: Task) -> None:
    """Raises:
    ContractError: more than the temperature or the thresholds is another one.
    """
    if type(old) is not type(new) or old != replace(new, **fitted_numbers(old)):
        raise ContractError(
            "only a temperature or thresholds are changed in a new file: another task needs a new proof",
            where="`$.task`",
            fix="Export again",
        )


def _under(proof: Proof, old: Task, new: Task) -> tuple[Proof, tuple[str, ...]]:
    """What still holds of a proof when the task has other numbers; graph, steps and raw outputs are the same."""
    if isinstance(old, Multiclass) and isinstance(new, Multiclass):
        # A temperature keeps the order of the classes, so the share of right answers and the flips stay as they were
        # counted; but for two classes so near that float32 cannot tell them apart after the division. How far
        # probabilities are apart does not stay. A threshold changes none of them.
        return _without(proof, () if old.temperature == new.temperature else ("decisions",))
    return _without(proof, ("decisions", "accuracy"))


def _on(old: Contract, session: Session) -> tuple[Proof, tuple[str, ...]]:
    """What still holds of a proof where `session` runs: tensors, which the selftest replayed.

    Outputs were compared elsewhere, unless host and ONNX Runtime are the same; a file that does not say is of another one.
    """
    host = Host.of(session, old.graph.precision)
    here = replace(old.proof, provider=host.provider, arithmetic=host.arithmetic, isa=host.isa)
    same = here == old.proof and old.provenance.versions.get("onnxruntime") == session.running.version
    return _without(here, () if same else ("output", "decisions", "accuracy", "errors"))


def _without(proof: Proof, names: tuple[str, ...]) -> tuple[Proof, tuple[str, ...]]:
    """The proof with these fields empty, and which of them said something."""
    said = tuple(name for name in names if getattr(proof, name) not in (None, UNSET))
    empty = {name: UNSET if name == "errors" else None for name in said}
    return replace(proof, **empty), said


def _write(
    opened: Opened, session: Session, draft: Contract, target: str | os.PathLike[str], limits: Limits
) -> Contract:
    """Golden samples, provenance, seal, selftest. Returns the contract as it stands in the file."""
    old = opened.artifact
    running = session.running
    provenance = replace(
        old.contract.provenance,
        parent=old.digest,
        versions={
            **old.contract.provenance.versions,
            "truecopy": RUNTIME_VERSION,
            "onnxruntime": running.version,
        },
        created=now(),
    )
    # The subject is of the contract as a reader will see it: built in Python, 1 may stand for 1.0.
    draft = decode(encode(replace(draft, provenance=provenance, proof=replace(draft.proof, subject=None))))
    subject = None if old.contract.proof.subject is None else subject_sha256(draft)
    contract = replace(draft, proof=replace(draft.proof, subject=subject))
    contract = replace(contract, requires=lowest_runtime(contract))
    member = Member.of(contract, limits)
    golden = [record(member, session, sample.name, sample.encoded) for sample in old.golden]
    graph, entries = split(opened.content.view, old.path)
    write_tested(compose(graph, contract, golden, entries), target, running.device)
    return contract
