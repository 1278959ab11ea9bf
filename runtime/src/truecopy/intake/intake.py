"""What every kind of input can do, and which one a contract asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from truecopy.contract import Contract, ImageInput, TableInput, TokensInput
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import ChannelOrder

from .image import ImageIntake
from .item import Item, Traced

if TYPE_CHECKING:
    from .table import TableIntake
    from .tokens import TokensIntake


class Intake(Protocol):
    """A contract's input, compiled once. Every method may be called from several threads."""

    @property
    def limits(self) -> Limits:
        """What one source may cost."""
        ...

    def item(self, source: Any, color: ChannelOrder | None = None) -> Item:
        """One source as the graph takes it.

        Raises:
            InputError: the source cannot be read, or is none for this model.
        """
        ...

    def traced(self, source: Any) -> Traced:
        """The same with the digest of every stage."""
        ...

    def stored(self, encoded: bytes) -> Any:
        """The source that a golden sample's bytes stand for."""
        ...

    def encoded(self, source: Any) -> bytes:
        """One source as the bytes that `stored` reads.

        Raises:
            InputError: the source cannot be read, or is none for this model.
        """
        ...

    def many(self, sources: Any) -> Iterable[Any]:
        """The sources one by one: a table's file gives its rows.

        Raises:
            InputError: this is one source, or nothing that can be gone through.
        """
        ...

    def golden(self) -> tuple[tuple[str, bytes], ...]:
        """Four small synthetic sources, (name, what `stored` reads), always the same ones."""
        ...

    def name(self, source: Any) -> str:
        """How messages and results call a source."""
        ...


def intake_of(
    contract: Contract, limits: Limits = DEFAULT_LIMITS
) -> ImageIntake | TableIntake | TokensIntake:
    """The intake that `contract.input` asks for.

    Raises:
        ContractError: the steps contradict themselves, the graph or the limits.
    """
    match contract.input:
        case ImageInput():
            return ImageIntake.of(contract, limits)
        case TableInput():
            # Here, because a model of pictures should not wait for what reads tables, nor the other way round.
            from .table import TableIntake

            return TableIntake.of(contract, limits)
        case TokensInput():
            from .tokens import TokensIntake

            return TokensIntake.of(contract, limits)
