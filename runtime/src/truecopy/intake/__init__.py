"""From anything that a user has (a photo, a row, a text) to what the graph is fed: one file an input kind."""

from .image import ImageIntake
from .intake import Intake, intake_of
from .item import Item, Traced
from .preprocess import preprocess
from .transform import Transform

__all__ = [
    "ImageIntake",
    "Intake",
    "Item",
    "Traced",
    "Transform",
    "intake_of",
    "preprocess",
]
