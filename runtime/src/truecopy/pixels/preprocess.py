"""The whole way of one picture: decode, canvas, tensor."""

from __future__ import annotations

from truecopy.contract.document import Contract
from truecopy.limits import DEFAULT_LIMITS, Limits

from .arrays import ChannelOrder
from .decode import Source, decode
from .plan import Plan, Tensor


def preprocess(
    source: Source, contract: Contract, *, color: ChannelOrder | None = None, limits: Limits = DEFAULT_LIMITS
) -> Tensor:
    """The tensor of one picture in the graph's dtype and layout, without the batch axis.

    `color` is the channel order of an array with three channels. Many pictures: `Transform`, which compiles
    the contract once.
    """
    plan = Plan.of(contract, limits=limits)
    picture = decode(source, contract.input, color=color, limits=limits)
    return plan.tensor(plan.canvas(picture))
