"""Resize kernels as the plan runs them: fast, and equal to the literal ones beside them (`truecopy.pixels.literal`)."""

from __future__ import annotations

from . import opencv, pillow, tensorflow, torch_f32, torch_u8
from .table import Kernels

FAST = Kernels(
    resize={
        "pillow": pillow.resize,
        "torch_u8": torch_u8.resize,
        "torch_f32": torch_f32.resize,
        "torch_f32_u8": torch_f32.resize_rounded,
        "tf": tensorflow.resize,
        "tf_v1": tensorflow.resize_v1,
        "cv2": opencv.resize,
    },
    resize_box=pillow.resize_box,
)

__all__ = ["FAST", "Kernels"]
