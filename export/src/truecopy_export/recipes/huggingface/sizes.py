"""transformers image processors: what each class resizes, crops and pads to.

Source: transformers 5.23 `image_processing_backends.py`, `image_transforms.py`, and for each class
`models/NAME/image_processing_NAME.py` and `image_processing_pil_NAME.py`.
"""

from __future__ import annotations

from msgspec import UNSET

from truecopy.contract import CenterCrop, PadTo
from truecopy.contract.resize import ResizeRule
from truecopy.errors import RecipeError

from .reading import ProcessorReading

Sides = dict[str, int]


def resize(reading: ProcessorReading) -> None:
    if reading.on("do_resize"):
        resize_to(reading.sides("size"), reading)


def resize_to(size: Sides, reading: ProcessorReading) -> None:
    """`resize` of both backends, which looks for these keys in this order."""
    if "shortest_edge" in size and "longest_edge" in size:
        raise RecipeError(
            "size of shortest_edge and longest_edge rounds the short side in a way that no rule of the contract does",
            got=repr(size),
            fix="shortest_edge alone can be expressed, and height and width",
        )
    if "shortest_edge" in size:
        reading.resize("short", size["shortest_edge"])
    elif "max_height" in size and "max_width" in size:
        reading.resize("max_hw", (size["max_height"], size["max_width"]))
    elif "height" in size and "width" in size:
        reading.resize("exact", (size["height"], size["width"]))
    else:
        raise RecipeError(
            f"{reading.name} cannot resize to this size",
            expected="height and width, shortest_edge, or max_height and max_width",
            got=repr(size),
        )


def resize_convnext(reading: ProcessorReading) -> None:
    """Below 384 a short side of s / crop_pct and a crop; from 384 on a squash and no crop."""
    share = reading.option("crop_pct")
    if not reading.on("do_resize"):
        return
    side = _shortest_edge(reading)
    if side < 384:
        reading.resize("short", int(side / _crop_pct(share, reading)))
        reading.crop(side, side)
    else:
        reading.resize("exact", (side, side))


def resize_poolformer(reading: ProcessorReading) -> None:
    """Every side is divided by crop_pct; a square becomes a short side, an oblong stays one."""
    crop_pct = reading.option("crop_pct")
    if crop_pct is None:
        resize(reading)
        return
    if not reading.on("do_resize"):
        return
    size, share = reading.sides("size"), _crop_pct(crop_pct, reading)
    if "shortest_edge" in size:
        reading.resize("short", int(size["shortest_edge"] / share))
        return
    height, width = _height_width(size, "size", reading)
    if height == width:
        reading.resize("short", int(height / share))
    else:
        reading.resize("exact", (int(height / share), int(width / share)))


def resize_levit(reading: ProcessorReading) -> None:
    if not reading.on("do_resize"):
        return
    size = reading.sides("size")
    if "shortest_edge" in size:
        reading.resize("short", int(256 / 224 * size["shortest_edge"]))
    else:
        reading.resize("exact", _height_width(size, "size", reading))


def resize_pp_lcnet(reading: ProcessorReading) -> None:
    """`get_image_size`: both sides rounded half to even, then up to a multiple; `size` only without resize_short."""
    short = reading.option("resize_short")
    divisor = reading.option("size_divisor")
    if short is None:
        resize(reading)
    elif reading.on("do_resize"):
        reading.resize("scale_short", int(short), multiple=divisor, multiple_round="up")


def resize_textnet(reading: ProcessorReading) -> None:
    divisor = _divisor(reading)
    if reading.on("do_resize"):
        reading.resize("short", _shortest_edge(reading), multiple=divisor, multiple_round="up")


def resize_vilt(reading: ProcessorReading) -> None:
    """The PIL backend multiplies in the order of BridgeTower."""
    divisor = reading.option("size_divisor") if reading.backend == "torchvision" else _divisor(reading)
    if reading.on("do_resize"):
        rule: ResizeRule = "vilt" if reading.backend == "torchvision" else "bridgetower"
        reading.resize(rule, _shortest_edge(reading), multiple=divisor, multiple_round="down")


def resize_bridgetower(reading: ProcessorReading) -> None:
    divisor = _divisor(reading)
    if reading.on("do_resize"):
        reading.resize("bridgetower", _shortest_edge(reading), multiple=divisor, multiple_round="down")


