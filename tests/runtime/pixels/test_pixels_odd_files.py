"""Every odd file of the collection: Pillow's pixels, or a typed error, and soon."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from PIL import Image

from truecopy.contract import AlphaOver
from truecopy.errors import InputError
from truecopy.limits import DEFAULT_LIMITS
from truecopy.pixels import Picture, decode

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
SECONDS_PER_FILE = 5


def decoded(path, spec):
    try:
        return decode(path, spec)
    except InputError as error:
        return error


@pytest.mark.parametrize("color", ["RGB", "L"])
def test_an_odd_file_is_what_pillow_makes_of_it_or_a_typed_error(odd_files, image_input, color):
    opened = 0
    for path in odd_files:
        start = time.monotonic()
        mine = decoded(path, image_input(color=color))
        assert time.monotonic() - start < SECONDS_PER_FILE, path
        try:
            with Image.open(path, formats=DEFAULT_LIMITS.formats) as image:
                pillow = np.asarray(image.convert(color))
        except (OSError, SyntaxError, ValueError):
            assert isinstance(mine, InputError), path
            assert str(path) in str(mine)
            continue
        opened += 1
        assert isinstance(mine, Picture), f"{path}: {mine}"
        assert np.array_equal(mine.pixels().reshape(pillow.shape), pillow), path
    assert opened > 100


def test_an_odd_file_survives_every_policy(odd_files, image_input):
    policies = itertools.product(["ignore", "apply"], ["drop", AlphaOver((1, 2, 3))], ["clip", "shift"])
    for orientation, alpha, depth16 in policies:
        spec = image_input(orientation=orientation, alpha=alpha, depth16=depth16)
        for path in odd_files:
            mine = decoded(path, spec)
            assert mine.image.mode == "RGB" if isinstance(mine, Picture) else str(path) in str(mine)


def test_formats_that_are_not_opened_are_named(odd_files, image_input):
    refused = [path for path in odd_files if path.suffix in {".avif", ".ico", ".jp2", ".dds", ".cur"}]
    assert refused
    for path in refused:
        with pytest.raises(InputError, match="expected one of JPEG, PNG, WEBP, GIF, BMP, TIFF, got"):
            decode(path, image_input())
