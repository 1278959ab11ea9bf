"""What depends on the CPU: how far an original library is from itself, and we from ourselves, on another one."""

from __future__ import annotations

from collections.abc import Mapping

from .resize import Kernel, Resize
from .steps import Constant, Step, Values

# Kernel -> levels of 255 by which two instruction sets differ. torch's float kernels fuse multiply and add where the
# CPU can (aten/src/ATen/native/cpu/UpSampleKernel.cpp); rounded to 8 bits that is one level. torch's 8-bit bilinear
# leaves its integer kernel where there is no AVX2. OpenCV's bicubic has another order of sums for every SIMD width.
_ORIGINAL: Mapping[Kernel, float] = {"torch_f32": 1e-3, "torch_f32_u8": 1.0, "torch_u8": 1.0}
_CV2_BICUBIC = 1.0


def original_levels(steps: tuple[Step, ...]) -> float:
    """Levels of 255 by which the original library may differ from itself between two CPUs; 0 where it cannot."""
    resizes = [step for step in steps if isinstance(step, Resize)]
    torch = sum(_ORIGINAL.get(step.kernel, 0.0) for step in resizes if not step.filter.startswith("nearest"))
    return torch + replay_levels(steps)


def replay_levels(steps: tuple[Step, ...]) -> float:
    """The same for Truecopy's own replay: only OpenCV's bicubic, which is OpenCV's own call, depends on the host."""
    return sum(
        _CV2_BICUBIC
        for step in steps
        if isinstance(step, Resize) and step.kernel == "cv2" and step.filter == "bicubic"
    )


def tensor_units(steps: tuple[Step, ...]) -> float:
    """How far one level of 255 moves a tensor value at most: the product of all factors of all chains."""
    slope = 1.0
    for step in steps:
        if isinstance(step, Values):
            for op, constant in step.chain:
                slope *= _factor(op, constant)
    return slope


def _factor(op: str, constant: Constant) -> float:
    numbers = [abs(number) for number in (constant if isinstance(constant, tuple) else (constant,))]
    if op in ("mul", "mul64"):
        return max(numbers)
    return 1.0 / min(numbers) if op == "div" else 1.0
