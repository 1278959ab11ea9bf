"""scikit-learn's digits as pictures, and a small convolutional network on them."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torchvision import transforms

QUESTIONS = ["has a loop", "is odd", "below five"]
validation = transforms.Compose(
    [
        transforms.Grayscale(),
        transforms.Resize((12, 12)),
        transforms.ToTensor(),
        transforms.Normalize([0.3], [0.4]),
    ]
)


@functools.cache
def pictures() -> tuple[list[Image.Image], np.ndarray]:
    """1797 grey pictures of 8 x 8, and which digit each one is."""
    digits = load_digits()
    grey = (digits.images * 15).astype(np.uint8)
    return [Image.fromarray(one) for one in grey], digits.target


@functools.cache
def tensors() -> torch.Tensor:
    return torch.stack([validation(picture) for picture in pictures()[0]])


def facts(digit: int) -> list[bool]:
    """The answers to QUESTIONS."""
    return [digit in (0, 6, 8, 9), digit % 2 == 1, digit < 5]


def folder_of(target: Path, count: int) -> Path:
    """The first `count` digits as PNG files, named by place and digit: `003_3.png`."""
    target.mkdir()
    for place, (picture, digit) in enumerate(zip(*pictures(), strict=True)):
        if place == count:
            break
        picture.save(target / f"{place:03d}_{digit}.png")
    return target


def network(outputs: int, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(144, outputs),
    )


def trained(outputs: int, truth: np.ndarray) -> nn.Sequential:
    """The network after 40 steps on all digits. truth: bool (1797, outputs), or int (1797,) for classes."""
    module = network(outputs)
    wanted = torch.from_numpy(truth)
    classes = wanted.ndim == 1
    criterion = nn.CrossEntropyLoss() if classes else nn.BCEWithLogitsLoss()
    optimiser = torch.optim.Adam(module.parameters(), 0.01)
    for _ in range(40):
        optimiser.zero_grad()
        criterion(module(tensors()), wanted if classes else wanted.float()).backward()
        optimiser.step()
    return module.eval()


def raw(module: nn.Module, picture: Path) -> np.ndarray:
    """The original's answer to one file: PIL, the transform, the network."""
    with Image.open(picture) as image, torch.no_grad():
        return module(validation(image)[None])[0].numpy()


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits.astype(np.float64)))
