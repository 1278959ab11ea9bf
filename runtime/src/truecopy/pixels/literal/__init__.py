"""Resize kernels spelled out in NumPy as their sources write them: slow, and what the tests trust."""

from __future__ import annotations

from truecopy.pixels.kernels.table import Kernels

from . import opencv, pillow, tensorflow, torch_f32, torch_u8

LITERAL = Kernels(
    resize={
        "pillow": pillow.resize_step,
        "torch_u8": torch_u8.resize,
        "torch_f32": torch_f32.resize,
        "torch_f32_u8": torch_f32.resize_rounded,
        "tf": tensorflow.resize,
        "tf_v1": tensorflow.resize_v1,
        "cv2": opencv.resize,
    },
    resize_box=pillow.resize_box,
)

__all__ = ["LITERAL"]
