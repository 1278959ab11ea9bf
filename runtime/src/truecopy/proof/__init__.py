"""Proof on the host."""

from .selftest import SampleCheck, SelftestReport, StageCheck, check_samples, selftest
from .stages import STAGES, Replay, record, replay
from .tolerance import FP32_CPU, margin, output_tolerance, relative_difference

__all__ = [
    "FP32_CPU",
    "STAGES",
    "Replay",
    "SampleCheck",
    "SelftestReport",
    "StageCheck",
    "check_samples",
    "margin",
    "output_tolerance",
    "record",
    "relative_difference",
    "replay",
    "selftest",
]
