"""The memory of one decode, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")

PREAMBLE = """
import io, struct, sys, zlib
import numpy as np
from PIL import Image
from truecopy.contract import ImageInput, AlphaOver
from truecopy.errors import TooLarge
from truecopy.limits import Limits
from truecopy.pixels import decode
Image.MAX_IMAGE_PIXELS = None
decoder = sys.argv[2]
depth16, cmyk = ("shift", "opencv") if decoder == "opencv" else ("clip", "pillow")
spec = ImageInput(decoder=decoder, color="RGB", orientation="ignore", alpha="drop", depth16=depth16, cmyk=cmyk, frame=0)
def peak():
    # getrusage would start from the parent's peak
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024
"""

BIG = """
buffer = open(sys.argv[3], "rb").read()
decode(np.zeros((8, 8), np.uint8), spec)
before = peak()
decode(buffer, spec).pixels()
print(peak() - before)
"""

REFUSED = """
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
png = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)) + chunk(b"IDAT", b"")
size = (16382).to_bytes(3, "little")
webp = b"RIFF\\0\\1\\0\\0WEBPVP8X\\x0a\\0\\0\\0" + bytes(4) + size + size + bytes(64)
gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\\x80\\0\\0" + bytes(6) + b"," + bytes(4) + struct.pack("<HH", 65535, 65535) + bytes(20)
bmp = b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 40000, 40000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(64)
before = peak()
for data in (png, webp, gif, bmp):
    try:
        decode(data, spec)
    except TooLarge as error:
        assert "max_pixels" in str(error)
    else:
        raise AssertionError(data[:12])
print(peak() - before)
"""


SIDE = 4000
PIXELS = SIDE * SIDE


def run(code, *arguments):
    command = [sys.executable, "-c", PREAMBLE + code, "--", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stderr
    return [int(word) for word in finished.stdout.split()]


@pytest.mark.parametrize("decoder", ["pillow", "opencv"])
@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGBA", {"compress_level": 1}),
        ("WEBP", "RGBA", {"method": 0, "quality": 10}),
        ("GIF", "P", {}),
        ("TIFF", "RGBA", {"compression": "tiff_deflate"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_decode_takes_at_most_100_mb_and_16_bytes_a_pixel(tmp_path, name, mode, options, decoder):
    path = tmp_path / "big"
    Image.linear_gradient("L").resize((SIDE, SIDE)).convert(mode).save(path, name, **options)
    (taken,) = run(BIG, decoder, str(path))
    assert 3 * PIXELS <= taken <= 100_000_000 + 16 * PIXELS


@pytest.mark.parametrize("decoder", ["pillow", "opencv", "torchvision"])
def test_a_refused_header_costs_next_to_nothing(decoder):
    (taken,) = run(REFUSED, decoder)
    assert taken < 20_000_000
