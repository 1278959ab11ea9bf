from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alone import answered

from truecopy.contract import Autoregressive, Contract, Sequence, encode
from truecopy.errors import OutputError, TooLarge, Unsupported
from truecopy.predict import Member

TOKENS = 5
NUMBERS = np.random.default_rng(7).normal(size=(TOKENS, TOKENS, 40)).astype(np.float32)


def logits_after(ids: np.ndarray) -> np.ndarray:
    """A model with a memory: the numbers for what follows `ids` depend on all of them and on their places."""
    made = np.zeros(TOKENS, np.float32)
    for place, one in enumerate(ids):
        made += NUMBERS[one, :, (3 * place + len(ids)) % 40]
    return made


def every_step(ids: np.ndarray, begin: int = 0) -> np.ndarray:
    """(steps, tokens): a row for what follows each id, seen from `begin` on."""
    return np.stack([logits_after(ids[begin : end + 1]) for end in range(len(ids))])


def plain_loop(
    ids: list[int], window: int | None, stop: int | None, max_new: int, kept: int = 0
) -> list[int]:
    """minGPT's `generate` (mingpt/model.py), without a batch; the first `kept` ids never go."""
    made: list[int] = []
    while len(made) < max_new:
        seen = ids if window is None or len(ids) <= window else ids[:kept] + ids[kept:][kept - window :]
        best = int(np.argmax(logits_after(np.array(seen))))
        made.append(best)
        ids = [*ids, best]
        if best == stop:
            break
    return made


@pytest.fixture(scope="session")
def task() -> Callable[..., Sequence]:
    def made(reads: str = "last_step", stop: int | None = None, max_new: int = 6, **changes: Any) -> Sequence:
        layout = "NC" if reads == "one_row" else "NTC"
        fields = {"activation": "softmax", "labels": tuple("$abcd"), "labels_source": "-", "layout": layout,
                  "decoding": Autoregressive(reads=reads, stop=stop, max_new=max_new), "joiner": ""}  # type: ignore[arg-type]  # fmt: skip
        return Sequence(**{**fields, **changes})

    return made


def generated(contract: Contract, graph: Any, ids: list[int]) -> Any:
    encode(contract)  # it holds together
    member = Member.of(contract)
    return answered(member, graph, [ids])[0]


IDS = st.lists(st.integers(0, TOKENS - 1), min_size=1, max_size=6)


@settings(deadline=None)
@given(IDS, st.none() | st.integers(0, 4), st.integers(1, 9))
def test_it_is_the_plain_loop_over_a_graph_of_any_length(
    task, tokens_contract, fake_graph, ids, stop, max_new
):
    graph = fake_graph(lambda ids: {"logits": every_step(ids[0])[np.newaxis]})
    result = generated(tokens_contract(task(stop=stop, max_new=max_new)), graph, ids)
    expected = plain_loop(ids, None, stop, max_new)
    text = expected[:-1] if expected[-1] == stop else expected
    assert [token.index for token in result.tokens] == text
    assert result.text == "".join("$abcd"[one] for one in text)
    assert result.finished is (None if stop is None else expected[-1] == stop)
    assert result.passes == len(expected) == len(graph.fed) == len(result.probabilities)
    assert [fed["ids"].tolist() for fed in graph.fed] == [[ids + expected[:i]] for i in range(len(expected))]
    assert result.warnings == ()


