"""`--ema FIELD`: a set of weights, or a part of one, which keeps what the layout knows."""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import AmbiguousEma, CheckpointError, Keys
from truecopy_export.checkpoints import choose_weights, load_into


def beside_a_loss(seed: int, prefix: str = "net.") -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return {
        f"{prefix}0.weight": torch.randn(2, 3),
        f"{prefix}0.bias": torch.randn(2),
        "crit.weight": torch.tensor([1.0, 3.0]),
    }


def lightning() -> dict[str, object]:
    return {
        "pytorch-lightning_version": "2.6.0",
        "state_dict": beside_a_loss(1),
        "current_model_state": beside_a_loss(0),
        "averaging_state": {"n_averaged": torch.tensor(8)},
    }


def linear() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(3, 2))


def test_a_part_of_a_known_average_keeps_its_kind_counter_distance_and_raw_weights(saved):
    choice = choose_weights(saved(lightning()), "state_dict.net")
    assert choice.taken is choice.ema
    assert (choice.taken.kind, choice.taken.field, choice.taken.counter) == ("ema", "state_dict.net", 8)
    assert torch.equal(choice.taken.tensors["0.bias"], beside_a_loss(1)["net.0.bias"])
    assert choice.taken.distance > 0
    assert choice.raw.field == "current_model_state.net"
    assert torch.equal(choice.raw.tensors["0.bias"], beside_a_loss(0)["net.0.bias"])
    assert "taken: state_dict.net (average); counter 8, distance" in choice.report[1]
    assert "state_dict.net: 2 of 3 tensors, those under 'net.'" in choice.report
    assert load_into(linear(), choice.taken, "a.ckpt -> net") == ()


def test_a_part_of_the_raw_weights_is_raw(saved):
    choice = choose_weights(saved(lightning()), "current_model_state.net")
    assert (choice.taken.kind, choice.taken.field) == ("raw", "current_model_state.net")
    assert torch.equal(choice.taken.tensors["0.bias"], beside_a_loss(0)["net.0.bias"])


def test_a_network_beside_its_loss_is_to_be_said_in_the_set_that_was_chosen(saved):
    taken = choose_weights(saved(lightning())).taken
    with pytest.raises(Keys) as caught:
        load_into(linear(), taken, "a.ckpt -> net")
    assert "say --ema state_dict.net, or" in caught.value.fix
    assert "wrong --arch" not in caught.value.fix


def test_a_part_under_the_averages_own_wrapper_is_compared_with_the_same_part_of_the_raw_weights(saved):
    average = {f"module.{name}": value for name, value in beside_a_loss(1).items()}
    content = {"model": beside_a_loss(0), "model_ema": {**average, "n_averaged": torch.tensor(5)}}
    checkpoint = saved(content)
    with pytest.raises(Keys, match=r"say --ema model_ema\.module\.net"):
        load_into(linear(), choose_weights(checkpoint).taken, "a.pth -> net")
    choice = choose_weights(checkpoint, "model_ema.module.net")
    assert (choice.taken.field, choice.raw.field) == ("model_ema.module.net", "model.net")
    assert (choice.taken.kind, choice.taken.counter) == ("ema", 5)
    assert choice.taken.distance > 0


def test_a_part_that_every_name_carries_is_the_whole_set(saved):
    average = {f"module.{name}": value for name, value in beside_a_loss(1, "").items()}
    content = {"model": beside_a_loss(0, ""), "model_ema": {**average, "n_averaged": torch.tensor(5)}}
    choice = choose_weights(saved(content), "model_ema.module")
    assert (choice.taken.kind, choice.taken.field, choice.taken.part) == ("ema", "model_ema", "")
    assert choice.taken.distance > 0


def test_a_part_of_a_bare_averaged_model_is_an_average(saved):
    average = {f"module.{name}": value for name, value in beside_a_loss(1).items()}
    choice = choose_weights(saved({**average, "n_averaged": torch.tensor(5)}), "module.net")
    assert (choice.taken.kind, choice.taken.field, choice.taken.counter) == ("ema", "module.net", 5)
    assert list(choice.taken.tensors) == ["0.weight", "0.bias"]


def test_a_part_of_a_list_without_names_goes_by_the_names_beside_it(saved):
    content = {"state_dict": beside_a_loss(0), "ema_weights": list(beside_a_loss(1).values()), "cur_step": 4}
    choice = choose_weights(saved(content), "ema_weights.net")
    assert (choice.taken.kind, choice.taken.field) == ("ema", "ema_weights.net")
    assert torch.equal(choice.taken.tensors["0.bias"], beside_a_loss(1)["net.0.bias"])
    assert choice.raw.field == "state_dict.net"


