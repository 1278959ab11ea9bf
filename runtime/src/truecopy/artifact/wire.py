"""The protobuf wire format, as much of it as reading and writing an ONNX file's metadata takes.

Source: protobuf.dev/programming-guides/encoding. Groups (wire types 3 and 4) do not occur in ONNX and are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

Bytes: TypeAlias = bytes | memoryview

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}
MAX_VARINT = 10
_MAX_NUMBER = (1 << 29) - 1


class WireError(ValueError):
    """The bytes are no protobuf message; callers say which file."""


class Field(NamedTuple):
    """One field: [start, end) with its tag; [payload, end) without tag and length. `value` of a varint."""

    number: int
    wire_type: int
    start: int
    payload: int
    end: int
    value: int


def read_varint(data: Bytes, position: int) -> tuple[int, int]:
    """The number at `position` and the position behind it."""
    value = 0
    for index in range(MAX_VARINT):
        if position >= len(data):
            raise WireError("it ends in the middle of a number")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
    raise WireError("a number of more than ten bytes")


def read_tag(data: Bytes, position: int) -> tuple[int, int, int]:
    """Field number, wire type, and the position behind the tag.

    A number beyond 29 bits is refused: some parsers drop the upper bits, and would see another field than we do.
    """
    tag, behind = read_varint(data, position)
    number, wire_type = tag >> 3, tag & 7
    if not 0 < number <= _MAX_NUMBER:
        raise WireError(f"there is no field number {number}")
    return number, wire_type, behind


def fields(data: Bytes, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """The fields of the message in data[start:end], in file order; payloads are not copied."""
    end = len(data) if end is None else end
    position = start
    while position < end:
        first = position
        number, wire_type, position = read_tag(data, position)
        value = 0
        payload = position
        if wire_type == VARINT:
            value, position = read_varint(data, position)
        elif wire_type == LENGTH:
            length, payload = read_varint(data, position)
            position = payload + length
        elif wire_type in _FIXED:
            position += _FIXED[wire_type]
        else:
            raise WireError(f"wire type {wire_type} at byte {first}")
        if position > end:
            raise WireError(f"a field at byte {first} reaches beyond its message")
        yield Field(number, wire_type, first, payload, position, value)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | LENGTH) + varint(len(payload)) + payload
