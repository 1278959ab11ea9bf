"""Proof on the host."""

from truecopy.metrics import edit_distance
from truecopy.predict.results import is_flip, same_decision

from .decisions import crossings, decided, quantities, told
from .derived import Derived, sealed_here, with_task
from .finished import write_tested
from .host import Host, arithmetic_on
from .selftest import SampleCheck, SelftestReport, check_samples, selftest, selftest_of
from .stage_check import StageCheck
from .stages import STAGES, Replay, generates, record, replay
from .tolerance import FP32_CPU, margin, output_tolerance, relative_difference

__all__ = [
    "FP32_CPU",
    "STAGES",
    "Derived",
    "Host",
    "Replay",
    "SampleCheck",
    "SelftestReport",
    "StageCheck",
    "arithmetic_on",
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
    "sealed_here",
    "selftest",
    "selftest_of",
    "told",
    "with_task",
    "write_tested",
]
