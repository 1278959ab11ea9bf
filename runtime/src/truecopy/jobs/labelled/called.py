"""What names of classes stand in, to the reader of a message: a table of true answers, or folders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Called:
    """table, has: as a sentence begins, `the manifest has`. label: one name. empty: that it is none.

    place: where the names stand. give: what to do with all of them, `Give every item`; by_index: where indices are read.
    """

    table: str
    has: str
    label: str
    empty: str = "the cell of `label` is empty"
    place: str = "in the column `label`"
    give: str = "Give every item"
    by_index: str = "Give every item"


MANIFEST = Called("the manifest", "has", "the true label")
FOLDERS = Called(
    "the data set",
    "has",
    "the name of a class folder",
    empty="the name of a class folder is blank",
    place="in the names of the class folders",
    give="Name every folder",
    by_index="Write a CSV manifest with the columns file,label and give every item",
)
