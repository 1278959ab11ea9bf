"""One model: its contract and compiled intake. Items in, rows of the answer out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from truecopy.contract import Contract, Sequence, names_of
from truecopy.contract.kind import kind_of
from truecopy.engine import Session
from truecopy.errors import OutputError, Unsupported
from truecopy.intake import ImageIntake, Intake, intake_of
from truecopy.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from truecopy.intake.tokens import TokensIntake


@dataclass(frozen=True, slots=True)
class Member:
    """A contract, and all that was compiled from it once."""

    contract: Contract
    intake: Intake

    @classmethod
    def of(cls, contract: Contract, limits: Limits = DEFAULT_LIMITS) -> Member:
        """Compile.

        Raises:
            ContractError: the contract contradicts itself or the limits.
        """
        return cls(contract, intake_of(contract, limits))

    @property
    def limits(self) -> Limits:
        return self.intake.limits

    @property
    def image(self) -> ImageIntake:
        """The intake of a model of pictures.

        Raises:
            Unsupported: it takes something else.
        """
        if not isinstance(self.intake, ImageIntake):
            raise self._other_kind("pictures")
        return self.intake

    @property
    def tokens(self) -> TokensIntake:
        """The intake of a model of tokens.

        Raises:
            Unsupported: it takes something else.
        """
        from truecopy.intake.tokens import TokensIntake

        if not isinstance(self.intake, TokensIntake):
            raise self._other_kind("tokens")
        return self.intake

    def rows(self, session: Session, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """The answer to n items, float32: (n, outputs), or (n, steps, tokens) of a sequence.

        feeds: by name of the graph's input, (n, ...). A fixed batch is filled up and cut, or split.

        Raises:
            OutputError: the graph failed, or its answer has another shape than the contract says.
        """
        return self.run(session, feeds, ())[0]

    def run(
        self, session: Session, feeds: Mapping[str, np.ndarray], names: tuple[str, ...]
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """`rows`, and the graph's outputs `names` as they are, (n, ...).

        Raises:
            OutputError: as `rows`, or an output of `names` has no row for each item.
        """
        n = len(next(iter(feeds.values())))
        fixed = self.contract.graph.inputs[0].batch
        if fixed is None or fixed == n:
            return self._exactly(session, feeds, names)
        parts = [self._part(session, feeds, names, begin, fixed) for begin in range(0, n, fixed)]
        others = {name: np.concatenate([part[1][name] for part in parts]) for name in names}
        return np.concatenate([part[0] for part in parts]), others

    def _part(
        self,
        session: Session,
        feeds: Mapping[str, np.ndarray],
        names: tuple[str, ...],
        begin: int,
        size: int,
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """The items from `begin` on, at most `size`; the last one is repeated where they are fewer."""
        part = {name: array[begin : begin + size] for name, array in feeds.items()}
        n = len(next(iter(part.values())))
        full = {
            name: np.concatenate([array, np.repeat(array[-1:], size - n, axis=0)])
            for name, array in part.items()
        }
        rows, others = self._exactly(session, full, names)
        return rows[:n], {name: array[:n] for name, array in others.items()}

    def _exactly(
        self, session: Session, feeds: Mapping[str, np.ndarray], names: tuple[str, ...]
    ) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        n = len(next(iter(feeds.values())))
        made = session.run(feeds)
        rows = self.shaped(made[self.contract.graph.answer], n)
        return rows, {name: self._by_item(name, made[name], n) for name in names}

    def _by_item(self, name: str, array: np.ndarray, n: int) -> np.ndarray:
        """An output with the items' axis in front: of the answer the layout says which it is."""
        task = self.contract.task
        if name == self.contract.graph.answer and isinstance(task, Sequence):
            return np.moveaxis(array, task.layout.index("N"), 0)
        if array.shape[:1] != (n,):
            raise OutputError(
                f"the output {name!r} has no row for each item", expected=f"({n}, ...)", got=str(array.shape)
            )
        return array

    def shaped(self, answer: np.ndarray, n: int) -> np.ndarray:
        """The graph's raw answer to n items as (n, outputs) or (n, steps, tokens), float32.

        Raises:
            OutputError: it has another shape than the contract says.
        """
        task = self.contract.task
        if isinstance(task, Sequence):
            return self._steps(task, answer, n)
        classes = self._outputs()
        if answer.size != n * classes or answer.shape[:1] != (n,):
            raise self._other_shape(f"({n}, {classes})", answer)
        return answer.reshape(n, classes).astype(np.float32, copy=False)

    def _steps(self, task: Sequence, answer: np.ndarray, n: int) -> np.ndarray:
        names = {"N": str(n), "T": "steps", "C": str(len(task.labels))}
        wanted = f"({', '.join(names[axis] for axis in task.layout)})"
        if answer.ndim != len(task.layout):
            raise self._other_shape(wanted, answer)
        order = [task.layout.index(axis) for axis in "NTC" if axis in task.layout]
        steps = answer.transpose(order)
        if len(steps) != n or steps.shape[-1] != len(task.labels):
            raise self._other_shape(wanted, answer)
        return np.ascontiguousarray(steps.reshape(n, -1, len(task.labels)), dtype=np.float32)

    def _outputs(self) -> int:
        return self.contract.graph.answer_output.classes or len(names_of(self.contract.task))

    def _other_kind(self, what: str) -> Unsupported:
        kind = kind_of(self.contract.input)
        return Unsupported(f"this is for models of {what}", got=f"a model whose input is kind {kind!r}")

    def _other_shape(self, wanted: str, answer: np.ndarray) -> OutputError:
        return OutputError(
            f"the answer {self.contract.graph.answer!r} has another shape than the contract says",
            expected=wanted,
            got=str(answer.shape),
        )
