"""Tasks: what the raw output means. One struct a task; the head that computes it stands in `predict/heads`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
Probability: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]


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

    def __post_init__(self) -> None:
        if self.activation == "none" and self.temperature != 1.0:
            raise ValueError("a temperature needs activation 'softmax'")
        if self.label_ids is None:
            return
        if len(self.label_ids) != len(self.labels):
            raise ValueError(f"{len(self.label_ids)} label_ids for {len(self.labels)} labels")
        if len(set(self.label_ids)) != len(self.label_ids):
            raise ValueError("label_ids repeat")


Task: TypeAlias = Multiclass
