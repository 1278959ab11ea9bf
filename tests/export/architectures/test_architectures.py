"""`--arch` and `--arch-arg`: what is built, under which name, and what is refused."""

from __future__ import annotations

import resource
import sys

import pytest
from torch import nn

from truecopy.errors import CheckpointError
from truecopy_export.architectures import build, parse_arguments


def refusal(function, *args) -> str:
    with pytest.raises(CheckpointError) as caught:
        function(*args)
    return str(caught.value)


def test_values_are_yaml_and_never_code():
    pairs = [
        "num_classes=10",
        "pad_type=same",
        "drop=0.5",
        "flag=true",
        "none=null",
        "sizes=[1, 2]",
        "code=__import__('os')",
    ]
    assert parse_arguments(pairs) == {
        "num_classes": 10,
        "pad_type": "same",
        "drop": 0.5,
        "flag": True,
        "none": None,
        "sizes": [1, 2],
        "code": "__import__('os')",
    }
    assert parse_arguments([]) == {}


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["num_classes"], "an --arch-arg: expected key=value, got 'num_classes'. For example: --arch-arg num_classes=10"),
        (["num classes=1"], "an --arch-arg: expected key=value"),
        (["a=1", "a=2"], "--arch-arg a stands twice: got 1 and '2'"),
        (["a=[1"], "the value of --arch-arg a: expected YAML, got '[1'"),
        (["a=!!python/name:os.system"], "the value of --arch-arg a: expected YAML"),
    ],
)  # fmt: skip
def test_other_arguments_are_refused(pairs, message):
    assert message in refusal(parse_arguments, pairs)


def test_timm_builds_with_its_arguments():
    built = build("timm:mobilenetv3_small_050", {"num_classes": 5})
    assert built.name == "timm:mobilenetv3_small_050 num_classes=5"
    assert built.module.get_classifier().out_features == 5


def test_torchvision_builds_with_its_arguments():
    built = build("torchvision:mobilenet_v3_small", {"num_classes": 5, "dropout": 0.1})
    assert built.name == "torchvision:mobilenet_v3_small num_classes=5 dropout=0.1"
    assert built.module.classifier[-1].out_features == 5


def test_the_name_spells_arguments_as_they_were_typed():
    built = build(
        "python:torch.nn:Conv2d",
        parse_arguments(
            ["in_channels=3", "out_channels=2", "kernel_size=[1, 2]", "bias=false", "device=null"]
        ),
    )
    assert (
        built.name
        == "python:torch.nn:Conv2d in_channels=3 out_channels=2 kernel_size=[1,2] bias=false device=null"
    )
    assert isinstance(built.module, nn.Conv2d)


def test_a_callable_of_the_current_folder_builds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_model_module.py").write_text(
        "from torch import nn\ndef model(classes=2):\n    return nn.Linear(4, classes)\ndef wrong():\n    return 7\n"
    )
    try:
        assert build("python:own_model_module:model", {"classes": 3}).module.out_features == 3
        assert refusal(build, "python:own_model_module:wrong", {}) == (
            "python:own_model_module:wrong does not build a model: expected a torch.nn.Module, got int"
        )
        assert "no 'modle' in own_model_module, did you mean 'model'?" in refusal(
            build, "python:own_model_module:modle", {}
        )
        assert refusal(build, "python:own_model_module:model", {"nope": 1}) == (
            "python:own_model_module:model cannot be built with {'nope': 1}: got TypeError: "
            "model() got an unexpected keyword argument 'nope'. Give its arguments as --arch-arg key=value"
        )
        assert "is not callable: expected a function or class" in refusal(
            build, "python:own_model_module:__name__", {}
        )
    finally:
        sys.modules.pop("own_model_module", None)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("timm:mobilenetv3_smal_100", "timm has no model 'mobilenetv3_smal_100'. Nearest: timm:mobilenetv3_small_100"),
        ("timm:hf-hub:some/model", "timm has no model 'hf-hub:some/model'"),
        ("torchvision:mobilenet_v4", "torchvision has no model 'mobilenet_v4'. Nearest: torchvision:mobilenet_v2"),
        ("torchvision:fasterrcnn_resnet50_fpn", "torchvision has no model 'fasterrcnn_resnet50_fpn'"),
        ("hf:", "the architecture is unknown"),
        ("keras", "--arch keras names no network: got 'keras'. A .keras or .h5 file holds its network: leave --arch out"),
        ("mobilenet", "the architecture is unknown: expected timm:NAME, torchvision:NAME, hf:FOLDER or python:package.module:callable, got 'mobilenet'"),
        ("timm:", "the architecture is unknown"),
    ],
)  # fmt: skip
def test_other_spellings_are_refused(spec, message):
    assert message in refusal(build, spec, {})


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        ("timm:mobilenetv3_small_050", {"pretrained": True}, "pretrained of timm:mobilenetv3_small_050 loads weights; the weights come from the checkpoint. Leave --arch-arg pretrained out"),
        ("torchvision:mobilenet_v2", {"weights": "DEFAULT"}, "weights of torchvision:mobilenet_v2 loads weights"),
        ("timm:mobilenetv3_small_050", {"nonsense": 1}, "timm:mobilenetv3_small_050 cannot be built with {'nonsense': 1}: got TypeError"),
    ],
)  # fmt: skip
def test_arguments_that_download_or_do_not_fit_are_refused(spec, arguments, message):
    assert message in refusal(build, spec, arguments)


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        ("timm:vit_tiny_patch16_224", {"num_classes": 100_000_000}, "the network is too large: expected less than protobuf's 2 GiB"),
        ("timm:vit_tiny_patch16_224", {"img_size": 90_000}, "the network is too large"),
        ("torchvision:squeezenet1_1", {"num_classes": 1_200_000}, "the network is too large"),
    ],
)  # fmt: skip
def test_a_network_larger_than_any_artifact_is_refused_before_it_takes_memory(spec, arguments, message):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = refusal(build, spec, arguments)
    assert message in told
    assert "at " + spec in told
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB
    assert grown < 512 << 10


def test_a_module_without_its_prefix_is_told_the_prefix():
    told = refusal(build, "mychurn:build", {})
    assert told.startswith(
        "the architecture is unknown, did you mean 'python:mychurn:build'?: expected timm:NAME"
    )
    assert "did you mean" not in refusal(build, "mychurn", {})
