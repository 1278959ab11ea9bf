"""Test-time views: what is looked at beside the picture as training saw it."""

from .compile import compile_views
from .view import View

__all__ = ["View", "compile_views"]
