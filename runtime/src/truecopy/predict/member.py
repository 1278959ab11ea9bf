"""One model: its contract, compiled plan and session. Pixels in, rows of the answer out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truecopy.contract import Contract
from truecopy.engine import Session
from truecopy.errors import OutputError
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder, Picture, Plan, Source, decode


@dataclass(frozen=True, slots=True)
class Member:
    """A contract, and all that was compiled from it once."""

    contract: Contract
    plan: Plan
    limits: Limits

    def decode(self, source: Source, color: ChannelOrder | None) -> Picture:
        return decode(source, self.contract.input, color=color, limits=self.limits)

    def tensor(self, picture: Picture) -> np.ndarray:
        """One item with its batch axis, (1, ...) of the graph's dtype."""
        return self.plan.tensor(self.plan.canvas(picture))[np.newaxis]

    def rows(self, session: Session, tensors: np.ndarray) -> np.ndarray:
        """The answer (n, classes), float32, for n items; a fixed batch is filled up and cut, or split.

        Raises:
            OutputError: the graph failed, or its answer has another shape than the contract says.
        """
        graph = self.contract.graph
        n, fixed = len(tensors), graph.inputs[0].batch
        if fixed is None or fixed == n:
            answer = self._run(session, tensors)
        else:
            answer = np.concatenate(
                [self._padded(session, tensors[i : i + fixed], fixed) for i in range(0, n, fixed)]
            )
        return answer.astype(np.float32, copy=False)

    def _padded(self, session: Session, tensors: np.ndarray, size: int) -> np.ndarray:
        missing = np.repeat(tensors[-1:], size - len(tensors), axis=0)
        return self._run(session, np.concatenate([tensors, missing]))[: len(tensors)]

    def _run(self, session: Session, tensors: np.ndarray) -> np.ndarray:
        """The answer to exactly these items, (n, classes)."""
        graph, n, classes = self.contract.graph, len(tensors), len(self.contract.task.labels)
        answer = session.run({graph.inputs[0].name: tensors})[graph.answer]
        if answer.size != n * classes or answer.shape[:1] != (n,):
            raise OutputError(
                f"the answer {graph.answer!r} has another shape than the contract says",
                expected=f"({n}, {classes})",
                got=str(answer.shape),
            )
        return answer.reshape(n, classes)
