"""Items whose truth is known: class folders, manifests, rows with their answers. What it takes to measure, tune, calibrate."""

from .halves import halves
from .item import Labelled, LabelledItem
from .reading import find_labelled, read_labelled
from .truths import LabelSet, Numbers, OneLabel, Text, Truth, Truths, truths_of

__all__ = [
    "LabelSet",
    "Labelled",
    "LabelledItem",
    "Numbers",
    "OneLabel",
    "Text",
    "Truth",
    "Truths",
    "find_labelled",
    "halves",
    "read_labelled",
    "truths_of",
]
