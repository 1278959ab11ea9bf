"""Plots as SVG, one file each; plain numbers in, one `Drawing` out, the same for the same numbers."""

from .class_scores import class_scores
from .confusion_matrix import MOST_CLASSES, confusion_matrix
from .coverage_curve import coverage_curve
from .differences import differences
from .gains import Gained, gains
from .reliability_diagram import Bin, reliability_diagram
from .residuals import residuals
from .said_against_true import said_against_true

__all__ = [
    "MOST_CLASSES",
    "Bin",
    "Gained",
    "class_scores",
    "confusion_matrix",
    "coverage_curve",
    "differences",
    "gains",
    "reliability_diagram",
    "residuals",
    "said_against_true",
]
