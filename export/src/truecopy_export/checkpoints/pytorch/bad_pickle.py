"""The error of everything that reads a pickle here."""

from __future__ import annotations


class BadPickle(ValueError):
    """What is wrong with a pickle, in words."""
