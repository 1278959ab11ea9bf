"""Measures of answers against the truth, in plain NumPy and float64."""

from .accuracy import accuracy, balanced_accuracy
from .binomial import needed, upper_bound
from .class_quality import ClassQuality, class_quality
from .class_score import Averages, ClassScore, class_scores, macro, micro, weighted
from .confusion import confusion
from .coverage import Coverage, coverage
from .edit_distance import edit_distance
from .gain import Gain, paired_gain
from .labels_quality import LabelsQuality, labels_quality
from .most_confused import most_confused
from .numbers_quality import NumbersQuality, numbers_quality
from .probability import brier, log_loss
from .quality import Quality
from .quantity_score import QuantityScore, quantity_score
from .reliability import Reliability, ece, reliability
from .text_quality import TextQuality, text_quality
from .top_k import top_k

__all__ = [
    "Averages",
    "ClassQuality",
    "ClassScore",
    "Coverage",
    "Gain",
    "LabelsQuality",
    "NumbersQuality",
    "Quality",
    "QuantityScore",
    "Reliability",
    "TextQuality",
    "accuracy",
    "balanced_accuracy",
    "brier",
    "class_quality",
    "class_scores",
    "confusion",
    "coverage",
    "ece",
    "edit_distance",
    "labels_quality",
    "log_loss",
    "macro",
    "micro",
    "most_confused",
    "needed",
    "numbers_quality",
    "paired_gain",
    "quantity_score",
    "reliability",
    "text_quality",
    "top_k",
    "upper_bound",
    "weighted",
]
