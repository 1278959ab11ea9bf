from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.predict.stream import WINDOW, in_batches, map_ordered


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("truecopy")]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert workers() == []


def double(x: int) -> int:
    return 2 * x


def test_order_is_that_of_the_items_and_not_that_of_the_workers() -> None:
    def slow_for_even(x: int) -> int:
        time.sleep(0.01 * (x % 2 == 0))
        return x

    assert list(map_ordered(slow_for_even, range(30), 4)) == list(range(30))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_items_are_taken_a_bounded_window_ahead(count: int) -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    results = map_ordered(double, endless(), count)
    for given_out, _ in enumerate(itertools.islice(results, 50), 1):
        assert taken <= given_out + WINDOW * count - 1
    results.close()


def test_nothing_is_taken_before_the_first_result_is_asked_for() -> None:
    taken: list[int] = []
    results = map_ordered(double, (taken.append(i) or i for i in range(9)), 2)  # type: ignore[func-returns-value]
    assert taken == []
    assert workers() == []
    assert next(results) == 0
    assert taken
    results.close()


def test_closing_cancels_what_has_not_begun_and_joins_the_workers() -> None:
    begun: list[int] = []
    pulled, second, gate = threading.Event(), threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        for x in range(100):
            if x == 1:
                pulled.set()
            yield x

    def work(x: int) -> int:
        begun.append(x)
        if x == 0:
            pulled.wait(10)
        else:
            second.set()
            gate.wait(10)
        return x

    results = map_ordered(work, items(), 1)
    assert next(results) == 0
    assert workers()
    assert second.wait(10)
    closing = threading.Thread(target=results.close)
    closing.start()
    time.sleep(0.2)
    assert closing.is_alive()  # it waits for the one item that has begun
    gate.set()
    closing.join(10)
    assert workers() == []
    assert begun == [0, 1]
    assert list(results) == []


def test_a_trickle_of_items_is_answered_before_the_window_is_full() -> None:
    pulled: list[int] = []

    def trickle() -> Iterator[int]:
        for x in itertools.count():
            time.sleep(0.02)
            pulled.append(x)
            yield x

    results = map_ordered(double, trickle(), 4)
    assert next(results) == 0
    assert len(pulled) < 16  # the window
    results.close()


def test_results_before_an_exception_of_the_items_come_out_first() -> None:
    def broken() -> Iterator[int]:
        yield from range(5)
        raise LookupError("the folder went away")

    results = map_ordered(double, broken(), 3)
    assert [next(results) for _ in range(5)] == [0, 2, 4, 6, 8]
    with pytest.raises(LookupError, match="the folder went away"):
        next(results)
    assert list(results) == []


def test_an_exception_of_the_work_comes_out_in_its_place() -> None:
    def work(x: int) -> float:
        return 1 / (3 - x)

    results = map_ordered(work, range(9), 2)
    assert len([next(results) for _ in range(3)]) == 3
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_in_the_consumer_leaves_no_thread(interruption: type[BaseException]) -> None:
    def consume() -> None:
        for x in map_ordered(double, itertools.count(), 3):
            if x == 10:
                raise interruption

    with pytest.raises(interruption):
        consume()
    assert workers() == []


def test_an_interruption_in_the_items_comes_at_once() -> None:
    def interrupted() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map_ordered(double, interrupted(), 2))


def test_no_items_give_no_results() -> None:
    assert list(map_ordered(double, [], 2)) == []


@given(st.lists(st.integers()), st.integers(1, 7), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_batches_in_any_size_and_number_of_workers_are_map(items: list[int], size: int, count: int) -> None:
    sizes: list[int] = []

    def work(batch: list[int]) -> list[int]:
        sizes.append(len(batch))
        return [x + 1 for x in batch]

    assert list(in_batches(map_ordered(double, items, count), size, work)) == [2 * x + 1 for x in items]
    full, rest = divmod(len(items), size)
    assert sizes == [size] * full + [rest] * (rest > 0)


@given(st.integers(0, 20), st.integers(1, 7))
@settings(max_examples=30, deadline=None)
def test_batches_before_an_exception_are_answered_first(good: int, size: int) -> None:
    def broken() -> Iterator[int]:
        yield from range(good)
        raise LookupError

    got: list[int] = []
    with pytest.raises(LookupError):
        got.extend(in_batches(map_ordered(double, broken(), 2), size, list))
    assert got == [2 * x for x in range(good)]


def test_closing_batches_joins_the_workers() -> None:
    batches = in_batches(map_ordered(double, itertools.count(), 2), 4, list)
    assert next(batches) == 0
    batches.close()
    assert workers() == []


@pytest.mark.parametrize("lanes", [1, 3])
def test_batches_keep_their_order_on_several_devices(lanes):
    def doubled(batch):
        time.sleep(0.002 * (batch[0] % 3))
        return [2 * item for item in batch]

    assert list(in_batches((item for item in range(23)), 4, doubled, lanes)) == [
        2 * item for item in range(23)
    ]


def test_each_device_works_on_a_batch_of_its_own():
    """All three are at work before any of them is done."""
    meeting = threading.Barrier(3, timeout=10)

    def met(batch):
        meeting.wait()
        return batch

    assert list(in_batches((item for item in range(6)), 2, met, 3)) == list(range(6))


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_came_before_an_exception_is_answered_first(lanes):
    def items():
        yield from range(5)
        raise OSError("unplugged")

    got: list[int] = []
    with pytest.raises(OSError, match="unplugged"):
        got.extend(in_batches(items(), 2, list, lanes))
    assert got == list(range(5))
