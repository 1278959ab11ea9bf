"""From a text or a list of ids to the ids that the graph takes: split, look up, cut, pad. No ONNX Runtime."""

from .golden import golden_tokens
from .lines import Line, read_lines
from .sequences import Padded, complete, pad
from .sources import Given, check_range, given_ids, given_items, source_name
from .text import Encoded, TextEncoder

__all__ = [
    "Encoded",
    "Given",
    "Line",
    "Padded",
    "TextEncoder",
    "check_range",
    "complete",
    "given_ids",
    "given_items",
    "golden_tokens",
    "pad",
    "read_lines",
    "source_name",
]
