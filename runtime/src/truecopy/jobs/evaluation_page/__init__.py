"""The report of an evaluation: one HTML file."""

from .composed import evaluation_page

__all__ = ["evaluation_page"]
