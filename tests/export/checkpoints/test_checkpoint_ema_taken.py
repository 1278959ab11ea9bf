"""The EMA layouts that are taken without being asked; every file is written by the library itself where it installs."""

from __future__ import annotations

import argparse
import copy
import warnings

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints import Choice, choose_weights, read_checkpoint


def same(weights, module: torch.nn.Module) -> bool:
    state = module.state_dict()
    return list(weights.tensors) == list(state) and all(
        torch.equal(weights.tensors[name], state[name]) for name in state
    )


def averaged(model: torch.nn.Module, train, *, buffers: bool = True, steps: int = 3) -> AveragedModel:
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=buffers)
    train(model, steps, lambda: average.update_parameters(model))
    return average


def check_ema(choice: Choice, ema: torch.nn.Module, raw: torch.nn.Module | None) -> str:
    assert choice.taken is choice.ema
    assert choice.taken.kind == "ema"
    assert same(choice.ema, ema)
    if raw is not None:
        assert choice.raw.kind == "raw"
        assert same(choice.raw, raw)
        assert choice.ema.distance > 0
        assert f"distance {choice.ema.distance:.3g}" in choice.report[1]
    return "\n".join(choice.report)


@pytest.fixture
def timm_file(tmp_path, make_network, train):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # timm's imports use deprecated parts of torch
        from timm.utils import CheckpointSaver, ModelEmaV3
    model = make_network()
    ema = ModelEmaV3(model, decay=0.9)
    train(model, 3, lambda: ema.update(model))
    args = argparse.Namespace(model="tiny", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    saver = CheckpointSaver(model, optimizer, args=args, model_ema=ema, checkpoint_dir=str(tmp_path))
    saver.save_checkpoint(epoch=3, metric=81.2)
    return tmp_path / "last.pth.tar", model, ema.module


def test_timm_ema_is_preferred_and_the_report_says_what_was_found_and_taken(timm_file):
    path, model, ema = timm_file
    checkpoint = read_checkpoint(path)

    choice = choose_weights(checkpoint)

    report = check_ema(choice, ema, model)
    assert "found: state_dict_ema (average) and state_dict (raw), layout timm" in report
    assert "taken: state_dict_ema (average); no counter, distance " in report
    assert choice.taken.field == "state_dict_ema"
    assert choice.taken.counter is None
    assert checkpoint.arguments["mean"] == (0.5, 0.5, 0.5)


def test_raw_weights_are_taken_when_asked_and_the_average_stays_beside_them(timm_file):
    path, model, ema = timm_file
    choice = choose_weights(read_checkpoint(path), "raw")
    assert choice.taken is choice.raw
    assert same(choice.raw, model)
    assert same(choice.ema, ema)
    assert choice.ema.distance > 0


def test_a_field_that_is_named_is_taken(timm_file):
    path, model, ema = timm_file
    checkpoint = read_checkpoint(path)
    assert choose_weights(checkpoint, "state_dict_ema").taken.kind == "ema"
    assert same(choose_weights(checkpoint, "state_dict_ema").taken, ema)
    assert choose_weights(checkpoint, "state_dict").taken.kind == "raw"
    assert same(choose_weights(checkpoint, "state_dict").taken, model)


def test_deit_and_convnext_files_hold_the_average_under_model_ema(saved, make_network, train):
    # deit main.py: {'model': model_without_ddp.state_dict(), ..., 'model_ema': get_state_dict(model_ema), 'args': args}
    model = make_network()
    ema = averaged(model, train).module
    content = {"model": model.state_dict(), "optimizer": {}, "epoch": 2, "model_ema": ema.state_dict()}
    choice = choose_weights(saved({**content, "args": argparse.Namespace(model="deit")}))
    assert "layout DeiT and ConvNeXt scripts" in check_ema(choice, ema, model)


def test_a_script_that_kept_no_average_stores_none_and_the_raw_weights_are_taken(saved, make_network):
    model = make_network()
    choice = choose_weights(saved({"model": model.state_dict(), "model_ema": None}))
    assert same(choice.taken, model)
    assert choice.ema is None
    assert "no averaged weights" in choice.report[0]


def test_torchvisions_reference_script_stores_an_averaged_model(saved, make_network, train):
    # references/classification/train.py: checkpoint["model_ema"] = model_ema.state_dict()
    model = make_network()
    average = averaged(model, train)
    content = {"model": model.state_dict(), "model_ema": average.state_dict(), "epoch": 1, "scaler": None}
    choice = choose_weights(saved({**content, "args": argparse.Namespace(val_crop_size=224)}))
    report = check_ema(choice, average.module, model)
    assert "layout torchvision reference script" in report
    assert "counter 3, distance" in report
    assert choice.taken.counter == 3
    assert choice.taken.prefix == "module."


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "under a wrapper key"])
def test_a_bare_averaged_model_is_an_average_without_raw_weights(saved, make_network, train, wrapped):
    average = averaged(make_network(), train)
    content = average.state_dict()
    choice = choose_weights(saved({"state_dict": content, "epoch": 1} if wrapped else content))
    report = check_ema(choice, average.module, None)
    assert choice.raw is None
    assert choice.taken.distance is None
    assert "counter 3, nothing to compare with" in report


