"""Tasks: what the raw output means. One struct a task; the head that computes it stands in `predict/heads`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from .built import typed
from .scalers import Undo

Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
Probability: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
TokenIndex: TypeAlias = Annotated[int, Meta(ge=0)]


class Multiclass(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="multiclass"
):
    """One of n classes.

    activation: what the runtime applies to the answer: `softmax`, or `none` where the graph already ends in one.
    labels: one per output, in the order of the outputs; they may repeat (the index is the identity).
    label_ids: unique names of the same length, or null.
    threshold: a confidence below it is not accepted; null accepts everything.
    temperature: the answer is divided by it before the softmax.
    """

    activation: Literal["softmax", "none"]
    labels: Annotated[tuple[Label, ...], Meta(min_length=2)]
    label_ids: tuple[Label, ...] | None
    labels_source: str
    threshold: Probability | None
    temperature: Annotated[float, Meta(gt=0.0)]

    @typed
    def __post_init__(self) -> None:
        if self.activation == "none" and self.temperature != 1.0:
            raise ValueError("a temperature needs activation 'softmax'")
        _check_ids(self.label_ids, len(self.labels))


class Binary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="binary"):
    """Yes or no.

    activation: `sigmoid` on one output, `softmax` over two, `none` where the graph already ends in either.
    labels: both names; with two outputs in their order. positive: which of them is the positive one; one output is its
    probability. threshold: the positive label from this probability on.
    """

    activation: Literal["sigmoid", "softmax", "none"]
    labels: tuple[Label, Label]
    labels_source: str
    positive: Literal[0, 1]
    threshold: Probability

    @typed
    def __post_init__(self) -> None:
        if self.labels[0] == self.labels[1]:
            raise ValueError("both labels are the same")


class Multilabel(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="multilabel"
):
    """Any number of labels, each by itself. thresholds: one per label; a label holds from its threshold on."""

    activation: Literal["sigmoid", "none"]
    labels: Annotated[tuple[Label, ...], Meta(min_length=1)]
    label_ids: tuple[Label, ...] | None
    labels_source: str
    thresholds: tuple[Probability, ...]

    @typed
    def __post_init__(self) -> None:
        _check_ids(self.label_ids, len(self.labels))
        if len(self.thresholds) != len(self.labels):
            raise ValueError(f"{len(self.thresholds)} thresholds for {len(self.labels)} labels")


class Quantity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number of a regression. unit: for people; null where it has none. clip: [least, most] in that unit, each may
    be null: what is beyond is set to it, and said.
    """

    name: Label
    unit: Label | None
    clip: tuple[float | None, float | None]

    @typed
    def __post_init__(self) -> None:
        low, high = self.clip
        if low is not None and high is not None and low > high:
            raise ValueError(f"`clip` of {self.name!r} ends below its begin")


class Regression(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="regression"
):
    """Named numbers. undo: the scalers of the training targets, undone in this order, in float64."""

    values: Annotated[tuple[Quantity, ...], Meta(min_length=1)]
    values_source: str
    undo: Annotated[tuple[Undo, ...], Meta(max_length=16)]

    @typed
    def __post_init__(self) -> None:
        names = [value.name for value in self.values]
        if len(set(names)) != len(names):
            raise ValueError("names of `values` repeat")
        for index, step in enumerate(self.undo):
            if step.width not in (None, len(names)):
                raise ValueError(f"`undo[{index}]` is for {step.width} numbers, and there are {len(names)}")


class Plain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="plain"):
    """The best token of every step. stop: the first of these ends the sequence, itself left out; null: none does.
    ignore: tokens left out of the text.
    """

    stop: TokenIndex | None
    ignore: tuple[TokenIndex, ...]


class Ctc(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="ctc"):
    """The best token of every step; equal neighbours count once where `collapse`; then `blank` is left out."""

    blank: TokenIndex
    collapse: bool


class Autoregressive(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule", tag="autoregressive"
):
    """The best next token is put at the end, and the graph is asked again.

    reads: the answer has a row for each step and the last given one counts, or it is one row. stop: ends the text, itself
    left out; null: nothing does. max_new: tokens at most.
    """

    reads: Literal["last_step", "one_row"]
    stop: TokenIndex | None
    max_new: Annotated[int, Meta(ge=1, le=100_000)]


Decoding: TypeAlias = Plain | Ctc | Autoregressive


class Sequence(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="sequence"
):
    """A token for every step. activation: over the tokens; log-probabilities take `softmax`, which leaves them.

    labels: the vocabulary, one token an output. layout: of the answer: N items, T steps, C tokens; `NC` where decoding
    reads one row. joiner: what stands between two tokens of the text.
    """

    activation: Literal["softmax", "none"]
    labels: Annotated[tuple[Label, ...], Meta(min_length=2)]
    labels_source: str
    layout: Literal["NTC", "NCT", "TNC", "NC"]
    decoding: Decoding
    joiner: Annotated[str, Meta(max_length=16)]

    @typed
    def __post_init__(self) -> None:
        one_row = isinstance(self.decoding, Autoregressive) and self.decoding.reads == "one_row"
        if one_row != (self.layout == "NC"):
            raise ValueError(
                "layout 'NC' belongs to autoregressive decoding that reads one_row, and only there"
            )
        for field, index in _named_tokens(self.decoding):
            if index >= len(self.labels):
                raise ValueError(f"`decoding.{field}` is {index}, and there are {len(self.labels)} tokens")


_FITTED = ("temperature", "threshold", "thresholds")
Task: TypeAlias = Multiclass | Binary | Multilabel | Regression | Sequence


def names_of(task: Task) -> tuple[str, ...]:
    """The name of each number of the answer: labels, tokens, or quantities; two for a binary task with one output."""
    if isinstance(task, Regression):
        return tuple(value.name for value in task.values)
    return task.labels


def fitted_numbers(task: Task) -> dict[str, Any]:
    """What calibration may change: the temperature and the thresholds that the task has, by their fields' names."""
    return {name: getattr(task, name) for name in _FITTED if hasattr(task, name)}


def _named_tokens(decoding: Decoding) -> list[tuple[str, int]]:
    if isinstance(decoding, Ctc):
        return [("blank", decoding.blank)]
    named = [] if decoding.stop is None else [("stop", decoding.stop)]
    if isinstance(decoding, Plain):
        named += [("ignore", one) for one in decoding.ignore]
    return named


def _check_ids(label_ids: tuple[str, ...] | None, count: int) -> None:
    if label_ids is None:
        return
    if len(label_ids) != count:
        raise ValueError(f"{len(label_ids)} label_ids for {count} labels")
    if len(set(label_ids)) != len(label_ids):
        raise ValueError("label_ids repeat")
