from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from truecopy.contract import AlphaOver
from truecopy.errors import UnreadableInput, Unsupported
from truecopy.pixels import decode

WHITE = AlphaOver((255, 255, 255))


def encoded(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def oriented(pixels, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(Image.fromarray(pixels(5, 9, 3)), "PNG", exif=exif)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_apply_is_pillows_exif_transpose(image_input, pixels, orientation):
    data = oriented(pixels, orientation)
    with Image.open(io.BytesIO(data)) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    picture = decode(data, image_input(orientation="apply"))
    assert np.array_equal(picture.pixels(), expected)
    assert picture.warnings == ()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_ignore_turns_nothing_and_says_so(image_input, pixels, orientation):
    picture = decode(oriented(pixels, orientation), image_input())
    assert np.array_equal(picture.pixels(), pixels(5, 9, 3))
    assert picture.warnings == (
        f"EXIF asks for a turn (orientation {orientation}); the contract ignores it, as its training did",
    )


@pytest.mark.parametrize("orientation", [0, 1, 9, 65535])
def test_an_orientation_that_is_no_turn_has_no_warning(image_input, pixels, orientation):
    assert decode(oriented(pixels, orientation), image_input()).warnings == ()


def test_a_pil_image_with_exif_is_a_source_like_any_other(image_input, pixels):
    with Image.open(io.BytesIO(oriented(pixels, 6))) as image:
        assert decode(image, image_input(orientation="apply")).image.size == (5, 9)
        assert len(decode(image, image_input()).warnings) == 1
        assert image.size == (9, 5)


BROKEN_EXIF = [
    b"Exif\0\0garbage",
    b"Exif\0\0II*\0\xff\xff\xff\x7f",
    b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 9,
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("exif", BROKEN_EXIF)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_never_fails_under_ignore(image_input, pixels, exif, name):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), name, exif=exif)
    assert decode(data, image_input()).warnings == ()


def test_broken_exif_under_apply_is_a_typed_error(image_input, pixels):
    image = Image.fromarray(pixels(5, 9, 3))
    image.info["exif"] = b"Exif\0\0garbage"
    with pytest.raises(
        UnreadableInput, match="the EXIF data is damaged, and the contract applies its orientation"
    ):
        decode(image, image_input(orientation="apply"))
    assert decode(image, image_input()).warnings == ()


def test_dropped_alpha_leaves_the_colour_under_it(image_input, pixels):
    source = pixels(4, 6, 4)
    assert np.array_equal(
        decode(encoded(Image.fromarray(source), "PNG"), image_input()).pixels(), source[..., :3]
    )


def transparent_palette():
    image = Image.new("P", (3, 2))
    image.putpalette([10, 20, 30, 200, 100, 50, 1, 2, 3])
    image.putdata([0, 1, 2, 2, 1, 0])
    return image


@pytest.mark.parametrize("transparency", [1, b"\0\x80\xff"])
def test_a_transparent_palette_is_composited_or_dropped_without_a_warning(image_input, transparency):
    data = encoded(transparent_palette(), "PNG", transparency=transparency)
    with Image.open(io.BytesIO(data)) as image:
        rgba = image.convert("RGBA")
    over = Image.alpha_composite(Image.new("RGBA", (3, 2), (255, 255, 255, 255)), rgba).convert("RGB")
    assert np.array_equal(decode(data, image_input(alpha=WHITE)).pixels(), np.asarray(over))
    assert np.array_equal(decode(data, image_input()).pixels(), np.asarray(rgba)[..., :3])


@pytest.mark.parametrize(
    "mode", ["RGBA", "LA", "PA", "La", "1", "L", "P", "CMYK", "YCbCr", "I;16", "I", "F", "HSV"]
)
@pytest.mark.parametrize("over", [(255, 255, 255), (10, 0, 200)])
def test_alpha_over_a_colour_is_convert_to_rgb_of_hugging_face(image_input, pixels, mode, over):
    if mode == "La":
        image = Image.merge("LA", [Image.fromarray(pixels(4, 6, seed=seed)) for seed in (1, 2)]).convert(mode)
    elif mode in {"I;16", "I", "F"}:
        image = Image.fromarray(
            pixels(4, 6).astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode])
        )
    else:
        image = (
            Image.fromarray(pixels(4, 6, 4))
            .convert("RGB" if mode in {"CMYK", "YCbCr", "HSV"} else "RGBA")
            .convert(mode)
        )
    try:
        background = Image.new("RGBA", image.size, (*over, 255))
        expected = np.asarray(Image.alpha_composite(background, image.convert("RGBA")).convert("RGB"))
    except ValueError:
        with pytest.raises(Unsupported, match=f"Pillow cannot convert mode '{mode}'"):
            decode(image, image_input(alpha=AlphaOver(over)))
    else:
        assert np.array_equal(decode(image, image_input(alpha=AlphaOver(over))).pixels(), expected)


