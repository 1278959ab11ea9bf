"""What a recipe is read under: what a live transform alone does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from truecopy.contract.resize import PassOrder
from truecopy.errors import RecipeError

Takes: TypeAlias = Literal["pil", "tensor"]


@dataclass(frozen=True)
class Circumstances:
    """pass_order: of the Pillow that the original ran under. channels: 1 or 3 as the model takes, where that is known.

    takes: what a torchvision transform was given: a PIL picture, or the uint8 tensor of one. options: what was typed
    as --recipe-arg KEY=VALUE, for what the object itself leaves open.
    """

    pass_order: PassOrder
    channels: int | None = None
    takes: Takes = "pil"
    options: Mapping[str, str] = field(default_factory=dict)

    def only(self, *names: str, tensor: bool = False) -> None:
        """Refuse options that the reader does not know, and uint8 tensors where it does not read them (`tensor`).

        Raises:
            RecipeError: names the option, and those that there are.
        """
        if self.takes == "tensor" and not tensor:
            raise RecipeError(
                "only a torchvision transform is given tensors",
                got="--recipe-input tensor",
                fix="Leave it out",
            )
        unknown = sorted(self.options.keys() - {*names})
        if unknown:
            raise RecipeError(
                f"this recipe has no option {unknown[0]!r}",
                expected=", ".join(f"--recipe-arg {name}=..." for name in names) or "no --recipe-arg",
                got=f"--recipe-arg {unknown[0]}={self.options[unknown[0]]}",
            )

    def choose(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """The option `name`, or None where it was not given.

        Raises:
            RecipeError: none of `allowed`.
        """
        value = self.options.get(name)
        if value is not None and value not in allowed:
            raise RecipeError(
                f"option {name} of the recipe", expected=f"one of {', '.join(allowed)}", got=repr(value)
            )
        return value
