"""ultralytics:transforms: the validation transform that a whole Ultralytics network carries with it.

The file's own object, unpickled with the network: torchvision's Resize, CenterCrop, ToTensor and Normalize. The validation
loader reads files with OpenCV (EXIF turn applied), turns them to RGB, and gives them as Pillow pictures.
Source: ultralytics 8.4.190 `models/yolo/classify/train.py` (get_dataloader: model.transforms), `data/dataset.py`
(ClassificationDataset.__getitem__), `utils/patches.py` (imread), `models/yolo/classify/predict.py` (setup_source).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from truecopy.errors import RecipeError

from .circumstances import Circumstances
from .file_decoder import OPTION

SPELLING = "ultralytics:transforms"


def transforms_of(module: object) -> Any:
    """The transform that the network carries.

    Raises:
        RecipeError: it carries none.
    """
    found = getattr(module, "transforms", None)
    if found is None:
        raise RecipeError(
            f"--recipe {SPELLING} reads the transform of a whole Ultralytics classifier, and there is none",
            got="no network of its own in the file" if module is None else type(module).__name__,
            fix="Say --recipe python:package.module:object, with what the validation code uses "
            "(ultralytics.data.augment.classify_transforms(size))",
        )
    return found


def read_by_opencv(circumstances: Circumstances) -> Circumstances:
    """The same, with the files read as Ultralytics reads them unless --recipe-arg decoder says otherwise."""
    return replace(circumstances, options={OPTION: "opencv", **circumstances.options})
