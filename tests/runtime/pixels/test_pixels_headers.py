from __future__ import annotations

import io

import pytest
from PIL import Image

from truecopy.pixels.headers import (
    jpeg_app1,
    jpeg_ends,
    jpeg_scans,
    jpeg_scans_at_most,
    jpeg_size,
    png_chunks,
    tiff_tags,
    webp_is_animated,
    webp_size,
)


def encoded(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


@pytest.fixture
def image(pixels):
    return Image.fromarray(pixels(37, 53, 3))


def test_scans_of_a_baseline_and_of_a_progressive_jpeg_are_counted(image):
    baseline, progressive = (encoded(image, "JPEG", progressive=flag) for flag in (False, True))
    assert (jpeg_scans_at_most(baseline), jpeg_scans(baseline)) == (1, 1)
    assert (jpeg_scans_at_most(progressive), jpeg_scans(progressive)) == (10, 10)


def test_a_marker_inside_a_segment_is_no_scan(image):
    data = encoded(image, "JPEG", exif=b"Exif\0\0" + b"\xff\xda\0\2" * 50)
    assert jpeg_scans_at_most(data) > 50
    assert jpeg_scans(data) == 1


def test_a_second_image_in_the_file_is_not_counted(image):
    data = encoded(image, "JPEG")
    assert jpeg_scans(data + data) == 1


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", b"\xff\xd8\xff\xda", b"\xff\xd8" + b"\xff" * 50, b"\xff\xd8\xff\xe0\0\0"]
)
def test_a_damaged_jpeg_ends_the_walk(data):
    assert jpeg_scans(data) <= 1


@pytest.mark.parametrize(
    "options", [{"lossless": False}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}]
)
@pytest.mark.parametrize("size", [(53, 37), (1, 300), (16383, 2)])
def test_the_three_kinds_of_webp_tell_their_size(options, size):
    assert webp_size(encoded(Image.new("RGB", size), "WEBP", **options)) == size[::-1]


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WEBPALPH" + bytes(30), b"\x89PNG" + bytes(40)])
def test_what_is_no_webp_has_no_size(data):
    assert webp_size(data) is None


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"exif": b"Exif\0\0\xff\xd9\xff\xd8\xff\xc0"}]
)
def test_a_jpeg_tells_its_size_and_whether_it_ends(image, options):
    data = encoded(image, "JPEG", **options)
    assert jpeg_size(data) == (37, 53)
    assert jpeg_ends(data)
    assert jpeg_ends(data + b"trailer")
    assert not jpeg_ends(data[:-2])
    assert not jpeg_ends(data[:-100] + b"\xff\xd8\xff\xd9 trailer")


def test_a_jpeg_cut_before_its_frame_has_no_size(image):
    data = encoded(image, "JPEG")
    assert jpeg_size(data[: data.index(b"\xff\xc0") + 4]) is None


def test_the_first_app1_segment_is_found_and_no_other(image):
    data = encoded(image, "JPEG")
    assert jpeg_app1(data) == b""
    assert jpeg_app1(encoded(image, "JPEG", exif=b"Exif\0\0abc")) == b"Exif\0\0abc"
    first, second = (b"\xff\xe1\0\5" + body for body in (b"one", b"two"))
    assert jpeg_app1(data[:2] + first + second + data[2:]) == b"one"


def test_chunks_of_a_png_are_named_as_far_as_they_are_whole(image):
    data = encoded(image, "PNG")
    assert png_chunks(data) == {b"IHDR", b"IDAT", b"IEND"}
    assert png_chunks(data + b"trailer") == {b"IHDR", b"IDAT", b"IEND"}
    assert png_chunks(data[:-1]) == {b"IHDR", b"IDAT"}
    assert png_chunks(data[:40]) == {b"IHDR"}
    assert png_chunks(data[:9]) == set()


def test_tags_of_a_tiff_are_listed_in_both_byte_orders_and_sizes(image):
    for options in ({}, {"big_tiff": True}):
        tags = tiff_tags(encoded(image, "TIFF", **options))
        assert tags[:2] == [256, 257]
        assert tags == sorted(tags)
    big_endian = b"MM\0*\0\0\0\x08\0\2" + b"\1\0" + bytes(10) + b"\1\1" + bytes(10) + bytes(4)
    assert tiff_tags(big_endian) == [256, 257]


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II+\0\x08\0\0\0" + b"\xff" * 8])
def test_a_tiff_without_a_directory_has_no_tags(data):
    assert tiff_tags(data) == []


def test_an_animated_webp_says_so(image):
    assert webp_is_animated(encoded(image, "WEBP", save_all=True, append_images=[image.transpose(0)]))
    for options in ({}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}):
        assert not webp_is_animated(encoded(image, "WEBP", **options))
    assert not webp_is_animated(b"RIFF")
