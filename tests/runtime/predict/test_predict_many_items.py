"""Many items under a strategy: streams, batches, early exit, failures."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.three_members import PICTURE
from tests.tiny_models import (
    TOKENS,
    sealed,
)  # fmt: skip

import truecopy
from truecopy.engine import Running
from truecopy.errors import OutputError, StrategyError
from truecopy.predict import Failure, Strategy
from truecopy.predict.model import Model

replace = msgspec.structs.replace


STRATEGIES = [
    Strategy(["horizontal_flip", "brightness"]),
    Strategy(["rotate_270"], "voting", "hard_voting"),
    Strategy(["contrast:1.5"], "max", "soft_voting", [1, 2, 3]),
    Strategy(["vertical_flip", "rotate_90"], adaptive={"confidence": 0.7}),
    Strategy(adaptive={"margin": 0.5}),
]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_streams_and_calls_agree_bit_for_bit(members, strategy):
    model = truecopy.load(members, strategy=strategy)
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (4, 4), dtype=np.uint8) for _ in range(30)]
    alone = [model(picture) for picture in pictures]
    many = model.predict(pictures)
    assert all(
        np.array_equal(one.probabilities, two.probabilities) for one, two in zip(alone, many, strict=True)
    )
    assert [one.passes for one in alone] == [two.passes for two in many]


class Elsewhere:
    """A real session that says it runs on another device: items come in batches."""

    def __init__(self, session: Any, calls: list[int]) -> None:
        self._session, self._calls = session, calls
        self.running = Running("cuda:0", "FakeExecutionProvider", "0")
        self.inputs, self.outputs = session.inputs, session.outputs

    def run(self, feeds: Any) -> Any:
        self._calls.append(len(next(iter(feeds.values()))))
        return self._session.run(feeds)


def on_gpu(model: Model) -> tuple[Model, list[int]]:
    calls: list[int] = []
    for seat in model._seats:
        seat.session = Elsewhere(seat.session, calls)  # type: ignore[assignment]
    return model, calls


def test_on_a_gpu_the_views_go_in_one_call(members):
    model, calls = on_gpu(truecopy.load(members[:2], strategy=Strategy(["horizontal_flip", "rotate_90"])))
    model(PICTURE)
    assert calls == [3, 3]
    calls.clear()
    model.predict([PICTURE] * 12)
    assert calls == [30, 30, 6, 6]  # 32 looks of a member are 10 items


@settings(deadline=None, max_examples=40)
@given(
    pictures=st.lists(hnp.arrays(np.uint8, (4, 4)), min_size=1, max_size=12),
    strategy=st.sampled_from(STRATEGIES),
)
def test_batches_say_what_single_items_say(members, pictures, strategy):
    alone = truecopy.load(members, strategy=strategy).predict(pictures)
    batched, _ = on_gpu(truecopy.load(members, strategy=strategy))
    for one, two in zip(alone, batched.predict(pictures), strict=True):
        assert (one.passes, one.source) == (two.passes, two.source)
        assert np.allclose(one.probabilities, two.probabilities, atol=1e-6)


def test_items_that_need_more_go_on_together(members):
    strategy = Strategy(["horizontal_flip"], adaptive={"confidence": 0.99})
    model, calls = on_gpu(truecopy.load(members[:2], strategy=strategy))
    rng = np.random.default_rng(2)
    results = model.predict([rng.integers(0, 256, (4, 4), dtype=np.uint8) for _ in range(20)])
    assert calls[0] == 20
    assert sum(calls) == sum(result.passes for result in results)
    assert calls == sorted(calls, reverse=True)


@pytest.mark.parametrize("gpu", [False, True])
def test_one_bad_item_changes_no_other(members, gpu):
    model = truecopy.load(members, strategy=Strategy(["horizontal_flip"], adaptive={"margin": 0.9}))
    if gpu:
        model, _ = on_gpu(model)
    results = model.predict([PICTURE, b"no picture", PICTURE.T], on_error="yield")
    assert [isinstance(result, Failure) for result in results] == [False, True, False]
    assert np.allclose(results[2].probabilities, model(PICTURE.T).probabilities, atol=1e-6)


def test_sequences_of_members_with_other_lengths_are_an_output_error(tmp_path):
    from tests.tiny_models import PADDED, TAGS

    follows = 9 * np.eye(6, 3, 1, np.float32)
    free = sealed(tmp_path / "free.onnx", TOKENS, TAGS, weights=follows)
    padded = sealed(tmp_path / "padded.onnx", PADDED, TAGS, weights=follows)
    with pytest.raises(OutputError, match="the looks at one item have no common steps"):
        truecopy.load([free, padded])([1, 2])


def test_every_device_of_a_session_has_a_batch_of_its_own(members):
    """All three are at work before any of them is done."""
    model, _ = on_gpu(truecopy.load(members[0]))
    session = model._seats[0].session
    meeting = threading.Barrier(3, timeout=10)
    real = session.run

    def met(feeds: Any) -> Any:
        meeting.wait()
        return real(feeds)

    session.running = Running("cuda:all (3)", "FakeExecutionProvider", "0", lanes=3)  # type: ignore[misc]
    session.run = met  # type: ignore[method-assign]
    assert len(model.predict([PICTURE] * 96)) == 96


@pytest.mark.parametrize("places", [[], [3], [0, 0], [-1], 0, "ab"])
def test_members_of_another_strategy_are_named_by_their_places(members, places):
    with pytest.raises(StrategyError, match=r"members are named by their places, each once: expected some of \[0, 1, 2\], got"):  # fmt: skip
        truecopy.load(members).under(Strategy(), members=places)


def test_another_strategy_is_a_strategy(members):
    model = truecopy.load(members)
    assert len(model.under(Strategy(), members=np.array([2, 0])).contracts) == 2
    with pytest.raises(StrategyError, match=r"a strategy is a truecopy\.Strategy: got 'tta'"):
        model.under("tta")  # type: ignore[arg-type]
