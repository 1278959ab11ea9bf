"""Colours of an image that Pillow has loaded, as OpenCV would have made them."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image


def cmyk_to_rgb(image: Image.Image) -> Image.Image:
    """Mode CMYK to RGB, k - ((255 - c) k >> 8) of the inks as a JPEG file stores them, which is inverted.

    Source: opencv/modules/imgcodecs/src/utils.cpp `icvCvt_CMYK2BGR_8u_C4C3R` (4.10 to 5.0).
    """
    stored = 255 - np.asarray(image).astype(np.int32)
    inks, black = stored[..., :3], stored[..., 3:]
    return Image.fromarray((black - ((255 - inks) * black >> 8)).astype(np.uint8))


def to_grey(image: Image.Image) -> Image.Image:
    """Mode RGB to L by `cv2.cvtColor`, as one does with a picture in memory.

    The grey of a file is another one, by up to one level: `cv2.imdecode` takes a JPEG's luma, and libpng's rule for PNG.
    """
    return Image.fromarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY))
