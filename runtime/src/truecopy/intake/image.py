"""Pictures: decode, canvas, tensor."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract import Contract, GraphInput, ImageInput
from truecopy.digest import digest
from truecopy.errors import Unsupported
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder, Picture, Plan, Source, decode, golden_images, source_name
from truecopy.pixels.encoded import read_file

from .item import Item, Traced


@dataclass(frozen=True, slots=True)
class ImageIntake:
    """spec: the contract's `input`. plan: its steps, compiled."""

    spec: ImageInput
    graph_input: GraphInput
    plan: Plan
    limits: Limits

    @classmethod
    def of(cls, contract: Contract, limits: Limits) -> ImageIntake:
        assert isinstance(contract.input, ImageInput)  # noqa: S101 - told apart by `intake_of`
        return cls(contract.input, contract.graph.inputs[0], Plan.of(contract, limits=limits), limits)

    def decode(self, source: Source, color: ChannelOrder | None = None) -> Picture:
        return decode(source, self.spec, color=color, limits=self.limits)

    def feeds(self, tensor: np.ndarray) -> Mapping[str, np.ndarray]:
        """One tensor without its batch axis, as the graph is fed."""
        return {self.graph_input.name: tensor[np.newaxis]}

    def item(self, source: Source, color: ChannelOrder | None = None) -> Item:
        picture = self.decode(source, color)
        return Item(picture.name, self.feeds(self.plan.tensor(self.plan.canvas(picture))), picture.warnings)

    def traced(self, source: Source) -> Traced:
        picture = self.decode(source)
        canvas = self.plan.canvas(picture)
        tensor = self.plan.tensor(canvas)
        item = Item(picture.name, self.feeds(tensor), picture.warnings)
        return Traced(item, digest(picture.pixels()), digest(canvas), digest(tensor), canvas)

    def stored(self, encoded: bytes) -> Source:
        return encoded

    def encoded(self, source: Source) -> bytes:
        """The bytes of a file, or those that were given.

        Raises:
            UnreadableInput: the file cannot be read.
            Unsupported: pixels are no file.
        """
        if isinstance(source, str | os.PathLike):
            return read_file(os.fsdecode(source), self.limits)
        if isinstance(source, bytes | bytearray | memoryview):
            return bytes(source)
        raise Unsupported("pixels are no file", got=source_name(source), fix="Save them as PNG first")

    def golden(self) -> tuple[tuple[str, bytes], ...]:
        return tuple(golden_images())

    def many(self, sources: Any) -> Iterable[Any]:
        """An array would be taken row by row, and a file line by line: one image is never a list of images."""
        one = isinstance(sources, str | bytes | bytearray | memoryview | os.PathLike | np.ndarray)
        iterable = hasattr(sources, "__iter__") or hasattr(sources, "__getitem__")
        if one or hasattr(sources, "read") or not iterable:
            raise Unsupported(
                "this is no list of images",
                expected="an iterable of sources",
                got=f"one {type(sources).__name__}",
                fix=_listed(sources),
            )
        many: Iterable[Any] = sources
        return many

    def name(self, source: object) -> str:
        return source_name(source)


def _listed(source: Any) -> str:
    """How this one thing becomes a list of images."""
    if isinstance(source, str | os.PathLike):
        name = os.fsdecode(source)
        with contextlib.suppress(ValueError):  # a null byte in the name
            if os.path.isdir(name):  # noqa: PTH112 - Path.is_dir raises on names that are too long
                return f"It is a folder; list its images: sorted(pathlib.Path({name!r}).iterdir())"
    return "Put it into a list: [source]"
