"""mmengine's EMAHook swaps the two sets on saving; the files are written by its own Runner."""

from __future__ import annotations

import logging
import warnings
from unittest.mock import MagicMock

import pytest
import torch

from truecopy_export.checkpoints import choose_weights, read_checkpoint


def same(weights, module: torch.nn.Module) -> bool:
    state = module.state_dict()
    return list(weights.tensors) == list(state) and all(
        torch.equal(weights.tensors[name], state[name]) for name in state
    )


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Two epochs of two steps; options are those of the hook. Gives the file, the model and its average."""
    return lambda **options: _trained(tmp_path, monkeypatch, options)


def _trained(tmp_path, monkeypatch, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mmengine's imports and its runner use deprecated parts of torch
        from mmengine.model import BaseModel
        from mmengine.runner import Runner
        from mmengine.visualization import Visualizer

        # The visualiser wants matplotlib for figures that nobody draws here.
        monkeypatch.setattr(Visualizer, "_initialize_fig", lambda *_: (MagicMock(), MagicMock(), MagicMock()))

        class Net(BaseModel):
            def __init__(self):
                super().__init__()
                self.conv, self.bn, self.fc = (
                    torch.nn.Conv2d(3, 4, 3),
                    torch.nn.BatchNorm2d(4),
                    torch.nn.Linear(4, 5),
                )

            def forward(self, images, labels, mode="tensor"):
                logits = self.fc(self.bn(self.conv(images)).mean((2, 3)))
                return {"loss": torch.nn.functional.cross_entropy(logits, labels)}

        torch.manual_seed(0)
        runner = Runner(
            model=Net(),
            work_dir=str(tmp_path),
            train_dataloader={
                "dataset": [(torch.randn(3, 8, 8), i % 5) for i in range(8)],
                "sampler": {"type": "DefaultSampler", "shuffle": False},
                "batch_size": 4,
                "collate_fn": {"type": "default_collate"},
            },
            train_cfg={"by_epoch": True, "max_epochs": 2},
            optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
            custom_hooks=[{"type": "EMAHook", "momentum": 0.1, **options}],
            default_scope="mmengine",
            log_level="ERROR",
            experiment_name=tmp_path.name,
        )
        hook = next(h for h in runner.hooks if type(h).__name__ == "EMAHook")
        runner.train()
        logging.shutdown()
    return tmp_path / "epoch_2.pth", runner.model, hook.ema_model.module


def test_mmengine_swaps_on_saving_so_state_dict_is_the_average(trained):
    path, model, ema = trained()
    checkpoint = read_checkpoint(path)

    choice = choose_weights(checkpoint)

    assert choice.taken is choice.ema
    assert same(choice.ema, ema)
    assert same(choice.raw, model)
    assert choice.ema.distance > 0
    assert choice.taken.field == "state_dict"
    assert choice.raw.field == "ema_state_dict"
    assert choice.taken.counter == 4
    assert "layout mmengine EMAHook; mmengine EMAHook swaps the two on saving" in choice.report[0]
    assert f"counter 4, distance {choice.ema.distance:.3g}" in choice.report[1]
    assert same(choose_weights(checkpoint, "raw").taken, model)


def test_naming_the_trap_field_of_mmengine_takes_it_and_calls_it_raw(trained):
    path, model, _ = trained()
    choice = choose_weights(read_checkpoint(path), "ema_state_dict")
    assert choice.taken.kind == "raw"
    assert same(choice.taken, model)
    assert "taken: ema_state_dict (raw)" in choice.report[1]


def test_before_averaging_begins_both_sets_are_the_model_and_the_raw_one_is_taken(trained):
    path, *_ = trained(begin_epoch=2)
    checkpoint = read_checkpoint(path.with_name("epoch_1.pth"))
    choice = choose_weights(checkpoint)
    assert choice.taken is choice.raw
    assert choice.taken.field == "ema_state_dict"
    copy = checkpoint.content["state_dict"]
    assert all(torch.equal(choice.taken.tensors[name], copy[name]) for name in copy)
    assert choice.report[0] == (
        "found: state_dict, layout mmengine EMAHook, whose averaging has not begun (counter 0)"
    )


def test_an_average_that_began_late_is_taken_with_its_own_counter(trained):
    path, _, ema = trained(begin_epoch=2)
    choice = choose_weights(read_checkpoint(path))
    assert choice.taken.kind == "ema"
    assert 0 < choice.taken.counter < 4
    assert same(choice.taken, ema)
