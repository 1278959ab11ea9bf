"""How good answers are, by task."""

from __future__ import annotations

from typing import TypeAlias

from .class_quality import ClassQuality
from .labels_quality import LabelsQuality
from .numbers_quality import NumbersQuality
from .text_quality import TextQuality

Quality: TypeAlias = ClassQuality | LabelsQuality | NumbersQuality | TextQuality
