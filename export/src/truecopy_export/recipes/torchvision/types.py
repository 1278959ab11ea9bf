"""Arguments of torchvision v2 that are a mapping from the class of what arrives to a value.

Source: torchvision 0.28 `transforms/v2/_utils.py` `_get_fill`, `transforms/v2/_misc.py` `ToDtype.transform`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from truecopy.errors import RecipeError
from truecopy_export.recipes.reading import Reading

_ABSENT = object()


def by_type(values: Mapping[Any, Any], reading: Reading, what: str) -> Any:
    """The value for what arrives at this stage: a PIL picture, `tv_tensors.Image` or a plain `torch.Tensor`.

    Raises:
        RecipeError: it has no value for that, or nobody can say which of the two tensors arrives.
    """
    found = [values.get(kind, values.get("others", _ABSENT)) for kind in _arriving(reading)]
    if _ABSENT in found:
        raise RecipeError(
            f"{what} has no entry for what arrives: {_names(reading)}",
            got=repr(values),
            fix='Give one value for all, or an entry "others"',
        )
    if any(value != found[0] for value in found):
        raise RecipeError(
            f"{what} goes by the class of the tensor, and after a v1 transform that may be either",
            got=repr(values),
            fix="Give one value for all",
        )
    return found[0]


def _arriving(reading: Reading) -> tuple[type, ...]:
    if reading.stage == "picture":
        return (Image.Image,)
    import torch
    from torchvision.tv_tensors import Image as TensorImage

    if reading.typed is None:
        return TensorImage, torch.Tensor
    return (TensorImage if reading.typed else torch.Tensor,)


def _names(reading: Reading) -> str:
    return " or ".join(
        f"{kind.__module__.partition('.')[0]}'s {kind.__name__}" for kind in _arriving(reading)
    )