def test_an_averaged_model_under_a_key_of_the_scripts_own_is_found_by_its_content(saved, make_network, train):
    model = make_network()
    average = averaged(model, train)
    checkpoint = saved({"model_state_dict": model.state_dict(), "swa_model": average.state_dict()})
    report = check_ema(choose_weights(checkpoint), average.module, model)
    assert "found: swa_model (average) and model_state_dict (raw), layout torch AveragedModel" in report


def test_live_batch_norm_statistics_in_the_average_are_reported(saved, make_network, train):
    model = make_network()
    average = averaged(model, train, buffers=False)
    choice = choose_weights(saved({"model": model.state_dict(), "model_ema": average.state_dict()}))
    assert "the BatchNorm statistics are those of the raw model, not averaged" in choice.report[2]


def test_an_average_that_was_never_updated_is_refused_because_it_is_the_initial_weights(
    saved, make_network, train
):
    model = make_network()
    average = AveragedModel(model)
    train(model, 3)
    checkpoint = saved({"model": model.state_dict(), "model_ema": average.state_dict()})

    with pytest.raises(AmbiguousEma) as caught:
        choose_weights(checkpoint)
    assert "The average at model_ema is the untrained initial weights" in str(caught.value)
    assert "expected a counter above 0, got 0" in str(caught.value)
    assert caught.value.fix == "Say --ema raw"

    with pytest.raises(AmbiguousEma, match="untrained initial weights"):
        choose_weights(checkpoint, "model_ema")
    choice = choose_weights(checkpoint, "raw")
    assert same(choice.taken, model)
    assert choice.ema is None
    assert "model_ema was never updated (counter 0)" in "\n".join(choice.report)


def test_a_bare_average_that_was_never_updated_is_refused_with_another_checkpoint_to_take(
    saved, make_network
):
    with pytest.raises(AmbiguousEma, match="Take the checkpoint of the trained model"):
        choose_weights(saved(AveragedModel(make_network()).state_dict()))


def test_equal_weights_without_a_counter_are_ambiguous_until_said(saved, make_network):
    state = make_network().state_dict()
    checkpoint = saved({"state_dict": state, "state_dict_ema": copy.deepcopy(state)})
    with pytest.raises(
        AmbiguousEma, match="equals state_dict value for value, and no counter says"
    ) as caught:
        choose_weights(checkpoint)
    assert caught.value.fix == "Say --ema state_dict_ema or --ema raw"
    assert choose_weights(checkpoint, "state_dict_ema").taken.distance == 0.0


def test_equal_weights_with_a_counter_are_taken_and_reported(saved, make_network):
    model = make_network()
    average = AveragedModel(model)
    average.update_parameters(model)
    choice = choose_weights(saved({"model": model.state_dict(), "model_ema": average.state_dict()}))
    assert choice.taken.distance == 0.0
    assert "model_ema equals model value for value, although its counter is 1" in choice.report


def test_two_sets_that_are_not_one_network_are_refused(saved, make_network):
    state, other = make_network().state_dict(), make_network(1).state_dict()
    del other["4.bias"]
    with pytest.raises(AmbiguousEma, match=r"1 names stand in one set only \(4\.bias\)"):
        choose_weights(saved({"state_dict": state, "state_dict_ema": other}))
    other = make_network(1).state_dict()
    other["4.weight"] = torch.ones(7, 4)
    with pytest.raises(
        AmbiguousEma, match=r"4\.weight is \(5, 4\) in state_dict and \(7, 4\) in state_dict_ema"
    ):
        choose_weights(saved({"state_dict": state, "state_dict_ema": other}))


def test_nan_in_the_average_is_refused_and_the_raw_weights_can_still_be_taken(saved, make_network):
    state, ema = make_network().state_dict(), make_network(1).state_dict()
    ema["4.bias"][2] = float("nan")
    checkpoint = saved({"state_dict": state, "state_dict_ema": ema})
    with pytest.raises(CheckpointError, match=r"state_dict_ema: 4\.bias"):
        choose_weights(checkpoint)
    choice = choose_weights(checkpoint, "raw")
    assert choice.ema is None
    assert "state_dict_ema cannot be compared: A tensor holds NaN" in "\n".join(choice.report)


def test_the_distance_is_the_relative_l2_norm_over_all_float_tensors(saved):
    raw = {"a.weight": torch.tensor([3.0, 0.0]), "a.bias": torch.tensor([4.0]), "a.n": torch.tensor(7)}
    ema = {"a.weight": torch.tensor([3.0, 0.3]), "a.bias": torch.tensor([3.6]), "a.n": torch.tensor(9)}
    choice = choose_weights(saved({"state_dict": raw, "state_dict_ema": ema}))
    assert choice.taken.distance == pytest.approx(0.5 / 5.0, rel=1e-6)


def test_an_average_far_from_the_raw_weights_is_taken_with_a_warning_where_nothing_counts(saved):
    raw = {"a.weight": torch.tensor([3.0, 4.0])}
    content = {"state_dict": raw, "state_dict_ema": {"a.weight": torch.tensor([3.0, 1.0])}}
    warning = (
        "state_dict_ema lies far from state_dict, and no counter is stored: look whether it was ever updated"
    )
    assert choose_weights(saved(content)).report[-1] == warning
    content["state_dict_ema"]["a.weight"][1] = 3.9
    assert warning not in choose_weights(saved(content)).report
