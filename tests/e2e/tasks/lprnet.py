"""LPRNet (arXiv 1806.10447), as wide as the shared licence-plate weights, and the loop that reads a plate with it.

The weights' names tell where a layer stands in `backbone` and `container`; weights, alphabet and pixel values are
those of sirius-ai/LPRNet_Pytorch (model/LPRNet.py, data/load_data.py, test_LPRNet.py).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

PROVINCES = "京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新"
ALPHABET = [*PROVINCES, *"0123456789", *"ABCDEFGHJKLMNPQRSTUVWXYZIO", "-"]  # the last one is the blank
WIDTH, HEIGHT = 94, 24


class Small(nn.Module):
    """1x1, 3x1, 1x3, 1x1 convolutions through a quarter of the channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        narrow = outputs // 4
        layers = [
            nn.Conv2d(inputs, narrow, 1),
            nn.Conv2d(narrow, narrow, (3, 1), padding=(1, 0)),
            nn.Conv2d(narrow, narrow, (1, 3), padding=(0, 1)),
        ]
        self.block = nn.Sequential(
            *(part for layer in layers for part in (layer, nn.ReLU())), nn.Conv2d(narrow, outputs, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.block(x)


class Pool(nn.Module):
    """3 x 3 maximum over the picture, one pixel at a time downwards; it takes every `channels`-th channel."""

    def __init__(self, channels: int, right: int) -> None:
        super().__init__()
        self.channels, self.right = channels, right

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.max_pool2d(x[:, :: self.channels], 3, (1, self.right))


class LPRNet(nn.Module):
    """(n, 3, 24, 94) BGR to (n, 68, 18). Each of the four contexts is divided by the mean of its squares over the
    whole batch: the answer to a plate depends on its neighbours.
    """

    def __init__(self, tokens: int = len(ALPHABET)) -> None:
        super().__init__()

        def normed(layer: nn.Module, channels: int) -> list[nn.Module]:
            return [layer, nn.BatchNorm2d(channels), nn.ReLU()]

        self.backbone = nn.Sequential(
            *normed(nn.Conv2d(3, 64, 3), 64),
            Pool(1, 1),
            *normed(Small(64, 128), 128),
            Pool(2, 2),
            *normed(Small(64, 256), 256),
            *normed(Small(256, 256), 256),
            Pool(4, 2),
            nn.Dropout(0.5),
            *normed(nn.Conv2d(64, 256, (1, 4)), 256),
            nn.Dropout(0.5),
            *normed(nn.Conv2d(256, tokens, (13, 1)), tokens),
        )
        self.container = nn.Sequential(nn.Conv2d(64 + 128 + 256 + tokens, tokens, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        contexts = []
        for place, layer in enumerate(self.backbone):
            x = layer(x)
            if place in (2, 6):
                contexts.append(functional.avg_pool2d(x, 5, 5))
            elif place == 13:
                contexts.append(functional.avg_pool2d(x, (4, 10), (4, 2)))
        contexts.append(x)
        even = [context / context.square().mean() for context in contexts]
        return self.container(torch.cat(even, 1)).mean(2)


def trained(weights: Path) -> LPRNet:
    network = LPRNet()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return network.eval()


def tensor_of(plate: Path) -> np.ndarray:
    """float32 (3, 24, 94), as the repository's data set makes it."""
    picture = cv2.imdecode(np.frombuffer(plate.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture.shape[:2] != (HEIGHT, WIDTH):
        picture = cv2.resize(picture, (WIDTH, HEIGHT))
    values = picture.astype(np.float32)
    values -= 127.5
    values *= 0.0078125
    return values.transpose(2, 0, 1)


def read_plate(network: LPRNet, plate: Path) -> str:
    """The text, by the repository's greedy loop: the best token a step, repeats once, blanks dropped."""
    with torch.no_grad():
        steps = network(torch.from_numpy(tensor_of(plate).copy())[None])[0].argmax(0).tolist()
    kept = [now for before, now in zip([None, *steps], steps, strict=False) if now != before]
    return "".join(ALPHABET[token] for token in kept if ALPHABET[token] != "-")
