from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tools.sweep.tensorflow_digests import digest, picture

from truecopy.contract import Resize
from truecopy.contract.resize import filters_of
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

SIDES = st.integers(1, 40)
RECORDED = json.loads(Path(__file__).with_name("tensorflow_digests.json").read_text(encoding="utf-8"))
METHODS = [
    *(("tf", name, False) for name in filters_of("tf", antialias=False)),
    *(("tf", name, True) for name in filters_of("tf", antialias=True)),
    *(("tf_v1", name, None) for name in filters_of("tf_v1", antialias=False)),
]
KINDS = [FAST, LITERAL]


def step(kernel, name, antialias):
    switch = {} if antialias is None else {"antialias": antialias}
    return Resize(rule="exact", size=(1, 1), kernel=kernel, filter=name, **switch)


def resized(kernels, source, size, method):
    return kernels.resize[method[0]](source, size, step(*method))


def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


@pytest.mark.parametrize("kernels", KINDS, ids=["fast", "literal"])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
def test_the_kernel_makes_what_tensorflow_made_of_the_recorded_pictures(kernels, method):
    cases = [case for case in RECORDED["cases"] if case[:3] == list(method)]
    assert len(cases) >= 10
    for *_, dtype, shape, size, expected in cases:
        made = resized(kernels, picture(*shape, dtype), tuple(size), method)
        assert digest(np.ascontiguousarray(made)) == expected, (dtype, shape, size)


@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([1, 3]), st.sampled_from(METHODS), st.booleans())
@example(1, 1, 40, 40, 3, ("tf", "bicubic", True), True)
@example(40, 1, 1, 40, 1, ("tf", "area", False), False)
@example(7, 9, 7, 9, 3, ("tf", "bilinear", False), True)
def test_the_fast_kernel_is_the_literal_one_bit_for_bit(pixels, h, w, oh, ow, channels, method, floats):
    source = pixels(h, w, channels)
    if floats:
        # Zeros of both signs: a sum keeps or drops the sign by where it starts.
        source = (source // 64).astype(np.float32) * np.float32(-0.5) + np.float32(0)
        source[source == 0] = np.float32(-0.0)
    fast, literal = (resized(kernels, source, (oh, ow), method) for kernels in KINDS)
    assert same_bits(np.ascontiguousarray(fast), np.ascontiguousarray(literal))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(*[st.integers(1, 400)] * 4, st.sampled_from(METHODS))
def test_the_fast_kernel_is_the_literal_one_on_larger_pictures(pixels, h, w, oh, ow, method):
    fast, literal = (resized(kernels, pixels(h, w, 3), (oh, ow), method) for kernels in KINDS)
    assert same_bits(np.ascontiguousarray(fast), np.ascontiguousarray(literal))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
def test_more_rows_than_one_block_holds_are_all_made(pixels, method):
    source = pixels(150, 1400, 3)
    fast, literal = (resized(kernels, source, (130, 220), method) for kernels in KINDS)
    assert same_bits(np.ascontiguousarray(fast), np.ascontiguousarray(literal))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
def test_part_of_a_picture_is_resized_like_its_copy(pixels, method):
    part = pixels(30, 40, 3)[3:27, 5:38]
    made = [resized(FAST, source, (11, 50), method) for source in (part, part.copy())]
    assert same_bits(*made)


@pytest.mark.parametrize("kernels", KINDS, ids=["fast", "literal"])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
def test_nearest_keeps_the_dtype_and_everything_else_makes_floats(pixels, kernels, method):
    levels = pixels(5, 9, 3)
    for source in (levels, levels.astype(np.float32)):
        made = resized(kernels, source, (7, 4), method)
        assert made.dtype == (source.dtype if method[1] == "nearest" else np.float32)
        assert made.shape == (7, 4, 3)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
def test_the_picture_is_left_alone(pixels, method):
    source = pixels(21, 9, 3).astype(np.float32)
    source.flags.writeable = False
    resized(FAST, source, (5, 14), method)
    resized(LITERAL, source, (5, 14), method)


def test_without_antialias_a_smaller_picture_is_a_choice_of_points():
    line = np.array([[[0], [10], [20], [30], [40], [50], [60], [70]]], np.uint8)
    assert resized(FAST, line, (1, 2), ("tf", "bilinear", False)).ravel().tolist() == [15, 55]
    assert resized(FAST, line, (1, 2), ("tf_v1", "bilinear", None)).ravel().tolist() == [0, 40]
    assert resized(FAST, line, (1, 2), ("tf", "nearest", False)).ravel().tolist() == [20, 60]
    assert resized(FAST, line, (1, 2), ("tf_v1", "nearest", None)).ravel().tolist() == [0, 40]
    assert resized(FAST, line, (1, 2), ("tf", "area", False)).ravel().tolist() == [15, 55]


def test_the_two_cubics_differ(pixels):
    source = pixels(9, 9, 3)
    two = resized(FAST, source, (20, 20), ("tf", "bicubic", False))
    one = resized(FAST, source, (20, 20), ("tf_v1", "bicubic", None))
    assert not np.array_equal(two, one)
