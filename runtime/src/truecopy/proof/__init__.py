"""Proof on the host."""

from .decisions import crossings, decided, edit_distance, is_flip, quantities, same_decision, told
from .selftest import SampleCheck, SelftestReport, check_samples, selftest
from .stage_check import StageCheck
from .stages import STAGES, Replay, generates, record, replay
from .tolerance import FP32_CPU, margin, output_tolerance, relative_difference

__all__ = [
    "FP32_CPU",
    "STAGES",
    "Replay",
    "SampleCheck",
    "SelftestReport",
    "StageCheck",
    "check_samples",
    "crossings",
    "decided",
    "edit_distance",
    "generates",
    "is_flip",
    "margin",
    "output_tolerance",
    "quantities",
    "record",
    "relative_difference",
    "replay",
    "same_decision",
    "selftest",
    "told",
]
