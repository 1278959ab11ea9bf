"""A contract's steps compiled once into something that only runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from msgspec import UNSET

from truecopy.contract.consistency import check_steps
from truecopy.contract.document import Contract, ImageInput
from truecopy.contract.flow import Flow, flow, geometry_of
from truecopy.contract.graph import GraphInput
from truecopy.contract.resize import Resize, ResizeBox
from truecopy.contract.steps import CenterCrop, Grayscale, Pad, PadTo, Step, SwapRB, Values
from truecopy.errors import ContractError, InputError, TooLarge
from truecopy.limits import DEFAULT_LIMITS, Limits

from .boxes import box_passes
from .budget import check_pixels
from .decode import Picture
from .frame import Frame, Operation
from .geometry import center_crop, pad, pad_to, swap_rb
from .grey import grayscale
from .kernels import FAST, Kernels
from .passes import sizes_on_the_way
from .raster import Array, Raster, as_array, size_of
from .sizes import output_size
from .values import apply_chain
from .writer import Writer, writer

if TYPE_CHECKING:
    import numpy.typing as npt

Tensor: TypeAlias = "npt.NDArray[Any]"
MAX_SIDE = 65_536  # the longest that a contract itself may ask for
_WINDOWS = frozenset({"torch_u8", "torch_f32", "torch_f32_u8", "tf", "tf_v1"})


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
    _before: tuple[Operation, ...]
    _crop: Operation
    _after: tuple[Operation, ...]
    _axes: tuple[int, int, int]
    _write: Writer

    @classmethod
    def of(cls, contract: Contract, *, limits: Limits = DEFAULT_LIMITS, kernels: Kernels = FAST) -> Plan:
        return cls.compile(
            contract.image, contract.steps, contract.graph.inputs[0], limits=limits, kernels=kernels
        )

    @classmethod
    def compile(
        cls,
        spec: ImageInput,
        steps: tuple[Step, ...],
        graph_input: GraphInput,
        *,
        limits: Limits = DEFAULT_LIMITS,
        kernels: Kernels = FAST,
    ) -> Plan:
        """Everything that can fail on the contract fails here.

        Raises:
            ContractError: the steps contradict themselves, the graph or the limits.
        """
        made = check_steps(steps, spec.channels)
        _check_channels(made, graph_input)
        wanted = _fixed(graph_input.size[0]), _fixed(graph_input.size[1])
        _check_sizes(steps, made.size, wanted, limits)
        height, width = (side or (made.size and made.size[axis]) for axis, side in enumerate(wanted))
        planar = graph_input.layout == "NCHW"
        dtype = np.dtype(graph_input.dtype)
        # Values before a float resize are on the way to the canvas.
        last = steps[-1].chain if isinstance(steps[-1], Values) else ()
        geometry = geometry_of(steps)
        operations = tuple(_operation(step, limits, kernels) for step in geometry)
        cut = last_crop(geometry)
        return cls(
            shape=(made.channels, height, width) if planar else (height, width, made.channels),
            dtype=dtype,
            size=wanted,
            _before=operations if cut is None else operations[:cut],
            _crop=_whole if cut is None else operations[cut],
            _after=() if cut is None else operations[cut + 1 :],
            _axes=(2, 0, 1) if planar else (0, 1, 2),
            _write=writer(last, flow(geometry, spec.channels), dtype, planar=planar),
        )

    def canvas(self, picture: Picture) -> Array:
        """(h, w, c) after all geometry, read-only: uint8, or float32 where a kernel makes floats.

        Raises:
            InputError: the picture does not lead to the graph's size, or on the way to too many pixels.
        """
        return self.frame(picture).canvas

    def frame(self, picture: Picture) -> Frame:
        """The picture before its last crop: what all views of it are made of.

        Raises:
            InputError: on the way there it would have too many pixels.
        """
        raster: Raster = picture.raster
        try:
            for operation in self._before:
                raster = operation(raster)
        except InputError as error:
            raise type(error).of(error, where=picture.name) from error
        return Frame(picture.name, raster, self._crop, self._after, self._check_canvas)

    def tensor(self, canvas: Array, out: Tensor | None = None) -> Tensor:
        """Turn an (h, w, c) canvas into numbers: (c, h, w) or (h, w, c), into `out` where one is given.

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

    def _check_canvas(self, raster: Raster) -> None:
        height, width = self.size
        made = size_of(raster)
        if made != (height or made[0], width or made[1]):
            raise InputError(
                "the steps lead this picture to a size that the graph does not take",
                expected=f"{height or 'any'} x {width or 'any'} (height x width)",
                got=f"{made[0]} x {made[1]}",
                fix="Ask for a contract that ends in a fixed size (`center_crop`, or `resize` with rule exact)",
            )


