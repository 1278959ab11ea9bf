"""Our resize kernels against torch's own, on tensors of random size: the literal form and the fast one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from truecopy.contract import Resize
from truecopy.contract.resize import filters_of
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

torch = pytest.importorskip("torch")
v1 = pytest.importorskip("torchvision.transforms.functional")
v2 = pytest.importorskip("torchvision.transforms.v2.functional")

pytestmark = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
    reason="the float kernels are those of torch on a CPU with AVX2",
)

SIDES = st.one_of(st.integers(1, 9), st.integers(1, 70), st.integers(100, 150))
CHANNELS = st.sampled_from([1, 3])
BOTH = (LITERAL, FAST)
# Of one picture and of real ones: shrunk, enlarged, an odd shape, one side kept, another border's weights.
SIZES = [
    ((375, 500), (256, 341)),
    ((375, 500), (224, 224)),
    ((600, 450), (341, 256)),
    ((83, 97), (384, 448)),
    ((1500, 40), (300, 8)),
    ((97, 225), (97, 224)),
    ((2, 300), (837, 200)),
]


def cases(kernel):
    return [
        (name, antialias) for antialias in (False, True) for name in filters_of(kernel, antialias=antialias)
    ]


@pytest.fixture(scope="module", autouse=True)
def several_threads():
    """torch in one thread sums the bilinear filter otherwise; it is alone at that."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def pixels(h, w, c, *, contrast=False):
    source = np.random.default_rng([h, w, c]).integers(0, 256, (h, w, c), np.uint8)
    return np.where(source > 127, 255, 0).astype(np.uint8) if contrast else source


def tensor(source, *, channels_last):
    """(c, h, w); channels last: as `pil_to_tensor` makes it, a view of (h, w, c)."""
    view = torch.from_numpy(source).permute(2, 0, 1)
    return view if channels_last else view.contiguous()


def interpolated(source, size, name, antialias, *, channels_last):
    batch = tensor(source, channels_last=channels_last)[np.newaxis]
    aligned = {} if name.startswith("nearest") else {"align_corners": False}
    made = torch.nn.functional.interpolate(batch, size=size, mode=name, antialias=antialias, **aligned)
    return made[0].permute(1, 2, 0).numpy()


def ours(kernels, kernel, source, size, name, antialias):
    asked = Resize(rule="exact", size=size, kernel=kernel, filter=name, antialias=antialias)
    return kernels.resize[kernel](source, size, asked)


def torch_is_sound(size, antialias):
    """Not where torch weighs every row like the first: an antialiased float result of one column, in most layouts.

    Source: UpSampleKernel.cpp, `interpolate_aa_single_dim_zero_strides` reads the weights without a stride, and
    TensorIterator makes the rows its inner loop where there is but one column.
    """
    return size[1] > 1 or not antialias


def same_bits(left, right):
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()


@settings(max_examples=300, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(cases("torch_u8")), st.booleans(), st.booleans())
@example(30, 225, 20, 224, 3, ("bicubic", False), False, False)
@example(1, 2, 1, 837, 1, ("nearest-exact", False), False, False)
def test_torch_u8_is_interpolate_on_bytes(h, w, oh, ow, c, case, contrast, channels_last):
    assume((h, w) != (oh, ow))
    assume((c, oh, ow) != (3, 1, 1))  # torch fails an assertion of its own in some layouts
    source = pixels(h, w, c, contrast=contrast)
    theirs = interpolated(source, (oh, ow), *case, channels_last=channels_last)
    for kernels in BOTH:
        assert same_bits(ours(kernels, "torch_u8", source, (oh, ow), *case), theirs)


@settings(max_examples=300, deadline=None)
@given(
    SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(cases("torch_f32")), st.booleans(), st.booleans()
)
@example(61, 53, 70, 58, 3, ("bilinear", False), False, False)
@example(61, 53, 70, 59, 3, ("bilinear", False), False, False)
@example(5, 7, 5, 150, 3, ("bilinear", False), False, False)
def test_torch_f32_is_interpolate_on_numbers(h, w, oh, ow, c, case, scaled, channels_last):
    assume((h, w) != (oh, ow))
    assume(torch_is_sound((oh, ow), case[1]))
    source = pixels(h, w, c).astype(np.float32)
    if scaled:
        source = (source / np.float32(255) - np.float32(0.5)) / np.float32(0.229)
        source[-1, -1] = -0.0
    theirs = interpolated(source, (oh, ow), *case, channels_last=channels_last)
    for kernels in BOTH:
        assert same_bits(ours(kernels, "torch_f32", source, (oh, ow), *case), theirs)


