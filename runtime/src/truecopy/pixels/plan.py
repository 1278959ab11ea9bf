"""A contract's steps compiled once into something that only runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from PIL import Image

from truecopy.contract.consistency import canvas_size, check_steps
from truecopy.contract.document import Contract, GraphInput, ImageInput
from truecopy.contract.steps import CenterCrop, Pad, Resize, Step, SwapRB, Values
from truecopy.errors import ContractError, InputError
from truecopy.limits import DEFAULT_LIMITS, Limits

from .arrays import Pixels
from .budget import check_pixels
from .decode import Picture, pixels_of
from .geometry import center_crop, pad, swap_rb
from .passes import pass_sizes
from .resize_pillow import resize
from .sizes import SizeRule, size_rule
from .values import value_table

if TYPE_CHECKING:
    import numpy.typing as npt

Tensor: TypeAlias = "npt.NDArray[Any]"
Operation: TypeAlias = Callable[[Image.Image], Image.Image]
Writer: TypeAlias = Callable[[Pixels, Tensor], None]

# cv2 has no float16: the table's bit patterns are looked up as integers.
_CARRIER: dict[str, type[np.generic]] = {"float32": np.float32, "float16": np.uint16}


@dataclass(frozen=True, slots=True)
class Plan:
    """Geometry and value tables of one contract; make it with `compile` or `of`.

    shape: of one tensor without the batch axis, None where it depends on the picture.
    dtype: of the tensor: the graph's.
    size: (height, width) that the canvas must have, None where the graph takes any.
    """

    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]
    size: tuple[int | None, int | None]
    _geometry: tuple[Operation, ...]
    _axes: tuple[int, int, int]
    _write: Writer

    @classmethod
    def of(cls, contract: Contract, *, limits: Limits = DEFAULT_LIMITS) -> Plan:
        return cls.compile(contract.input, contract.steps, contract.graph.inputs[0], limits=limits)

    @classmethod
    def compile(
        cls,
        spec: ImageInput,
        steps: tuple[Step, ...],
        graph_input: GraphInput,
        *,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Plan:
        """Everything that can fail on the contract fails here.

        Raises:
            ContractError: the steps contradict themselves, the graph or the limits.
        """
        check_steps(steps, spec.channels, spec.color)
        _check_channels(spec, graph_input)
        known = canvas_size(steps)
        wanted = _fixed(graph_input.size[0]), _fixed(graph_input.size[1])
        _check_sizes(steps, known, wanted, limits)
        height, width = (side or (known and known[axis]) for axis, side in enumerate(wanted))
        planar = graph_input.layout == "NCHW"
        dtype = np.dtype(graph_input.dtype)
        return cls(
            shape=(spec.channels, height, width) if planar else (height, width, spec.channels),
            dtype=dtype,
            size=wanted,
            _geometry=tuple(_operation(step, limits) for step in steps if not isinstance(step, Values)),
            _axes=(2, 0, 1) if planar else (0, 1, 2),
            _write=_writer(_table(steps[-1], spec.channels, dtype), planar=planar),
        )

    def canvas(self, picture: Picture) -> Pixels:
        """uint8 (h, w, c) after all geometry, read-only.

        Raises:
            InputError: the picture does not lead to the graph's size, or on the way to too many pixels.
        """
        image = picture.image
        try:
            for operation in self._geometry:
                image = operation(image)
            self._check_canvas(image)
        except InputError as error:
            raise type(error).of(error, where=picture.name) from error
        return pixels_of(image)

    def tensor(self, canvas: Pixels, out: Tensor | None = None) -> Tensor:
        """Turn a uint8 (h, w, c) canvas into numbers: (c, h, w) or (h, w, c), into `out` where one is given.

        `out` is C-contiguous, such as one item of a batch.
        """
        shape = tuple(canvas.shape[axis] for axis in self._axes)
        if out is None:
            out = np.empty(shape, self.dtype)
        # cv2 would leave an unfit `out` untouched and write elsewhere.
        elif out.shape != shape or out.dtype != self.dtype or not out.flags.c_contiguous:
            raise ValueError(f"`out` must be C-contiguous {self.dtype} {shape}, not {out.dtype} {out.shape}")
        self._write(canvas, out)
        return out

    def _check_canvas(self, image: Image.Image) -> None:
        height, width = self.size
        if image.height != (height or image.height) or image.width != (width or image.width):
            raise InputError(
                "the steps lead this picture to a size that the graph does not take",
                expected=f"{height or 'any'} x {width or 'any'} (height x width)",
                got=f"{image.height} x {image.width}",
                fix="Ask for a contract that ends in a fixed size (`center_crop`, or `resize` with rule exact)",
            )


def _fixed(axis: int | str) -> int | None:
    return axis if isinstance(axis, int) else None


def _check_channels(spec: ImageInput, graph_input: GraphInput) -> None:
    if graph_input.channels != spec.channels:
        raise ContractError(
            f"input {graph_input.name!r} and `input.color` do not agree",
            expected=f"{spec.channels} channels for {spec.color!r}",
            got=repr(graph_input.channels),
            where="`$.graph.inputs[0].shape`",
        )


def _check_sizes(
    steps: tuple[Step, ...],
    known: tuple[int, int] | None,
    wanted: tuple[int | None, int | None],
    limits: Limits,
) -> None:
    """Sizes that the contract fixes: the last one is the graph's, none is above the limits."""
    if known and any(side not in (None, made) for side, made in zip(wanted, known, strict=True)):
        raise ContractError(
            "the steps make another size than the graph takes",
            expected=f"{wanted[0] or 'any'} x {wanted[1] or 'any'} (height x width)",
            got=f"{known[0]} x {known[1]}",
            where="`$.steps`",
        )
    for index, step in enumerate(steps):
        match step:
            case Resize(size=(int() as height, int() as width)) | CenterCrop(size=(height, width)):
                pixels = height * width
            case _:
                continue
        if pixels > limits.max_pixels:
            raise ContractError(
                "the step makes more pixels than one picture may have",
                expected=f"at most {limits.max_pixels}",
                got=str(pixels),
                where=f"`$.steps[{index}].size`",
                fix=f"If the file is trusted, pass limits=Limits(max_pixels={pixels})",
            )


