"""`metadata_props` of an ONNX file: string to string, and which of the strings are ours."""

from __future__ import annotations

from .wire import LENGTH, Bytes, WireError, fields, length_delimited

METADATA_PROPS = 14  # onnx.ModelProto
_KEY, _VALUE = 1, 2  # onnx.StringStringEntryProto

CONTRACT_KEY = "truecopy"
GOLDEN_KEY = "truecopy.golden"
DIGEST_KEY = "truecopy.digest"
OUR_KEYS = frozenset({CONTRACT_KEY, GOLDEN_KEY, DIGEST_KEY})


def read_entry(data: Bytes, start: int, end: int) -> tuple[str, Bytes]:
    """Key and value (a view, not decoded) of the entry in data[start:end]."""
    key, value = b"", memoryview(b"")
    view = memoryview(data)
    for field in fields(data, start, end):
        if field.wire_type == LENGTH and field.number == _KEY:
            key = bytes(view[field.payload : field.end])
        elif field.wire_type == LENGTH and field.number == _VALUE:
            value = view[field.payload : field.end]
    try:
        return key.decode(), value
    except UnicodeDecodeError as error:
        raise WireError("a metadata key is not UTF-8") from error


def write_entry(key: str, value: str) -> bytes:
    """The bytes of one metadata field, tag included."""
    entry = length_delimited(_KEY, key.encode()) + length_delimited(_VALUE, value.encode())
    return length_delimited(METADATA_PROPS, entry)
