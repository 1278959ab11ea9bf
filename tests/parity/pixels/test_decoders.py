"""Decoders `opencv` and `torchvision` give the pixels of `cv2.imdecode` and of `torchvision.io.decode_image`."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from truecopy.contract import ImageInput
from truecopy.errors import InputError, Unsupported
from truecopy.limits import DEFAULT_LIMITS
from truecopy.pixels import decode

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
DATA = Path(__file__).parents[4] / "shared" / "data"


def spec(decoder, color="RGB", orientation="ignore"):
    return ImageInput(
        decoder=decoder,
        color=color,
        orientation=orientation,
        alpha="drop",
        depth16="shift" if decoder == "opencv" else "clip",
        cmyk="opencv" if decoder == "opencv" else "pillow",
        frame=0,
    )


def encoded(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def picture(mode="RGB"):
    """43 x 31 (width x height): gradients under noise, every mode of it."""
    random = np.random.default_rng(5)
    if mode == "I;16":
        return Image.fromarray(random.integers(0, 65536, (31, 43), dtype=np.uint16))
    y, x = np.mgrid[0:31, 0:43]
    base = np.stack([x * 6, y * 8, (x * y) % 256, 255 - x * 5], axis=2) + random.integers(-9, 9, (31, 43, 4))
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8)).convert(mode)


def exif(orientation):
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    return {"exif": block}


SYNTHETIC = [
    *((mode, "PNG", {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    ("P", "PNG", {"transparency": 3}),
    ("L", "PNG", {"transparency": 77}),
    ("RGB", "PNG", {"transparency": (1, 2, 3)}),
    *((mode, "JPEG", {}) for mode in ("L", "RGB", "CMYK")),
    ("RGB", "JPEG", {"progressive": True}),
    ("CMYK", "JPEG", {"progressive": True, "quality": 40}),
    *(("RGB", "JPEG", {"subsampling": sampling}) for sampling in (0, 1, 2)),
    *(("RGB", "JPEG", exif(orientation)) for orientation in range(1, 9)),
    *(("RGB", "PNG", exif(orientation)) for orientation in range(1, 9)),
    *(("RGB", "WEBP", exif(orientation)) for orientation in range(1, 9)),
    *((mode, "WEBP", {"lossless": lossless}) for mode in ("RGB", "RGBA") for lossless in (False, True)),
    *((mode, "GIF", {}) for mode in ("L", "P", "1")),
    ("P", "GIF", {"interlace": 1}),
    *((mode, "BMP", {}) for mode in ("1", "L", "P", "RGB", "RGBA")),
    *((mode, "TIFF", {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")),
    *(("RGB", "TIFF", {"compression": kind}) for kind in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg")),
    *(("RGB", "TIFF", exif(orientation)) for orientation in range(1, 9)),
]


def opencv_itself(data, color, orientation):
    """(h, w, c), or None where OpenCV gives no picture."""
    flags = cv2.IMREAD_GRAYSCALE if color == "L" else cv2.IMREAD_COLOR
    if orientation == "ignore":
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        return None
    return pixels[..., np.newaxis] if color == "L" else pixels[..., ::-1]


@pytest.mark.parametrize("color", ["RGB", "L"])
@pytest.mark.parametrize("orientation", ["ignore", "apply"])
def test_every_kind_of_file_is_what_opencv_makes_of_it(color, orientation):
    for mode, name, options in SYNTHETIC:
        data = encoded(picture(mode), name, **options)
        theirs = opencv_itself(data, color, orientation)
        if theirs is None and name == "GIF":  # new in OpenCV 4.11
            continue
        mine = decode(data, spec("opencv", color, orientation)).pixels()
        assert np.array_equal(mine, theirs), (mode, name, options)


def test_opencv_differs_from_pillow_where_it_is_said_to():
    grey16, cmyk = encoded(picture("I;16"), "PNG"), encoded(picture("CMYK"), "JPEG", quality=95)
    for data, largest in ((grey16, 255), (cmyk, 2)):
        pillow, opencv = (decode(data, spec(name)).pixels().astype(int) for name in ("pillow", "opencv"))
        assert 0 < np.abs(opencv - pillow).max() <= largest
    data = encoded(picture(), "JPEG")
    assert np.array_equal(decode(data, spec("opencv")).pixels(), decode(data, spec("pillow")).pixels())


@pytest.fixture(scope="module")
def odd_files():
    folder = DATA / "odd"
    if not folder.is_dir():
        pytest.skip("the collection of odd image files (shared/data/odd) is not here")
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]


def opened_by_pillow(path):
    try:
        with Image.open(path, formats=DEFAULT_LIMITS.formats):
            return True
    except (OSError, SyntaxError, ValueError):
        return False


@pytest.mark.parametrize(("color", "orientation"), [("RGB", "ignore"), ("RGB", "apply"), ("L", "ignore")])
def test_an_odd_file_is_what_opencv_makes_of_it_or_a_typed_error(odd_files, color, orientation, capfd):
    same = 0
    for path in filter(opened_by_pillow, odd_files):
        data = path.read_bytes()
        theirs = opencv_itself(data, color, orientation)
        try:
            mine = decode(path, spec("opencv", color, orientation)).pixels()
        except InputError:
            # refused ahead of OpenCV: animated PNGs, and one TIFF whose header says two sizes
            assert theirs is None or b"acTL" in data or path.name.startswith("crash-74d2"), path
            continue
        assert theirs is not None, path
        assert np.array_equal(mine, theirs), path
        same += 1
    assert same > 100
    capfd.readouterr()


@pytest.fixture(scope="module")
def decode_image():
    """torchvision's function on bytes, (h, w, c); None where it gives no picture of 8 bits."""
    torch = pytest.importorskip("torch")
    image = pytest.importorskip("torchvision.io.image")
    if not image._has_image_ops():
        pytest.skip("torchvision's own decoders do not load here (this build needs a CUDA build of torch)")

    def call(data, orientation):
        buffer = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        try:
            made = image.decode_image(buffer, mode="RGB", apply_exif_orientation=orientation == "apply")
        except RuntimeError:
            return None
        if made.dtype != torch.uint8:
            return None
        return (made[0] if made.ndim == 4 else made).permute(1, 2, 0).numpy()

    return call


@pytest.mark.parametrize("orientation", ["ignore", "apply"])
def test_every_kind_of_file_is_what_torchvision_makes_of_it(decode_image, orientation):
    for mode, name, options in SYNTHETIC:
        data = encoded(picture(mode), name, **options)
        theirs = decode_image(data, orientation)
        if theirs is None:
            with pytest.raises(Unsupported, match=r"torchvision\.io\.decode_image"):
                decode(data, spec("torchvision", "RGB", orientation))
            continue
        mine = decode(data, spec("torchvision", "RGB", orientation)).pixels()
        assert np.array_equal(mine, theirs), (mode, name, options)


@pytest.mark.parametrize("orientation", ["ignore", "apply"])
def test_an_odd_file_is_what_torchvision_makes_of_it_or_a_typed_error(odd_files, decode_image, orientation):
    photographs = sorted((DATA / "imagenet" / "photos").glob("*.JPEG"))[:100]
    same = 0
    for path in (*odd_files, *photographs):
        try:
            mine = decode(path, spec("torchvision", "RGB", orientation)).pixels()
        except InputError:
            continue
        theirs = decode_image(path.read_bytes(), orientation)
        if theirs is None:  # torchvision is stricter with damaged JPEG data
            assert "crashtest" in path.parts, path
            continue
        assert np.array_equal(mine, theirs), path
        same += 1
    assert same > 150
