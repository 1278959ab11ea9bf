"""A second set of the same network under a name of the script's own is never passed over in silence."""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import AmbiguousEma, Keys
from truecopy_export.checkpoints import Weights, choose_weights, load_into


def shadows(network):
    state = network.state_dict()
    shadow = {name: tensor + 0.5 if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    return state, shadow


@pytest.mark.parametrize(
    ("wrap", "field"),
    [
        (lambda raw, ema: {"model": raw, "ema": {"decay": 0.99, "shadow": ema}}, "ema.shadow"),
        (lambda raw, ema: {"model": raw, "ema_state": {"shadow": ema}}, "ema_state.shadow"),
        (lambda raw, ema: {"model": raw, "extra": {"ema": ema}}, "extra.ema"),
        (lambda raw, ema: {"state_dict": raw, "trainer": {"model_ema": ema}}, "trainer.model_ema"),
        (lambda raw, ema: {"model": raw, "modelEMA": ema}, "modelEMA"),
        (lambda raw, ema: {"model": raw, "slow_weights": ema}, "slow_weights"),
        (lambda raw, ema: {"model": raw, "best_model": ema}, "best_model"),
    ],
)
def test_a_second_set_of_the_same_network_is_refused_by_its_field(wrap, field, saved, make_network):
    raw, ema = shadows(make_network())
    checkpoint = saved(wrap(raw, ema))
    with pytest.raises(AmbiguousEma) as refused:
        choose_weights(checkpoint)
    assert f"--ema {field}" in str(refused.value)
    name, tensor = next((n, t) for n, t in ema.items() if t.is_floating_point())
    assert torch.equal(choose_weights(checkpoint, field).taken.tensors[name], tensor)
    assert torch.equal(choose_weights(checkpoint, "raw").taken.tensors[name], raw[name])


def test_a_shadow_of_the_parameters_alone_counts_too(saved, make_network):
    raw, ema = shadows(make_network())
    parameters = {name: t for name, t in ema.items() if "running" not in name and "tracked" not in name}
    with pytest.raises(AmbiguousEma, match=r"keep\.shadow"):
        choose_weights(saved({"model": raw, "keep": {"shadow": parameters}}))


def test_another_network_beside_it_is_no_rival(saved, make_network):
    raw, _ = shadows(make_network())
    other = {"discriminator.weight": torch.ones(3, 7), "discriminator.bias": torch.ones(3)}
    assert choose_weights(saved({"model": raw, "critic": other})).taken.field == "model"


def test_a_second_set_beside_a_known_average_is_said_and_not_taken(saved, make_network):
    raw, ema = shadows(make_network())
    choice = choose_weights(saved({"state_dict": raw, "state_dict_ema": ema, "best": {"weights": dict(raw)}}))
    assert choice.taken.field == "state_dict_ema"
    assert "also there, and not taken: best.weights (the same network)" in choice.report
    assert "also there" not in "".join(
        choose_weights(saved({"state_dict": raw, "state_dict_ema": ema})).report
    )


def test_integer_weights_are_not_copied_into_a_float_network(make_network):
    network = make_network()
    tensors = {
        name: (t * 100).to(torch.int8) if t.is_floating_point() else t
        for name, t in network.state_dict().items()
    }
    with pytest.raises(Keys, match=r"torch\.int8 and should be torch\.float32"):
        load_into(network, Weights(tensors, "raw", "model", None, None, ""), "best.pt -> net")


def test_a_name_that_only_ends_in_ema_names_no_average():
    from truecopy_export.checkpoints.choosing.ema import names_an_average

    said = ["model_ema", "modelEMA", "ema.module", "EMA", "swa_state", "polyak", "teacher"]
    unsaid = ["schema", "cinema", "lemma", "model", "emanate"]
    assert [name for name in (*said, *unsaid) if names_an_average(name)] == said
