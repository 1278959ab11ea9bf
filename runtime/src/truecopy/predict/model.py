"""A loaded model: something one calls."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Literal

from truecopy.contract import Contract, TableInput, Task, names_of
from truecopy.contract.kind import kind_of
from truecopy.engine import Session
from truecopy.errors import StrategyError, TruecopyError, Unsupported
from truecopy.intake import Intake
from truecopy.pixels import ChannelOrder

from .answering import answer
from .lineup import Lineup
from .opened import Opened
from .results import Failure, Result
from .seat import Seat
from .sight import Sight
from .strategy import Strategy, check_strategy
from .stream import in_batches, map_here, map_ordered

CUDA_BATCH = 32


class Model:
    """One artifact or several, under a strategy; made by `truecopy.load`. Safe to call from several threads at once."""

    def __init__(self, seats: Sequence[Seat], lineup: Lineup, threads: int) -> None:
        self._seats = tuple(seats)
        self._threads = threads
        self._intake = lineup.viewer.intake
        self.lineup = lineup

    @classmethod
    def of(cls, openeds: Sequence[Opened], strategy: Strategy, device: str, threads: int) -> Model:
        """Raises:
        StrategyError: before any session is opened.
        DeviceError, ContractError: of a session.
        """
        names = [opened.artifact.path for opened in openeds]
        lineup = Lineup.of([opened.member for opened in openeds], names, strategy)
        return cls([Seat(opened, device, threads) for opened in openeds], lineup, threads)

    @property
    def contract(self) -> Contract:
        """Of the first member, whose labels name the answers."""
        return self.lineup.members[0].contract

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """One contract per member."""
        return tuple(member.contract for member in self.lineup.members)

    @property
    def strategy(self) -> Strategy:
        return self.lineup.strategy

    @property
    def intake(self) -> Intake:
        """How sources are read; `intake.many` takes a file of rows or lines apart."""
        return self._intake

    @property
    def device(self) -> str:
        """Where the graphs really run: `cpu`, `cuda:0`, ..."""
        return _each(seat.session.running.device for seat in self._seats)

    @property
    def provider(self) -> str:
        """ONNX Runtime's execution provider."""
        return _each(seat.session.running.provider for seat in self._seats)

    @property
    def runtime_version(self) -> str:
        """ONNX Runtime's version."""
        return self._seats[0].session.running.version

    @property
    def precision(self) -> str:
        return _each(contract.graph.precision for contract in self.contracts)

    def __repr__(self) -> str:
        kind = kind_of(self.contract.task)
        passes = f", {len(self.lineup.passes)} passes" if len(self.lineup.passes) > 1 else ""
        return (
            f"<truecopy.Model {kind}, {_count(self.contract.task)}, {self.precision}, {self.device}{passes}>"
        )

    def under(self, strategy: Strategy, members: Sequence[int] | None = None) -> Model:
        """The same opened files and sessions under another strategy. members: their places; None: all.

        Raises:
            StrategyError: as `truecopy.load`, or places that are no members.
        """
        check_strategy(strategy)
        known = range(len(self._seats))
        places = known if members is None else tuple(members) if isinstance(members, Iterable) else ()
        if not places or len(set(places)) != len(places) or not set(places) <= set(known):
            raise StrategyError(
                "members are named by their places, each once",
                expected=f"some of {list(known)}",
                got=repr(members),
            )
        seats = [self._seats[place] for place in places]
        names = [seat.opened.artifact.path for seat in seats]
        return Model(seats, Lineup.of([seat.member for seat in seats], names, strategy), self._threads)

    def __call__(
        self, source: Any, *, color: ChannelOrder | None = None, outputs: tuple[str, ...] = ()
    ) -> Result:
        """Answer one item as fast as one item can be answered (all cores for the graph).

        source: of a model of pictures a path, bytes, a binary file, a PIL image, or a uint8 array (h, w) or (h, w, 3) with
        its `color`; of a table a mapping from column to cell, or an array of one row; of tokens a text or ids.
        outputs: names of other outputs of the graph, for `result.outputs`; of one member and one view.

        Raises:
            InputError: the source cannot be read, or is none for this model.
            OutputError: a graph failed.
        """
        self._check_outputs(outputs)
        return self.answer(self.sight(source, color=color), outputs=outputs)

    def sight(self, source: Any, *, color: ChannelOrder | None = None) -> Sight:
        """One source, read and decoded, for `answer`: several strategies can look at what was decoded once.

        Raises:
            InputError: the source cannot be read, or is none for this model.
        """
        return self.lineup.viewer.sight(source, color)

    def answer(self, sight: Sight, *, outputs: tuple[str, ...] = ()) -> Result:
        """Answer what was read by this model, or by another one whose members read it in the same ways.

        Raises:
            InputError, OutputError: as for a call.
        """
        sessions = [seat.session for seat in self._seats]
        return answer(self.lineup, sessions, [sight.under(self.lineup.viewer)], outputs)[0]

    def predict(
        self,
        sources: Any,
        *,
        on_error: Literal["raise", "yield"] = "raise",
        color: ChannelOrder | None = None,
        outputs: tuple[str, ...] = (),
    ) -> list[Result | Failure]:
        """Answer many items, in order. `on_error="yield"` puts a `Failure` in a bad item's place.

        sources: an iterable of sources; of a table also a CSV file (`pathlib.Path` or its name), a 2-D array or a
        DataFrame. color, outputs: as for one; `color` where the sources are arrays of three channels.

        Raises:
            InputError, OutputError: of the first bad item, unless `on_error` is "yield".
        """
        return list(self.stream(sources, on_error=on_error, color=color, outputs=outputs))

    def stream(
        self,
        sources: Any,
        *,
        on_error: Literal["raise", "yield"] = "yield",
        color: ChannelOrder | None = None,
        outputs: tuple[str, ...] = (),
    ) -> Iterator[Result | Failure]:
        """Answer items lazily, in order, with a bounded number in flight; closing it stops the workers.

        On a CPU every worker reads, decodes and runs one item at a time, so an answer never depends on its
        neighbours; rows of a table are too small for workers; on a GPU they feed batches of 32 looks. An answer comes out
        when the next source has been taken in, so a camera hears of a frame one frame later. The arguments are those of
        `predict`.

        Raises:
            InputError: `sources` is one source, or nothing that can be gone through.
        """
        if on_error not in ("raise", "yield"):
            raise ValueError(f"on_error is 'raise' or 'yield', not {on_error!r}")
        self._check_outputs(outputs)
        return self._stream(self.intake.many(sources), on_error, color, outputs)

    def _stream(
        self,
        sources: Iterable[Any],
        on_error: Literal["raise", "yield"],
        color: ChannelOrder | None,
        outputs: tuple[str, ...],
    ) -> Generator[Result | Failure, None, None]:
        # Closed by name, not by the garbage collector: no thread outlives the loop over the results.
        with contextlib.closing(self._outcomes(sources, color, outputs)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, Failure) and on_error == "raise":
                    raise outcome.error
                yield outcome

    def _outcomes(
        self, sources: Iterable[Any], color: ChannelOrder | None, outputs: tuple[str, ...]
    ) -> Generator[Result | Failure, None, None]:
        sessions = [seat.throughput() for seat in self._seats]
        if all(seat.on_cpu for seat in self._seats):

            def whole(source: Any) -> Result | Failure:
                sight = self._try_sight(source, color)
                return (
                    sight if isinstance(sight, Failure) else self._try_answer(sessions, [sight], outputs)[0]
                )

            if isinstance(self.contract.input, TableInput):
                return map_here(whole, sources)
            return map_ordered(whole, sources, self._threads)
        prepare = functools.partial(self._try_prepare, color=color)
        ready = map_ordered(prepare, sources, self._threads)
        work = functools.partial(self._answer_batch, sessions, outputs=outputs)
        # A graph sees the looks of its own member alone; every device has a batch of its own.
        size = max(1, CUDA_BATCH // self.lineup.rounds[0].most_looks)
        return in_batches(ready, size, work, max(session.running.lanes for session in sessions))

    def _check_outputs(self, outputs: tuple[str, ...]) -> None:
        known = [output.name for output in self.contract.graph.outputs]
        if isinstance(outputs, str):
            raise Unsupported("`outputs` are names", got=repr(outputs), fix=f"Write outputs=({outputs!r},)")
        for name in outputs:
            if name not in known:
                raise Unsupported(
                    f"the graph has no output {name!r}", expected=f"one of {', '.join(map(repr, known))}"
                )
        self.lineup.check_outputs(outputs)

    def _try_sight(self, source: Any, color: ChannelOrder | None) -> Sight | Failure:
        try:
            return self.lineup.viewer.sight(source, color)
        except TruecopyError as error:
            return Failure(self.intake.name(source), error)

    def _try_prepare(self, source: Any, color: ChannelOrder | None) -> Sight | Failure:
        """With the tensors of the first round made: the thread that feeds the GPU makes none."""
        sight = self._try_sight(source, color)
        if isinstance(sight, Failure):
            return sight
        try:
            for one in self.lineup.rounds[0].passes:
                sight.item(one.member, one.view)
        except TruecopyError as error:
            return Failure(sight.source, error)
        return sight

    def _try_answer(
        self, sessions: Sequence[Session], sights: Sequence[Sight], outputs: tuple[str, ...]
    ) -> list[Result | Failure]:
        try:
            return list(answer(self.lineup, sessions, sights, outputs))
        except TruecopyError as error:
            if len(sights) == 1:
                return [Failure(sights[0].source, error)]
            # One item with NaN must not fail its neighbours: ask one by one who it was.
            return [outcome for sight in sights for outcome in self._try_answer(sessions, [sight], outputs)]

    def _answer_batch(
        self, sessions: Sequence[Session], batch: list[Sight | Failure], outputs: tuple[str, ...]
    ) -> list[Result | Failure]:
        good = [sight for sight in batch if not isinstance(sight, Failure)]
        answers = iter(self._try_answer(sessions, good, outputs) if good else [])
        return [sight if isinstance(sight, Failure) else next(answers) for sight in batch]


def _each(words: Iterable[str]) -> str:
    """One word where all members say the same."""
    return ", ".join(dict.fromkeys(words))


def _count(task: Task) -> str:
    """`10 classes`, `2 values`, `68 tokens`."""
    nouns = {"regression": "values", "sequence": "tokens", "multilabel": "labels"}
    return f"{len(names_of(task))} {nouns.get(kind_of(task), 'classes')}"
