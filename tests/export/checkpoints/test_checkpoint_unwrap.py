"""Wrapper keys and prefixes that training puts around the weights."""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints import choose_weights


def state(prefix: str = "") -> dict[str, torch.Tensor]:
    return {f"{prefix}conv.weight": torch.ones(2, 3), f"{prefix}fc.weight": torch.zeros(3, 2)}


@pytest.mark.parametrize(
    "key", ["state_dict", "model", "model_state_dict", "net", "network", "weights", "params"]
)
def test_every_wrapper_key_is_opened(saved, key):
    choice = choose_weights(
        saved({key: state(), "epoch": 90, "best_prec1": torch.tensor(76.1), "optimizer": {}})
    )
    assert list(choice.taken.tensors) == ["conv.weight", "fc.weight"]
    assert choice.taken.field == key
    assert choice.report[0].startswith(f"found: one set of weights, {key}, 2 tensors")


def test_wrappers_inside_wrappers_are_opened(saved):
    assert list(choose_weights(saved({"model": {"state_dict": state("module.")}})).taken.tensors) == list(
        state()
    )


@pytest.mark.parametrize(
    "prefix",
    ["module.", "_orig_mod.", "_module.", "module._orig_mod.", "_orig_mod.module.", "model.", "backbone.",
     "model.module.", "model._orig_mod.backbone."],
)  # fmt: skip
def test_prefixes_that_all_names_carry_are_stripped_and_reported(saved, prefix):
    choice = choose_weights(saved({"state_dict": state(prefix)}))
    assert list(choice.taken.tensors) == list(state())
    assert choice.taken.prefix == prefix
    assert f"state_dict: the prefix {prefix!r} was stripped from all 2 names" in choice.report


def test_a_prefix_that_one_name_lacks_stays(saved):
    choice = choose_weights(saved({**state("backbone."), "head.weight": torch.ones(1, 1)}))
    assert "backbone.conv.weight" in choice.taken.tensors
    assert choice.taken.prefix == ""


def test_a_prefix_of_the_network_itself_stays(saved):
    assert list(choose_weights(saved(state("features."))).taken.tensors) == list(state("features."))


def test_two_wrapped_sets_are_ambiguous(saved):
    with pytest.raises(AmbiguousEma, match="got state_dict, net") as caught:
        choose_weights(saved({"net": state(), "state_dict": state()}))
    assert caught.value.fix == "Say which: --ema state_dict or --ema net"


def test_any_field_can_be_named(saved):
    choice = choose_weights(saved({"generator": state(), "discriminator": state("d.")}), "generator")
    assert choice.taken.kind == "raw"
    assert choice.taken.field == "generator"


def test_a_checkpoint_of_the_optimizer_alone_lists_its_keys(saved):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1).state_dict()
    with pytest.raises(CheckpointError, match="holds no model weights") as caught:
        choose_weights(saved({"optimizer": optimizer, "epoch": 3}))
    assert "the keys 'optimizer', 'epoch'" in caught.value.got
    with pytest.raises(CheckpointError, match="holds no model weights"):
        choose_weights(saved({}))


def test_an_adapter_is_not_a_model(saved):
    adapter = {f"layer.{i}.lora_{ab}.weight": torch.ones(2, 2) for i in range(3) for ab in "AB"}
    with pytest.raises(CheckpointError, match="is a LoRA") as caught:
        choose_weights(saved(adapter))
    assert "merge_and_unload" in caught.value.fix


def test_an_entry_of_the_state_dict_that_is_no_tensor_is_named(saved):
    with pytest.raises(CheckpointError, match="no tensor: got tuple") as caught:
        choose_weights(saved({**state(), "fc._packed_params": (1, 2)}))
    assert "fc._packed_params" in caught.value.where


def test_an_empty_extra_state_is_no_weight(saved):
    assert list(choose_weights(saved({**state(), "act._extra_state": None})).taken.tensors) == list(state())


def test_a_counter_alone_is_no_averaged_model(saved):
    choice = choose_weights(saved({"n_averaged": torch.ones(2, 2)}))
    assert (choice.taken.kind, list(choice.taken.tensors)) == ("raw", ["n_averaged"])
