"""Pixels: any source to the tensor that the training library would have fed. NumPy, OpenCV and Pillow only."""

from truecopy.digest import digest

from .arrays import ChannelOrder, Pixels
from .decode import Picture, Source, decode, source_name
from .plan import Plan, Tensor
from .synthetic import golden_images

__all__ = [
    "ChannelOrder",
    "Picture",
    "Pixels",
    "Plan",
    "Source",
    "Tensor",
    "decode",
    "digest",
    "golden_images",
    "source_name",
]
