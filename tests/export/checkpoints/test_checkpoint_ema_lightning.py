"""Lightning's own callbacks; every file is written by its Trainer."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest
import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from truecopy.errors import AmbiguousEma
from truecopy_export.carried.label_tables import labels_in
from truecopy_export.checkpoints import choose_weights, read_checkpoint

STOCHASTIC = "callbacks.StochasticWeightAveraging.average_model_state"


def same(weights, module: torch.nn.Module) -> bool:
    state = module.state_dict()
    return list(weights.tensors) == list(state) and all(
        torch.equal(weights.tensors[name], state[name]) for name in state
    )


def callbacks():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("lightning.pytorch.callbacks", reason="lightning is not installed")


def without_batch_norm(seed: int = 0) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 5)
    )


def lightning_file(folder: Path, make_network, *callbacks, epochs: int = 2):
    """Train with the real Trainer; returns its last file, the trained LightningModule and the Trainer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Lightning advises about workers, loggers and log intervals
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        import lightning.pytorch as pl

        class Lit(pl.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = make_network()
                self.save_hyperparameters({"class_to_idx": {"cat": 0, "dog": 1}})

            def training_step(self, batch, _):
                return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])

            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), 0.1)

        data = [(torch.randn(3, 8, 8), i % 5) for i in range(8)]
        trainer = pl.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=folder,
            callbacks=list(callbacks),
        )
        module = Lit()
        trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=4))
    (path,) = (folder / "checkpoints").glob("*.ckpt")
    return path, module, trainer


def test_lightning_weight_averaging_swaps_on_saving_so_state_dict_is_the_average(tmp_path, make_network):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightning.pytorch.callbacks import WeightAveraging
    path, module, _ = lightning_file(
        tmp_path, make_network, WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(0.9))
    )
    checkpoint = read_checkpoint(path)

    choice = choose_weights(checkpoint)

    # After fit the callback copies the average into the module.
    assert choice.taken is choice.ema
    assert same(choice.ema, module.net)
    report = "\n".join(choice.report)
    assert choice.taken.field == "state_dict"
    assert choice.raw.field == "current_model_state"
    assert (choice.taken.counter, choice.taken.prefix) == (4, "net.")
    assert choice.taken.distance > 0
    assert "the prefix 'net.' was stripped from all 9 names" in report
    assert labels_in(checkpoint.content, checkpoint.name).labels == ("cat", "dog")
    raw = choose_weights(checkpoint, "raw").taken
    assert raw.field == "current_model_state"
    assert not same(raw, module.net)


def test_after_fit_both_sets_are_the_average_and_the_report_says_why(tmp_path, make_network):
    average = callbacks().WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(0.9))
    _, module, trainer = lightning_file(tmp_path, make_network, average)
    trainer.save_checkpoint(tmp_path / "end.ckpt")

    choice = choose_weights(read_checkpoint(tmp_path / "end.ckpt"))

    assert choice.taken.distance == 0.0
    assert same(choice.taken, module.net)
    assert (
        "state_dict equals current_model_state value for value, although its counter is 4: after fit Lightning has "
        "copied the average into the model, so a file saved then holds it twice"
    ) in choice.report


def test_lightning_weight_averaging_that_never_began_is_refused(tmp_path, make_network):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightning.pytorch.callbacks import WeightAveraging

    class Late(WeightAveraging):
        def should_update(self, step_idx=None, epoch_idx=None):
            return False

    path, *_ = lightning_file(tmp_path, make_network, Late())
    with pytest.raises(AmbiguousEma, match="untrained initial weights") as caught:
        choose_weights(read_checkpoint(path))
    assert caught.value.fix == "Say --ema raw"
    assert choose_weights(read_checkpoint(path), "raw").taken.field == "current_model_state"


def test_a_plain_lightning_checkpoint_has_one_set(tmp_path, make_network):
    path, module, _ = lightning_file(tmp_path, make_network)
    choice = choose_weights(read_checkpoint(path))
    assert same(choice.taken, module.net)
    assert choice.ema is None