def _fixed(axis: int | str) -> int | None:
    return axis if isinstance(axis, int) else None


def _check_channels(made: Flow, graph_input: GraphInput) -> None:
    if graph_input.channels != made.channels:
        raise ContractError(
            f"input {graph_input.name!r} and the steps do not agree",
            expected=f"{made.channels} channels",
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
        size = getattr(step, "size", UNSET)
        pixels = math.prod(size) if isinstance(size, tuple) else 1
        if pixels > limits.max_pixels:
            raise ContractError(
                "the step makes more pixels than one picture may have",
                expected=f"at most {limits.max_pixels}",
                got=str(pixels),
                where=f"`$.steps[{index}].size`",
                fix=f"If the file is trusted, pass limits=Limits(max_pixels={pixels})",
            )


def last_crop(geometry: tuple[Step, ...]) -> int | None:
    """Where the `center_crop` to a size stands that frames the canvas: what follows it changes single pixels only.

    None where there is none. geometry: the steps before the last `values`.
    """
    for index in reversed(range(len(geometry))):
        step = geometry[index]
        if isinstance(step, CenterCrop) and step.size is not UNSET:
            return index
        if not isinstance(step, SwapRB | Grayscale):
            return None
    return None


def _whole(raster: Raster) -> Raster:
    return raster


def _operation(step: Step, limits: Limits, kernels: Kernels) -> Operation:
    match step:
        case Resize():
            return partial(_resize, step=step, limits=limits, kernels=kernels)
        case ResizeBox():
            return partial(_resize_box, step=step, limits=limits, kernels=kernels)
        case CenterCrop():
            return lambda raster: center_crop(as_array(raster), step)
        case Pad():
            return partial(_pad, step=step, limits=limits)
        case PadTo():
            return partial(_pad_to, step=step, limits=limits)
        case SwapRB():
            return lambda raster: swap_rb(as_array(raster))
        case Grayscale():
            return lambda raster: grayscale(as_array(raster), step.method, step.channels)
        case Values():
            return lambda raster: apply_chain(as_array(raster).astype(np.float32), step.chain)


def _resize(raster: Raster, *, step: Resize, limits: Limits, kernels: Kernels) -> Raster:
    size_in = size_of(raster)
    size = output_size(step, *size_in)
    # TensorFlow's Mitchell filter blurs a picture that has the size already; all others leave it alone.
    if size == size_in and step.filter != "mitchellcubic":
        return as_array(raster).astype(np.float32, copy=False) if step.makes_floats else raster
    if step.kernel in _WINDOWS and max(size_in) > MAX_SIDE:
        raise TooLarge(
            f"a side is too long for kernel {step.kernel!r}, whose weights would take more memory than the picture",
            expected=f"at most {MAX_SIDE} pixels a side",
            got=f"{size_in[1]} x {size_in[0]} (width x height)",
            fix="Cut the picture first",
        )
    # A picture of one column may grow beyond all limits on the way: each pass makes a picture of its own.
    height, width = max(sizes_on_the_way(step, size_in, size), key=math.prod)
    check_pixels(height, width, limits, what="the picture that a `resize` step would make")
    return kernels.resize[step.kernel](raster, size, step)


def _pad_to(raster: Raster, *, step: PadTo, limits: Limits) -> Raster:
    height, width = (max(side, wanted) for side, wanted in zip(size_of(raster), step.size, strict=True))
    check_pixels(height, width, limits, what="the picture that a `pad_to` step would make")
    return pad_to(as_array(raster), step)


def _resize_box(raster: Raster, *, step: ResizeBox, limits: Limits, kernels: Kernels) -> Raster:
    sides = list(size_of(raster))
    for one in box_passes(step, size_of(raster)):
        sides[one.axis] = one.side
        check_pixels(sides[0], sides[1], limits, what="the picture that a `resize_box` step would make")
    return kernels.resize_box(raster, step)


def _pad(raster: Raster, *, step: Pad, limits: Limits) -> Raster:
    height, width = size_of(raster)
    check_pixels(
        step.top + height + step.bottom,
        step.left + width + step.right,
        limits,
        what="the picture that a `pad` step would make",
    )
    return pad(as_array(raster), step)
