from __future__ import annotations

import io

import pytest
from PIL import Image

from truecopy.pixels.headers import jpeg_scans, jpeg_scans_at_most, webp_size


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
