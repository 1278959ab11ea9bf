"""Averages that small libraries write; by the library itself where it is installed, else by its saving lines."""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import AmbiguousEma
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint


def library(name: str):
    return pytest.importorskip(name, reason=f"{name} is not installed", exc_type=ImportError)


def same(weights, module: torch.nn.Module) -> bool:
    state = module.state_dict()
    return list(weights.tensors) == list(state) and all(
        torch.equal(weights.tensors[name], state[name]) for name in state
    )


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "under a key"])
def test_ema_pytorch_is_taken_once_it_has_begun(saved, make_network, train, wrapped):
    model = make_network()
    ema = library("ema_pytorch").EMA(model, beta=0.9, update_after_step=0, update_every=1)
    train(model, 4, ema.update)
    content = ema.state_dict()

    choice = choose_weights(saved({"ema": content, "epoch": 1} if wrapped else content))

    assert choice.taken.field == ("ema.ema_model" if wrapped else "ema_model")
    assert (choice.taken.kind, choice.taken.counter) == ("ema", 4)
    assert same(choice.taken, ema.ema_model)
    assert same(choice.raw, model)
    assert choice.taken.distance > 0


def test_ema_pytorch_without_the_online_model_stands_beside_the_model(saved, make_network, train):
    model = make_network()
    ema = library("ema_pytorch").EMA(
        model, beta=0.9, update_after_step=0, update_every=1, include_online_model=False
    )
    train(model, 4, ema.update)
    choice = choose_weights(saved({"model": model.state_dict(), "ema": ema.state_dict()}))
    assert same(choice.taken, ema.ema_model)
    assert same(choice.raw, model)


def test_ema_pytorch_that_has_not_begun_is_refused(saved, make_network, train):
    model = make_network()
    ema = library("ema_pytorch").EMA(model)
    train(model, 3)
    checkpoint = saved(ema.state_dict())
    with pytest.raises(AmbiguousEma, match="The average at ema_model is the untrained initial weights"):
        choose_weights(checkpoint)
    assert same(choose_weights(checkpoint, "raw").taken, model)


def test_ema_pytorch_before_update_after_step_is_a_copy_and_its_counter_says_more_than_it_did(
    saved, make_network, train
):
    model = make_network()
    ema = library("ema_pytorch").EMA(model, update_after_step=100, update_every=1)
    train(model, 3, ema.update)
    choice = choose_weights(saved(ema.state_dict()))
    assert (choice.taken.counter, choice.taken.distance) == (3, 0.0)
    assert "ema_model equals online_model value for value, although its counter is 3" in choice.report


def test_an_average_whose_buffers_were_never_copied_is_refused(saved, make_network, train):
    # ema-pytorch below 0.2 and many scripts: zip(ema_model.parameters(), model.parameters()), no buffers.
    model, average = make_network(), make_network()
    train(model, 3)
    with torch.no_grad():
        for mean, parameter in zip(average.parameters(), model.parameters(), strict=True):
            mean.lerp_(parameter, 0.5)
    content = {"initted": torch.tensor([True]), "step": torch.tensor([3])}
    for prefix, state in (("ema_model.", average.state_dict()), ("online_model.", model.state_dict())):
        content |= {prefix + name: tensor for name, tensor in state.items()}
    with pytest.raises(
        AmbiguousEma, match="BatchNorm statistics at ema_model are the initial ones"
    ) as caught:
        choose_weights(saved(content))
    assert caught.value.fix == "Say --ema raw for online_model, or --ema ema_model all the same"
    assert same(choose_weights(saved(content), "ema_model").taken, average)


def test_torch_ema_is_named_by_the_model_beside_it(saved, make_network, train):
    model = make_network()
    ema = library("torch_ema").ExponentialMovingAverage(model.parameters(), decay=0.9)
    train(model, 4, ema.update)
    choice = choose_weights(saved({"model": model.state_dict(), "ema": ema.state_dict()}))

    assert (choice.taken.field, choice.taken.counter) == ("ema.shadow_params", 4)
    assert choice.taken.distance > 0
    loaded = make_network(5)
    load_into(loaded, choice.taken, "best.pt -> net")
    with ema.average_parameters():
        assert same(choice.taken, model)
        assert all(torch.equal(a, b) for a, b in zip(loaded.parameters(), model.parameters(), strict=True))


def test_torch_ema_saved_while_the_model_holds_the_average(saved, make_network, train):
    model = make_network()
    ema = library("torch_ema").ExponentialMovingAverage(model.parameters(), decay=0.9)
    train(model, 4, ema.update)
    with ema.average_parameters():
        checkpoint = saved({"model": model.state_dict(), "ema": ema.state_dict()})
    choice = choose_weights(checkpoint)
    assert (choice.taken.field, choice.raw.field) == ("ema.shadow_params", "ema.collected_params")
    assert choice.taken.distance > 0
    assert same(choose_weights(checkpoint, "raw").taken, model)


def test_torch_ema_after_a_validation_keeps_old_weights_aside_which_do_not_count(saved, make_network, train):
    model = make_network()
    ema = library("torch_ema").ExponentialMovingAverage(model.parameters(), decay=0.9)
    train(model, 2, ema.update)
    with ema.average_parameters():
        pass
    train(model, 2, ema.update)
    choice = choose_weights(saved({"model": model.state_dict(), "ema": ema.state_dict()}))
    assert choice.raw.field == "model"
    assert same(choice.raw, model)


@pytest.mark.parametrize("counted", [True, False])
def test_torch_ema_that_was_never_updated(saved, make_network, train, counted):
    model = make_network()
    ema = library("torch_ema").ExponentialMovingAverage(model.parameters(), 0.9, use_num_updates=counted)
    if counted:
        train(model)
    said = "is the untrained initial weights" if counted else "no counter says that it was ever updated"
    with pytest.raises(AmbiguousEma, match=said):
        choose_weights(saved({"model": model.state_dict(), "ema": ema.state_dict()}))


