"""Train one fold of `PhotoNet`, two to three minutes on one core, with an exponential moving average of its weights."""

from __future__ import annotations

from pathlib import Path

import torch
from tools.strategies.network import MEAN, STD, PhotoNet
from tools.strategies.photographs import class_to_idx, labelled, pixels
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

EPOCHS, BATCH, PEAK, DECAY = 30, 128, 0.1, 0.99
PAD, SIDE = 4, 32


def train(fold: int, checkpoint: Path) -> None:
    """Write a checkpoint as torchvision's reference script does: `model`, `model_ema`, and the class names."""
    torch.set_num_threads(1)
    torch.manual_seed(fold)
    images, labels = (part for part in pixels(labelled(fold, held_out=False)))
    padded = functional.pad(_normalised(images), (0, 0, PAD, PAD, PAD, PAD))
    model = PhotoNet().to(memory_format=torch.channels_last)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(DECAY), use_buffers=True)
    optimizer = torch.optim.SGD(model.parameters(), PEAK, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = EPOCHS * (len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, steps, pct_start=0.2)
    for epoch in range(EPOCHS):
        model.train()
        order = torch.randperm(len(labels))
        # The last, smaller batch is left out: its images come in another epoch.
        for chosen in order[: len(order) // BATCH * BATCH].split(BATCH):
            loss = functional.cross_entropy(model(_augmented(padded[chosen])), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            average.update_parameters(model)
        if epoch % 5 == 4:
            print(f"  fold {fold}, epoch {epoch + 1}/{EPOCHS}, loss {loss.item():.3f}", flush=True)
    part = checkpoint.with_suffix(".part")
    torch.save(
        {
            "model": model.state_dict(),
            "model_ema": average.state_dict(),
            "epoch": EPOCHS,
            "class_to_idx": class_to_idx(),
        },
        part,
    )
    part.replace(checkpoint)  # a fold that was interrupted is no fold


def averaged(checkpoint: Path) -> PhotoNet:
    """The network with the averaged weights of a checkpoint, ready to answer."""
    saved = torch.load(checkpoint, weights_only=True)["model_ema"]
    model = PhotoNet()
    model.load_state_dict(
        {name.removeprefix("module."): value for name, value in saved.items() if name != "n_averaged"}
    )
    return model.eval()


def accuracy(model: PhotoNet, images: list[tuple[Path, int]]) -> float:
    raster, labels = pixels(images)
    with torch.inference_mode():
        answers = model(_normalised(raster).permute(0, 3, 1, 2)).argmax(1)
    return (answers == labels).double().mean().item()


def _normalised(images: torch.Tensor) -> torch.Tensor:
    """float32 (images, 32, 32, 3), as `validation` makes them."""
    return (images.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)


def _augmented(padded: torch.Tensor) -> torch.Tensor:
    """A random crop of every padded image, half of them mirrored: (images, 3, 32, 32), channels last in memory."""
    count = len(padded)
    rows = torch.randint(2 * PAD + 1, (count, 1)) + torch.arange(SIDE)
    columns = torch.randint(2 * PAD + 1, (count, 1)) + torch.arange(SIDE)
    columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
    every = torch.arange(count)[:, None, None]
    return padded[every, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
