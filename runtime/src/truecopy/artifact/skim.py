"""Find the metadata of an ONNX file without reading its weights: milliseconds for a gigabyte. Verifies nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from truecopy.errors import UnreadableArtifact
from truecopy.limits import DEFAULT_LIMITS, Limits

from .metadata import METADATA_PROPS, read_entry
from .mistaken import no_onnx
from .regular import open_regular
from .seal import SEAL_BYTES, read_seal
from .wire import _FIXED, LENGTH, MAX_VARINT, VARINT, WireError, read_tag, read_varint

# A model has a handful of top-level fields, and one more for each function.
_MAX_FIELDS = 1 << 16


@dataclass(frozen=True, slots=True)
class Skimmed:
    """Unverified: what the file says. `sealed` tells only that a seal stands at the end."""

    entries: dict[str, str]
    sealed: bool
    bytes: int


def skim(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Skimmed:
    """Metadata of the ONNX file at `path`; other fields are stepped over.

    Raises:
        UnreadableArtifact: no such file, not protobuf, or metadata longer than the limits.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            entries = _entries(file, size, 4 * (limits.max_contract_bytes + limits.max_golden_bytes))
            file.seek(max(0, size - SEAL_BYTES))
            return Skimmed(entries, read_seal(file.read()) is not None, size)
    except OSError as error:
        raise UnreadableArtifact(
            f"cannot read the model: {error.strerror or error}", where=str(path)
        ) from error
    except (WireError, UnicodeDecodeError) as error:
        raise no_onnx(b"", error, str(path)) from error


def _entries(file: BinaryIO, size: int, budget: int) -> dict[str, str]:
    entries: dict[str, str] = {}
    position = count = 0
    while position < size:
        count += 1
        if count > _MAX_FIELDS:
            raise WireError(f"more than {_MAX_FIELDS} top-level fields")
        file.seek(position)
        head = file.read(2 * MAX_VARINT)
        number, wire_type, behind_tag = read_tag(head, 0)
        if wire_type == LENGTH:
            length, payload = read_varint(head, behind_tag)
        elif wire_type == VARINT:
            length, payload = 0, read_varint(head, behind_tag)[1]
        elif wire_type in _FIXED:
            length, payload = _FIXED[wire_type], behind_tag
        else:
            raise WireError(f"wire type {wire_type} at byte {position}")
        end = position + payload + length
        if end > size:
            raise WireError(f"a field at byte {position} reaches beyond the end")
        if number == METADATA_PROPS and wire_type == LENGTH:
            budget -= length
            if budget < 0:
                raise WireError("more metadata than the limits allow")
            file.seek(position + payload)
            key, value = read_entry(file.read(length), 0, length)
            entries[key] = bytes(value).decode()
        position = end
    return entries