LIGHTNING = {"pytorch-lightning_version": "2.0.0", "epoch": 1, "callbacks": {}}


def nemo(model, average, folder, *, saving_ema: bool):
    """The two files of nemo/utils/callbacks/nemo_model_checkpoint.py, _save_checkpoint(), with EMAOptimizer.

    Around the first `save_original_optimizer_state` is set; around NAME-EMA.ckpt the tensors are swapped, so both
    the state dict and `ema` (all_parameters()) hold the average.
    """
    optimizer = torch.optim.SGD(model.parameters(), 0.1).state_dict()
    if not saving_ema:
        content = {**LIGHTNING, "state_dict": model.state_dict(), "optimizer_states": [optimizer]}
        path = folder / "last.ckpt"
    else:
        states = {"opt": optimizer, "ema": list(average.parameters()), "current_step": 4, "decay": 0.9}
        content = {**LIGHTNING, "state_dict": average.state_dict(), "optimizer_states": [states]}
        path = folder / "last-EMA.ckpt"
    torch.save(content, path)
    return path.name


def test_nemos_sibling_holds_the_average_and_says_so_by_its_numbers(saved, make_network, train, tmp_path):
    model, average = make_network(), make_network()
    train(average, 2)
    train(model, 4)
    name = nemo(model, average, tmp_path, saving_ema=True)
    choice = choose_weights(saved(torch.load(tmp_path / name), name))
    assert (choice.taken.kind, choice.taken.counter) == ("ema", 4)
    assert same(choice.taken, average)
    assert (
        "optimizer_states.0.ema equals state_dict value for value, although its counter is 4" in choice.report
    )


def test_nemos_plain_file_is_raw_and_points_at_its_sibling(saved, make_network, train, tmp_path):
    model, average = make_network(), make_network()
    train(model, 4)
    nemo(model, average, tmp_path, saving_ema=True)
    name = nemo(model, average, tmp_path, saving_ema=False)
    choice = choose_weights(saved(torch.load(tmp_path / name), name))
    assert (choice.taken.kind, choice.taken.field) == ("raw", "state_dict")
    assert same(choice.taken, model)
    assert "beside this file stands last-EMA.ckpt: NeMo keeps the averaged weights there" in choice.report


def test_nemos_sibling_of_2022_is_called_the_average_by_its_name_alone(saved, make_network):
    model = make_network()
    content = {**LIGHTNING, "state_dict": model.state_dict()}
    choice = choose_weights(saved(content, "epoch=1-EMA.ckpt"))
    assert (choice.taken.kind, choice.raw) == ("ema", None)
    assert "by the name of the file (epoch=1-EMA.ckpt) this is the average" in choice.report[2]
    assert choose_weights(saved(content, "epoch=1.ckpt")).taken.kind == "raw"
    assert choose_weights(saved({"state_dict": model.state_dict()}, "net-EMA.ckpt")).taken.kind == "raw"


def test_nemos_optimizer_with_two_groups_is_refused(saved, make_network, train):
    # Weight decay for matrices only: the order of the optimizer is not that of the parameters.
    model = make_network()
    train(model)
    matrices = [p.detach() * 0.9 for p in model.parameters() if p.dim() > 1]
    vectors = [p.detach() * 0.9 for p in model.parameters() if p.dim() <= 1]
    states = [{"opt": {}, "ema": (*matrices, *vectors), "current_step": 4}]
    checkpoint = saved({**LIGHTNING, "state_dict": model.state_dict(), "optimizer_states": states})
    with pytest.raises(AmbiguousEma, match=r"optimizer_states\.0\.ema has no names and does not fit"):
        choose_weights(checkpoint)
    assert same(choose_weights(checkpoint, "raw").taken, model)


def test_the_average_of_super_gradients_is_called_so(saved, make_network):
    content = {"net": make_network().state_dict(), "acc": 0.9, "epoch": 3, "_best_ckpt_metrics": {}}
    choice = choose_weights(saved(content, "average_model.pth"))
    assert choice.taken.kind == "ema"
    assert "net is the average of the best checkpoints" in choice.report[2]
    with pytest.raises(AmbiguousEma, match="raw weights are not stored"):
        choose_weights(saved(content), "raw")
    old = choose_weights(saved({"net": make_network().state_dict()}, "average_model.pth"))
    assert "super-gradients writes the average of the best checkpoints under this name" in old.report[2]


# ultralytics engine/trainer.py, save_model(), and utils/torch_utils.py, strip_optimizer(): whole modules in half precision.
TRAINING = {"epoch": 3, "model": None, "updates": 40, "optimizer": {}, "scaler": {}, "train_args": {}}
FINISHED = {"epoch": -1, "ema": None, "updates": None, "optimizer": None, "scaler": None, "train_args": {}}


@pytest.mark.parametrize(
    ("content", "field", "layout"),
    [(TRAINING, "ema", "Ultralytics while training"), (FINISHED, "model", "a finished Ultralytics training")],
)
def test_ultralytics_stores_its_average_as_a_whole_module(tmp_path, make_network, content, field, layout):
    average = make_network().half()
    torch.save({**content, field: average}, tmp_path / "best.pt")
    choice = choose_weights(read_checkpoint(tmp_path / "best.pt", unsafe_pickle=True))
    assert (choice.taken.kind, choice.taken.field) == ("ema", field)
    assert f"layout {layout}" in choice.report[0]
    assert choice.taken.counter == (40 if content is TRAINING else None)
    assert same(choice.taken, average.float())
