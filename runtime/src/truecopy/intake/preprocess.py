"""The whole way of one source to what the graph is fed."""

from __future__ import annotations

from typing import Any

import numpy as np

from truecopy.contract.document import Contract
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import ChannelOrder

from .intake import intake_of


def preprocess(
    source: Any, contract: Contract, *, color: ChannelOrder | None = None, limits: Limits = DEFAULT_LIMITS
) -> np.ndarray:
    """What the graph's main input is fed for one source, in the graph's dtype and layout, without the batch axis.

    A picture gives (channels, height, width) or (height, width, channels), a row of a table (features,), a sequence
    (length,). `color` is the channel order of an array with three channels. Many sources: `Transform`, which compiles
    the contract once.

    Raises:
        InputError: the source cannot be read, or is none for this contract.
    """
    item = intake_of(contract, limits).item(source, color)
    fed: np.ndarray = item.feeds[contract.graph.main_input.name][0]
    return fed
