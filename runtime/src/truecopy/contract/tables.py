"""`input.kind: table`: named columns, and how a row of them becomes the numbers that the graph takes.

A block of features takes some columns through a chain of steps, column by column; the blocks side by side, in their
order, are the row of features.

Arithmetic is that of scikit-learn's `transform` on an array of the block's `dtype`: constants are float64, and every
operation is computed in float64 and rounded to `dtype` (NumPy's `x -= constants` in place). Some versions round the
constants to `dtype` first (`StandardScaler` from 1.9 on, `MinMaxScaler` fitted on float32); such a contract holds the
rounded constants. float64 has more than twice the bits of float32 and two, so one operation on float32 numbers that is
rounded twice is that of float32 itself: one rule gives the bits of both.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from .built import typed

ColumnName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
ColumnDtype: TypeAlias = Literal["float64", "float32", "int64", "bool", "text"]
Int64: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Cell: TypeAlias = bool | Int64 | float | str  # of a category: equal in value, and both text or both numbers
Numbers: TypeAlias = tuple[float, ...]

TEXT: ColumnDtype = "text"


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column by name. dtype: what a cell holds; `float32`: a number that is rounded to float32 before any step."""

    name: ColumnName
    dtype: ColumnDtype


class Impute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="impute"):
    """Replace missing cells: one fill a column (scikit-learn `SimpleImputer.statistics_`).

    strategy: how the fills were found; it changes nothing. missing: the value that stands for a missing cell; null: an
    empty one (NaN, None), and only then a cell may be empty.
    """

    strategy: Literal["mean", "median", "most_frequent", "constant"]
    missing: Cell | None
    fill: tuple[Cell, ...]


class Standard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="standard"):
    """x - mean, then / scale; null leaves that part out (scikit-learn `StandardScaler`)."""

    mean: Numbers | None
    scale: Numbers | None

    @typed
    def __post_init__(self) -> None:
        if self.scale is not None and 0.0 in self.scale:
            raise ValueError("`scale` divides by zero")


class MinMax(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="min_max"):
    """x * scale, then + min, then within `clip` where there is one (scikit-learn `MinMaxScaler.scale_`, `.min_`)."""

    scale: Numbers
    min: Numbers
    clip: tuple[float, float] | None

    @typed
    def __post_init__(self) -> None:
        if self.clip is not None and self.clip[0] > self.clip[1]:
            raise ValueError(f"`clip` ends below its begin: {self.clip[0]} to {self.clip[1]}")


class OneHot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="one_hot"):
    """A column of 0 or 1 a category, in the order of `categories` (scikit-learn `OneHotEncoder`).

    categories: one list a column; null in it is the category of missing cells. drop: for each column the place of the
    category that has no column of its own, or null. unknown: a category that is not listed is an error, or all zeros.
    """

    categories: tuple[tuple[Cell | None, ...], ...]
    drop: tuple[Annotated[int, Meta(ge=0)] | None, ...]
    unknown: Literal["error", "zeros"]


class Ordinal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="ordinal"):
    """The place of the category in its list, as a number (scikit-learn `OrdinalEncoder`).

    unknown: a category that is not listed is an error, or `unknown_value`. missing_value: the number of the category
    null, where that is listed. For both values null is NaN.
    """

    categories: tuple[tuple[Cell | None, ...], ...]
    unknown: Literal["error", "value"]
    unknown_value: float | None
    missing_value: float | None


TableStep: TypeAlias = Impute | Standard | MinMax | OneHot | Ordinal


class FeatureBlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some columns, through `chain`; they are all text or all numbers. dtype: of the arithmetic."""

    columns: Annotated[tuple[ColumnName, ...], Meta(min_length=1)]
    dtype: Literal["float64", "float32"]
    chain: Annotated[tuple[TableStep, ...], Meta(max_length=16)]


class TableInput(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="table"
):
    """Rows of named columns. columns: in the order of arrays without names; a column in no block is read by nobody.

    features: the blocks, side by side. missing: a feature that is still missing (NaN) after its chain is an error, or
    goes to the graph as NaN (trees take it).
    """

    columns: Annotated[tuple[Column, ...], Meta(min_length=1)]
    features: Annotated[tuple[FeatureBlock, ...], Meta(min_length=1)]
    missing: Literal["error", "pass"]

    @typed
    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"column {twice!r} stands twice in `columns`")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def used(self) -> frozenset[str]:
        """Names of the columns that some block takes."""
        return frozenset(name for block in self.features for name in block.columns)
