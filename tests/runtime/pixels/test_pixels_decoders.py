"""Decoders `opencv` and `torchvision`: limits, refusals and warnings. Their pixels: tests/parity/pixels/test_decoders.py."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from truecopy.errors import InputError, TooLarge, UnreadableInput, Unsupported
from truecopy.limits import Limits
from truecopy.pixels import decode
from truecopy.pixels.decode_torchvision import orientation_of

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]
SMALL = Limits(max_pixels=1000)


@pytest.fixture
def opencv(image_input):
    def make(**changes):
        return image_input(**{"decoder": "opencv", "depth16": "shift", "cmyk": "opencv", **changes})

    return make


@pytest.fixture
def torchvision(image_input):
    def make(**changes):
        return image_input(decoder="torchvision", **changes)

    return make


def encoded(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def with_exif(pixels, orientation, name="PNG"):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(Image.fromarray(pixels(5, 9, 3)), name, exif=exif)


def png_chunk(kind, body, length=None):
    size = len(body) if length is None else length
    return struct.pack(">I", size) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


# -- both --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("decoder", ["opencv", "torchvision"])
def test_limits_of_pixels_hold_before_anything_is_decoded(request, decoder, name):
    spec = request.getfixturevalue(decoder)()
    fits, exceeds = (encoded(Image.new("RGB", (width, 40)), name) for width in (25, 26))
    assert decode(fits, spec, limits=SMALL).pixels().shape == (40, 25, 3)
    with pytest.raises(TooLarge, match=r"26 x 40 \(width x height\) = 1040 pixels - at <bytes>"):
        decode(exceeds, spec, limits=SMALL)


@pytest.mark.parametrize("decoder", ["opencv", "torchvision"])
def test_limits_of_scans_bytes_and_formats_hold(request, decoder, pixels):
    spec = request.getfixturevalue(decoder)()
    data = encoded(Image.fromarray(pixels(37, 53, 3)), "JPEG", progressive=True)
    with pytest.raises(TooLarge, match="too many scans"):
        decode(data, spec, limits=Limits(max_jpeg_scans=9))
    with pytest.raises(TooLarge, match="at most 50 bytes"):
        decode(data, spec, limits=Limits(max_bytes=50))
    with pytest.raises(UnreadableInput, match="expected one of PNG, got"):
        decode(data, spec, limits=Limits(formats=("PNG",)))


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("decoder", ["opencv", "torchvision"])
def test_an_ignored_turn_is_a_warning(request, decoder, pixels, orientation):
    picture = decode(with_exif(pixels, orientation), request.getfixturevalue(decoder)())
    assert np.array_equal(picture.pixels(), pixels(5, 9, 3))
    assert picture.warnings == (
        f"EXIF asks for a turn (orientation {orientation}); the contract ignores it, as its training did",
    )


@pytest.mark.parametrize("decoder", ["opencv", "torchvision"])
def test_an_applied_turn_is_made_and_no_warning(request, decoder, pixels):
    spec = request.getfixturevalue(decoder)(orientation="apply")
    turned = np.rot90(pixels(5, 9, 3), -1)
    with Image.open(io.BytesIO(with_exif(pixels, 6))) as opened:
        for source in (with_exif(pixels, 6), opened):
            picture = decode(source, spec)
            assert np.array_equal(picture.pixels(), turned)
            assert picture.warnings == ()


@pytest.mark.parametrize("decoder", ["opencv", "torchvision"])
def test_arrays_are_taken_as_they_are(request, decoder, pixels):
    spec = request.getfixturevalue(decoder)()
    frame = pixels(4, 6, 3)
    assert np.array_equal(decode(frame, spec, color="RGB").pixels(), frame)
    assert np.array_equal(decode(frame, spec, color="BGR").pixels(), frame[..., ::-1])


# -- opencv ------------------------------------------------------------------------------------------------------


def test_a_picture_of_opencv_is_a_read_only_array_and_a_pil_image_on_demand(opencv, pixels):
    picture = decode(encoded(Image.fromarray(pixels(4, 6, 3)), "PNG"), opencv())
    assert isinstance(picture.raster, np.ndarray)
    assert not picture.pixels().flags.writeable
    assert (picture.image.mode, picture.image.size) == ("RGB", (6, 4))
    assert decode(encoded(Image.fromarray(pixels(4, 6)), "PNG"), opencv(color="L")).image.mode == "L"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_nothing_is_decoded_from_half_a_file(opencv, pixels, name, share, capfd):
    data = encoded(Image.fromarray(pixels(61, 47, 3)), name)
    with pytest.raises(UnreadableInput) as caught:
        decode(data[: int(len(data) * share)], opencv())
    assert "damaged" in str(caught.value)
    assert "<bytes>" in str(caught.value)
    capfd.readouterr()  # what OpenCV writes to stderr


def test_a_jpeg_without_its_end_marker_is_whole_where_pillow_says_so(opencv, image_input, capfd):
    outcomes = set()
    for quality in range(50, 96, 5):
        data = encoded(Image.linear_gradient("L"), "JPEG", quality=quality)
        try:
            expected = decode(data[:-2], image_input(color="L")).pixels()
        except UnreadableInput:
            outcomes.add("refused")
            with pytest.raises(UnreadableInput, match="truncated or damaged"):
                decode(data[:-2], opencv(color="L"))
        else:
            outcomes.add("whole")
            assert np.array_equal(decode(data[:-2], opencv(color="L")).pixels(), expected)
    assert outcomes == {"refused", "whole"}
    capfd.readouterr()


def test_bytes_after_the_end_of_a_jpeg_change_nothing(opencv, pixels):
    data = encoded(Image.fromarray(pixels(16, 16, 3)), "JPEG")
    assert np.array_equal(
        decode(data + b"\xff\xd8trailer", opencv()).pixels(), decode(data, opencv()).pixels()
    )


def test_an_animated_png_is_refused_and_its_first_frame_is_not(opencv, pixels):
    frames = [Image.fromarray(pixels(5, 9, 3, seed=seed)) for seed in (1, 2)]
    animated = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(Unsupported, match="does not take an animated PNG: a damaged one crashes OpenCV"):
        decode(animated, opencv())
    assert np.array_equal(decode(encoded(frames[0], "PNG"), opencv()).pixels(), pixels(5, 9, 3, seed=1))


@pytest.mark.parametrize("kind", [b"acTL", b"fcTL", b"fdAT"])
def test_one_chunk_of_an_animation_is_enough(opencv, pixels, kind):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), "PNG")
    end = data.index(b"IEND") - 4
    with pytest.raises(InputError):
        decode(data[:end] + png_chunk(kind, bytes(26)) + data[end:], opencv())


def test_a_chunk_longer_than_the_file_is_refused_before_opencv_allocates_it(opencv, pixels, monkeypatch):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), "PNG")
    start = data.index(b"IDAT") - 4
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("OpenCV was asked"))
    with pytest.raises(UnreadableInput, match="got a PNG without all of its chunks"):
        decode(data[:start] + struct.pack(">I", 0xF000_0000) + data[start + 4 :], opencv())


def second_frame_header(data, height, width):
    """The JPEG with a frame header of another size before its scan: libjpeg takes the first, Pillow the last."""
    scan = data.index(b"\xff\xda")
    return (
        data[:scan] + b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0" + data[scan:]
    )


def tiff_with_two_widths(pixels):
    data = bytearray(encoded(Image.fromarray(pixels(5, 9)), "TIFF"))
    (directory,) = struct.unpack_from("<I", data, 4)
    entry = data.index(struct.pack("<H", 257), directory)
    struct.pack_into("<H", data, entry, 256)
    return bytes(data)


def test_a_header_of_two_sizes_never_reaches_opencv(opencv, pixels, monkeypatch):
    jpeg = encoded(Image.fromarray(pixels(16, 24)), "JPEG")
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("OpenCV was asked"))
    with pytest.raises(UnreadableInput, match="the image's header says two sizes"):
        decode(second_frame_header(jpeg, 8, 8), opencv())
    with pytest.raises(InputError):
        decode(tiff_with_two_widths(pixels), opencv())


def test_a_size_that_opencv_reads_otherwise_is_refused(opencv, pixels, monkeypatch):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), "PNG")
    monkeypatch.setattr(cv2, "imdecode", lambda *_: np.zeros((6, 9, 3), np.uint8))
    with pytest.raises(UnreadableInput, match=r"got 9 x 6 and 9 x 5 \(width x height\)"):
        decode(data, opencv())


def test_what_pillow_reads_and_opencv_does_not_is_named(opencv, pixels, capfd):
    floats = encoded(Image.fromarray(pixels(5, 9).astype(np.float32)), "TIFF")
    with pytest.raises(UnreadableInput) as caught:
        decode(floats, opencv())
    assert "OpenCV does not decode this image, which Pillow does: got TIFF of mode 'F'" in str(caught.value)
    assert "Save it anew as an 8-bit PNG" in str(caught.value)
    capfd.readouterr()


def test_an_error_of_cv2_is_unreadable_input(opencv, pixels, monkeypatch):
    def refuse(*_):
        raise cv2.error("too large")

    monkeypatch.setattr(cv2, "imdecode", refuse)
    with pytest.raises(UnreadableInput, match="OpenCV does not decode this image"):
        decode(encoded(Image.fromarray(pixels(5, 9, 3)), "PNG"), opencv())


def test_an_opencv_without_the_rgb_flag_gives_the_same_pixels(opencv, pixels, monkeypatch):
    data = encoded(Image.fromarray(pixels(15, 19, 3)), "JPEG")
    new = decode(data, opencv()).pixels()
    monkeypatch.setattr("truecopy.pixels.decode_opencv._RGB", None)
    assert np.array_equal(decode(data, opencv()).pixels(), new)


def test_a_turned_tiff_has_no_warning_because_opencv_always_turns_it(opencv, pixels):
    picture = decode(with_exif(pixels, 6, "TIFF"), opencv())
    assert np.array_equal(picture.pixels(), np.rot90(pixels(5, 9, 3), -1))
    assert picture.warnings == ()


def test_damaged_exif_turns_nothing_as_in_opencv(opencv, pixels):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), "PNG", exif=b"Exif\0\0garbage")
    for orientation in ("ignore", "apply"):
        picture = decode(data, opencv(orientation=orientation))
        assert np.array_equal(picture.pixels(), pixels(5, 9, 3))
        assert picture.warnings == ()


def test_a_pil_image_gets_the_grey_and_the_cmyk_of_opencv(opencv, pixels):
    image = Image.fromarray(pixels(14, 16, 3))
    grey = cv2.cvtColor(pixels(14, 16, 3), cv2.COLOR_RGB2GRAY)
    assert np.array_equal(decode(image, opencv(color="L")).pixels()[..., 0], grey)
    assert np.array_equal(decode(Image.fromarray(grey), opencv(color="L")).pixels()[..., 0], grey)
    data = encoded(image.convert("CMYK"), "JPEG")
    with Image.open(io.BytesIO(data)) as opened:
        assert np.array_equal(decode(opened, opencv()).pixels(), decode(data, opencv()).pixels())


def test_16_bit_grey_of_a_pil_image_is_shifted(opencv):
    values = np.array([[0, 255, 256, 65535]], np.uint16)
    for source in (Image.fromarray(values), encoded(Image.fromarray(values), "PNG")):
        for color in ("L", "RGB"):
            assert decode(source, opencv(color=color)).pixels()[0, :, 0].tolist() == [0, 0, 1, 255]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", FORMATS)
def test_flipped_bytes_are_a_picture_or_a_typed_error_of_opencv(opencv, pixels, name, capfd):
    data = np.frombuffer(encoded(Image.fromarray(pixels(19, 31, 3)), name), np.uint8)
    limits = Limits(max_pixels=100_000)
    generator = np.random.default_rng(7)
    for _ in range(150):
        damaged = data.copy()
        places = generator.integers(0, min(len(data), 400), 4)
        damaged[places] = generator.integers(0, 256, 4)
        with contextlib.suppress(InputError):
            height, width, _ = decode(damaged.tobytes(), opencv(), limits=limits).pixels().shape
            assert height * width <= limits.max_pixels
    capfd.readouterr()


# -- torchvision -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BMP", "TIFF"])
def test_formats_that_decode_image_lacks_are_refused(torchvision, pixels, name):
    with pytest.raises(Unsupported) as caught:
        decode(encoded(Image.fromarray(pixels(4, 6, 3)), name), torchvision())
    assert f"torchvision.io.decode_image does not read {name}: got {name} of mode 'RGB'" in str(caught.value)


def test_a_16_bit_png_is_refused(torchvision):
    data = encoded(Image.fromarray(np.full((4, 6), 300, np.uint16)), "PNG")
    with pytest.raises(Unsupported, match="gives 16 bits for a 16-bit PNG, and the steps take 8"):
        decode(data, torchvision())


def test_an_animated_webp_and_a_transparent_gif_are_refused(torchvision, pixels):
    frames = [Image.fromarray(pixels(5, 9, 3, seed=seed)) for seed in (1, 2)]
    with pytest.raises(Unsupported, match="does not read an animated WebP"):
        decode(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]), torchvision())
    assert decode(encoded(frames[0], "WEBP"), torchvision()).pixels().shape == (5, 9, 3)
    with pytest.raises(Unsupported, match="fills the transparent pixels of a GIF"):
        decode(encoded(frames[0].convert("P"), "GIF", transparency=0, optimize=False), torchvision())


def test_frame_0_of_an_animated_gif_is_taken(torchvision):
    frames = [Image.new("RGB", (5, 3), color) for color in ("red", "lime")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data, torchvision()).pixels()[1, 1].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("name", "shape"), [("JPEG", (9, 5, 3)), ("PNG", (9, 5, 3)), ("WEBP", (5, 9, 3))])
def test_decode_image_turns_jpeg_and_png_only(torchvision, pixels, name, shape):
    picture = decode(with_exif(pixels, 6, name), torchvision(orientation="apply"))
    assert picture.pixels().shape == shape


EXIF_6 = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"


def app1(payload):
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


@pytest.mark.filterwarnings("ignore:.*EXIF data:UserWarning")
@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (app1(b"Exif\0\0" + EXIF_6), 6),
        (app1(b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0\0\0\0\0"), 3),
        (app1(b"http://ns.adobe.com/xap/1.0/\0") + app1(b"Exif\0\0" + EXIF_6), 1),
        (app1(b"Exif\0\0" + EXIF_6[:18]), 1),
        (app1(b"Exif\0\0" + EXIF_6[:9]), 1),
        (app1(b"Exif\0\0II+\0" + EXIF_6[4:]), 1),
        (app1(b""), 1),
        (b"", 1),
    ],
)
def test_the_orientation_is_read_from_the_first_app1_segment(pixels, segments, expected):
    data = encoded(Image.fromarray(pixels(5, 9, 3)), "JPEG")
    data = data[:2] + segments + data[2:]
    with Image.open(io.BytesIO(data)) as image:
        assert orientation_of(image, data) == expected
