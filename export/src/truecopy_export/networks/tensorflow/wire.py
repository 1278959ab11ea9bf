"""What stands in `saved_model.pb`, skimmed without TensorFlow: the operators of each function and whom it calls.

Protocol buffers: https://protobuf.dev/programming-guides/encoding; the fields are those of TensorFlow's saved_model.proto,
meta_graph.proto, graph.proto, function.proto, node_def.proto, attr_value.proto, tensor.proto, saved_object_graph.proto.
A field that stands twice is read twice here, so nothing that TensorFlow may take is missed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from truecopy.errors import CheckpointError

MAX_FIELDS = 20_000_000
_DEPTH = 32
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass
class Body:
    """One function, or the outermost graph (name ""). calls: function -> how often."""

    name: str = ""
    operators: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    nodes: int = 0


@dataclass
class Skimmed:
    """elements: of all constants, as their shapes say. objects: field numbers of SavedObject that are there."""

    bodies: list[Body] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    elements: int = 0
    objects: set[int] = field(default_factory=set)
    graphs: int = 0


def skim(data: bytes, where: Path) -> Skimmed:
    """Raises:
    CheckpointError: cut short, or no protocol buffer.
    """
    found = Skimmed()
    try:
        skimmer = _Skimmer(data, found)
        for number, start, end in skimmer.messages(0, len(data)):
            if number == 2:  # SavedModel.meta_graphs
                found.graphs += 1
                skimmer.meta_graph(start, end)
    except ValueError as error:
        raise CheckpointError(
            "saved_model.pb is damaged or cut short",
            got=str(error),
            where=str(where),
            fix="Copy or download it again",
        ) from error
    return found


class _Skimmer:
    def __init__(self, data: bytes, found: Skimmed) -> None:
        self.data, self.found, self.left = data, found, MAX_FIELDS

    def varint(self, at: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            if at >= end or shift > 63:
                raise ValueError(f"a number at byte {at} does not end")
            byte = self.data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, at

    def fields(self, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """(field, wire type, start, end) of each; for a number, start is the number itself."""
        while at < end:
            self.left -= 1
            if self.left < 0:
                raise ValueError(f"more than {MAX_FIELDS} fields")
            key, at = self.varint(at, end)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                value, at = self.varint(at, end)
                yield number, kind, value, at
                continue
            if kind == _BYTES:
                size, at = self.varint(at, end)
            elif kind in (_FIXED32, _FIXED64):
                size = 4 if kind == _FIXED32 else 8
            else:
                raise ValueError(f"wire type {kind} at byte {at}")
            if not number or size > end - at:
                raise ValueError(f"field {number} at byte {at} goes beyond its end")
            yield number, kind, at, at + size
            at += size

    def messages(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        for number, kind, start, stop in self.fields(at, end):
            if kind == _BYTES:
                yield number, start, stop

    def text(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "backslashreplace")

    def meta_graph(self, at: int, end: int) -> None:
        for number, start, stop in self.messages(at, end):
            if number == 2:  # graph_def
                body = Body()
                self.found.bodies.append(body)
                for inner, first, last in self.messages(start, stop):
                    if inner == 1:
                        self.node(first, last, body)
                    elif inner == 2:
                        self.library(first, last)
            elif number == 7:  # object_graph_def
                self.objects(start, stop)

    def library(self, at: int, end: int) -> None:
        for number, start, stop in self.messages(at, end):
            if number == 1:
                self.function(start, stop)

    def function(self, at: int, end: int) -> None:
        body = Body()
        self.found.bodies.append(body)
        for number, start, stop in self.messages(at, end):
            if number == 1:  # signature: an OpDef
                for inner, first, last in self.messages(start, stop):
                    if inner == 1:
                        body.name = self.text(first, last)
            elif number == 3:
                self.node(start, stop, body)
            elif number == 5:  # attr: map<string, AttrValue>
                self.attribute(start, stop, body, 0)

    def node(self, at: int, end: int, body: Body) -> None:
        body.nodes += 1
        for number, start, stop in self.messages(at, end):
            if number == 2:
                body.operators.add(self.text(start, stop))
            elif number == 5:
                self.attribute(start, stop, body, 0)

    def attribute(self, at: int, end: int, body: Body, depth: int) -> None:
        """An entry of a map<string, AttrValue>."""
        for number, start, stop in self.messages(at, end):
            if number == 2:
                self.value(start, stop, body, depth)

    def value(self, at: int, end: int, body: Body, depth: int) -> None:
        """An AttrValue, or its ListValue: field 1 is the list, 8 a tensor, 9 and 10 a function."""
        if depth > _DEPTH:
            raise ValueError(f"attributes nested deeper than {_DEPTH}")
        for number, start, stop in self.messages(at, end):
            if number == 1:
                self.value(start, stop, body, depth + 1)
            elif number == 8:
                self.tensor(start, stop)
            elif number in (9, 10):
                self.called(start, stop, body, depth)

    def called(self, at: int, end: int, body: Body, depth: int) -> None:
        """A NameAttrList. A placeholder (field 9 of AttrValue) is a text, and skims as nothing or as a name nobody has."""
        try:
            parts = list(self.messages(at, end))
        except ValueError:
            return
        for number, start, stop in parts:
            if number == 1:
                body.calls[self.text(start, stop)] += 1
            elif number == 2:
                self.attribute(start, stop, body, depth + 1)

    def tensor(self, at: int, end: int) -> None:
        for number, start, stop in self.messages(at, end):
            if number == 2:
                sizes = [
                    value
                    for inner, first, last in self.messages(start, stop) if inner == 2
                    for what, kind, value, _ in self.fields(first, last) if what == 1 and kind == _VARINT
                ]  # fmt: skip
                self.found.elements += math.prod(sizes)

    def objects(self, at: int, end: int) -> None:
        for number, start, stop in self.messages(at, end):
            if number == 1:  # nodes: SavedObject
                self.found.objects |= {inner for inner, _, _ in self.messages(start, stop)}
            elif number == 2:  # concrete_functions: map<string, SavedConcreteFunction>
                for inner, first, last in self.messages(start, stop):
                    if inner == 1:
                        self.found.exported.add(self.text(first, last))


# SavedObject's kinds that load runs code of, or reads files for.
ASSET, RESOURCE, SAVEABLES, USER_PROTO, REGISTERED_SAVER = 5, 10, 11, 14, 16
