"""What a user's own training code looks like: a small network and its validation transform."""

from __future__ import annotations

import torch
from torch import nn
from torchvision import transforms
from torchvision.transforms import InterpolationMode

validation = transforms.Compose(
    [
        transforms.Resize(28, interpolation=InterpolationMode.BICUBIC),
        transforms.CenterCrop(26),
        transforms.ToTensor(),
        transforms.Normalize((0.5,), (0.5,)),
    ]
)


class DigitNet(nn.Module):
    """Ten logits for a grey image (batch, 1, 26, 26)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(4),
        )
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(32 * 16, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.dropout(self.features(images).flatten(1)))
