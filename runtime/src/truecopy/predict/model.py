"""`truecopy.load`: from a file to something one calls."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from truecopy.contract import Contract, TableInput, Task, names_of
from truecopy.contract.kind import kind_of
from truecopy.engine import Session, available_cores
from truecopy.errors import ArtifactError, TruecopyError, UnreadableArtifact, Unsupported
from truecopy.intake import Intake, Item
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import ChannelOrder

from .answering import answer
from .opened import Opened, open_artifact
from .results import Failure, Result
from .stream import in_batches, map_here, map_ordered

CUDA_BATCH = 32
CHECKPOINT_SUFFIXES = (".pt", ".pth", ".ckpt", ".th", ".tar", ".safetensors")


class Model:
    """A loaded artifact; made by `truecopy.load`. Safe to call from several threads at once."""

    def __init__(self, opened: Opened, device: str, threads: int) -> None:
        self._opened = opened
        self._member = opened.member
        self._threads = threads
        self._session = opened.session(device, threads)
        self._stream_session: Session | None = None
        self._lock = threading.Lock()

    @property
    def contract(self) -> Contract:
        return self._member.contract

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """One contract per member."""
        return (self._member.contract,)

    @property
    def intake(self) -> Intake:
        """How sources are read; `intake.many` takes a file of rows or lines apart."""
        return self._member.intake

    @property
    def device(self) -> str:
        """Where the graph really runs: `cpu`, `cuda:0`, ..."""
        return self._session.running.device

    @property
    def provider(self) -> str:
        """ONNX Runtime's execution provider."""
        return self._session.running.provider

    @property
    def runtime_version(self) -> str:
        """ONNX Runtime's version."""
        return self._session.running.version

    @property
    def precision(self) -> str:
        return self._member.contract.graph.precision

    def __repr__(self) -> str:
        kind = kind_of(self.contract.task)
        return f"<truecopy.Model {kind}, {_count(self.contract.task)}, {self.precision}, {self.device}>"

    def __call__(
        self, source: Any, *, color: ChannelOrder | None = None, outputs: tuple[str, ...] = ()
    ) -> Result:
        """Answer one item as fast as one item can be answered (all cores for the graph).

        source: of a model of pictures a path, bytes, a binary file, a PIL image, or a uint8 array (h, w) or (h, w, 3) with
        its `color`; of a table a mapping from column to cell, or an array of one row; of tokens a text or ids.
        outputs: names of other outputs of the graph, for `result.outputs`.

        Raises:
            InputError: the source cannot be read, or is none for this model.
            OutputError: the graph failed.
        """
        self._check_outputs(outputs)
        return answer(self._member, self._session, [self._member.intake.item(source, color)], outputs)[0]

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
        neighbours; rows of a table are too small for workers; on a GPU they feed batches of 32. An answer comes out when the next source has been
        taken in, so a camera hears of a frame one frame later. The arguments are those of `predict`.

        Raises:
            InputError: `sources` is one source, or nothing that can be gone through.
        """
        if on_error not in ("raise", "yield"):
            raise ValueError(f"on_error is 'raise' or 'yield', not {on_error!r}")
        self._check_outputs(outputs)
        return self._stream(self._member.intake.many(sources), on_error, color, outputs)

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
        prepare = functools.partial(self._try_prepare, color=color)
        if self.device == "cpu":
            session = self._throughput_session()

            def whole(source: Any) -> Result | Failure:
                item = prepare(source)
                return item if isinstance(item, Failure) else self._try_answer(session, [item], outputs)[0]

            if isinstance(self.contract.input, TableInput):
                return map_here(whole, sources)
            return map_ordered(whole, sources, self._threads)
        ready = map_ordered(prepare, sources, self._threads)
        return in_batches(ready, CUDA_BATCH, functools.partial(self._answer_batch, outputs=outputs))

    def _check_outputs(self, outputs: tuple[str, ...]) -> None:
        known = [output.name for output in self.contract.graph.outputs]
        if isinstance(outputs, str):
            raise Unsupported("`outputs` are names", got=repr(outputs), fix=f"Write outputs=({outputs!r},)")
        for name in outputs:
            if name not in known:
                raise Unsupported(
                    f"the graph has no output {name!r}", expected=f"one of {', '.join(map(repr, known))}"
                )

    def _try_prepare(self, source: Any, color: ChannelOrder | None) -> Item | Failure:
        intake = self._member.intake
        try:
            return intake.item(source, color)
        except TruecopyError as error:
            return Failure(intake.name(source), error)

    def _try_answer(
        self, session: Session, items: Sequence[Item], outputs: tuple[str, ...]
    ) -> list[Result | Failure]:
        try:
            return list(answer(self._member, session, items, outputs))
        except TruecopyError as error:
            if len(items) == 1:
                return [Failure(items[0].source, error)]
            # One item with NaN must not fail its neighbours: ask one by one who it was.
            return [outcome for item in items for outcome in self._try_answer(session, [item], outputs)]

    def _try_each_shape(self, items: Sequence[Item], outputs: tuple[str, ...]) -> Iterator[Result | Failure]:
        """One batch for each run of feeds of one shape: a graph of free height and width takes any picture."""
        for _, run in itertools.groupby(items, key=_shapes):
            yield from self._try_answer(self._session, list(run), outputs)

    def _answer_batch(self, batch: list[Item | Failure], outputs: tuple[str, ...]) -> list[Result | Failure]:
        good = [item for item in batch if isinstance(item, Item)]
        answers = self._try_each_shape(good, outputs)
        return [item if isinstance(item, Failure) else next(answers) for item in batch]

    def _throughput_session(self) -> Session:
        """The CPU session of streams: one thread a call, no spinning; made when first needed."""
        with self._lock:
            if self._stream_session is None:
                self._stream_session = self._opened.session("cpu", 1)
            return self._stream_session


def load(
    path_or_paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    device: str = "auto",
    precision: Literal["fp32", "fp16", "int8"] | None = None,
    strategy: None = None,
    threads: int | None = None,
    limits: Limits | None = None,
) -> Model:
    """Open a sealed artifact: everything that can fail on the file or the device fails here.

    device: `auto` (CUDA where it really works, else CPU; `model.device` says which), `cpu`, `cuda`, `cuda:1`,
    `provider:NAME`. precision: what the artifact must be. threads: cores to use; by default those that affinity
    and cgroup quota leave. limits: what one input may cost.

    Raises:
        ArtifactError: the file is refused (unreadable, not sealed, changed, unsafe, another version).
        ContractError: the document in it is wrong.
        DeviceError: the device asked for does not run the graph.
    """
    path = _one_path(path_or_paths)
    if strategy is not None:
        raise TruecopyError(
            "strategies (views, ensembles) are not run by this version", fix="Leave `strategy` out"
        )
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if path.suffix.lower() in CHECKPOINT_SUFFIXES:
        raise UnreadableArtifact(
            "this is a checkpoint, not an artifact",
            where=str(path),
            fix=f"truecopy export {path} --arch ... --recipe ... --labels ... --proof photos/ -o {path.stem}.onnx",
        )
    opened = open_artifact(path, limits or DEFAULT_LIMITS)
    stated = opened.artifact.contract.graph.precision
    if precision is not None and stated != precision:
        raise ArtifactError(
            f"the artifact is {stated}",
            expected=precision,
            where=str(path),
            fix=f"Load the {precision} variant, which is a file of its own",
        )
    return Model(opened, device, threads or available_cores())


def _count(task: Task) -> str:
    """`10 classes`, `2 values`, `68 tokens`."""
    nouns = {"regression": "values", "sequence": "tokens", "multilabel": "labels"}
    return f"{len(names_of(task))} {nouns.get(kind_of(task), 'classes')}"


def _shapes(item: Item) -> tuple[tuple[int, ...], ...]:
    return tuple(array.shape for array in item.feeds.values())


def _one_path(path_or_paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> Path:
    if isinstance(path_or_paths, str | os.PathLike):
        return Path(path_or_paths)
    paths = list(path_or_paths)
    if len(paths) != 1:
        raise TruecopyError(
            "ensembles are not run by this version",
            expected="one artifact",
            got=f"{len(paths)}",
            fix="Load one",
        )
    return Path(paths[0])
