"""`cuda:all`: one session on each GPU, and each run goes to the one that has the least to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from truecopy.errors import DeviceError

from .session import Running, Session

ALL_GPUS = "cuda:all"
# More than any host has; a device that cannot be opened ends the search long before.
_MOST = 64


class AllDevicesSession:
    """Sessions of one graph on several devices. `run` may be called from several threads at once, and should be."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._sessions = tuple(sessions)
        self._in_flight = [0] * len(self._sessions)
        self._lock = threading.Lock()
        first = self._sessions[0].running
        count = len(self._sessions)
        self._running = Running(f"{ALL_GPUS} ({count})", first.provider, first.version, lanes=count)

    @property
    def running(self) -> Running:
        """`cuda:all (2)`: how many devices there are."""
        return self._running

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._sessions[0].inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        return self._sessions[0].outputs

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        with self._idlest() as session:
            return session.run(feeds)

    @contextmanager
    def _idlest(self) -> Iterator[Session]:
        """The session with the fewest runs in flight; of equals the first."""
        with self._lock:
            index = min(range(len(self._sessions)), key=self._in_flight.__getitem__)
            self._in_flight[index] += 1
        try:
            yield self._sessions[index]
        finally:
            with self._lock:
                self._in_flight[index] -= 1


def open_all(open_one: Callable[[str], Session]) -> Session:
    """A session on `cuda:0`, `cuda:1`, ... until one cannot be opened.

    open_one: from a device's name to its session.

    Raises:
        DeviceError: not even the first: there is no GPU, or it does not run the graph.
    """
    sessions: list[Session] = []
    for index in range(_MOST):
        try:
            sessions.append(open_one(f"cuda:{index}"))
        except DeviceError as error:
            if index == 0:
                raise DeviceError.of(
                    error, fix=f"{ALL_GPUS} needs at least one GPU. {error.fix or 'Take --device cpu'}"
                ) from error
            break
    return AllDevicesSession(sessions)
