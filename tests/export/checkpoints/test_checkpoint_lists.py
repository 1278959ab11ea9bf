"""Averages that are lists of tensors without names: exact or refused."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import AmbiguousEma
from truecopy_export.checkpoints import choose_weights
from truecopy_export.checkpoints.choosing.lists import name_list, refuse_shuffled, same_values


def state(*shapes: tuple[int, ...], seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {f"layer{i}.weight": torch.randn(shape, generator=generator) for i, shape in enumerate(shapes)}


def named(values, raw, *, buffers: bool = False):
    return name_list(values, raw, buffers=buffers, field="ema", where="best.pt")


def near(raw) -> list[torch.Tensor]:
    return [tensor + 0.01 for tensor in raw.values()]


def test_a_list_in_state_dict_order_holds_the_buffers_too(make_network):
    raw, ema = make_network(0).state_dict(), make_network(1).state_dict()
    result = named(list(ema.values()), raw, buffers=True)
    assert list(result) == list(raw)
    assert all(result[name] is ema[name] for name in raw)
    with pytest.raises(AmbiguousEma, match=r"does not fit the raw weights .* got 8 tensors"):
        named(list(ema.values())[:-1], raw, buffers=True)


def test_a_list_of_parameters_leaves_the_buffers_raw(make_network):
    raw, other = make_network(0).state_dict(), make_network(1)
    result = named([p.detach() for p in other.parameters()], raw)
    assert list(result) == list(raw)
    for name, parameter in other.named_parameters():
        assert torch.equal(result[name], parameter)
    assert result["1.running_var"] is raw["1.running_var"]
    assert result["1.num_batches_tracked"] is raw["1.num_batches_tracked"]


def test_frozen_parameters_may_be_missing_where_the_shapes_say_which():
    raw = state((2, 3), (3, 4), (4, 5))
    result = named([torch.zeros(3, 4), torch.zeros(4, 5)], raw)
    assert result["layer0.weight"] is raw["layer0.weight"]
    assert not result["layer1.weight"].any()
    assert not result["layer2.weight"].any()


def test_frozen_parameters_that_could_be_others_are_refused():
    raw = state((2, 3), (3, 4), (2, 3))
    with pytest.raises(AmbiguousEma, match="fits the raw weights in more than one way") as caught:
        named([torch.zeros(2, 3)], raw)
    assert "or say --ema raw" in caught.value.fix


@pytest.mark.parametrize(
    "values",
    [
        [torch.zeros(3, 2)],
        [torch.zeros(2, 3), torch.zeros(3, 4), torch.zeros(1)],
        [torch.zeros(3, 4), torch.zeros(2, 3)],
        [torch.zeros(2, 3, dtype=torch.int64), torch.zeros(3, 4)],
        [torch.zeros(2, 3), None],
    ],
    ids=["other shape", "too many", "other order", "other kind", "no tensor"],
)
def test_a_list_that_does_not_fit_is_refused(values):
    with pytest.raises(AmbiguousEma, match="has no names and does not fit the raw weights beside it"):
        named(values, state((2, 3), (3, 4)))


def test_a_tied_tensor_is_one_parameter_and_both_names_get_the_average(saved):
    tied = torch.nn.Parameter(torch.randn(4, 3))
    raw = {"embed.weight": tied, "middle.weight": torch.randn(3, 3), "head.weight": tied}
    ema = {"decay": 0.9, "num_updates": 4, "shadow_params": [tied.detach() + 0.1, torch.randn(3, 3)]}
    taken = choose_weights(saved({"model": raw, "ema": ema})).taken.tensors
    assert torch.equal(taken["embed.weight"], tied.detach() + 0.1)
    assert torch.equal(taken["head.weight"], taken["embed.weight"])


def test_the_report_says_where_the_names_are_from(saved, make_network):
    raw = make_network().state_dict()
    shadow = [p.detach() + 0.1 for p in make_network().parameters()]
    content = {"model": raw, "ema": {"num_updates": 4, "shadow_params": shadow}}
    choice = choose_weights(saved(content))
    assert (
        "ema.shadow_params: a list without names; its 6 tensors took those of model, in order; "
        "the other 3 (buffers, tied or frozen) are from there"
    ) in choice.report
    assert "counter 4, distance" in choice.report[1]


def test_a_list_that_is_named_is_read_too(saved, make_network):
    raw = make_network().state_dict()
    shadow = [p.detach() + 0.1 for p in make_network().parameters()]
    checkpoint = saved({"model": raw, "ema": {"num_updates": 4, "shadow_params": shadow}})
    assert choose_weights(checkpoint, "ema.shadow_params").taken.counter == 4
    assert torch.equal(choose_weights(checkpoint, "raw").taken.tensors["0.weight"], raw["0.weight"])


def test_a_list_in_another_order_of_equal_shapes_is_noticed_by_its_numbers(saved):
    raw = state((3, 4), (3, 4), (5,))
    shuffled = [near(raw)[1], near(raw)[0], near(raw)[2]]
    checkpoint = saved({"model": raw, "ema": {"num_updates": 4, "shadow_params": shuffled}})
    with pytest.raises(AmbiguousEma, match="its order is not that of the raw weights") as caught:
        choose_weights(checkpoint)
    assert caught.value.got == "the tensor in the place of layer0.weight is nearer to layer1.weight"
    assert "Say --ema ema.shadow_params if" in caught.value.fix
    assert choose_weights(checkpoint, "ema.shadow_params").taken.distance > 0


def test_a_list_without_a_state_dict_beside_it_has_no_names(saved):
    checkpoint = saved({"decay": 0.9, "num_updates": 3, "shadow_params": near(state((2, 3)))})
    for ema in ("auto", "shadow_params"):
        with pytest.raises(AmbiguousEma, match="no state dict stands beside it to take them from") as caught:
            choose_weights(checkpoint, ema)
        assert "Save shadow_params beside the model's state dict" in caught.value.fix


def test_raw_weights_that_were_put_aside_are_the_raw_ones(saved, make_network):
    # torch_ema: with ema.average_parameters(): torch.save(...), so the model holds the average.
    average, aside = make_network(0), make_network(1)
    content = {
        "model": average.state_dict(),
        "ema": {
            "num_updates": 7,
            "shadow_params": [p.detach() for p in average.parameters()],
            "collected_params": [p.detach() for p in aside.parameters()],
        },
    }
    choice = choose_weights(saved(content))
    assert (choice.taken.field, choice.raw.field) == ("ema.shadow_params", "ema.collected_params")
    assert choice.taken.distance > 0
    assert torch.equal(choice.taken.tensors["0.weight"], average[0].weight)
    raw = choose_weights(saved(content), "raw").taken
    assert torch.equal(raw.tensors["0.weight"], aside[0].weight)


def test_raw_weights_that_were_put_aside_long_ago_do_not_count(saved, make_network):
    model = make_network(0)
    shadow = [p.detach() * 0.99 for p in model.parameters()]
    stale = [p.detach() for p in make_network(1).parameters()]
    ema = {"num_updates": 7, "shadow_params": shadow, "collected_params": stale}
    assert choose_weights(saved({"model": model.state_dict(), "ema": ema})).raw.field == "model"


def fits_in_more_than_one_way(shapes, values) -> bool:
    ways = itertools.combinations(shapes, len(values))
    return sum(all(tuple(a) == tuple(b) for a, b in zip(way, values, strict=True)) for way in ways) > 1


@settings(deadline=None)
@given(
    shapes=st.lists(st.sampled_from([(2,), (3,), (2, 3), (3, 2)]), min_size=1, max_size=7),
    kept=st.lists(st.booleans(), min_size=7, max_size=7),
)
def test_what_is_named_is_named_right_whatever_was_left_out(shapes, kept):
    raw = state(*shapes)
    names = [name for name, keep in zip(raw, kept, strict=False) if keep]
    values = [raw[name] + 1.0 for name in names]
    if fits_in_more_than_one_way(shapes, [raw[name].shape for name in names]):
        with pytest.raises(AmbiguousEma, match="in more than one way"):
            named(values, raw)
        return
    result = named(values, raw)
    assert all(torch.equal(result[name], raw[name] + 1.0) for name in names)
    assert all(result[name] is raw[name] for name in raw if name not in names)


@settings(deadline=None)
@given(order=st.permutations(range(4)))
def test_only_the_right_order_passes_by_its_numbers(order):
    raw = state((3, 4), (3, 4), (3, 4), (3, 4))
    values = near(raw)
    ema = {name: values[index] for name, index in zip(raw, order, strict=True)}
    if list(order) == sorted(order):
        refuse_shuffled(ema, raw, "ema", "best.pt")
    else:
        with pytest.raises(AmbiguousEma):
            refuse_shuffled(ema, raw, "ema", "best.pt")


def test_equal_values_are_looked_for_in_order():
    raw = state((2, 3), (3, 4))
    assert same_values([raw["layer0.weight"], raw["layer1.weight"]], raw)
    assert same_values([raw["layer1.weight"]], raw)
    assert not same_values([raw["layer1.weight"], raw["layer0.weight"]], raw)
    assert not same_values(near(raw), raw)


def test_a_tensor_that_is_not_what_it_seems_is_never_compared():
    few = torch.ones(1)
    vast = few.expand(1 << 40)
    assert not same_values([vast], {"weight": vast})
    assert not same_values([torch.ones(2, device="meta")], {"weight": torch.ones(2, device="meta")})