def _operation(step: Step, limits: Limits) -> Operation:
    match step:
        case Resize():
            return partial(_resize, step=step, rule=size_rule(step), limits=limits)
        case CenterCrop(size=size, offset=offset, pad_before=pad_before, fill=fill):
            return partial(center_crop, size=size, offset=offset, pad_before=pad_before, fill=fill)
        case Pad():
            return partial(_pad, step=step, limits=limits)
        case SwapRB():
            return swap_rb
        case Values():
            raise AssertionError(step)


def _resize(image: Image.Image, *, step: Resize, rule: SizeRule, limits: Limits) -> Image.Image:
    size = rule(image.height, image.width)
    # A picture of one column may grow beyond all limits on the way: each pass makes a picture of its own.
    passes = pass_sizes((image.height, image.width), size, resampling=step.filter, pass_order=step.pass_order)
    height, width = max(passes, key=math.prod, default=size)
    check_pixels(height, width, limits, what="the picture that a `resize` step would make")
    return resize(image, size, resampling=step.filter, pass_order=step.pass_order)


def _pad(image: Image.Image, *, step: Pad, limits: Limits) -> Image.Image:
    height, width = step.top + image.height + step.bottom, step.left + image.width + step.right
    check_pixels(height, width, limits, what="the picture that a `pad` step would make")
    return pad(
        image,
        top=step.top,
        bottom=step.bottom,
        left=step.left,
        right=step.right,
        mode=step.mode,
        fill=step.fill,
    )


def _table(step: Step, channels: int, dtype: np.dtype[Any]) -> Tensor:
    """(256, channels) in the graph's dtype."""
    if not isinstance(step, Values):  # `check_steps` has seen to it
        raise AssertionError(step)
    with np.errstate(over="ignore"):
        table = value_table(step.chain, channels).astype(dtype)
    if not np.isfinite(table).all():
        raise ContractError(
            f"the chain leaves the range of {dtype} for some pixel", where="`$.steps[-1].chain`"
        )
    return table


def _writer(table: Tensor, *, planar: bool) -> Writer:
    carrier = np.dtype(_CARRIER[table.dtype.name])
    table = table.view(carrier)
    if planar:
        columns = tuple(np.ascontiguousarray(column) for column in table.T)
        return partial(_write_planes, tables=columns, carrier=carrier)
    # cv2.LUT takes a table for every channel as a picture of one row.
    return partial(_write_interleaved, table=np.ascontiguousarray(table[np.newaxis]), carrier=carrier)


def _write_planes(canvas: Pixels, out: Tensor, *, tables: tuple[Tensor, ...], carrier: np.dtype[Any]) -> None:
    for plane, table, target in zip(cv2.split(canvas), tables, out.view(carrier), strict=True):
        cv2.LUT(plane, table, dst=target)


def _write_interleaved(canvas: Pixels, out: Tensor, *, table: Tensor, carrier: np.dtype[Any]) -> None:
    cv2.LUT(canvas, table, dst=out.view(carrier))
