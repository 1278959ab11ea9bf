"""Rows of named columns to features. NumPy only."""

from .columns import Columns
from .features import FeaturePlan
from .golden import as_json, golden_rows
from .row import Cells, Row
from .rows import name_of, row_of, rows_of

__all__ = ["Cells", "Columns", "FeaturePlan", "Row", "as_json", "golden_rows", "name_of", "row_of", "rows_of"]
