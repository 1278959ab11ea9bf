from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from truecopy.errors import TooLarge, UnreadableInput, Unsupported
from truecopy.limits import Limits
from truecopy.pixels import decode, source_name


@pytest.fixture
def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels(5, 9, 3)).save(buffer, "PNG")
    return buffer.getvalue()


def test_every_kind_of_source_gives_the_same_pixels(pixels, image_input, png, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(png)
    with path.open("rb") as stream, Image.open(path) as image:
        sources = [path, str(path), png, bytearray(png), memoryview(png), io.BytesIO(png), stream, image]
        names = [decode(source, image_input()).name for source in sources]
        stream.seek(0)
        for source in (*sources[:5], stream, image):
            assert np.array_equal(decode(source, image_input()).pixels(), pixels(5, 9, 3))
    assert names == [str(path)] * 2 + ["<bytes>"] * 3 + ["<stream>"] * 2 + ["<PIL image>"]


def test_a_picture_is_loaded_uint8_of_height_width_channels(image_input, png):
    picture = decode(png, image_input())
    assert (picture.image.mode, picture.image.size, picture.warnings) == ("RGB", (9, 5), ())
    assert (picture.pixels().shape, picture.pixels().dtype) == ((5, 9, 3), np.uint8)
    assert decode(png, image_input(color="L")).pixels().shape == (5, 9, 1)


def test_a_stream_is_read_from_where_it_stands_and_stays_open(image_input, png):
    stream = io.BytesIO(b"head" + png)
    stream.seek(4)
    assert decode(stream, image_input()).pixels().shape == (5, 9, 3)
    assert not stream.closed


def test_a_stream_that_gives_little_at_a_time_is_read_whole(image_input, png):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    assert decode(Drip(png), image_input()).pixels().shape == (5, 9, 3)


@pytest.mark.parametrize(
    ("source", "error", "text"),
    [
        ("no/such.png", UnreadableInput, "there is no such file - at no/such.png"),
        (".", UnreadableInput, "the input is not a regular file: got a folder - at .. Name the image itself"),
        ("a\0b", UnreadableInput, "ValueError: embedded null byte"),
        (b"", UnreadableInput, "the input is empty - at <bytes>"),
        (b"hello, world", UnreadableInput, "expected one of JPEG, PNG, WEBP, GIF, BMP, TIFF, got 12 bytes starting with b'hello, world' - at <bytes>"),
        (io.StringIO("text"), Unsupported, 'expected bytes, got str - at <stream>. Open the file in binary mode: open(path, "rb")'),
        (3, Unsupported, "expected a path, bytes, a binary stream, a PIL image or a uint8 array, got int"),
        (["a.png"], Unsupported, "Pass a list of sources to model.predict(...)"),
        (None, Unsupported, "cv2.imread and a camera's read() return None where they fail"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(image_input, source, error, text):
    with pytest.raises(error) as caught:
        decode(source, image_input())
    assert text in str(caught.value)


def test_a_closed_stream_and_a_pipe_are_unreadable(image_input, tmp_path):
    stream = io.BytesIO(b"x")
    stream.close()
    with pytest.raises(UnreadableInput, match="the stream cannot be read: got ValueError"):
        decode(stream, image_input())
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableInput, match="got a pipe or a device"):
        decode(pipe, image_input())


def test_the_encoded_size_is_refused_before_anything_is_read(image_input, tmp_path):
    path = tmp_path / "big.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TooLarge) as caught:
        decode(path, image_input())
    assert str(caught.value) == (
        f"the encoded image is too large: expected at most 67108864 bytes, got 1099511627776 bytes - at {path}. "
        "If the source is trusted, pass limits=Limits(max_bytes=1099511627776)"
    )


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, io.BytesIO])
def test_bytes_and_streams_have_the_same_limit(image_input, png, wrap):
    with pytest.raises(TooLarge, match="the encoded image is too large: expected at most 50 bytes"):
        decode(wrap(png), image_input(), limits=Limits(max_bytes=50))
    assert decode(wrap(png), image_input(), limits=Limits(max_bytes=len(png))).pixels().shape == (5, 9, 3)


def test_the_callers_image_is_not_changed(image_input, pixels):
    image = Image.fromarray(pixels(4, 6, 3)).convert("P")
    image.info["transparency"] = b"\0\7\200"
    before = (image.mode, image.size, dict(image.info), image.tobytes())
    decode(image, image_input())
    assert (image.mode, image.size, dict(image.info), image.tobytes()) == before


def test_a_pil_image_has_the_same_limit_of_pixels(image_input):
    with pytest.raises(TooLarge, match=r"= 110 pixels - at <PIL image>\. .*Limits\(max_pixels=110\)"):
        decode(Image.new("RGB", (10, 11)), image_input(), limits=Limits(max_pixels=100))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_file_cut_short_is_damaged(image_input, pixels, name):
    buffer = io.BytesIO()
    Image.fromarray(pixels(61, 47, 3)).save(buffer, name)
    data = buffer.getvalue()
    with pytest.raises(UnreadableInput) as caught:
        decode(data[: len(data) * 2 // 3], image_input())
    assert "damaged" in str(caught.value)
    assert "<bytes>" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_a_process_that_lets_truncated_files_pass_is_told(image_input, png, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    (warning,) = decode(png, image_input()).warnings
    assert "LOAD_TRUNCATED_IMAGES is on" in warning


def test_only_the_formats_of_the_limits_are_opened(image_input, png):
    with pytest.raises(UnreadableInput, match=r"expected one of JPEG, GIF, got [0-9]+ bytes"):
        decode(png, image_input(), limits=Limits(formats=("JPEG", "GIF")))


def test_sources_have_names():
    assert source_name(Path("a") / "b.png") == str(Path("a") / "b.png")
    assert source_name(np.zeros(1)) == "<array>"
    assert source_name(7) == "<int>"
