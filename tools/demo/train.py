"""Train `DigitNet` with an exponential moving average, a few seconds, on the digits that ship with scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from tools.demo.network import DigitNet, validation
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

CLASSES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
HELD_OUT = 360
EPOCHS, BATCH = 10, 32


def write_images(folder: Path) -> None:
    """The held-out digits as PNG files in class folders: 8 x 8, grey."""
    digits = load_digits()
    for number in range(HELD_OUT):
        label = CLASSES[digits.target[number]]
        (folder / label).mkdir(parents=True, exist_ok=True)
        _image(digits.images[number]).save(folder / label / f"{number:04d}.png")


def train(checkpoint: Path) -> None:
    """Write a checkpoint as torchvision's reference script does: `model`, `model_ema`, and the class names."""
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.stack([validation(_image(image)) for image in digits.images[HELD_OUT:]])
    targets = torch.from_numpy(digits.target[HELD_OUT:])
    model = DigitNet()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98), use_buffers=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    for epoch in range(EPOCHS):
        model.train()
        order = torch.randperm(len(images))
        for chosen in order.split(BATCH):
            loss = torch.nn.functional.cross_entropy(model(images[chosen]), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.update_parameters(model)
        print(f"  epoch {epoch + 1}/{EPOCHS}, loss {loss.item():.3f}")
    torch.save(
        {
            "model": model.state_dict(),
            "model_ema": average.state_dict(),
            "epoch": EPOCHS,
            "class_to_idx": {name: index for index, name in enumerate(CLASSES)},
        },
        checkpoint,
    )


def _image(values: np.ndarray) -> Image.Image:
    """scikit-learn's digits have levels 0 to 16."""
    return Image.fromarray((values * 15).astype(np.uint8))
