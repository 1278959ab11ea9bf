from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.three_members import three_members

from truecopy.contract import Contract, Graph, GraphInput, GraphOutput, Padding, Sequence, TokensInput
from truecopy.engine import Running


class FakeGraph:
    """A graph in Python with any inputs and outputs: `answer` makes all outputs from all feeds; the feeds are kept."""

    def __init__(self, answer: Callable[..., Mapping[str, Any]]) -> None:
        self.answer = answer
        # Not the CPU: several items are asked for in one batch.
        self.running = Running("fake:0", "FakeExecutionProvider", "0")
        self.inputs, self.outputs = (), ()
        self.fed: list[dict[str, Any]] = []

    def run(self, feeds: Mapping[str, Any]) -> dict[str, Any]:
        self.fed.append(dict(feeds))
        return dict(self.answer(**feeds))


@pytest.fixture(scope="session")
def fake_graph() -> type[FakeGraph]:
    return FakeGraph


@pytest.fixture(scope="session")
def tokens_contract(digits_contract: Contract) -> Callable[..., Contract]:
    """A contract over ids: `tokens_contract(task, ids=5, padding=("left", 6), feeds=("ids", "mask"))`.

    answer: shape of the output `logits`. length: of the graph's inputs.
    """

    def made(
        task: Any,
        *,
        ids: int = 5,
        answer: tuple[int | str, ...] = (),
        feeds: tuple[str, ...] = ("ids",),
        padding: tuple[str, int] | None = None,
        max_length: int | None = None,
        truncation: str | None = None,
        prefix: tuple[int, ...] = (),
        suffix: tuple[int, ...] = (),
        batch: int | str = "batch",
        more: tuple[GraphOutput, ...] = (),
    ) -> Contract:
        pad = None if padding is None else Padding(side=padding[0], value=0, length=padding[1])  # type: ignore[arg-type]
        length = "steps" if padding is None else padding[1]
        if padding is not None and max_length is None:
            max_length = padding[1]
        inputs = tuple(
            GraphInput(name=one, dtype="int64", layout="NT", shape=(batch, length), feed=one)  # type: ignore[arg-type]
            for one in feeds
        )
        if not answer and isinstance(task, Sequence):
            places = {"N": batch, "T": length, "C": len(task.labels)}
            answer = tuple(places[axis] for axis in task.layout)
        outputs = (GraphOutput(name="logits", dtype="float32", shape=answer), *more)
        graph: Graph = replace(digits_contract.graph, inputs=inputs, outputs=outputs, answer="logits")
        spec = TokensInput(ids=ids, text=None, prefix=prefix, suffix=suffix, max_length=max_length,
                           truncation=truncation, padding=pad)  # type: ignore[arg-type]  # fmt: skip
        proof = replace(digits_contract.proof, subject=None)
        return replace(digits_contract, input=spec, steps=(), graph=graph, task=task, proof=proof)

    return made


@pytest.fixture(scope="session")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return three_members(tmp_path_factory.mktemp("members"))
