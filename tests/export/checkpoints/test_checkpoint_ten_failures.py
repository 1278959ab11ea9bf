"""The ten failures that people really meet, each typed on the command line: exit code 3, and what to type next."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from truecopy.cli.main import main
from truecopy_export.architectures import build
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint

CODE = """
from torch import nn
from torchvision import transforms

validation = transforms.Compose([
    transforms.Resize(10), transforms.CenterCrop(8), transforms.ToTensor(),
    transforms.Normalize([0.5] * 3, [0.25] * 3),
])


class Net(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3))
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))
"""


@dataclass(frozen=True)
class Typed:
    code: int
    err: str

    @property
    def refusal(self) -> str:
        """The one line that says why, after exit code 3 and no traceback."""
        assert self.code == 3, self.err
        assert "Traceback" not in self.err
        (line,) = [line for line in self.err.splitlines() if line.startswith("truecopy: ")]
        return line


@pytest.fixture
def export(tmp_path, monkeypatch, capsys) -> Callable[..., Typed]:
    """Save `content` (bytes as they are) and type `truecopy export` of it in the user's folder."""
    (tmp_path / "ten_nets.py").write_text(CODE)
    (tmp_path / "labels.txt").write_text("cat\ndog\nowl\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "ten_nets", raising=False)

    def call(content: Any, arch: str = "python:ten_nets:Net", *more: str, name: str = "best.pth") -> Typed:
        if isinstance(content, bytes):
            Path(name).write_bytes(content)
        else:
            torch.save(content, name)
        words = ("--arch", arch, "--recipe", "python:ten_nets:validation", "--labels", "labels.txt")
        monkeypatch.setattr(
            sys, "argv", ["truecopy", "export", name, *words, "--no-proof", "-o", "out.onnx", *more]
        )
        with pytest.raises(SystemExit) as end:
            main()
        return Typed(int(end.value.code or 0), capsys.readouterr().err)

    return call


@pytest.fixture
def net(export) -> dict[str, torch.Tensor]:
    """The state dict of the user's own network."""
    import ten_nets

    torch.manual_seed(0)
    return ten_nets.Net().state_dict()


def library(spec: str, **arguments: object) -> dict[str, torch.Tensor]:
    """The state dict of a library's network, with random weights."""
    pytest.importorskip(spec.partition(":")[0], reason=f"{spec.partition(':')[0]} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the libraries themselves use that is deprecated
        return build(spec, arguments).module.state_dict()


def fits(content: dict[str, torch.Tensor], arch: str, **arguments: object) -> bool:
    torch.save(content, "again.pth")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_into(
            build(arch, arguments).module, choose_weights(read_checkpoint("again.pth")).taken, "again.pth"
        )
    return True


# 1. A wrong --arch


def test_a_wrong_arch_is_answered_with_the_network_that_the_names_are_of(export):
    state = library("torchvision:mobilenet_v2")
    said = export(state, "torchvision:squeezenet1_1").refusal
    assert "The weights do not fit the architecture" in said
    assert "- at best.pth -> torchvision:squeezenet1_1" in said
    assert (
        "The names and sizes are those of torchvision:mobilenet_v2: type --arch torchvision:mobilenet_v2"
        in said
    )
    assert "Only 2 of 52 names fit: this looks like a wrong --arch" in said
    assert fits(state, "torchvision:mobilenet_v2")


def test_a_wrong_size_of_the_right_family_is_named_too(export):
    state = library("timm:mobilenetv3_small_050")
    said = export(state, "timm:mobilenetv3_small_100").refusal
    assert "The weights have other shapes than the architecture" in said
    assert "type --arch timm:mobilenetv3_small_050" in said
    assert fits(state, "timm:mobilenetv3_small_050")


def test_a_wrong_network_of_ones_own_is_answered_with_counts_and_the_nearest_names(export, net):
    net["features.0.weights"] = net.pop("features.0.weight")
    said = export(net).refusal
    assert (
        "1 missing: features.0.weight (nearest: features.0.weights); 1 unexpected: features.0.weights" in said
    )
    others = export({f"stem.{i}.kernel": torch.ones(2) for i in range(9)}).refusal
    assert "Only 0 of 11 names fit: this looks like a wrong --arch" in others


# 2. A classifier of another size


@pytest.mark.parametrize(
    ("arch", "classes", "said"),
    [
        ("timm:mobilenetv3_small_050", 7, "The classifier has 7 outputs in the checkpoint and 1000 in the"),
        ("torchvision:squeezenet1_1", 7, "The classifier has 7 outputs in the checkpoint and 1000 in the"),
        ("timm:deit_tiny_distilled_patch16_224", 7, "The 2 classifiers (head, head_dist) have 7 outputs in"),
    ],
)
def test_a_classifier_of_another_size_is_answered_with_the_argument(export, arch, classes, said):
    state = library(arch, num_classes=classes)
    line = export(state, arch).refusal
    assert said in line
    assert f"try --arch-arg num_classes={classes}" in line
    assert fits(state, arch, num_classes=classes)


def test_a_first_layer_of_other_channels_is_answered_with_timms_argument(export):
    state = library("timm:mobilenetv3_small_050", in_chans=1)
    said = export(state, "timm:mobilenetv3_small_050").refusal
    assert "The first layer takes 1 channels in the checkpoint and 3 in the architecture" in said
    assert "--arch-arg in_chans=1" in said
    assert fits(state, "timm:mobilenetv3_small_050", in_chans=1)


# 3. Prefixes of wrappers


def test_a_prefix_is_stripped_and_the_report_says_so(export, net):
    done = export({"state_dict": {f"module.{name}": tensor for name, tensor in net.items()}, "epoch": 3})
    assert done.code == 0, done.err
    assert "state_dict: the prefix 'module.' was stripped from all 11 names" in done.err


def test_a_wrapper_around_a_part_is_taken_out_and_the_report_says_so(export, net):
    # model.features = torch.nn.DataParallel(model.features), as old ImageNet scripts did it
    done = export({name.replace("features.", "features.module."): tensor for name, tensor in net.items()})
    assert done.code == 0, done.err
    assert "the wrapper 'module' was taken out of 9 of 11 names" in done.err


def test_a_prefix_that_only_some_names_carry_is_taken_out(export, net):
    done = export({name if name.startswith("fc") else f"_orig_mod.{name}": t for name, t in net.items()})
    assert done.code == 0, done.err
    assert "the wrapper '_orig_mod' was taken out of 9 of 11 names" in done.err


# 4. No BatchNorm statistics


def test_parameters_without_statistics_are_answered_with_the_right_call(export, net):
    said = export({name: tensor for name, tensor in net.items() if "running" not in name}).refusal
    assert "2 missing: features.1.running_mean" in said
    assert "2 BatchNorm running statistics are missing: only parameters were saved" in said
    assert "save model.state_dict(), not model.parameters()" in said


# 5. Another library's names for the same network


@pytest.mark.parametrize(
    ("saved", "typed"),
    [
        ("torchvision:mobilenet_v2", "timm:mobilenetv2_100"),
        ("timm:mobilenetv2_100", "torchvision:mobilenet_v2"),
        ("timm:mobilenetv3_small_050", "torchvision:mobilenet_v3_small"),
    ],
)
def test_another_librarys_names_are_answered_with_that_library(export, saved, typed):
    state = library(saved)
    said = export(state, typed).refusal
    assert f"type --arch {saved}" in said
    assert fits(state, saved)


@pytest.mark.parametrize(
    ("saved", "typed"), [("torchvision:resnet18", "timm:resnet18"), ("timm:resnet18", "torchvision:resnet18")]
)
def test_resnets_have_the_same_names_in_both_libraries(export, saved, typed):
    assert fits(library(saved), typed)


def test_names_of_transformers_are_answered_with_the_folder(export):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    config = transformers.ViTConfig(
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        image_size=32,
        num_labels=3,
    )
    state = transformers.ViTForImageClassification(config).state_dict()
    said = export(state, "timm:mobilenetv3_small_050").refusal
    assert "The names are those of Hugging Face transformers (vit): type --arch hf:FOLDER" in said


# 6. Only an optimizer


@pytest.mark.parametrize("wrapped", [True, False], ids=["under a key", "alone"])
def test_an_optimizers_state_is_no_model(export, net, wrapped):
    optimizer = torch.optim.Adam([torch.nn.Parameter(tensor) for tensor in net.values() if tensor.dim()])
    state = optimizer.state_dict()
    said = export({"optimizer": state, "epoch": 3} if wrapped else state).refusal
    field = "optimizer" if wrapped else "(top level)"
    assert f"The checkpoint holds no model weights: only the state of an optimizer, at {field}" in said
    assert "torch.save(model.state_dict()" in said


# 7. An adapter, or a part of a network


def test_an_adapter_is_no_model(export):
    names = [f"base_model.model.layer.{i}.query.lora_{ab}.weight" for i in range(3) for ab in "AB"]
    said = export({name: torch.ones(2, 2) for name in names}).refusal
    assert "The checkpoint is a LoRA (an adapter)" in said
    assert "model.merge_and_unload()" in said


def test_an_adapter_beside_its_base_is_to_be_merged(export, net):
    adapters = {f"fc.lora_{ab}.default.weight": torch.ones(2, 2) for ab in "AB"}
    said = export({**net, **adapters}).refusal
    assert "2 names hold lora_: an adapter stands beside its base model; merge the two" in said


def test_half_of_the_layers_is_partial_and_the_missing_parts_are_named(export):
    state = library("timm:mobilenetv3_small_050")
    half = {name: tensor for name, tensor in state.items() if not name.startswith(("blocks", "conv_head"))}
    lost = [name for name in state.keys() - half.keys() if name.endswith("num_batches_tracked")]  # not missed
    said = export(half, "timm:mobilenetv3_small_050").refusal
    assert f"The checkpoint is partial: {len(half)} of {len(state) - len(lost)} tensors are there" in said
    assert "these parts are missing: blocks (" in said
    assert "conv_head (2)" in said


def test_a_head_alone_and_a_backbone_alone_are_told_apart(export, net):
    head = {name: tensor for name, tensor in net.items() if name.startswith("fc")}
    backbone = {name: tensor for name, tensor in net.items() if not name.startswith("fc")}
    assert (
        "Only the classifier (fc.bias, fc.weight) is there, not the network before it" in export(head).refusal
    )
    said = export(backbone).refusal
    assert "Everything but the classifier (fc.bias, fc.weight) is there" in said
    assert "give the checkpoint of the whole trained model" in said


def test_a_network_beside_other_things_is_taken_with_the_field_that_is_said(export, net):
    content = {f"net.{name}": tensor for name, tensor in net.items()} | {"loss.weight": torch.ones(3)}
    said = export({"state_dict": content}).refusal
    assert "All names are there under 'net.'; 1 others stand beside it: say --ema state_dict.net" in said
    done = export({"state_dict": content}, "python:ten_nets:Net", "--ema", "state_dict.net")
    assert done.code == 0, done.err


# 8, 9, 10. Files that are no checkpoint


def test_an_empty_file_is_to_be_copied_again(export):
    said = export(b"").refusal
    assert "The checkpoint is an empty file" in said
    assert said.endswith("Copy or download it again")


def test_a_git_lfs_pointer_is_to_be_fetched(export):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 102530333\n"
    said = export(pointer).refusal
    assert "The file is a Git-LFS pointer, not the file itself" in said
    assert "git lfs pull" in said


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", b"\n  <html lang='en'></html>"]
)
def test_a_web_page_is_no_model(export, page):
    said = export(page).refusal
    assert "The file is an HTML page, not a model: the download answered with a web page" in said
    assert "Download it again, through the file's raw link" in said