def test_a_file_saved_outside_fit_has_one_set_and_the_report_says_which_it_may_be(tmp_path, make_network):
    _, module, trainer = lightning_file(tmp_path, make_network, callbacks().WeightAveraging())
    trainer.callbacks[0]._average_model = None  # as in a process that validates only
    trainer.save_checkpoint(tmp_path / "validated.ckpt")

    choice = choose_weights(read_checkpoint(tmp_path / "validated.ckpt"))

    assert same(choice.taken, module.net)
    assert (choice.raw, choice.taken.field) == (choice.taken, "state_dict")
    assert "a Lightning WeightAveraging callback is named, but its two sets are not" in choice.report[2]


def test_a_stochastic_average_of_a_network_with_batch_norm_is_refused_until_said(tmp_path, make_network):
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=1)
    path, module, _ = lightning_file(tmp_path, make_network, swa)
    checkpoint = read_checkpoint(path)

    with pytest.raises(AmbiguousEma, match="was never given its BatchNorm statistics") as caught:
        choose_weights(checkpoint)
    assert "2 statistics from before the training; counter 2, distance " in caught.value.got
    assert "Say --ema raw for state_dict, which is what the trainer itself runs" in caught.value.fix
    assert caught.value.fix.endswith(f"or --ema {STOCHASTIC}")

    choice = choose_weights(checkpoint, STOCHASTIC)
    assert choice.taken.counter == 2
    assert choice.taken.distance > 0
    assert "its buffers, such as BatchNorm statistics, are those from before the training" in choice.report[2]
    raw = choose_weights(checkpoint, "raw").taken
    assert raw.field == "state_dict"
    assert same(raw, module.net)


def test_a_stochastic_average_without_batch_norm_is_taken(tmp_path):
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=1)
    path, module, _ = lightning_file(tmp_path, without_batch_norm, swa)
    choice = choose_weights(read_checkpoint(path))
    assert (choice.taken.kind, choice.taken.field, choice.taken.counter) == ("ema", STOCHASTIC, 2)
    assert choice.taken.distance > 0
    assert same(choice.taken, module.net)  # the trainer copies the average at its end
    assert choose_weights(read_checkpoint(path), "raw").taken.field == "state_dict"


def test_after_the_training_the_model_itself_is_the_stochastic_average(tmp_path):
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=1)
    _, module, trainer = lightning_file(tmp_path, without_batch_norm, swa)
    trainer.save_checkpoint(tmp_path / "end.ckpt")

    choice = choose_weights(read_checkpoint(tmp_path / "end.ckpt"))

    assert (choice.taken.kind, choice.taken.field, choice.taken.counter) == ("ema", "state_dict", 2)
    assert same(choice.taken, module.net)
    assert f"state_dict is the average itself: it equals {STOCHASTIC} in every parameter" in choice.report


def test_a_stochastic_average_that_has_not_begun_leaves_the_raw_weights(tmp_path, make_network):
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=4)
    path, *_ = lightning_file(tmp_path, make_network, swa)
    choice = choose_weights(read_checkpoint(path))
    assert (choice.taken.kind, choice.taken.field) == ("raw", "state_dict")
    assert "StochasticWeightAveraging, whose averaging has not begun (counter 0)" in choice.report[0]


def test_two_averages_of_two_callbacks_are_refused_and_both_are_named(tmp_path):
    average = callbacks().WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(0.9))
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=1)
    path, *_ = lightning_file(tmp_path, without_batch_norm, average, swa)
    checkpoint = read_checkpoint(path)

    with pytest.raises(AmbiguousEma, match="more than one set of averaged weights") as caught:
        choose_weights(checkpoint)
    assert caught.value.fix == f"Say --ema state_dict or --ema {STOCHASTIC} or --ema raw"
    assert choose_weights(checkpoint, "raw").taken.field == "current_model_state"


def test_beside_an_average_that_has_not_begun_the_other_one_is_taken(tmp_path, make_network):
    average = callbacks().WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(0.9))
    swa = callbacks().StochasticWeightAveraging(swa_lrs=0.01, swa_epoch_start=4)
    path, *_ = lightning_file(tmp_path, make_network, average, swa)
    choice = choose_weights(read_checkpoint(path))
    assert (choice.taken.field, choice.raw.field) == ("state_dict", "current_model_state")
    assert choice.taken.counter > 0
    assert "whose averaging has not begun" in "\n".join(choice.report)
