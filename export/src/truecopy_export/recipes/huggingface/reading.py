"""A transformers image processor, read option by option. Knows its backends, not its classes.

Source: transformers 5.23 `image_processing_backends.py` (TorchvisionBackend, PilBackend).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, structs

from truecopy.contract import CenterCrop, Step, Values
from truecopy.contract.flow import Flow, flow
from truecopy.contract.resize import AnyFilter, ResizeRule
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.reading import Reading
from truecopy_export.recipes.torchvision.geometry import interpolation_of, resampled

Backend: TypeAlias = Literal["torchvision", "pil"]

# What only says how, not whether; and what no pixel depends on.
_NO_SWITCH = frozenset(
    {
        "crop_size",
        "default_to_square",
        "disable_grouping",
        "do_convert_rgb",
        "image_mean",
        "image_seq_length",
        "image_std",
        "pad_size",
        "resample",
        "rescale_factor",
        "return_tensors",
        "size",
    }
)
# Older files spell out what holds anyway.
_AS_EVER = {"data_format": "channels_first", "device": "cpu"}


class ProcessorReading:
    """name: of the class. options: every option of the class, as the live object holds it.

    steps, notes: what has been read so far.
    """

    def __init__(
        self, name: str, backend: Backend, options: Mapping[str, Any], circumstances: Circumstances
    ) -> None:
        self.name = name
        self.backend: Backend = backend
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self._options = options
        self._read: set[str] = set()
        self._stage = Reading(circumstances.pass_order, 3, "pil" if backend == "pil" else "tensor")

    @property
    def made(self) -> Flow:
        """What the steps so far make of a picture of three channels."""
        return flow(tuple(self.steps), 3)

    def option(self, name: str) -> Any:
        self._read.add(name)
        return self._options.get(name)

    def on(self, name: str) -> bool:
        return bool(self.option(name))

    def needed(self, name: str, why: str) -> Any:
        """The option `name`, which the library cannot do without.

        Raises:
            RecipeError: it is None.
        """
        value = self.option(name)
        if value is None:
            raise RecipeError(
                f"{self.name} has {why} on and no {name}", fix=f"Give {name} to its constructor"
            )
        return value

    def sides(self, name: str) -> dict[str, int]:
        """A size option as {"height": ..., "width": ...} or {"shortest_edge": ...}; without what is not set.

        Raises:
            RecipeError: it is no mapping; the constructor turns numbers into one.
        """
        value = self.option(name)
        if value is None or isinstance(value, int | list | tuple):
            raise RecipeError(
                f"{name} of {self.name}",
                expected='{"height": ..., "width": ...} or {"shortest_edge": ...}',
                got=repr(value),
                fix=f"Give {name} to the constructor",
            )
        return {key: int(side) for key, side in dict(value).items() if side}

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def resize(
        self,
        rule: ResizeRule,
        size: int | tuple[int, int],
        *,
        multiple: int | None = None,
        multiple_round: Literal["up", "down"] = "up",
        resampling: AnyFilter | None = None,
    ) -> None:
        """Add a resize with the backend's kernel. resampling: instead of the processor's own."""
        like = resampled(self._stage, "v2", resampling or self.resampling(), True, rule="exact", size=(1, 1))
        if like.filter == "lanczos" and self.backend == "torchvision":
            _check_lanczos()
        by_multiple = UNSET if multiple in (None, 1) else multiple
        self.steps.append(
            structs.replace(
                like,
                rule=rule,
                size=size,
                multiple=by_multiple,
                multiple_round=UNSET if by_multiple is UNSET else multiple_round,
            )
        )

    def resampling(self) -> AnyFilter:
        """The filter that the backend makes of `resample`, a number of Pillow or torchvision's InterpolationMode."""
        resample = self.option("resample")
        if resample is None:
            return "bilinear"
        by_number = isinstance(resample, int)
        found = interpolation_of(int(resample) if by_number else resample)
        if found == "nearest":
            # Pillow's number becomes NEAREST_EXACT on tensors; InterpolationMode.NEAREST is not in Pillow's table.
            if self.backend == "torchvision":
                return "nearest-exact" if by_number else "nearest"
            return "nearest" if by_number else "bilinear"
        return found

    def crop(self, height: int, width: int) -> None:
        self.steps.append(
            CenterCrop(size=(height, width), offset="floor", pad_before=self.pad_before, fill=0)
        )

    @property
    def pad_before(self) -> Literal["floor", "ceil"]:
        """Where the odd pixel of a padding goes. Source: `center_crop` of each backend."""
        return "floor" if self.backend == "torchvision" else "ceil"

    def values(self, *chain: tuple[ChainOp, Constant]) -> None:
        """Become float32, by `chain`; a chain right after another one goes on with it."""
        self._stage.to_numbers()
        last = self.steps[-1] if self.steps else None
        if isinstance(last, Values):
            self.steps[-1] = Values(chain=(*last.chain, *chain))
        else:
            self.steps.append(Values(chain=chain))

    def check_all_read(self, ignored: frozenset[str]) -> None:
        """Refuse an option that is set and that nothing here has read; note those that the class does not read.

        Raises:
            RecipeError: names the option.
        """
        for name, value in self._options.items():
            if name in self._read or name in _NO_SWITCH or value is None or value is False:
                continue
            if name in ignored:
                if name.startswith("do_") and name != "do_reduce_labels":
                    self.note(f"{self.name} has {name} on and never looks at it")
            elif value != _AS_EVER.get(name):
                raise RecipeError(
                    f"option {name} of {self.name} is not known here",
                    got=repr(value),
                    fix=f"Leave {name} out",
                )


def _check_lanczos() -> None:
    """Source: `TorchvisionBackend.resize`: it silently takes bicubic where torchvision has no lanczos for tensors."""
    major, minor = importlib.metadata.version("torchvision").split(".")[:2]
    if (int(major), int(minor)) < (0, 27):
        raise RecipeError(
            "transformers takes bicubic for lanczos below torchvision 0.27",
            got=f"torchvision {major}.{minor}",
            fix="Set resample=3 (bicubic), which is what runs, or install torchvision 0.27",
        )
