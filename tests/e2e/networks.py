"""Networks and transforms as users keep them in their own code: `--arch python:networks:resnet20`."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torchvision import transforms


def validation(*normalisation: tuple[float, ...]) -> transforms.Compose:
    return transforms.Compose(
        [
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(*normalisation),
        ]
    )


imagenet = validation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
halves = validation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_cifar = [transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
cifar = transforms.Compose(_cifar)
cifar_32 = transforms.Compose([transforms.CenterCrop(32), *_cifar])


class BasicBlock(nn.Module):
    """Two 3x3 convolutions; the shortcut drops pixels and adds zero channels (option A of the ResNet paper)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.widen = outputs - inputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        if self.widen:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.widen // 2, self.widen // 2))
        return functional.relu(x + y)


class CifarResNet(nn.Module):
    """ResNet for 32 x 32 pictures: three stages of 16, 32 and 64 channels."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*(BasicBlock(16, 16, 1) for _ in range(blocks)))
        self.layer2 = nn.Sequential(
            BasicBlock(16, 32, 2), *(BasicBlock(32, 32, 1) for _ in range(blocks - 1))
        )
        self.layer3 = nn.Sequential(
            BasicBlock(32, 64, 2), *(BasicBlock(64, 64, 1) for _ in range(blocks - 1))
        )
        self.linear = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layer3(self.layer2(self.layer1(functional.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


def resnet20() -> CifarResNet:
    return CifarResNet(3)


class MergeEvolve(nn.Module):
    """Block of MENet (arXiv 1803.09127): ShuffleNet's bottleneck, gated by a narrow side branch."""

    def __init__(self, inputs: int, outputs: int, *, side: int, groups: int, down: bool, first: bool) -> None:
        super().__init__()
        middle, stride = outputs // 4, 2 if down else 1
        widened = outputs - inputs if down else outputs
        self.groups, self.down = groups, down
        self.compress = nn.Conv2d(inputs, middle, 1, groups=1 if first else groups, bias=False)
        self.bn_compress = nn.BatchNorm2d(middle)
        self.depthwise = nn.Conv2d(middle, middle, 3, stride, 1, groups=middle, bias=False)
        self.bn_depthwise = nn.BatchNorm2d(middle)
        self.expand = nn.Conv2d(middle, widened, 1, groups=groups, bias=False)
        self.bn_expand = nn.BatchNorm2d(widened)
        self.s_merge = nn.Conv2d(middle, side, 1, bias=False)
        self.s_bn_merge = nn.BatchNorm2d(side)
        self.s_conv = nn.Conv2d(side, side, 3, stride, 1, bias=False)
        self.s_bn_conv = nn.BatchNorm2d(side)
        self.s_evolve = nn.Conv2d(side, middle, 1, bias=False)
        self.s_bn_evolve = nn.BatchNorm2d(middle)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu(self.bn_compress(self.compress(x)))
        y = y.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)
        gate = functional.relu(self.s_bn_merge(self.s_merge(y)))
        gate = functional.relu(self.s_bn_conv(self.s_conv(gate)))
        gate = torch.sigmoid(self.s_bn_evolve(self.s_evolve(gate)))
        y = self.bn_expand(self.expand(self.bn_depthwise(self.depthwise(y)) * gate))
        return functional.relu(torch.cat([y, functional.avg_pool2d(x, 3, 2, 1)], 1) if self.down else x + y)


class MENet(nn.Module):
    """MENet(108, 216, 432) with three groups and a side branch of eight channels."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("init", nn.Sequential())
        self.features.init.add_module("conv", nn.Conv2d(3, 12, 3, 2, 1, bias=False))
        self.features.init.add_module("bn", nn.BatchNorm2d(12))
        self.features.init.add_module("relu", nn.ReLU())
        self.features.init.add_module("pool", nn.MaxPool2d(3, 2, 1))
        inputs = 12
        for stage, (outputs, blocks) in enumerate(((108, 4), (216, 8), (432, 4)), 1):
            for block in range(1, blocks + 1):
                first = stage == block == 1
                part = MergeEvolve(inputs, outputs, side=8, groups=3, down=block == 1, first=first)
                self.features.add_module(f"stage_{stage}_{block}", part)
                inputs = outputs
        self.classifier = nn.Linear(432, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


cifar_halves = transforms.Compose(
    [transforms.CenterCrop(32), transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.5,) * 3)]
)
cifar_own = transforms.Compose(
    [
        transforms.CenterCrop(32),
        transforms.ToTensor(),
        transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
    ]
)


def resnet32() -> CifarResNet:
    return CifarResNet(5)


class SmallVgg(nn.Module):
    """Of ../shared/data/weights/cifar10_quant_demo: three convolutions without padding."""

    def __init__(self) -> None:
        super().__init__()
        for number, inputs in ((1, 3), (2, 64), (3, 64)):
            block = nn.Sequential(nn.Conv2d(inputs, 64, 3), nn.BatchNorm2d(64), nn.ReLU())
            setattr(self, f"feature{number}", block)
        self.classifier = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in (self.feature1, self.feature2, self.feature3):
            x = functional.max_pool2d(block(x), 2)
        return self.classifier(x.mean((2, 3)))


def opacus_convnet() -> nn.Sequential:
    """Source: opacus examples/cifar10.py convnet."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((3, 32), (32, 64), (64, 64), (64, 128)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)]
    layers[-1] = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128, 10))
