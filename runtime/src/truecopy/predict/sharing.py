"""Which members read a source in the same way, so that it is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from truecopy.contract import Contract
from truecopy.contract.flow import geometry_of

from .member import Member


@dataclass(frozen=True, slots=True)
class Sharing:
    """For each member the place of the first one that does the same.

    frame: the same canvas. tensor: the same numbers, whatever the graph calls them; of tables and tokens the same feeds.
    """

    frame: tuple[int, ...]
    tensor: tuple[int, ...]

    @classmethod
    def of(cls, members: Sequence[Member]) -> Sharing:
        contracts = [member.contract for member in members]
        return cls(frame=_firsts(contracts, _frame), tensor=_firsts(contracts, _tensor))


def _firsts(contracts: Sequence[Contract], key: Callable[[Contract], Hashable]) -> tuple[int, ...]:
    keys = [key(contract) for contract in contracts]
    return tuple(keys.index(one) for one in keys)


def _frame(contract: Contract) -> Hashable:
    return (
        contract.input,
        geometry_of(contract.steps),
        contract.graph.main_input.shape[1:],
        contract.graph.main_input.layout,
    )


def _tensor(contract: Contract) -> Hashable:
    graph_inputs = tuple(
        (tensor.dtype, tensor.layout, tensor.shape[1:], tensor.feed) for tensor in contract.graph.inputs
    )
    return contract.input, contract.steps, graph_inputs
