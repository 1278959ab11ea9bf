from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import truecopy
from truecopy.contract import CenterCrop, Contract, GraphInput
from truecopy.errors import UnreadableInput
from truecopy.predict import Failure, Model
from truecopy.predict.stream import WINDOW


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("truecopy")]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert workers() == []


def frames(count: int) -> list[np.ndarray]:
    """Grey pictures of 26 x 26 pixels of one level each: the level is the answer's index in base ten."""
    return [np.full((28, 28), level % 10, np.uint8) for level in range(count)]


def level(x: np.ndarray) -> np.ndarray:
    """Logits whose largest is at the picture's level."""
    levels = np.rint((x.mean(axis=(1, 2, 3)) * 0.5 + 0.5) * 255).astype(int)
    return np.eye(10, dtype=np.float32)[levels] * 9


@pytest.fixture(params=["cpu", "cuda:0"])
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_results_come_in_the_order_of_the_sources(fake_model: Callable[..., Model], device: str) -> None:
    def sometimes_slow(x: np.ndarray) -> np.ndarray:
        time.sleep(0.004 * (int(x[0, 0, 0, 0] * 1000) % 2))
        return level(x)

    results = list(fake_model(sometimes_slow, device=device, threads=4).stream(frames(70)))
    assert [result.index for result in results] == [i % 10 for i in range(70)]


def test_a_cpu_runs_one_picture_at_a_time_and_a_gpu_batches_of_32(fake_model: Callable[..., Model]) -> None:
    for device, sizes in (("cpu", [1] * 70), ("cuda:0", [32, 32, 6])):
        seen: list[int] = []
        model = fake_model(lambda x, seen=seen: seen.append(len(x)) or level(x), device=device)
        list(model.stream(frames(70)))
        assert seen == sizes


def test_a_stream_is_lazy_and_takes_a_bounded_number_ahead(
    fake_model: Callable[..., Model], device: str
) -> None:
    taken = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal taken
        for frame in itertools.cycle(frames(10)):
            taken += 1
            yield frame

    stream = fake_model(level, device=device, threads=2).stream(endless())
    assert taken == 0
    ahead = 2 * WINDOW + (32 if device != "cpu" else 0)
    for done, _ in enumerate(itertools.islice(stream, 90), 1):
        assert taken <= done + ahead
    stream.close()  # type: ignore[attr-defined]


def test_closing_a_stream_stops_its_workers(fake_model: Callable[..., Model], device: str) -> None:
    stream = fake_model(level, device=device).stream(itertools.cycle(frames(10)))
    next(stream)
    assert workers()
    stream.close()  # type: ignore[attr-defined]
    assert workers() == []


def test_an_interruption_in_the_loop_leaves_no_thread(fake_model: Callable[..., Model], device: str) -> None:
    def loop() -> None:
        for _ in fake_model(level, device=device).stream(itertools.cycle(frames(10))):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert workers() == []


def test_an_exception_of_the_sources_follows_the_results_before_it(
    fake_model: Callable[..., Model], device: str
) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield from frames(7)
        raise LookupError("no more")

    got: list[Any] = []
    with pytest.raises(LookupError, match="no more"):
        got.extend(result.index for result in fake_model(level, device=device).stream(broken()))
    assert got == list(range(7))


def test_an_error_that_is_raised_stops_the_workers(fake_model: Callable[..., Model], device: str) -> None:
    sources = [*frames(3), "no.png", *frames(3)]
    model = fake_model(level, device=device)
    got: list[Any] = []
    with pytest.raises(UnreadableInput, match=r"no\.png"):
        got.extend(result.index for result in model.stream(sources, on_error="raise"))
    assert got == [0, 1, 2]
    assert workers() == []


def test_bad_items_in_a_batch_change_no_neighbour(fake_model: Callable[..., Model], device: str) -> None:
    sources: list[Any] = [*frames(4), "no.png", *frames(2), b"x"]
    outcomes = list(fake_model(level, device=device).stream(sources))
    assert [isinstance(outcome, Failure) for outcome in outcomes] == [source in ("no.png", b"x") if isinstance(source, str | bytes) else False for source in sources]  # fmt: skip
    assert [outcome.index for outcome in outcomes if not isinstance(outcome, Failure)] == [0, 1, 2, 3, 0, 1]


def test_pictures_of_different_sizes_go_through_a_graph_of_free_size(
    fake_model: Callable[..., Model], digits_contract: Contract, change: Callable[..., Contract], device: str
) -> None:
    import msgspec

    free = GraphInput(name="input", dtype="float32", layout="NCHW", shape=("batch", 1, "height", "width"))
    steps = tuple(step for step in digits_contract.steps if not isinstance(step, CenterCrop))
    contract = msgspec.structs.replace(change(digits_contract, graph={"inputs": (free,)}), steps=steps)
    sources = [np.full((28, 28 + 9 * (i // 2 % 3)), i % 10, np.uint8) for i in range(40)]
    results = list(fake_model(level, contract=contract, device=device).stream(sources))
    assert [result.index for result in results] == [i % 10 for i in range(40)]


def test_a_model_gives_several_streams_at_once(digits: Path, digit_images: list[str]) -> None:
    model = truecopy.load(digits, device="cpu", threads=2)
    pairs = zip(model.stream(digit_images), model.stream(digit_images[::-1]), strict=True)
    labels = [Path(image).stem for image in digit_images]
    assert [(a.label, b.label) for a, b in pairs] == list(zip(labels, labels[::-1], strict=True))
