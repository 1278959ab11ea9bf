"""Layouts that are certain and layouts that are never guessed: each of these is named, with the field to say."""

from __future__ import annotations

import shlex

import pytest
import torch

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints import choose_weights


def state(seed: int = 0, prefix: str = "") -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {f"{prefix}fc.{name}": torch.randn(2, 3, generator=generator) for name in ("weight", "bias")}


AMBIGUOUS = [
    ("RT-DETR family", {"model": state(), "ema": {"module": state(1)}}, "ema.module"),
    ("Ultralytics style", {"model": state(), "ema": state(1)}, "ema"),
    ("DINO", {"student": state(), "teacher": state(1), "epoch": 3}, "teacher"),
    ("ema-pytorch", {"model": state(), "averages": state(1, "ema_model.")}, "averages.ema_model"),
    ("no layout known here", {"model": state(), "my_ema_weights": state(1)}, "my_ema_weights"),
    ("no layout known here", {"model": state(), "ema_state_dict": state(1)}, "ema_state_dict"),
]
CERTAIN = [
    ("RT-DETR family", {"model": state(), "ema": {"module": state(1), "updates": 7}}, "ema.module"),
    ("super-gradients", {"net": state(), "ema_net": state(1), "acc": 0.9}, "ema_net"),
    ("BasicSR", {"params": state(), "params_ema": state(1)}, "params_ema"),
    ("DINO", {"student": state(), "teacher": state(1), "dino_loss": {}}, "teacher"),
    ("iBOT", {"student": state(), "teacher": state(1), "ibot_loss": {}}, "teacher"),
    (
        "a Lightning EMA callback",
        {"state_dict": state(), "callbacks": {"EMA{'decay': 0.99}": {"ema_state_dict": state(1)}}},
        "callbacks.EMA{'decay': 0.99}.ema_state_dict",
    ),
    (
        "ema-pytorch",
        {
            **state(0, "online_model."),
            **state(1, "ema_model."),
            "initted": torch.tensor(True),
            "step": torch.tensor(9),
        },
        "ema_model",
    ),
]


def check_both(checkpoint, field):
    choice = choose_weights(checkpoint, field)
    assert choice.taken.kind == "ema"
    assert torch.equal(choice.taken.tensors["fc.weight"], state(1)["fc.weight"])
    assert choice.taken.distance > 0
    raw = choose_weights(checkpoint, "raw")
    assert raw.taken.kind == "raw"
    assert torch.equal(raw.taken.tensors["fc.weight"], state()["fc.weight"])


@pytest.mark.parametrize(
    ("layout", "content", "field"), AMBIGUOUS, ids=[f"{row[0]} {row[2]}" for row in AMBIGUOUS]
)
def test_a_known_layout_is_refused_until_the_field_is_said(saved, layout, content, field):
    checkpoint = saved(content)

    with pytest.raises(AmbiguousEma) as caught:
        choose_weights(checkpoint)
    said = layout if layout == "no layout known here" else f"known layout {layout}"
    assert f"Which weights are meant must be said ({said}" in str(caught.value)
    assert f"--ema {shlex.quote(field)} or --ema raw" in caught.value.fix

    check_both(checkpoint, field)


@pytest.mark.parametrize(
    ("layout", "content", "field"), CERTAIN, ids=[f"{row[0]} {row[2]}" for row in CERTAIN]
)
def test_a_layout_that_only_one_trainer_writes_is_taken(saved, layout, content, field):
    checkpoint = saved(content)
    choice = choose_weights(checkpoint)
    assert (choice.taken.kind, choice.taken.field) == ("ema", field)
    assert f"layout {layout}" in choice.report[0]
    check_both(checkpoint, field)


def test_the_counter_of_ema_pytorch_is_read(saved):
    content = {**state(0, "online_model."), **state(1, "ema_model."), "initted": torch.tensor(True)}
    assert choose_weights(saved({**content, "step": torch.tensor(9)}), "ema_model").taken.counter == 9
    with pytest.raises(AmbiguousEma, match="untrained initial weights"):
        choose_weights(saved({**content, "step": torch.tensor(0)}), "ema_model")


def test_raw_weights_beside_such_a_list_can_be_taken(saved):
    choice = choose_weights(saved({"state_dict": state(), "ema_weights": list(state(1).values())}), "raw")
    assert torch.equal(choice.taken.tensors["fc.bias"], state()["fc.bias"])


def test_mmcv_twins_may_stand_either_way_round_so_the_names_must_be_said(saved):
    twins = {f"ema_{name.replace('.', '_')}": value for name, value in state(1).items()}
    checkpoint = saved({"state_dict": {**state(), "bn.running_mean": torch.ones(3), **twins}, "meta": {}})

    with pytest.raises(AmbiguousEma, match=r"known layout mmcv 1\.x EMAHook") as caught:
        choose_weights(checkpoint)
    assert caught.value.fix == "Say --ema state_dict or --ema state_dict.ema_"
    with pytest.raises(AmbiguousEma, match="Which names hold the raw weights cannot be told"):
        choose_weights(checkpoint, "raw")

    plain = choose_weights(checkpoint, "state_dict").taken.tensors
    assert list(plain) == ["fc.weight", "fc.bias", "bn.running_mean"]
    assert torch.equal(plain["fc.weight"], state()["fc.weight"])
    average = choose_weights(checkpoint, "state_dict.ema_").taken.tensors
    assert list(average) == list(plain)
    assert torch.equal(average["fc.weight"], state(1)["fc.weight"])


def test_more_than_one_average_is_refused_and_all_are_listed(saved):
    checkpoint = saved({"state_dict": state(), "state_dict_ema": state(1), "ema_net": state(2)})
    with pytest.raises(AmbiguousEma, match="more than one set of averaged weights") as caught:
        choose_weights(checkpoint)
    assert caught.value.fix == "Say --ema state_dict_ema or --ema ema_net or --ema raw"
    assert choose_weights(checkpoint, "raw").taken.field == "state_dict"
    assert choose_weights(checkpoint, "ema_net").taken.field == "ema_net"


def test_timms_task_state_is_not_a_second_set_of_weights(saved):
    content = {"state_dict": state(), "state_dict_ema": state(1), "task_state_ema": state(2, "head.")}
    assert choose_weights(saved(content)).taken.field == "state_dict_ema"


def test_a_field_that_is_not_there_is_answered_with_the_fields_that_are(saved):
    with pytest.raises(CheckpointError, match="There are no weights at model_ema") as caught:
        choose_weights(saved({"model": state(), "epoch": 1}), "model_ema")
    assert caught.value.fix == "Weights stand at model"


def test_raw_weights_that_are_not_stored_are_not_invented(saved):
    bare = {**state(1, "module."), "n_averaged": torch.tensor(5)}
    with pytest.raises(AmbiguousEma, match="raw weights are not stored in this checkpoint") as caught:
        choose_weights(saved(bare), "raw")
    assert caught.value.fix == "Leave out --ema"


def test_mmcv_twins_in_a_bare_state_dict_are_named_from_the_top_level(saved):
    twins = {f"ema_{name.replace('.', '_')}": value for name, value in state(1).items()}
    checkpoint = saved({**state(), **twins})
    with pytest.raises(AmbiguousEma) as caught:
        choose_weights(checkpoint)
    assert caught.value.fix == "Say --ema '(top level)' or --ema ema_"
    average = choose_weights(checkpoint, "ema_").taken
    assert torch.equal(average.tensors["fc.weight"], state(1)["fc.weight"])
    plain = choose_weights(checkpoint, "(top level)").taken
    assert torch.equal(plain.tensors["fc.weight"], state()["fc.weight"])
