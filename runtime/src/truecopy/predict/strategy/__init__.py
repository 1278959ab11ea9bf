"""Strategies: which views and members look at an item, how their answers become one, and when enough have looked."""

from .adaptive import MEASURES, Adaptive, Measure
from .certainty import certainty, check_decides
from .strategy import MEMBER_MERGES, VIEW_MERGES, MemberMerge, Strategy, ViewMerge, check_strategy

__all__ = [
    "MEASURES",
    "MEMBER_MERGES",
    "VIEW_MERGES",
    "Adaptive",
    "Measure",
    "MemberMerge",
    "Strategy",
    "ViewMerge",
    "certainty",
    "check_decides",
    "check_strategy",
]
