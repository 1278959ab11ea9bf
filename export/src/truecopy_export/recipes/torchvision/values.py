"""torchvision's conversions: colour, tensor or picture, dtype, normalisation. v1 and v2.

Source: torchvision 0.28 `transforms/functional.py`, `transforms/_functional_tensor.py` (v1),
`transforms/v2/functional/_misc.py`, `_color.py`, `_type_conversion.py` (v2).
"""

from __future__ import annotations

from typing import Any

from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy_export.recipes.reading import Channels, Reading

from .types import by_type

DIV: tuple[ChainOp, Constant] = ("div", 255.0)
# v2 `to_dtype_image` multiplies by the float32 of 1 / 255; v1 `convert_image_dtype` divides.
MUL: tuple[ChainOp, Constant] = ("mul", 1.0 / 255)


def read_grayscale_v1(part: Any, reading: Reading) -> None:
    channels: Channels = 3 if part.num_output_channels == 3 else 1
    if reading.stage == "picture":
        reading.grey("pillow", channels)
        return
    # `rgb_to_grayscale` expands a tensor of one channel to its own shape: it stays one channel.
    reading.grey("torchvision", 1 if reading.channels == 1 else channels)


def read_grayscale_v2(part: Any, reading: Reading) -> None:
    if reading.stage == "bytes" and reading.channels != 1:
        # mul, add_(alpha), add_(alpha): fused where the CPU can, so 21 of the 2 ** 24 colours are one level off v1.
        raise RecipeError(
            "v2.Grayscale of a tensor rounds in an order that the contract does not have",
            got="another level than v1.Grayscale for 21 of the 16.7 million colours",
            fix="Put it before ToImage (Pillow's grey), or write torchvision.transforms.Grayscale (v1) in its place",
        )
    reading.grey("pillow", 3 if part.num_output_channels == 3 else 1)


def read_to_tensor_v1(_part: Any, reading: Reading) -> None:
    if reading.stage != "picture":
        raise RecipeError(
            "it takes a picture, and a tensor arrives",
            fix="Leave it out"
            if reading.stage == "numbers"
            else "Write ConvertImageDtype(torch.float32) in its place",
        )
    _check_default_dtype()
    reading.to_numbers(DIV)


def read_to_tensor_v2(part: Any, reading: Reading) -> None:
    """A tensor passes it untouched, which is seldom what was meant."""
    if reading.stage == "picture":
        read_to_tensor_v1(part, reading)
    else:
        reading.note("v2.ToTensor does nothing to a tensor: it neither scales nor converts one")


def _check_default_dtype() -> None:
    """ToTensor makes torch's default dtype."""
    import torch

    if torch.get_default_dtype() != torch.float32:
        raise RecipeError(
            "ToTensor makes torch's default dtype", expected="float32", got=str(torch.get_default_dtype())
        )


def read_pil_to_tensor_v1(_part: Any, reading: Reading) -> None:
    if reading.stage != "picture":
        raise RecipeError("it takes a picture, and a tensor arrives", fix="Leave it out")
    read_pil_to_tensor_v2(_part, reading)


def read_pil_to_tensor_v2(_part: Any, reading: Reading) -> None:
    if reading.stage == "picture":
        reading.to_bytes()
        reading.typed = False


def read_to_image(_part: Any, reading: Reading) -> None:
    reading.to_bytes()
    reading.typed = True


def read_to_pure_tensor(_part: Any, reading: Reading) -> None:
    reading.typed = False


def read_to_pil_image_v1(part: Any, reading: Reading) -> None:
    if reading.stage == "picture":
        raise RecipeError("it takes a tensor, and a picture arrives", fix="Leave it out")
    read_to_pil_image_v2(part, reading)


def read_to_pil_image_v2(part: Any, reading: Reading) -> None:
    """Another mode than the tensor's own (YCbCr, HSV) would say that its numbers mean something else."""
    if part.mode is not None and reading.channels is None and part.mode in ("RGB", "L"):
        reading.color = part.mode
    if (part.mode, reading.channels) not in ((None, reading.channels), ("RGB", 3), ("L", 1)):
        raise RecipeError("the mode of ToPILImage", expected="None", got=repr(part.mode))
    reading.to_picture()


_TENSORS = "If your data set hands over uint8 tensors, type --recipe-input tensor; else put {} before it"


def read_to_dtype(part: Any, reading: Reading) -> None:
    """v2.ToDtype; v2.ConvertImageDtype is the same with scale."""
    if reading.stage == "picture":
        raise RecipeError("it does nothing to a picture", fix=_TENSORS.format("ToImage or PILToTensor"))
    dtype = by_type(part.dtype, reading, "dtype") if isinstance(part.dtype, dict) else part.dtype
    if dtype is not None and not _stays_8_bit(dtype, reading):
        reading.to_numbers(*([MUL] if getattr(part, "scale", True) else []))


def read_convert_image_dtype_v1(part: Any, reading: Reading) -> None:
    if reading.stage == "picture":
        raise RecipeError("it takes a tensor, and a picture arrives", fix=_TENSORS.format("PILToTensor"))
    if not _stays_8_bit(part.dtype, reading):
        reading.to_numbers(DIV)


def _stays_8_bit(dtype: Any, reading: Reading) -> bool:
    """Is it the dtype that an 8-bit tensor has already?

    Raises:
        RecipeError: neither that nor float32.
    """
    if str(dtype) == "torch.uint8" and reading.stage == "bytes":
        return True
    if str(dtype) == "torch.uint8":
        raise RecipeError(
            "numbers cannot be turned back into 8-bit pixels",
            fix="Leave it out, or put it before the float32",
        )
    if str(dtype) != "torch.float32":
        raise RecipeError("the dtype", expected="torch.float32", got=str(dtype))
    return False


def read_normalize(part: Any, reading: Reading) -> None:
    reading.normalize(part.mean, part.std)
