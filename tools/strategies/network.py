"""What a user's own training code looks like: a small network for 32 x 32 photographs and its validation transform."""

from __future__ import annotations

import torch
from torch import nn
from torchvision import transforms

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)

validation = transforms.Compose(
    [
        transforms.Resize(32),
        transforms.CenterCrop(32),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, STD),
    ]
)


def convolution(given: int, made: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, 3, padding=1, bias=False), nn.BatchNorm2d(made), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two convolutions beside the way straight through (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(convolution(width, width), convolution(width, width))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images + self.body(images)


class PhotoNet(nn.Module):
    """Ten logits for a photograph (batch, 3, 32, 32); 0.46 M weights, 20 M multiplications."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            convolution(3, 32),
            nn.MaxPool2d(2),
            convolution(32, 64),
            nn.MaxPool2d(2),
            Residual(64),
            convolution(64, 128),
            nn.MaxPool2d(2),
            Residual(128),
            nn.AdaptiveMaxPool2d(1),
        )
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(128, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.dropout(self.features(images).flatten(1)))
