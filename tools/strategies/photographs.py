"""CIFAR-10 as class folders of JPEG files beside the repository, and which fifth of the training images a fold leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

FOLDER = Path("../shared/data/cifar10")
TRAIN, TEST = FOLDER / "train", FOLDER / "test"
FOLDS = 5


def class_to_idx() -> dict[str, int]:
    return {folder.name: place for place, folder in enumerate(sorted(TRAIN.iterdir()))}


def labelled(fold: int, *, held_out: bool) -> list[tuple[Path, int]]:
    """(file, class index) of the images that a fold learns from, or of those it never sees: its fifth of every class."""
    found = []
    for name, label in class_to_idx().items():
        files = sorted((TRAIN / name).glob("*.jpg"))
        found += [
            (file, label)
            for place, file in enumerate(files)
            if (place * FOLDS // len(files) == fold) is held_out
        ]
    return found


def pixels(images: list[tuple[Path, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """uint8 (images, 32, 32, 3), and the int64 class indices."""
    read = [np.asarray(Image.open(file).convert("RGB")) for file, _ in images]
    return torch.from_numpy(np.stack(read)), torch.tensor([label for _, label in images])
