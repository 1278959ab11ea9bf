"""Ordered, bounded, lazy: many items through few workers, results in the order of the items."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Mid = TypeVar("Mid")
Out = TypeVar("Out")

WINDOW = 4  # items in flight per worker: enough to never wait, few enough to stay small


def map_ordered(
    work: Callable[[Item], Out], items: Iterable[Item], workers: int
) -> Generator[Out, None, None]:
    """`work` over `items` on `workers` threads; at most `WINDOW * workers` items are in flight.

    An exception of `items` comes out after the results of the items before it. Closing the generator (or leaving
    it by an exception) cancels what has not begun and joins every thread.
    """
    source = iter(items)
    ended: BaseException | None = None
    exhausted = False
    pending: deque[Future[Out]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="truecopy")
    try:
        while True:
            while not exhausted and len(pending) < WINDOW * workers:
                try:
                    item = next(source)
                except StopIteration:
                    exhausted = True
                except Exception as error:
                    # Whatever the caller's own iterable raises goes back to the caller.
                    exhausted, ended = True, error
                else:
                    pending.append(pool.submit(work, item))
                    # One in, one out: a camera that trickles need not fill the window to hear its first answer.
                    if pending[0].done():
                        yield pending.popleft().result()
            if not pending:
                break
            yield pending.popleft().result()
        if ended is not None:
            raise ended
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def map_here(work: Callable[[Item], Out], items: Iterable[Item]) -> Generator[Out, None, None]:
    """`work` over `items` in this thread, one by one: for work of microseconds, which threads would only hand about."""
    for item in items:
        yield work(item)


def in_batches(
    items: Generator[Mid, None, None], size: int, work: Callable[[list[Mid]], list[Out]], lanes: int = 1
) -> Generator[Out, None, None]:
    """`work` over lists of up to `size` items, in order; an exception of `items` follows the answers before it.

    lanes: how many lists may be worked on at once: one for each device.
    """
    with contextlib.closing(items):
        batches = _batches(items, size)
        with contextlib.closing(
            map_here(work, batches) if lanes == 1 else map_ordered(work, batches, lanes)
        ) as answered:
            for answers in answered:
                yield from answers


def _batches(items: Iterator[Mid], size: int) -> Iterator[list[Mid]]:
    """Lists of up to `size`; what was taken before an exception comes before it."""
    while True:
        batch: list[Mid] = []
        try:
            while len(batch) < size:
                batch.append(next(items))
        except StopIteration:
            if batch:
                yield batch
            return
        except Exception:
            if batch:
                yield batch
            raise
        yield batch
