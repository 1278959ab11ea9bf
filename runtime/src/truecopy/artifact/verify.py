"""From a path to a verified artifact: seal, graph, contract, golden samples; all before a session exists."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from truecopy.contract import Contract, decode, subject_sha256
from truecopy.errors import Changed, ContractError, NoContract, UnreadableArtifact, Unsafe, Version
from truecopy.limits import DEFAULT_LIMITS, Limits

from .content import Content, read_content
from .golden import GoldenSample, decode_golden
from .metadata import CONTRACT_KEY, GOLDEN_KEY, METADATA_PROPS, OUR_KEYS, read_entry
from .mistaken import no_onnx
from .seal import SEAL_BYTES, check_seal, not_sealed, read_seal
from .walk import walk
from .wire import LENGTH, WireError, fields

SealState: TypeAlias = Literal["sealed", "changed", "not sealed"]
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a file says, without a session. `digest`: SHA-256 of all bytes before the seal."""

    path: str
    contract: Contract
    golden: tuple[GoldenSample, ...]
    seal: SealState
    digest: str
    bytes: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts stand, and what the bytes hash to."""

    entries: dict[str, str]
    sealed: str | None
    digest: str
    graph_sha256: str
    metadata_last: bool


def read(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Artifact:
    """Contract, golden samples and the state of the seal; a broken seal is reported, not refused.

    Raises:
        ArtifactError: unreadable, no contract in it, unsafe, or of another version.
        ContractError: the document is wrong.
    """
    limits = limits or DEFAULT_LIMITS
    content = read_content(path)
    try:
        return _artifact(content.view, str(path), limits)
    finally:
        content.close()


def open_verified(path: str | os.PathLike[str], limits: Limits) -> tuple[Artifact, Content]:
    """A sealed, walked and consistent artifact, and the very bytes for a session.

    Raises:
        ArtifactError: as `read`; also NotSealed and Changed.
        ContractError: the document is wrong, or is about another graph.
    """
    content = read_content(path)
    try:
        return _artifact(content.view, str(path), limits, must_be_sealed=True), content
    except BaseException:
        content.close()
        raise


def _artifact(view: memoryview, where: str, limits: Limits, *, must_be_sealed: bool = False) -> Artifact:
    layout = _lay_out(view, where)
    if must_be_sealed and layout.sealed is not None:
        check_seal(layout.sealed, layout.digest, where)
    if CONTRACT_KEY not in layout.entries:
        raise NoContract(
            "the file carries no Truecopy contract",
            where=where,
            fix=f"truecopy attach {where} --recipe steps.yaml --labels labels.txt --proof photos/ -o OUT.onnx",
        )
    if must_be_sealed and layout.sealed is None:
        raise not_sealed(where)
    if must_be_sealed and not layout.metadata_last:
        raise Unsafe("a sealed file has its metadata last; here something follows it", where=where)
    walk(view, where)
    contract = _named(where, decode, layout.entries[CONTRACT_KEY], limits)
    golden = _named(where, decode_golden, layout.entries.get(GOLDEN_KEY, "[]"), limits)
    if must_be_sealed and contract.graph.sha256 != layout.graph_sha256:
        raise Changed(
            "the contract is about another graph",
            expected=f"graph sha256 {contract.graph.sha256[:16]}…",
            got=f"{layout.graph_sha256[:16]}…",
            where=where,
            fix="Export or attach again: a contract and its proof belong to one graph",
        )
    if must_be_sealed and contract.proof.subject not in (None, subject_sha256(contract)):
        raise ContractError(
            "the proof is about another contract: something in it was edited afterwards",
            where=f"{where}: `$.proof.subject`",
            fix=f"Export again, or truecopy seal {where} -o OUT.onnx writes it as `unproven`",
        )
    seal: SealState = "not sealed"
    if layout.sealed is not None:
        seal = "sealed" if layout.sealed == layout.digest else "changed"
    return Artifact(where, contract, golden, seal, layout.digest, len(view))


def _named(where: str, parse: Callable[[str, Limits], Parsed], text: str, limits: Limits) -> Parsed:
    """Parse a document; an error about it also says in which file it stands."""
    try:
        return parse(text, limits)
    except ContractError as error:
        raise ContractError(f"{where}: {error}") from error
    except Version as error:
        raise Version.of(error, where=f"{where}: {error.where}") from error


def _lay_out(view: memoryview, where: str) -> _Layout:
    """One pass over the top-level fields and one SHA-256 over the bytes.

    Metadata stands behind everything else in a file that we write, so the graph's hash is a prefix of the file's.
    """
    if not view:
        raise no_onnx(view, "it is empty", where)
    entries: dict[str, str] = {}
    sealed = read_seal(view[-SEAL_BYTES:])
    end = len(view) - SEAL_BYTES if sealed is not None else len(view)
    graph_end, last, metadata_last = None, 0, True
    try:
        for field in fields(view):
            last = field.start
            if field.number == METADATA_PROPS and field.wire_type == LENGTH:
                graph_end = field.start if graph_end is None else graph_end
                key, value = read_entry(view, field.payload, field.end)
                if key in OUR_KEYS and key in entries:
                    raise Unsafe(f"metadata key {key!r} stands twice", where=where)
                entries[key] = bytes(value).decode() if key in OUR_KEYS else ""
            else:
                metadata_last = graph_end is None
    except UnicodeDecodeError as error:
        raise UnreadableArtifact("metadata is not UTF-8", where=where) from error
    except WireError as error:
        raise no_onnx(view, error, where) from error
    if last != end:  # what looks like a seal is the end of another field
        sealed, end = None, len(view)
    digest = hashlib.sha256(view[: end if graph_end is None else graph_end])
    graph_sha256 = digest.hexdigest()
    if graph_end is not None:
        digest.update(view[graph_end:end])
    return _Layout(entries, sealed, digest.hexdigest(), graph_sha256, metadata_last)