@settings(deadline=None)
@given(IDS, st.integers(6, 8), st.sampled_from(["left", "right"]))
def test_padding_on_either_side_changes_nothing(task, tokens_contract, fake_graph, ids, length, side):
    """The graph reads its mask, and answers nonsense where padding stands."""

    def rows(ids: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
        assert ids.shape == mask.shape == (1, length)
        begin, end = np.flatnonzero(mask[0])[[0, -1]] + [0, 1]
        made = np.full((1, length, TOKENS), np.nan, np.float32)
        made[0, begin:end] = every_step(ids[0, begin:end])
        return {"logits": made}

    contract = tokens_contract(
        task(max_new=9), feeds=("ids", "mask"), padding=(side, length), truncation="left"
    )
    result = generated(contract, fake_graph(rows), ids)
    assert [token.index for token in result.tokens] == plain_loop(ids, length, None, 9)


@settings(deadline=None)
@given(IDS, st.integers(1, 4), st.lists(st.integers(0, 4), max_size=2))
def test_a_window_lets_the_oldest_ids_go_but_never_the_prefix(
    task, tokens_contract, fake_graph, ids, room, prefix
):
    window = room + len(prefix)
    contract = tokens_contract(task(max_new=7), max_length=window, truncation="left", prefix=tuple(prefix))
    graph = fake_graph(lambda ids: {"logits": every_step(ids[0])[np.newaxis]})
    result = generated(contract, graph, ids)
    whole = plain_loop(prefix + ids, window, None, 7, kept=len(prefix))
    assert [token.index for token in result.tokens] == whole
    assert max(fed["ids"].shape[1] for fed in graph.fed) <= window
    assert all(fed["ids"][0, : len(prefix)].tolist() == prefix for fed in graph.fed)


@settings(deadline=None)
@given(IDS, st.sampled_from(["left", None]))
def test_one_row_is_what_follows_all_ids(task, tokens_contract, fake_graph, ids, truncation):
    contract = tokens_contract(task("one_row", max_new=4), feeds=("mask", "ids"), padding=("right", 12), truncation=truncation)  # fmt: skip
    graph = fake_graph(lambda ids, mask: {"logits": logits_after(ids[0, mask[0] == 1])[np.newaxis]})
    assert [token.index for token in generated(contract, graph, ids).tokens] == plain_loop(ids, None, None, 4)


@pytest.mark.parametrize("truncation", [None, "right"])
def test_a_text_that_grows_to_the_end_of_the_graph_ends_there_with_a_warning(
    task, tokens_contract, fake_graph, truncation
):
    contract = tokens_contract(task(stop=0, max_new=9), max_length=4, truncation=truncation)
    graph = fake_graph(lambda ids: {"logits": np.tile(np.float32([0, 0, 1, 0, 0]), (1, ids.shape[1], 1))})
    result = generated(contract, graph, [1, 1, 1])
    assert (result.text, result.finished, result.passes) == ("bb", False, 2)
    assert result.warnings == ("the text ends where the graph takes no more: 4 ids",)


def test_a_prompt_that_is_too_long_is_an_error(task, tokens_contract):
    with pytest.raises(
        TooLarge, match="the sequence is longer than the graph allows: expected at most 4 ids, got 5"
    ):
        generated(tokens_contract(task(), max_length=4), None, [1] * 5)


def test_a_fixed_batch_is_filled_up(task, tokens_contract, fake_graph):
    graph = fake_graph(lambda ids: {"logits": np.stack([every_step(one) for one in ids])})
    result = generated(tokens_contract(task(), batch=2), graph, [1, 2])
    assert [token.index for token in result.tokens] == plain_loop([1, 2], None, None, 6)
    assert {fed["ids"].shape[0] for fed in graph.fed} == {2}


@pytest.mark.parametrize(("layout", "axes"), [("NCT", (0, 2, 1)), ("TNC", (1, 0, 2))])
def test_the_layout_of_the_answer_does_not_matter(task, tokens_contract, fake_graph, layout, axes):
    graph = fake_graph(lambda ids: {"logits": every_step(ids[0])[np.newaxis].transpose(axes)})
    result = generated(tokens_contract(task(layout=layout)), graph, [3, 1])
    assert [token.index for token in result.tokens] == plain_loop([3, 1], None, None, 6)


def test_ties_go_to_the_lower_index(task, tokens_contract, fake_graph):
    graph = fake_graph(lambda ids: {"logits": np.zeros((1, ids.shape[1], TOKENS), np.float32)})
    assert generated(tokens_contract(task(max_new=2)), graph, [4]).text == "$$"


def test_ids_are_fed_in_the_dtype_of_the_graph(task, tokens_contract, fake_graph):
    graph = fake_graph(lambda ids, zeros: {"logits": every_step(ids[0])[np.newaxis]})
    generated(tokens_contract(task(max_new=3), feeds=("ids", "zeros")), graph, [1])
    assert [fed["ids"].dtype for fed in graph.fed] == [np.int64] * 3
    assert [fed["zeros"].tolist() for fed in graph.fed] == [[[0]], [[0, 0]], [[0, 0, 0]]]


def test_a_graph_that_answers_for_its_last_step_only_is_read_where_an_id_stands(
    task, tokens_contract, fake_graph
):
    graph = fake_graph(lambda ids: {"logits": logits_after(ids[0])[np.newaxis, np.newaxis]})
    assert [token.index for token in generated(tokens_contract(task()), graph, [1, 2]).tokens] == plain_loop([1, 2], None, None, 6)  # fmt: skip
    with pytest.raises(OutputError) as caught:
        generated(tokens_contract(task(), padding=("right", 6)), graph, [1, 2])
    assert str(caught.value) == (
        "the answer 'logits' has no row for the last id: expected 6 steps, one for each id and for the padding, got 1"
    )


def test_an_answer_with_another_number_of_steps_is_an_error(task, tokens_contract, fake_graph):
    graph = fake_graph(lambda ids: {"logits": np.zeros((1, 2, TOKENS), np.float32)})
    with pytest.raises(
        OutputError, match=r"no row for the last id: expected 3 steps, one for each id, got 2"
    ):
        generated(tokens_contract(task()), graph, [1, 2, 3])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_in_a_later_pass_is_an_error(task, tokens_contract, fake_graph, bad):
    def rows(ids: np.ndarray) -> dict[str, np.ndarray]:
        return {"logits": np.full((1, ids.shape[1], TOKENS), bad if ids.shape[1] > 2 else 0, np.float32)}

    with pytest.raises(OutputError, match="the graph answered with NaN or infinity"):
        generated(tokens_contract(task()), fake_graph(rows), [1])


def test_a_graph_that_ends_in_probabilities_is_held_to_that(task, tokens_contract, fake_graph):
    contract = tokens_contract(task(activation="none", max_new=2))
    good = fake_graph(
        lambda ids: {"logits": np.tile(np.float32([0.125, 0.5, 0.125, 0.125, 0.125]), (1, ids.shape[1], 1))}
    )
    assert generated(contract, good, [1]).confidence == 0.5
    bad = fake_graph(lambda ids: {"logits": np.full((1, ids.shape[1], TOKENS), 3, np.float32)})
    with pytest.raises(OutputError, match=r"probabilities by its contract .* expected 0 to 1, got 3"):
        generated(contract, bad, [1])


def test_other_outputs_of_generated_text_are_refused(task, tokens_contract):
    member = Member.of(tokens_contract(task()))
    with pytest.raises(Unsupported, match="the answer takes many passes: no other output belongs to it"):
        answered(member, None, [[1]], ("logits",))  # type: ignore[arg-type]
