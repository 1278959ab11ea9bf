"""An opened file with its sessions: the member's place in every strategy that it takes part in."""

from __future__ import annotations

import threading

from truecopy.engine import Session

from .member import Member
from .opened import Opened


class Seat:
    """session: with all cores, for one item as fast as it goes. `throughput`: of streams. Safe to share."""

    def __init__(self, opened: Opened, device: str, threads: int) -> None:
        self.opened = opened
        self.session = opened.session(device, threads)
        self._throughput: Session | None = None
        self._lock = threading.Lock()

    @property
    def member(self) -> Member:
        return self.opened.member

    @property
    def on_cpu(self) -> bool:
        return self.session.running.device == "cpu"

    def throughput(self) -> Session:
        """On a CPU one thread a call, made when first needed: as many calls as cores run at once. Else `session`."""
        if not self.on_cpu:
            return self.session
        with self._lock:
            if self._throughput is None:
                self._throughput = self.opened.session("cpu", 1)
            return self._throughput
