"""Weights and architecture: all names, all shapes, or an error that says what is wrong."""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import Keys
from truecopy_export.checkpoints import Weights, load_into

WHERE = "best.pt -> python:models:tiny"


def weights(tensors, prefix: str = "") -> Weights:
    return Weights(dict(tensors), "raw", "state_dict", None, None, prefix)


def refusal(module: torch.nn.Module, tensors) -> str:
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    with pytest.raises(Keys) as caught:
        load_into(module, weights(tensors), WHERE)
    assert WHERE in str(caught.value)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    return str(caught.value)


class Wrapped(torch.nn.Module):
    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.model = inner


def test_fitting_weights_are_copied_and_keep_no_tie_to_the_checkpoint(make_network):
    source, target = make_network(0), make_network(1)
    given = weights(source.state_dict())
    assert load_into(target, given, WHERE) == ()
    assert torch.equal(target[0].weight, source[0].weight)
    assert target[0].weight.data_ptr() != given.tensors["0.weight"].data_ptr()


def test_missing_and_unexpected_names_are_counted_and_the_nearest_name_is_given(make_network):
    state = make_network().state_dict()
    state["4.weights"] = state.pop("4.weight")
    message = refusal(make_network(), state)
    assert "1 missing: 4.weight (nearest: 4.weights)" in message
    assert "1 unexpected: 4.weights" in message
    assert "wrong --arch" not in message


def test_only_five_names_of_many_are_shown_and_a_wrong_architecture_is_guessed(make_network):
    state = {f"blocks.{i}.weight": torch.ones(1) for i in range(8)}
    message = refusal(make_network(), state)
    assert "blocks.4.weight and 3 more" in message
    assert "Only 0 of 9 names fit: this looks like a wrong --arch" in message


def test_a_classifier_of_another_size_is_said_in_those_words(make_network):
    state = make_network().state_dict()
    state["4.weight"], state["4.bias"] = torch.ones(10, 4), torch.ones(10)
    message = refusal(make_network(), state)
    assert "2 differ: 4.weight is (10, 4) and should be (5, 4), 4.bias is (10,) and should be (5,)" in message
    assert "The classifier has 10 outputs in the checkpoint and 5 in the architecture" in message
    assert "try --arch-arg num_classes=10" in message


def test_other_shapes_are_not_called_a_classifier(make_network):
    state = make_network().state_dict()
    state["0.weight"] = torch.ones(4, 1, 3, 3)
    message = refusal(make_network(), state)
    assert "0.weight is (4, 1, 3, 3) and should be (4, 3, 3, 3)" in message
    assert "classifier" not in message


def test_missing_batch_norm_statistics_are_said_in_words(make_network):
    state = dict(make_network().named_parameters())
    message = refusal(make_network(), {name: tensor.detach() for name, tensor in state.items()})
    assert "2 BatchNorm running statistics are missing: only parameters were saved" in message


def test_missing_counters_of_old_pytorch_are_tolerated_and_reported(make_network):
    state = make_network().state_dict()
    del state["1.num_batches_tracked"]
    target = make_network(1)
    (line,) = load_into(target, weights(state), WHERE)
    assert "1 BatchNorm counters (num_batches_tracked) are not in the checkpoint" in line
    assert torch.equal(target[4].weight, state["4.weight"])


@pytest.mark.parametrize("prefix", ["model.", "module.model."])
def test_a_stripped_prefix_that_the_architecture_carries_itself_is_put_back(make_network, prefix):
    state = make_network().state_dict()
    target = Wrapped(make_network(1))
    (line,) = load_into(target, weights(state, prefix), WHERE)
    assert "prefix 'model.'" in line
    assert torch.equal(target.model[0].weight, state["0.weight"])


def test_a_network_with_a_loss_beside_it_is_recognised(make_network):
    state = {f"net.{name}": tensor for name, tensor in make_network().state_dict().items()}
    message = refusal(make_network(), {**state, "criterion.weight": torch.ones(5)})
    assert "All names are there under 'net.'; 1 others stand beside it" in message
    assert "wrong --arch" not in message


def test_a_module_around_a_network_with_its_own_classifier_is_recognised():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = torch.nn.Conv2d(3, 4, 3)
            self.norm = torch.nn.BatchNorm2d(4)
            self.fc = torch.nn.Linear(4, 5)

    state = Net().state_dict()
    wrapped = {f"backbone.{name}": value for name, value in state.items() if not name.startswith("fc.")}
    message = refusal(Net(), {**wrapped, "head.weight": torch.ones(5, 4), "head.bias": torch.ones(5)})
    assert (
        "7 of 9 names fit under 'backbone.', and the classifier stands beside it (head.bias, head.weight)"
        in message
    )
    assert "give that module with --arch python:module:callable" in message
    assert "wrong --arch" not in message


def test_complex_weights_are_called_complex_and_never_lose_a_part(make_network):
    state = {
        name: value.to(torch.complex64) if value.is_floating_point() else value
        for name, value in make_network().state_dict().items()
    }
    message = refusal(make_network(), state)
    assert "copying would drop the imaginary parts" in message
    assert "0.weight is torch.complex64 and should be torch.float32" in message
    assert "quantised" not in message


def test_integers_do_not_become_complex_numbers():
    target = torch.nn.ParameterDict({"w": torch.ones(2, dtype=torch.complex64)})
    message = refusal(target, {"w": torch.tensor([1, 2])})
    assert "copying would turn integers into numbers" in message


def test_real_weights_are_not_taken_for_complex_ones():
    target = torch.nn.ParameterDict({"w": torch.ones(2, dtype=torch.complex64)})
    message = refusal(target, {"w": torch.tensor([1.0, 2.0])})
    assert "of another kind than the architecture's" in message


def test_the_library_that_was_typed_is_named_first(monkeypatch, make_network):
    known = ("torchvision:one", "timm:one", "timm:two", "timm:three")
    monkeypatch.setattr("truecopy_export.checkpoints.fitting.misfit.known_as", lambda _: known)
    state = {"other.weight": torch.ones(2)}
    for typed, said in (
        ("timm:resnet34", "those of timm:one or timm:two or timm:three: type --arch timm:one"),
        (
            "torchvision:resnet34",
            "those of torchvision:one or timm:one or timm:two: type --arch torchvision:one",
        ),
        ("timm:two in_chans=1", "those of timm:two as it is: check --arch-arg"),
    ):
        with pytest.raises(Keys) as caught:
            load_into(make_network(), weights(state), f"best.pt -> {typed}")
        assert said in str(caught.value)