def test_a_part_of_the_twins_is_of_the_twins(saved):
    twins = {f"ema_{name.replace('.', '_')}": value for name, value in beside_a_loss(1).items()}
    checkpoint = saved({"state_dict": {**beside_a_loss(0), **twins}})
    average = choose_weights(checkpoint, "state_dict.ema_.net").taken
    assert torch.equal(average.tensors["0.bias"], beside_a_loss(1)["net.0.bias"])
    plain = choose_weights(checkpoint, "state_dict.net").taken
    assert torch.equal(plain.tensors["0.bias"], beside_a_loss(0)["net.0.bias"])


@pytest.mark.parametrize("field", ["state_dict_ema.4", "4"])
def test_layers_of_a_network_are_no_set_of_weights(saved, make_network, field):
    state = make_network().state_dict()
    content = state if field == "4" else {"state_dict": state, "state_dict_ema": make_network(1).state_dict()}
    taken = choose_weights(saved(content), field).taken
    with pytest.raises(Keys) as caught:
        load_into(make_network(), taken, "best.pt -> net")
    assert f"--ema {field} is a part of a set of weights (2 tensors for 9 names)" in caught.value.fix
    assert caught.value.fix.endswith("leave --ema out" if field == "4" else "say --ema state_dict_ema")
    assert "wrong --arch" not in caught.value.fix


def test_a_part_that_is_the_whole_architecture_is_loaded(saved, make_network):
    taken = choose_weights(saved(make_network().state_dict()), "4").taken
    target = torch.nn.Linear(4, 5)
    assert load_into(target, taken, "best.pt -> net") == ()
    assert torch.equal(target.weight, make_network().state_dict()["4.weight"])


def test_a_field_of_no_known_layout_says_why_it_goes_as_raw(saved, make_network):
    content = {"net_a": make_network().state_dict(), "other": make_network(1).state_dict()}
    choice = choose_weights(saved(content), "net_a")
    assert (
        choice.report[0]
        == "taken: net_a, as --ema says; nothing says that it is an average, so it goes as raw"
    )


def test_an_average_of_no_known_layout_is_said_once(saved, make_network):
    content = {"model": make_network().state_dict(), "avg_model": make_network(1).state_dict()}
    with pytest.raises(AmbiguousEma) as caught:
        choose_weights(saved(content))
    assert str(caught.value).startswith(
        "Which weights are meant must be said (no layout known here, but the name says average): "
        "got avg_model beside model"
    )
    report = choose_weights(saved(content), "avg_model").report
    assert (
        report[0]
        == "found: avg_model (average) and model (raw), no layout known here, but the name says average"
    )


def test_a_layout_that_must_be_said_is_named_once(saved, make_network):
    content = {"model": make_network().state_dict(), "ema": make_network(1).state_dict()}
    with pytest.raises(AmbiguousEma) as caught:
        choose_weights(saved(content))
    assert "(known layout Ultralytics style): got ema beside model" in str(caught.value)


@pytest.mark.parametrize(
    ("field", "said", "fix"),
    [("", "at ''", "Weights stand at model"), ("RAW", "at RAW", "Say --ema raw")],
)
def test_an_odd_field_is_quoted_and_answered(saved, make_network, field, said, fix):
    with pytest.raises(CheckpointError) as caught:
        choose_weights(saved({"model": make_network().state_dict()}), field)
    assert f"There are no weights {said}:" in str(caught.value)
    assert caught.value.fix == fix


def test_an_adapter_is_told_with_two_of_its_names(saved):
    adapter = {f"layer.{i}.lora_{ab}.weight": torch.ones(2, 2) for i in range(9) for ab in "AB"}
    with pytest.raises(CheckpointError) as caught:
        choose_weights(saved({"state_dict": adapter}))
    assert caught.value.got == "18 of 18 names: layer.0.lora_A.weight, layer.0.lora_B.weight, ..."


def test_equal_parts_are_named_as_they_were_compared(saved):
    content = {**lightning(), "current_model_state": beside_a_loss(1)}
    report = choose_weights(saved(content), "state_dict.net").report
    assert any(
        line.startswith("state_dict.net equals current_model_state.net value for value") for line in report
    )
