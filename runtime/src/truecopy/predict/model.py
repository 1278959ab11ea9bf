"""`truecopy.load`: from a file to something one calls."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from truecopy.contract import Contract
from truecopy.engine import Session, available_cores
from truecopy.errors import ArtifactError, TruecopyError, UnreadableArtifact, Unsupported
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import ChannelOrder, Source, source_name

from . import heads
from .opened import Opened, open_artifact
from .results import Failure, Result
from .stream import in_batches, map_ordered

CUDA_BATCH = 32
CHECKPOINT_SUFFIXES = (".pt", ".pth", ".ckpt", ".th", ".tar", ".safetensors")


class _Prepared(NamedTuple):
    source: str
    tensor: np.ndarray
    warnings: tuple[str, ...]


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
        task = self.contract.task
        return f"<truecopy.Model {len(task.labels)} classes, {self.precision}, {self.device}>"

    def __call__(self, source: Source, *, color: ChannelOrder | None = None) -> Result:
        """Answer one image as fast as one image can be answered (all cores for the graph).

        source: path, bytes, binary file, PIL image, or a uint8 array (h, w) or (h, w, 3) with its `color`.

        Raises:
            InputError: the image cannot be read.
            OutputError: the graph failed.
        """
        return self._answer(self._session, [self._prepare(source, color)])[0]

    def predict(
        self,
        sources: Iterable[Source],
        *,
        on_error: Literal["raise", "yield"] = "raise",
        color: ChannelOrder | None = None,
    ) -> list[Result | Failure]:
        """Answer many images, in order. `on_error="yield"` puts a `Failure` in a bad item's place.

        color: the channel order, where the sources are arrays of three channels.

        Raises:
            InputError, OutputError: of the first bad item, unless `on_error` is "yield".
        """
        return list(self.stream(sources, on_error=on_error, color=color))

    def stream(
        self,
        sources: Iterable[Source],
        *,
        on_error: Literal["raise", "yield"] = "yield",
        color: ChannelOrder | None = None,
    ) -> Iterator[Result | Failure]:
        """Answer images lazily, in order, with a bounded number in flight; closing it stops the workers.

        On a CPU every worker reads, decodes and runs one image at a time, so an answer never depends on its
        neighbours; on a GPU the workers feed batches of 32. An answer comes out when the next source has been
        taken in, so a camera hears of a frame one frame later. color: as for `predict`.

        Raises:
            Unsupported: `sources` is one image, or nothing that can be gone through.
        """
        if on_error not in ("raise", "yield"):
            raise ValueError(f"on_error is 'raise' or 'yield', not {on_error!r}")
        _check_many(sources)
        return self._stream(sources, on_error, color)

    def _stream(
        self, sources: Iterable[Source], on_error: Literal["raise", "yield"], color: ChannelOrder | None
    ) -> Generator[Result | Failure, None, None]:
        # Closed by name, not by the garbage collector: no thread outlives the loop over the results.
        with contextlib.closing(self._outcomes(sources, color)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, Failure) and on_error == "raise":
                    raise outcome.error
                yield outcome

    def _outcomes(
        self, sources: Iterable[Source], color: ChannelOrder | None
    ) -> Generator[Result | Failure, None, None]:
        prepare = functools.partial(self._try_prepare, color=color)
        if self.device == "cpu":
            session = self._throughput_session()

            def whole(source: Source) -> Result | Failure:
                prepared = prepare(source)
                return prepared if isinstance(prepared, Failure) else self._try_answer(session, [prepared])[0]

            return map_ordered(whole, sources, self._threads)
        ready = map_ordered(prepare, sources, self._threads)
        return in_batches(ready, CUDA_BATCH, self._answer_batch)

    def _prepare(self, source: Source, color: ChannelOrder | None) -> _Prepared:
        picture = self._member.decode(source, color)
        return _Prepared(picture.name, self._member.tensor(picture), picture.warnings)

    def _try_prepare(self, source: Source, color: ChannelOrder | None) -> _Prepared | Failure:
        try:
            return self._prepare(source, color)
        except TruecopyError as error:
            return Failure(source_name(source), error)

    def _answer(self, session: Session, items: Sequence[_Prepared]) -> list[Result]:
        task = self.contract.task
        tensors = items[0].tensor if len(items) == 1 else np.concatenate([item.tensor for item in items])
        probabilities = heads.probabilities(task, self._member.rows(session, tensors))
        return [
            heads.decide(task, row, item.source, item.warnings, passes=1)
            for item, row in zip(items, probabilities, strict=True)
        ]

    def _try_answer(self, session: Session, items: Sequence[_Prepared]) -> list[Result | Failure]:
        try:
            return list(self._answer(session, items))
        except TruecopyError as error:
            if len(items) == 1:
                return [Failure(items[0].source, error)]
            # One item with NaN must not fail its neighbours: ask one by one who it was.
            return [outcome for item in items for outcome in self._try_answer(session, [item])]

    def _try_each_shape(self, items: Sequence[_Prepared]) -> Iterator[Result | Failure]:
        """One batch for each run of tensors of one shape: a graph of free height and width takes any picture."""
        for _, run in itertools.groupby(items, key=lambda item: item.tensor.shape):
            yield from self._try_answer(self._session, list(run))

    def _answer_batch(self, batch: list[_Prepared | Failure]) -> list[Result | Failure]:
        good = [item for item in batch if isinstance(item, _Prepared)]
        answers = self._try_each_shape(good)
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


def _check_many(sources: object) -> None:
    """An array would be taken row by row, and a file line by line: one image is never a list of images.

    Raises:
        Unsupported: with what to type.
    """
    one = isinstance(sources, str | bytes | bytearray | memoryview | os.PathLike | np.ndarray)
    many = hasattr(sources, "__iter__") or hasattr(sources, "__getitem__")
    if one or hasattr(sources, "read") or not many:
        raise Unsupported(
            "this is no list of images",
            expected="an iterable of sources",
            got=f"one {type(sources).__name__}",
            fix="Put it into a list: [source]",
        )


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
