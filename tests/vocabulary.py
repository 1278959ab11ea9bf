"""Hypothesis strategies over the whole vocabulary of steps: any composition that a contract may hold."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import UNSET

from truecopy.contract import CenterCrop, Grayscale, Pad, PadTo, Resize, ResizeBox, SwapRB, Values
from truecopy.contract.flow import flow
from truecopy.contract.resize import filters_of

LEVEL = st.integers(0, 255)
ORDER = st.sampled_from(["horizontal", "pillow13"])
MODE = st.sampled_from(["constant", "edge", "reflect", "symmetric"])
PILLOW_FILTER = st.sampled_from(["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"])
EIGHT_BIT = ("pillow", "torch_u8", "torch_f32_u8", "cv2")
KERNELS = (*EIGHT_BIT, "torch_f32", "tf", "tf_v1")
SWITCHED = ("torch_u8", "torch_f32", "torch_f32_u8", "tf")
ONE_SIDE = ("short", "scale_short", "scale_long", "vilt", "bridgetower")
RULES = (*ONE_SIDE, "exact", "scale_fit", "ratio", "thumbnail", "max_hw")


def per_channel(value, channels):
    return value | st.tuples(*[value] * channels)


def links(channels, number):
    """One operation of a chain."""
    plain = st.tuples(st.sampled_from(["add", "sub", "mul", "mul64"]), per_channel(number, channels))
    divisor = per_channel(number.filter(lambda x: x != 0), channels)
    return plain | st.tuples(st.just("div"), divisor)


def chains(channels, number):
    return st.lists(links(channels, number), max_size=4).map(tuple)


@st.composite
def resizes(draw, pixels, kernels=KERNELS):
    kernel = draw(st.sampled_from(kernels))
    rule = draw(st.sampled_from(RULES))
    antialias = draw(st.booleans()) if kernel in SWITCHED else UNSET
    multiple = draw(st.integers(1, 4)) if draw(st.integers(0, 4)) == 0 else UNSET
    return Resize(
        rule=rule,
        size=draw(pixels) if rule in ONE_SIDE else (draw(pixels), draw(pixels)),
        kernel=kernel,
        filter=draw(st.sampled_from(filters_of(kernel, antialias=antialias is True))),
        antialias=antialias,
        pass_order=draw(ORDER) if kernel == "pillow" else UNSET,
        fit=draw(st.sampled_from(["contain", "cover"])) if rule == "ratio" else UNSET,
        max_size=draw(pixels | st.just(UNSET)) if rule == "short" else UNSET,
        no_upscale=draw(st.booleans()) if rule in ("scale_long", "scale_fit") else UNSET,
        multiple=multiple,
        multiple_round=UNSET if multiple is UNSET else draw(st.sampled_from(["up", "down"])),
        area_for_downscale=draw(st.booleans()) if kernel == "cv2" else UNSET,
    )


@st.composite
def crops(draw, pixels, channels):
    by = draw(st.sampled_from(["size", "short_frac", "short_square", "aspect", "fastai"]))
    pair = st.tuples(pixels, pixels)
    share = st.floats(0, 1, exclude_min=True)
    return CenterCrop(
        size=draw(pair) if by == "size" else UNSET,
        rule=UNSET if by == "size" else by,
        frac=draw(st.tuples(share, share)) if by == "short_frac" else UNSET,
        aspect=draw(pair) if by in ("aspect", "fastai") else UNSET,
        offset=draw(st.sampled_from(["half_even", "floor"])),
        pad_before=draw(st.sampled_from(["floor", "ceil"])),
        fill=draw(per_channel(LEVEL, channels)),
    )


def framing(pixels, margin, channels):
    """Crop and pad: any dtype."""
    fill = per_channel(LEVEL, channels)
    position = st.sampled_from(["floor", "ceil", "top_left", "letterbox"])
    return st.one_of(
        crops(pixels, channels),
        st.builds(Pad, top=margin, bottom=margin, left=margin, right=margin, mode=MODE, fill=fill),
        st.builds(PadTo, size=st.tuples(pixels, pixels), position=position, mode=MODE, fill=fill),
        *[st.builds(SwapRB)] * (channels == 3),
    )


def eight_bit(pixels, margin, channels):
    grey = st.builds(
        Grayscale, method=st.sampled_from(["pillow", "torchvision", "cv2"]), channels=st.sampled_from([1, 3])
    )
    box = st.builds(ResizeBox, size=st.tuples(pixels, pixels), filter=PILLOW_FILTER, pass_order=ORDER)
    return st.one_of(resizes(pixels), framing(pixels, margin, channels), grey, box)


@st.composite
def steps(draw, channels, *, pixels, margin, number):
    """Any steps that hold together, for a picture of `channels` channels; they end in numbers."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        state = flow(tuple(made), channels)
        if state.dtype == "uint8":
            choice = eight_bit(pixels, margin, state.channels)
        else:
            choice = framing(pixels, margin, state.channels) | resizes(pixels, ("torch_f32", "tf", "tf_v1"))
        if draw(st.integers(0, 9)) == 0:
            choice = st.builds(Values, chain=chains(state.channels, number))
        made.append(draw(choice))
    state = flow(tuple(made), channels)
    if state.dtype == "uint8" or draw(st.booleans()):
        made.append(Values(chain=draw(chains(state.channels, number))))
    return tuple(made)
