from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.alone import answered

from truecopy.contract import Binary, Contract, GraphOutput, Multilabel, Plain, Sequence
from truecopy.errors import OutputError, Unsupported
from truecopy.predict import Member, Model, Strategy
from truecopy.predict import Multilabel as MultilabelResult


def tagger(**changes: Any) -> Sequence:
    fields = {"activation": "softmax", "labels": ("a", "b", "c"), "labels_source": "-", "layout": "NTC",
              "decoding": Plain(stop=None, ignore=()), "joiner": ""}  # fmt: skip
    return Sequence(**{**fields, **changes})


def labels(*thresholds: float, activation: str = "sigmoid") -> Multilabel:
    return Multilabel(activation=activation, labels=tuple("abc"[: len(thresholds)]), label_ids=None,  # type: ignore[arg-type]
                      labels_source="-", thresholds=thresholds)  # fmt: skip


def one_hot(ids: np.ndarray) -> np.ndarray:
    """A tag for each id: the id itself, modulo three."""
    return np.eye(3, dtype=np.float32)[ids % 3] * 9


@pytest.mark.parametrize("side", ["left", "right"])
def test_padded_steps_are_no_part_of_the_answer(tokens_contract, fake_graph, side):
    """What the graph answers there may even be NaN."""

    def rows(ids: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
        return {"logits": np.where(mask[..., None] == 1, one_hot(ids), np.nan)}

    member = Member.of(tokens_contract(tagger(), feeds=("ids", "mask"), padding=(side, 6)))
    results = answered(member, fake_graph(rows), [[1, 2, 0, 4], [2]])
    assert [result.text for result in results] == ["bcab", "c"]
    assert [len(result.probabilities) for result in results] == [4, 1]


def test_all_steps_count_where_the_graph_has_a_clock_of_its_own(tokens_contract, fake_graph):
    member = Member.of(tokens_contract(tagger(), padding=("right", 6), answer=("batch", 2, 3)))
    graph = fake_graph(lambda ids: {"logits": one_hot(ids[:, :2])})
    assert answered(member, graph, [[1]])[0].text == "ba"


def test_a_clock_of_its_own_may_have_as_many_steps_as_ids_were_fed(tokens_contract, fake_graph):
    """The contract tells them apart: the ids' axis is free, the answer's is a number."""
    contract = tokens_contract(tagger(), padding=("right", 6), answer=("batch", 6, 3))
    ids = msgspec.structs.replace(contract.graph.inputs[0], shape=("batch", "length"))
    contract = msgspec.structs.replace(contract, graph=msgspec.structs.replace(contract.graph, inputs=(ids,)))
    member = Member.of(contract)
    graph = fake_graph(lambda ids: {"logits": one_hot(np.array([[0, 1, 2, 0, 1, 2]]))})
    assert answered(member, graph, [[1, 2]])[0].text == "abcabc"


@pytest.mark.parametrize(("layout", "axes"), [("NTC", (0, 1, 2)), ("NCT", (0, 2, 1)), ("TNC", (1, 0, 2))])
@pytest.mark.parametrize("batch", ["batch", 1, 3])
def test_every_layout_and_batch_gives_the_same_text(tokens_contract, fake_graph, layout, axes, batch):
    member = Member.of(tokens_contract(tagger(layout=layout), batch=batch))
    graph = fake_graph(lambda ids: {"logits": one_hot(ids).transpose(axes)})
    items = [[0, 1], [2, 4], [1, 1], [4, 0]]
    assert [result.text for result in answered(member, graph, items)] == ["ab", "cb", "bb", "ba"]


def test_all_inputs_of_the_graph_are_fed_item_by_item_and_in_a_batch(tokens_contract, fake_graph):
    def total(ids: np.ndarray, mask: np.ndarray, zeros: np.ndarray) -> dict[str, np.ndarray]:
        assert ids.shape == mask.shape == zeros.shape
        assert not zeros.any()
        return {"logits": np.stack([ids.sum(1), mask.sum(1)], 1).astype(np.float32)}

    contract = tokens_contract(
        labels(0.5, 0.5), feeds=("mask", "zeros", "ids"), padding=("left", 4), answer=("batch", 2)
    )
    for batch in ("batch", 2):
        member = Member.of(tokens_contract(labels(0.5, 0.5), feeds=("mask", "zeros", "ids"), padding=("left", 4),
                                           answer=(batch, 2), batch=batch))  # fmt: skip
        items = [member.intake.item(ids) for ids in ([1, 2], [4], [3, 3, 3])]
        feeds = {name: np.concatenate([item.feeds[name] for item in items]) for name in items[0].feeds}
        assert member.rows(fake_graph(total), feeds).tolist() == [[3, 2], [4, 1], [9, 3]]
        assert list(feeds) == ["mask", "zeros", "ids"]
    assert [one.name for one in contract.graph.inputs] == ["mask", "zeros", "ids"]


@pytest.mark.parametrize(("kept", "answered"), [(1, (2,)), (1, (2, 1)), (1, (2, 1, 1)), (2, (2, 2))])
def test_one_number_an_item_may_stand_without_an_axis_of_its_own(tokens_contract, kept, answered):
    task = Binary(activation="sigmoid" if kept == 1 else "softmax", labels=("no", "yes"), labels_source="-",
                  positive=1, threshold=0.5)  # fmt: skip
    member = Member.of(tokens_contract(task, answer=("batch", *answered[1:])))
    assert member.shaped(np.zeros(answered, np.float32), 2).shape == (2, kept)
    with pytest.raises(
        OutputError, match=rf"another shape than the contract says: expected \(2, {kept}\), got \(2, 5\)"
    ):
        member.shaped(np.zeros((2, 5), np.float32), 2)


@pytest.mark.parametrize(("layout", "shape", "wanted"), [("NTC", (2, 4, 5), r"\(2, steps, 3\)"), ("NTC", (3, 4, 3), r"\(2, steps, 3\)"),
    ("TNC", (2, 4, 3), r"\(steps, 2, 3\)"), ("NCT", (2, 4, 3), r"\(2, 3, steps\)"), ("NTC", (2, 3), r"\(2, steps, 3\)")])  # fmt: skip
def test_steps_of_another_shape_are_an_output_error(tokens_contract, layout, shape, wanted):
    member = Member.of(tokens_contract(tagger(layout=layout)))
    with pytest.raises(OutputError, match=f"another shape than the contract says: expected {wanted}, got "):
        member.shaped(np.zeros(shape, np.float32), 2)


def test_steps_are_given_in_one_order_and_in_float32(tokens_contract):
    raw = np.arange(24, dtype=np.float16).reshape(4, 2, 3)
    made = Member.of(tokens_contract(tagger(layout="TNC"))).shaped(raw, 2)
    assert (made.dtype, made.shape) == (np.float32, (2, 4, 3))
    assert np.array_equal(made[1, 3], raw[3, 1])
    assert made.flags.c_contiguous


EMBEDDING = GraphOutput(name="embedding", dtype="float32", shape=("batch", 2))


def with_embedding(ids: np.ndarray) -> dict[str, np.ndarray]:
    n = len(ids)
    return {"logits": np.zeros((n, 2), np.float32), "embedding": ids[:, :2] * np.float32(1.5),
            "count": ids.sum(1), "pair": np.zeros((3, 2), np.float32)}  # fmt: skip


@pytest.fixture
def several(tokens_contract: Callable[..., Contract]) -> Callable[[int | str], Member]:
    def made(batch: int | str = "batch") -> Member:
        count = GraphOutput(name="count", dtype="int64", shape=(batch,))
        pair = GraphOutput(name="pair", dtype="float32", shape=(3, 2))
        return Member.of(
            tokens_contract(labels(0.5, 0.5), answer=(batch, 2), more=(EMBEDDING, count, pair), batch=batch)
        )

    return made


@pytest.mark.parametrize("batch", ["batch", 1, 2])
def test_other_outputs_come_with_the_item_that_they_belong_to(several, fake_graph, batch):
    member = several(batch)
    items = [[1, 2], [3, 4], [0, 1]]
    results = answered(member, fake_graph(with_embedding), items, ("embedding", "count"))
    assert [result.outputs["embedding"].tolist() for result in results] == [[1.5, 3], [4.5, 6], [0, 1.5]]
    assert [int(result.outputs["count"]) for result in results] == [3, 7, 1]
    assert not any(array.flags.writeable for result in results for array in result.outputs.values())
    assert results[1].to_dict()["outputs"] == {"embedding": [4.5, 6.0], "count": 7}
    assert answered(member, fake_graph(with_embedding), items)[0].outputs == {}


def test_an_output_without_a_row_for_each_item_is_an_error(several, fake_graph):
    member = several()
    with pytest.raises(
        OutputError, match=r"the output 'pair' has no row for each item: expected \(1, ...\), got \(3, 2\)"
    ):
        answered(member, fake_graph(with_embedding), [[1]], ("pair",))


def test_the_raw_answer_can_be_asked_for_whatever_its_layout(tokens_contract, fake_graph):
    member = Member.of(tokens_contract(tagger(layout="TNC")))
    graph = fake_graph(lambda ids: {"logits": one_hot(ids).transpose(1, 0, 2)})
    items = [[0, 1], [2, 4]]
    results = answered(member, graph, items, ("logits",))
    assert [result.outputs["logits"].argmax(1).tolist() for result in results] == [[0, 1], [2, 1]]


def test_numbers_that_json_has_not_are_null_in_other_outputs(several, fake_graph):
    def broken(ids: np.ndarray) -> dict[str, np.ndarray]:
        return with_embedding(ids) | {
            "embedding": np.array([[np.nan, -np.inf]], np.float32),
            "count": np.array([np.inf]),
        }

    member = several()
    (result,) = answered(member, fake_graph(broken), [[1]], ("embedding", "count"))
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["outputs"] == {"embedding": [None, None], "count": None}  # fmt: skip


@pytest.mark.parametrize(("outputs", "message"), [(("embeding",), "the graph has no output 'embeding': expected one of 'logits', 'embedding'"),
    ("embedding", r"`outputs` are names: got 'embedding'. Write outputs=\('embedding',\)")])  # fmt: skip
def test_an_output_that_is_not_there_is_told_at_the_call(several, fake_graph, outputs, message):
    session = fake_graph(with_embedding)
    opened = type(
        "Opened",
        (),
        {
            "member": several(),
            "artifact": SimpleNamespace(path="a.onnx"),
            "session": lambda self, device, threads: session,
        },
    )()
    model = Model.of([opened], Strategy(), "cpu", 1)
    for call in (lambda: model([1, 2], outputs=outputs), lambda: model.stream([[1, 2]], outputs=outputs)):
        with pytest.raises(Unsupported, match=message):
            call()
    assert isinstance(model([1, 2], outputs=("embedding",)), MultilabelResult)
    assert [list(result.outputs) for result in model.predict([[1, 2]], outputs=("count",))] == [["count"]]


def test_an_answer_that_should_be_a_probability_is_held_to_that(tokens_contract, fake_graph):
    member = Member.of(tokens_contract(labels(0.5, 0.5, activation="none"), answer=("batch", 2)))
    graph = fake_graph(lambda ids: {"logits": np.array([[0.5, 3.5]], np.float32)})
    with pytest.raises(OutputError, match=r"probabilities by its contract .* expected 0 to 1, got 3\.5"):
        answered(member, graph, [[1]])


def test_a_model_of_tokens_has_no_intake_for_pictures_and_the_other_way(tokens_contract, member):
    with pytest.raises(
        Unsupported, match="this is for models of pictures: got a model whose input is kind 'tokens'"
    ):
        Member.of(tokens_contract(tagger())).image  # noqa: B018
    with pytest.raises(
        Unsupported, match="this is for models of tokens: got a model whose input is kind 'image'"
    ):
        member().tokens  # noqa: B018
