"""Reports: one HTML file with text, tables, plots and pictures that needs nothing else. Plain numbers come in."""

from .blocks import (
    Block,
    Command,
    Facts,
    Folded,
    Highlight,
    Listed,
    Picture,
    Pictures,
    Plot,
    Plots,
    Table,
    Text,
)
from .page import Section, page
from .thumbnails import lossless, thumbnail

__all__ = [
    "Block",
    "Command",
    "Facts",
    "Folded",
    "Highlight",
    "Listed",
    "Picture",
    "Pictures",
    "Plot",
    "Plots",
    "Section",
    "Table",
    "Text",
    "lossless",
    "page",
    "thumbnail",
]