@settings(max_examples=100, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(["bilinear", "bicubic"]), st.booleans())
def test_torch_f32_casts_bytes_first(h, w, oh, ow, c, name, antialias):
    assume((h, w) != (oh, ow))
    assume(torch_is_sound((oh, ow), antialias))
    source = pixels(h, w, c)
    theirs = interpolated(source.astype(np.float32), (oh, ow), name, antialias, channels_last=True)
    for kernels in BOTH:
        assert same_bits(ours(kernels, "torch_f32", source, (oh, ow), name, antialias), theirs)


@settings(max_examples=200, deadline=None)
@given(
    SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(cases("torch_f32_u8")), st.booleans(), st.booleans()
)
def test_torch_f32_u8_is_torchvision_v1_on_bytes(h, w, oh, ow, c, case, contrast, channels_last):
    assume((h, w) != (oh, ow))
    name, antialias = case
    assume(torch_is_sound((oh, ow), antialias))
    source = pixels(h, w, c, contrast=contrast)
    given_tensor = tensor(source, channels_last=channels_last)
    theirs = v1.resize(given_tensor, [oh, ow], v1.InterpolationMode(name), antialias=antialias)
    for kernels in BOTH:
        made = ours(kernels, "torch_f32_u8", source, (oh, ow), name, antialias)
        assert same_bits(made, theirs.permute(1, 2, 0).numpy())


@settings(max_examples=200, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(cases("torch_u8")), st.booleans())
def test_torch_u8_is_torchvision_v2_on_bytes(h, w, oh, ow, c, case, channels_last):
    assume((h, w) != (oh, ow))
    name, antialias = case
    source = pixels(h, w, c)
    assume((c, oh, ow) != (3, 1, 1))  # torch fails an assertion of its own in some layouts
    given_tensor = tensor(source, channels_last=channels_last)
    theirs = v2.resize(given_tensor, [oh, ow], v1.InterpolationMode(name), antialias=antialias)
    for kernels in BOTH:
        made = ours(kernels, "torch_u8", source, (oh, ow), name, antialias)
        assert same_bits(made, theirs.permute(1, 2, 0).numpy())


@pytest.mark.parametrize(("size_in", "size_out"), SIZES)
@pytest.mark.parametrize("kernel", ["torch_u8", "torch_f32"])
def test_real_sizes_are_torchs_bit_for_bit(kernel, size_in, size_out):
    source = pixels(*size_in, 3)
    for name, antialias in cases(kernel):
        numbers = source if kernel == "torch_u8" else source.astype(np.float32)
        theirs = interpolated(numbers, size_out, name, antialias, channels_last=True)
        for kernels in BOTH:
            assert same_bits(ours(kernels, kernel, numbers, size_out, name, antialias), theirs)


@pytest.mark.parametrize("kernel", ["torch_u8", "torch_f32"])
def test_12_megapixels_are_torchs_bit_for_bit(kernel):
    source = pixels(3000, 4000, 3)
    for name, antialias in cases(kernel):
        numbers = (
            source.astype(np.float32) if kernel == "torch_f32" and not name.startswith("nearest") else source
        )
        theirs = interpolated(numbers, (256, 341), name, antialias, channels_last=True)
        assert same_bits(ours(FAST, kernel, source, (256, 341), name, antialias), theirs)


def test_torch_in_one_thread_differs_in_the_bilinear_filter_of_three_channels_only():
    source = pixels(375, 500, 3).astype(np.float32)
    torch.set_num_threads(1)
    try:
        for name, antialias in cases("torch_f32"):
            theirs = interpolated(source, (256, 341), name, antialias, channels_last=True)
            made = ours(FAST, "torch_f32", source, (256, 341), name, antialias)
            alike = (name, antialias) != ("bilinear", False)
            assert same_bits(made, theirs) == alike
            assert np.abs(made - theirs).max() <= 255 * 2**-22
    finally:
        torch.set_num_threads(2)
