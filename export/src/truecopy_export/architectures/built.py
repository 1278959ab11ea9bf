"""What an architecture spelling becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from truecopy_export.checkpoints import Weights


@dataclass(frozen=True)
class Built:
    """A module with fresh weights. name: for `provenance.architecture`, `timm:mobilenetv2_100 pad_type=same`.

    answer: the output that the library itself reads, where the network has several. renamed: weights under older names
    of the library, under the module's own; None: there are no others.
    """

    module: torch.nn.Module
    name: str
    answer: str | None = None
    renamed: Callable[[Weights], Weights] | None = None

    def fitted(self, weights: Weights) -> Weights:
        """The weights under the names of the module, as far as the library tells.

        Raises:
            Keys: the library's own rules say that they do not belong together.
        """
        return weights if self.renamed is None else self.renamed(weights)


def provenance_name(spec: str, arguments: Mapping[str, object]) -> str:
    return " ".join([spec, *(f"{key}={_spelled(value)}" for key, value in arguments.items())])


def _spelled(value: object) -> str:
    """As it was typed after --arch-arg."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value).replace(" ", "")