def resize_donut(reading: ProcessorReading) -> None:
    """The short side becomes the shorter one of `size`, then a thumbnail within `size`, then padding to it.

    Raises:
        RecipeError: the picture would be turned, or could be larger than what it is padded to.
    """
    if reading.on("do_align_long_axis"):
        raise RecipeError(
            "do_align_long_axis turns a picture by its shape, which no step does",
            fix="do_align_long_axis=False can be expressed",
        )
    resizes, thumbnail, pads = (reading.on(name) for name in ("do_resize", "do_thumbnail", "do_pad"))
    if not (resizes or thumbnail or pads):
        return
    height, width = _height_width(reading.sides("size"), "size", reading)
    if pads and not (resizes and thumbnail):
        raise RecipeError(
            "do_pad of Donut cuts or fails where the picture is larger than size, which no step does",
            fix="do_pad together with do_resize and do_thumbnail can be expressed",
        )
    if resizes:
        reading.resize("short", min(height, width))
    if thumbnail:
        resampling = reading.resampling()
        # `resample or BICUBIC`: NEAREST is 0, and None is bilinear elsewhere.
        falls_back = reading.backend == "pil" and not reading.option("resample")
        reading.resize("thumbnail", (height, width), resampling="bicubic" if falls_back else resampling)
    if pads:
        reading.steps.append(PadTo(size=(height, width), position="floor", fill=0))


def center_crop(reading: ProcessorReading) -> None:
    if reading.on("do_center_crop"):
        reading.crop(*_height_width(reading.sides("crop_size"), "crop_size", reading))


def center_crop_bridgetower(reading: ProcessorReading) -> None:
    if not reading.on("do_center_crop"):
        return
    size = reading.sides("crop_size")
    if "shortest_edge" not in size:
        raise RecipeError(f"crop_size of {reading.name}", expected="shortest_edge", got=repr(size))
    reading.crop(size["shortest_edge"], size["shortest_edge"])


def center_crop_perceiver(reading: ProcessorReading) -> None:
    """Before the resize: size / crop_size of the short side, both ways."""
    if not reading.on("do_center_crop"):
        return
    height, width = _height_width(reading.sides("size"), "size", reading)
    crop_height, crop_width = _height_width(reading.sides("crop_size"), "crop_size", reading)
    if height > crop_height or width > crop_width:
        raise RecipeError(
            f"{reading.name} would crop more than the picture has",
            expected=f"a crop_size of at least {height} x {width}",
            got=f"{crop_height} x {crop_width}",
        )
    reading.steps.append(
        CenterCrop(
            rule="short_frac",
            frac=(height / crop_height, width / crop_width),
            size=UNSET,
            offset="floor",
            pad_before=reading.pad_before,
            fill=0,
        )
    )


def pad(reading: ProcessorReading) -> None:
    """`pad` of both backends, on the numbers: right and below, with 0, up to pad_size."""
    if not reading.on("do_pad"):
        return
    if reading.option("pad_size") is None:
        note_batch(reading)
        return
    height, width = _height_width(reading.sides("pad_size"), "pad_size", reading)
    made = reading.made
    if made.size is not None and (made.size[0] > height or made.size[1] > width):
        raise RecipeError(
            "transformers cannot pad a picture that is larger than pad_size",
            expected=f"a pad_size of at least {made.size[0]} x {made.size[1]} (height x width)",
            got=f"{height} x {width}",
        )
    if made.at_most is None or made.at_most[0] > height or made.at_most[1] > width:
        reading.note("transformers refuses a picture that is larger than pad_size; here it stays larger")
    reading.steps.append(PadTo(size=(height, width), position="top_left", fill=0))


def pad_batch(reading: ProcessorReading) -> None:
    if reading.on("do_pad"):
        note_batch(reading)


def note_batch(reading: ProcessorReading) -> None:
    if reading.made.size is None:
        reading.note("do_pad pads to the largest picture of a batch: this is what a single picture becomes")


def _shortest_edge(reading: ProcessorReading) -> int:
    size = reading.sides("size")
    if "shortest_edge" not in size:
        raise RecipeError(f"size of {reading.name}", expected="shortest_edge", got=repr(size))
    return size["shortest_edge"]


def _height_width(size: Sides, name: str, reading: ProcessorReading) -> tuple[int, int]:
    if "height" not in size or "width" not in size:
        raise RecipeError(f"{name} of {reading.name}", expected="height and width", got=repr(size))
    return size["height"], size["width"]


def _crop_pct(share: float | None, reading: ProcessorReading) -> float:
    if share is None or share <= 0:
        raise RecipeError(f"crop_pct of {reading.name}", expected="a number above 0", got=repr(share))
    return float(share)


def _divisor(reading: ProcessorReading) -> int:
    return int(reading.needed("size_divisor", "do_resize"))