def test_a_colour_of_an_rgb_file_that_stands_for_transparency_is_composited(image_input):
    image = Image.new("RGB", (3, 2), (10, 20, 30))
    image.putpixel((0, 0), (1, 2, 3))
    data = encoded(image, "PNG", transparency=(1, 2, 3))
    assert decode(data, image_input(alpha=WHITE)).pixels()[0, :2].tolist() == [[255] * 3, [10, 20, 30]]
    assert decode(data, image_input()).pixels()[0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("mode", ["RGB", "P", "L"])
def test_the_colour_key_alone_turns_white_where_hugging_face_does_so(image_input, mode):
    image = Image.new("RGB", (3, 2), (10, 10, 10))
    image.putpixel((0, 0), (1, 1, 1))
    image = image.convert(mode, palette=Image.Palette.ADAPTIVE)
    key = {"RGB": (1, 1, 1), "L": 1}.get(mode, image.getpixel((0, 0)))
    data = encoded(image, "PNG", transparency=key)
    spec = image_input(alpha="key_over_white")
    with Image.open(io.BytesIO(data)) as opened:
        converted = opened.convert("RGB")  # transformers.image_utils.load_image
    white = Image.new("RGBA", (3, 2), (255, 255, 255, 255))  # transformers.image_transforms.convert_to_rgb
    expected = Image.alpha_composite(white, converted.convert("RGBA")).convert("RGB")
    assert np.array_equal(decode(data, spec).pixels(), np.asarray(expected))
    assert decode(data, spec).pixels()[0, 0].tolist() == [255] * 3
    assert decode(data, spec).pixels()[1, 1].tolist() == [10] * 3
    alpha = Image.new("RGBA", (2, 2), (9, 8, 7, 0))
    assert decode(encoded(alpha, "PNG"), spec).pixels()[0, 0].tolist() == [9, 8, 7]


def test_alpha_goes_over_the_colour_for_grey_contracts_too(image_input):
    image = Image.new("LA", (3, 2), (10, 0))
    assert decode(image, image_input(color="L", alpha=WHITE)).pixels().max() == 255
    assert decode(image, image_input(color="L")).pixels().max() == 10
    grey = Image.new("L", (3, 2), 10)
    data = encoded(grey, "PNG", transparency=10)
    assert decode(data, image_input(color="L", alpha=WHITE)).pixels().min() == 255


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_16_bit_grey_is_clipped_or_shifted(image_input, name):
    values = np.array([[0, 1, 255, 256], [257, 4096, 65279, 65535]], np.uint16)
    data = encoded(Image.fromarray(values), name)
    clipped, shifted = (
        decode(data, image_input(color="L", depth16=d)).pixels()[..., 0] for d in ("clip", "shift")
    )
    assert np.array_equal(clipped, np.minimum(values, 255))
    assert np.array_equal(shifted, values >> 8)


def signed_tiff(*values):
    """A TIFF of one row of signed 16-bit grey, which Pillow opens in the mode of 32 bits."""
    tags = [(256, len(values)), (257, 1), (258, 16), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 2 * len(values)), (339, 2)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    data = struct.pack(f"<{len(values)}h", *values)
    return (
        b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + bytes(4)
    )


def test_big_endian_and_signed_16_bit_are_shifted_too(image_input):
    signed = decode(signed_tiff(-5, 0, 300, 32767), image_input(color="L", depth16="shift"))
    assert signed.pixels().ravel().tolist() == [0, 0, 1, 127]
    big = Image.frombytes("I;16B", (2, 1), b"\x12\x34\xff\x00")
    assert decode(big, image_input(color="L", depth16="shift")).pixels().ravel().tolist() == [0x12, 0xFF]


def test_8_bit_grey_is_not_shifted(image_input, pixels):
    data = encoded(Image.fromarray(pixels(4, 6)), "PNG")
    assert np.array_equal(
        decode(data, image_input(color="L", depth16="shift")).pixels()[..., 0], pixels(4, 6)
    )


def test_cmyk_is_pillows_conversion(image_input, pixels):
    image = Image.fromarray(pixels(4, 6, 3)).convert("CMYK")
    data = encoded(image, "TIFF")
    assert np.array_equal(decode(data, image_input()).pixels(), np.asarray(image.convert("RGB")))
