"""Fit a temperature or thresholds on some labelled items and report on others."""

from .calibrate import Calibration, Side, calibrate
from .figures import Figure
from .goal import TEMPERATURE, Goal, read_thresholds

__all__ = [
    "TEMPERATURE",
    "Calibration",
    "Figure",
    "Goal",
    "Side",
    "calibrate",
    "read_thresholds",
]
