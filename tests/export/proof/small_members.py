"""Members of tables and tokens around graphs in Python: what a proof compares, without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from truecopy.contract import (
    Binary,
    Column,
    Contract,
    FeatureBlock,
    Graph,
    GraphInput,
    GraphOutput,
    Input,
    Multilabel,
    Provenance,
    Quantity,
    Regression,
    Sequence,
    Standard,
    TableInput,
    Task,
    TextPolicy,
    TokensInput,
    UndoStandard,
    Views,
    decode,
    encode,
)
from truecopy.contract.tasks import Autoregressive, Plain
from truecopy.engine import Running
from truecopy.predict import Member
from truecopy_export.proof import unproven

TABLE = TableInput(
    columns=(Column(name="age", dtype="float64"), Column(name="mass", dtype="float64")),
    features=(
        FeatureBlock(
            columns=("age", "mass"), dtype="float64", chain=(Standard(mean=(40.0, 70.0), scale=(9.0, 21.0)),)
        ),
    ),
    missing="error",
)
LETTERS = TokensInput(
    ids=3, text=TextPolicy(split="characters", vocabulary=("a", "b", "."), unknown=None, lowercase=False),
    prefix=(2,), suffix=(), max_length=8, truncation="left", padding=None,
)  # fmt: skip
NF = GraphInput(name="features", dtype="float32", layout="NF", shape=("batch", 2))
NT = GraphInput(name="ids", dtype="int64", layout="NT", shape=("batch", "length"), feed="ids")

POINTS = Regression(
    values=(Quantity(name="progression", unit="points", clip=(None, None)),),
    values_source="list", undo=(UndoStandard(mean=(150.0,), scale=(70.0,)),),
)  # fmt: skip
ILL = Binary(activation="sigmoid", labels=("healthy", "ill"), labels_source="list", positive=1, threshold=0.5)
TAGS = Multilabel(activation="sigmoid", labels=("a", "b"), label_ids=None, labels_source="list",
                  thresholds=(0.5, 0.5))  # fmt: skip
SPELLED = Sequence(activation="softmax", labels=("a", "b", "."), labels_source="list", layout="NTC",
                   decoding=Plain(stop=None, ignore=(2,)), joiner="")  # fmt: skip
GENERATED = Sequence(activation="softmax", labels=("a", "b", "."), labels_source="list", layout="NTC",
                     decoding=Autoregressive(reads="last_step", stop=2, max_new=4), joiner="")  # fmt: skip


class Graphed:
    """A session over a function of the one input."""

    def __init__(self, network: Callable[[np.ndarray], np.ndarray]) -> None:
        self.network = network
        self.running = Running("cpu", "Fake", "0")
        self.inputs, self.outputs = (), ("answer",)

    def run(self, feeds: Any) -> dict[str, np.ndarray]:
        (fed,) = feeds.values()
        return {"answer": self.network(fed)}


def answering(network: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any], np.ndarray]:
    """An original network of the same one input."""
    return lambda feeds: network(next(iter(feeds.values())))


def member_of(task: Task, given: Input = TABLE) -> Member:
    table = isinstance(given, TableInput)
    width = {Regression: 1, Binary: 1}.get(type(task), len(getattr(task, "labels", ())))
    contract = Contract(
        truecopy=1,
        requires="0.3",
        input=given,
        steps=(),
        graph=Graph(
            inputs=(NF if table else NT,),
            outputs=(
                GraphOutput(
                    name="answer", dtype="float32", shape=("batch", width) if table else ("batch", "length", width)
                ),
            ),
            answer="answer", precision="fp32", opset=20, sha256="0" * 64,
        ),
        task=task,
        views=Views(forbidden=(), relabel={}),
        provenance=Provenance(
            checkpoint=None, architecture=None, recipe="test", parent=None, versions={},
            created="2026-11-21T12:00:00Z",
        ),
        proof=unproven("fp32"),
    )  # fmt: skip
    return Member.of(decode(encode(contract)))
