"""Fits of the numbers that turn probabilities into decisions: a temperature, thresholds. Plain NumPy."""

from .acceptance import Acceptance, acceptance_at, fit_acceptance
from .target import AIMS, BEST_F1, Aim, Target
from .temperature import Temperature, fit_temperature, temperature_at
from .threshold_score import ThresholdScore, score_at
from .thresholds import fit_threshold, fit_thresholds

__all__ = [
    "AIMS",
    "BEST_F1",
    "Acceptance",
    "Aim",
    "Target",
    "Temperature",
    "ThresholdScore",
    "acceptance_at",
    "fit_acceptance",
    "fit_temperature",
    "fit_threshold",
    "fit_thresholds",
    "score_at",
    "temperature_at",
]
