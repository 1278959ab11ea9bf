"""What depends on the CPU: how far an original library is from itself, and we from ourselves, on another one."""

from __future__ import annotations

from collections.abc import Mapping

from .resize import AnyFilter, Kernel, Resize
from .steps import Constant, Step, Values

# (kernel, filter, antialias) -> levels of 255 by which two instruction sets differ: the most that was seen, for sides
# below 16,384 pixels. torch's float kernels fuse multiply and add where the CPU can (UpSampleKernel.cpp); without antialias
# the position itself is rounded otherwise, the more the larger the picture. The sum is another one, too, where torch is
# limited to one thread. torchvision leaves torch's 8-bit bilinear kernel where there is no AVX2. `nearest-exact` can pick
# the neighbouring pixel, for which there is no bound.
_ORIGINAL: Mapping[tuple[Kernel, AnyFilter, bool], float] = {
    ("torch_f32", "bilinear", True): 1e-4,
    ("torch_f32", "bicubic", True): 5e-4,
    ("torch_f32", "bilinear", False): 0.25,
    ("torch_f32", "bicubic", False): 0.375,
    ("torch_f32_u8", "bilinear", True): 1.0,
    ("torch_f32_u8", "bicubic", True): 1.0,
    ("torch_f32_u8", "bilinear", False): 1.0,
    ("torch_f32_u8", "bicubic", False): 1.0,
    ("torch_u8", "bilinear", True): 1.0,
    ("torch_u8", "bilinear", False): 1.0,
}
# OpenCV's bicubic is Intel's library on x86, which has another order of sums for every SIMD width.
_CV2_BICUBIC = 1.0


def original_levels(steps: tuple[Step, ...]) -> float:
    """Levels of 255 by which the original library may differ from itself between two CPUs; 0 where it does not."""
    torch = sum(
        _ORIGINAL.get((step.kernel, step.filter, step.antialias is True), 0.0)
        for step in steps
        if isinstance(step, Resize)
    )
    return torch + replay_levels(steps)


def replay_levels(steps: tuple[Step, ...]) -> float:
    """The same for Truecopy's own replay: only OpenCV's bicubic, which is OpenCV's own call, depends on the host.

    One level, however many of them there are: a resize to the same size does nothing.
    """
    cubic = any(
        isinstance(step, Resize) and step.kernel == "cv2" and step.filter == "bicubic" for step in steps
    )
    return _CV2_BICUBIC if cubic else 0.0


def tensor_units(steps: tuple[Step, ...]) -> tuple[float, float]:
    """How far one level of 255 moves a tensor value, in the channel where it moves least and in the one where most.

    The product of all factors of all chains, channel by channel.
    """
    slopes = [1.0, 1.0, 1.0]
    for step in steps:
        if isinstance(step, Values):
            for op, constant in step.chain:
                factors = constant if isinstance(constant, tuple) and len(constant) == 3 else (constant,) * 3
                slopes = [slope * _factor(op, factor) for slope, factor in zip(slopes, factors, strict=True)]
    return min(slopes), max(slopes)


def _factor(op: str, constant: Constant) -> float:
    number = abs(constant[0] if isinstance(constant, tuple) else constant)
    if op in ("mul", "mul64"):
        return number
    return 1.0 / number if op == "div" else 1.0
