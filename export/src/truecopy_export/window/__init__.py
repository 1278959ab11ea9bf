"""A look into a checkpoint: what it is, what it carries, which weights would be taken, and the export line to type."""

from .look import Window, look_into

__all__ = ["Window", "look_into"]
