from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import truecopy
from truecopy.contract import Contract, GraphInput
from truecopy.errors import OutputError
from truecopy.predict import Member


def answer(x: np.ndarray) -> np.ndarray:
    """Ten numbers of each item, and of that item alone."""
    return x.reshape(len(x), -1)[:, :10]


def items(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 1, 26, 26)).astype(np.float32)


def feeds(count: int) -> dict[str, np.ndarray]:
    return {"input": items(count)}


@pytest.fixture
def fixed(digits_contract: Contract, change: Callable[..., Contract], member: Callable[..., Member]) -> Callable[[int], Member]:  # fmt: skip
    def made(batch: int) -> Member:
        shape = GraphInput(name="input", dtype="float32", layout="NCHW", shape=(batch, 1, 26, 26))
        return member(change(digits_contract, graph={"inputs": (shape,)}))

    return made


@pytest.mark.parametrize("count", [1, 3, 32])
def test_a_free_batch_goes_to_the_graph_in_one_run(count: int, member, fake_session) -> None:
    session = fake_session(answer)
    assert np.array_equal(member().rows(session, feeds(count)), answer(items(count)))
    assert [len(fed) for fed in session.feeds] == [count]


@pytest.mark.parametrize(
    ("batch", "count", "runs"), [(1, 1, 1), (1, 3, 3), (4, 1, 1), (4, 4, 1), (4, 5, 2), (4, 9, 3)]
)
def test_a_fixed_batch_is_filled_up_and_cut_or_split(
    batch: int, count: int, runs: int, fixed: Callable[[int], Member], fake_session
) -> None:
    session = fake_session(answer)
    assert np.array_equal(fixed(batch).rows(session, feeds(count)), answer(items(count)))
    assert [fed.shape for fed in session.feeds] == [(batch, 1, 26, 26)] * runs


def test_a_fixed_batch_is_filled_with_the_last_item(fixed: Callable[[int], Member], fake_session) -> None:
    session = fake_session(answer)
    given = items(2)
    fixed(4).rows(session, {"input": given})
    assert np.array_equal(session.feeds[0], given[[0, 1, 1, 1]])


def test_answers_of_four_numbers_of_axes_are_flattened(member, fake_session) -> None:
    session = fake_session(lambda x: answer(x)[:, :, None, None])
    assert member().rows(session, feeds(2)).shape == (2, 10)


def test_float16_answers_become_float32(member, fake_session) -> None:
    assert member().rows(fake_session(lambda x: answer(x).astype(np.float16)), feeds(2)).dtype == np.float32


@pytest.mark.parametrize("shape", [(2, 9), (1, 20), (20,), (4, 5), (), (3, 10)])
def test_an_answer_of_another_shape_is_an_output_error(shape: tuple[int, ...], member, fake_session) -> None:
    with pytest.raises(OutputError, match=r"the answer 'logits' has another shape than the contract says: expected \(2, 10\), got "):  # fmt: skip
        member().rows(fake_session(lambda x: np.zeros(shape, np.float32)), feeds(2))


@pytest.mark.parametrize("length", [1, 3, 8])
def test_a_fixed_batch_must_answer_for_every_item(
    length: int, fixed: Callable[[int], Member], fake_session
) -> None:
    with pytest.raises(OutputError, match=r"expected \(4, 10\)"):
        fixed(4).rows(fake_session(lambda x: np.zeros((length, 10), np.float32)), feeds(1))


@pytest.mark.parametrize("batch", [1, 4, "batch"])
def test_real_graphs_of_fixed_and_free_batch_give_the_same_rows(
    batch: int | str, tiny: Callable[..., Path], digit_images: list[str]
) -> None:
    model = truecopy.load(tiny(batch=batch), device="cpu")
    for image in digit_images[:3]:
        tensor = truecopy.preprocess(image, model.contract)
        logits = tensor.mean(axis=(0, 1))[:10]
        expected = np.exp(logits - logits.max())
        assert model(image).probabilities == pytest.approx(expected / expected.sum(), rel=1e-5)
