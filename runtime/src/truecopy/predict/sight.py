"""One source, as every member sees it under every view. What two of them share is made once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from truecopy.contract import Contract, Input
from truecopy.errors import InputError, Unsupported
from truecopy.intake import ImageIntake, Intake, Item
from truecopy.pixels import ChannelOrder, Picture, source_name
from truecopy.pixels.encoded import read_file, read_stream
from truecopy.pixels.frame import Frame
from truecopy.pixels.views import View

from .member import Member
from .sharing import Sharing


class Sight(Protocol):
    """A source that was read; it belongs to one thread at a time."""

    @property
    def source(self) -> str:
        """Its name."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def item(self, member: int, view: int) -> Item:
        """What the graph of `member` is fed for `view`; made when first asked for.

        Raises:
            InputError: the steps or the view do not take this source.
        """
        ...

    def forget(self, view: int) -> None:
        """All members have seen it: what was made for it is given back."""
        ...

    def fresh(self) -> Sight:
        """The same source, decoded, and nothing else made of it yet."""
        ...

    def under(self, viewer: Viewer) -> Sight:
        """The same source for other members and views: itself where they are the same ones, else a fresh one.

        Raises:
            Unsupported: a member reads pictures in a way that this one was not decoded in.
        """
        ...


@dataclass(frozen=True, slots=True)
class Viewer:
    """How members look at sources. views: of each member, compiled; the first one is `identity`."""

    members: tuple[Member, ...]
    views: tuple[tuple[View, ...], ...]
    sharing: Sharing

    @classmethod
    def of(cls, members: Sequence[Member], views: Sequence[tuple[View, ...]]) -> Viewer:
        return cls(tuple(members), tuple(views), Sharing.of(members))

    @property
    def intake(self) -> Intake:
        """How many sources are told apart: rows of a table for all members at once, each as strict as the strictest."""
        first, *others = (member.intake for member in self.members)
        if not others or isinstance(first, ImageIntake):
            return first
        # Here, because a model of pictures should not wait for what reads tables.
        from truecopy.intake.table import TableIntake
        from truecopy.tables import Columns

        if not isinstance(first, TableIntake):
            return first
        tables = (one for one in (first, *others) if isinstance(one, TableIntake))
        return replace(first, columns=Columns.all_of([one.columns for one in tables]))

    def sight(self, source: Any, color: ChannelOrder | None) -> Sight:
        """Read one source; pictures are decoded here, by each way of decoding that a member asks for.

        Raises:
            InputError: the source cannot be read, or is none for a member.
        """
        if isinstance(self.members[0].intake, ImageIntake):
            return PictureSight(self, _pictures(self, source, color))
        return PlainSight(self, source, color)


class PictureSight:
    """A picture. One frame serves all views, one tensor all members that want the same numbers."""

    __slots__ = ("_frames", "_pictures", "_tensors", "_viewer")

    def __init__(self, viewer: Viewer, pictures: Mapping[Input, Picture]) -> None:
        """pictures: by the `input` that asks for such a decoding; the first is the first member's."""
        self._viewer = viewer
        self._pictures = pictures
        self._frames: dict[int, Frame] = {}
        self._tensors: dict[tuple[int, int], np.ndarray] = {}

    @property
    def source(self) -> str:
        return self._first.name

    @property
    def warnings(self) -> tuple[str, ...]:
        if len(self._pictures) == 1:
            return self._first.warnings
        noticed = (warning for picture in self._pictures.values() for warning in picture.warnings)
        return tuple(dict.fromkeys(noticed))

    def item(self, member: int, view: int) -> Item:
        intake = self._viewer.members[member].image
        key = self._viewer.sharing.tensor[member], view
        tensor = self._tensors.get(key)
        if tensor is None:
            seen = self._viewer.views[member][view].of(self._frame(member))
            tensor = self._tensors[key] = intake.plan.tensor(seen)
        return Item(self.source, intake.feeds(tensor))

    def forget(self, view: int) -> None:
        for key in [key for key in self._tensors if key[1] == view]:
            del self._tensors[key]

    def fresh(self) -> PictureSight:
        return PictureSight(self._viewer, self._pictures)

    def under(self, viewer: Viewer) -> PictureSight:
        if viewer is self._viewer:
            return self
        pictures = {}
        for member in viewer.members:
            given = member.contract.input
            if given not in self._pictures:
                raise Unsupported(
                    "this picture was decoded for other models",
                    expected="a sight of the same members, or of more",
                    where=self.source,
                    fix="Read it with this model: model.sight(source)",
                )
            pictures[given] = self._pictures[given]
        return PictureSight(viewer, pictures)

    @property
    def _first(self) -> Picture:
        return next(iter(self._pictures.values()))

    def _frame(self, member: int) -> Frame:
        place = self._viewer.sharing.frame[member]
        if place not in self._frames:
            one = self._viewer.members[member]
            self._frames[place] = one.image.plan.frame(self._pictures[one.contract.input])
        return self._frames[place]


class PlainSight:
    """A row of a table or a sequence: no views but `identity`."""

    __slots__ = ("_color", "_items", "_source", "_viewer")

    def __init__(self, viewer: Viewer, source: Any, color: ChannelOrder | None) -> None:
        self._viewer = viewer
        self._source = source
        self._color = color
        self._items = {0: viewer.members[0].intake.item(source, color)}

    @property
    def source(self) -> str:
        return self._items[0].source

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(warning for item in self._items.values() for warning in item.warnings))

    def item(self, member: int, view: int) -> Item:
        assert view == 0  # noqa: S101 - the lineup refuses views of what is no picture
        place = self._viewer.sharing.tensor[member]
        if place not in self._items:
            self._items[place] = self._viewer.members[place].intake.item(self._source, self._color)
        return _named_for(
            self._items[place], self._viewer.members[place].contract, self._viewer.members[member].contract
        )

    def forget(self, view: int) -> None:
        """Nothing: there is one view."""

    def fresh(self) -> PlainSight:
        return PlainSight(self._viewer, self._source, self._color)

    def under(self, viewer: Viewer) -> PlainSight:
        return self if viewer is self._viewer else PlainSight(viewer, self._source, self._color)


def _named_for(item: Item, made: Contract, wanted: Contract) -> Item:
    """The same feeds under the names of another graph's inputs."""
    if made is wanted:
        return item
    names = zip(made.graph.inputs, wanted.graph.inputs, strict=True)
    return replace(item, feeds={new.name: item.feeds[old.name] for old, new in names})


def _pictures(viewer: Viewer, source: Any, color: ChannelOrder | None) -> Mapping[Input, Picture]:
    """One for each way of decoding that a member asks for."""
    first, *others = {member.contract.input: member.image for member in viewer.members}.items()
    if not others:
        return {first[0]: first[1].decode(source, color)}
    name = source_name(source)
    # With a channel order only an array is a source: the first decoder says so.
    encoded = _bytes_of(source, first[1], name) if color is None else source
    try:
        return {
            given: replace(intake.decode(encoded, color), name=name) for given, intake in (first, *others)
        }
    except InputError as error:
        raise type(error).of(error, where=name) from error


def _bytes_of(source: Any, intake: ImageIntake, name: str) -> Any:
    """What several decoders can read one after the other: a stream is read once, and so is a file."""
    if isinstance(source, str | os.PathLike):
        return read_file(name, intake.limits)
    if hasattr(source, "read") and not hasattr(source, "getexif"):  # a PIL image is not read
        return read_stream(source, name, intake.limits)
    return source
