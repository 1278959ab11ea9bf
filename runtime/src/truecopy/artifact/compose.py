"""Put graph, contract and golden samples together into the bytes of one file. Works on the wire: no onnx package."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from truecopy.contract import Contract, encode
from truecopy.errors import Unsafe

from .golden import GoldenSample, encode_golden
from .metadata import CONTRACT_KEY, GOLDEN_KEY, METADATA_PROPS, OUR_KEYS, read_entry, write_entry
from .mistaken import no_onnx
from .seal import append_seal
from .wire import LENGTH, Bytes, WireError, fields


def split(model: Bytes, where: str = "<model>") -> tuple[bytes, dict[str, str]]:
    """The model without any metadata, and its metadata.

    Raises:
        UnreadableArtifact: not protobuf.
        Unsafe: one of our keys stands twice.
    """
    view = memoryview(model)
    graph: list[memoryview] = []
    entries: dict[str, str] = {}
    try:
        for field in fields(view):
            if field.number == METADATA_PROPS and field.wire_type == LENGTH:
                key, value = read_entry(view, field.payload, field.end)
                if key in OUR_KEYS and key in entries:
                    raise Unsafe(f"metadata key {key!r} stands twice", where=where)
                entries[key] = bytes(value).decode()
            else:
                graph.append(view[field.start : field.end])
    except (WireError, UnicodeDecodeError) as error:
        raise no_onnx(view, error, where) from error
    return b"".join(graph), entries


def graph_sha256(graph: Bytes) -> str:
    """SHA-256 of a model's bytes without metadata, as `split` gives them: `graph.sha256` of the contract."""
    return hashlib.sha256(graph).hexdigest()


def compose(
    graph: bytes, contract: Contract, golden: Sequence[GoldenSample], foreign: dict[str, str] | None = None
) -> bytes:
    """The sealed file: graph, other tools' metadata, contract, golden samples, seal. Same input, same bytes.

    Raises:
        ContractError: the contract contradicts itself or the limits.
    """
    entries = {key: value for key, value in sorted((foreign or {}).items()) if key not in OUR_KEYS}
    entries[CONTRACT_KEY] = encode(contract)
    entries[GOLDEN_KEY] = encode_golden(golden)
    return append_seal(graph + b"".join(write_entry(key, value) for key, value in entries.items()))
