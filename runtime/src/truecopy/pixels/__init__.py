"""Pixels: any source to the tensor that the training library would have fed. NumPy, OpenCV and Pillow only."""

from .arrays import ChannelOrder, Pixels
from .decode import Picture, Source, decode, source_name
from .digest import digest
from .plan import Plan, Tensor
from .preprocess import preprocess
from .synthetic import golden_images
from .transform import Transform

__all__ = [
    "ChannelOrder",
    "Picture",
    "Pixels",
    "Plan",
    "Source",
    "Tensor",
    "Transform",
    "decode",
    "digest",
    "golden_images",
    "preprocess",
    "source_name",
]
