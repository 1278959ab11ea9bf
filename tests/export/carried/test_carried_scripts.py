"""Checkpoints of the scripts of timm and torchvision say their network and recipe themselves."""

from __future__ import annotations

import argparse
import types

import numpy as np
import pytest
import torch
from PIL import Image

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.carried import Carried, carried_by
from truecopy_export.checkpoints import read_checkpoint
from truecopy_export.from_checkpoint import Source, read_source
from truecopy_export.progress import Silent
from truecopy_export.window.look import look_into

timm = pytest.importorskip("timm")

# What pytorch-image-models train.py keeps in `args`, as far as it matters here.
TIMM = {
    "model": "resnet10t", "num_classes": 2, "in_chans": None, "gp": None, "bn_eps": None, "model_kwargs": {}, "img_size": 64,
    "input_size": None, "crop_pct": 0.875, "crop_mode": None, "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.25],
    "interpolation": "bilinear", "class_map": "", "opt": "sgd", "lr": 0.05, "data_dir": None,
}  # fmt: skip
# What pytorch/vision references/classification/train.py keeps in `args`.
TORCHVISION = {
    "model": "squeezenet1_1", "val_resize_size": 72, "val_crop_size": 64, "train_crop_size": 64, "interpolation": "bilinear",
    "backend": "PIL", "use_v2": False, "test_only": False, "weights": None, "lr": 0.1,
}  # fmt: skip


def source(path, **said) -> Source:
    typed = {"architecture": None, "arguments": {}, "recipe": None, "labels": None, **said}
    return Source(
        path=path,
        recipe_input="pil",
        recipe_options={},
        pass_order="pillow13",
        ema="auto",
        labels_sort=None,
        **typed,
    )


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("cat\ndog\n")
    return str(path)


@pytest.fixture
def by_timm(tmp_path):
    """Saved by timm's own CheckpointSaver."""
    from timm.utils import CheckpointSaver

    torch.manual_seed(1)
    model = timm.create_model("resnet10t", num_classes=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def saved(**changed):
        saver = CheckpointSaver(
            model, optimizer, args=argparse.Namespace(**{**TIMM, **changed}), checkpoint_dir=str(tmp_path)
        )
        saver.save_checkpoint(3, metric=71.5)
        return tmp_path / "last.pth.tar"

    return saved


@pytest.fixture
def by_torchvision(tmp_path):
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(2)
    state = models.squeezenet1_1(num_classes=2).state_dict()

    def saved(**changed):
        path = tmp_path / "checkpoint.pth"
        arguments = argparse.Namespace(**{**TORCHVISION, **changed})
        torch.save({"model": state, "epoch": 9, "args": arguments, "optimizer": {}}, path)
        return path

    return saved


def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8))


def test_timm_s_script_needs_neither_arch_nor_recipe(by_timm, labels):
    loaded = read_source(source(by_timm(), labels=labels), Silent())
    assert loaded.trained.architecture == "timm:resnet10t num_classes=2"
    config = timm.data.resolve_data_config(TIMM, pretrained_cfg=timm.create_model("resnet10t").pretrained_cfg)
    original = timm.data.create_transform(**config, is_training=False)
    np.testing.assert_array_equal(loaded.recipe.original(picture()), original(picture()).numpy())
    assert loaded.recipe.made.size == (64, 64)
    settled = loaded.trained.findings.settled
    assert settled == (
        "architecture: timm:resnet10t, as the file says",
        "recipe: timm:arguments, as the file says",
    )


def test_its_settings_are_shown(by_timm):
    facts = dict(carried_by(read_checkpoint(by_timm())).facts)
    assert (facts["epoch"], facts["metric"], facts["args.lr"], facts["args.mean"]) == (
        "3",
        "71.5",
        "0.05",
        "0.5, 0.4, 0.3",
    )
    assert "args.data_dir" not in facts


def test_another_timm_network_is_a_contradiction(by_timm, labels):
    with pytest.raises(
        CheckpointError, match=r"--arch contradicts .*expected timm:resnet10t, got timm:resnet14t"
    ):
        read_source(source(by_timm(), labels=labels, architecture="timm:resnet14t"), Silent())


def test_what_shapes_the_network_is_taken_from_the_script(by_timm):
    kwargs = {"act_layer": "silu", "layers": [1, 1, 1, 1], "drop_rate": 0.1}
    found = carried_by(read_checkpoint(by_timm(model_kwargs=kwargs)))
    assert found.arguments == {"num_classes": 2, **kwargs}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model_kwargs": {"pretrained": True}}, "model_kwargs: expected what shapes a network .*, got 'pretrained'"),
        ({"model_kwargs": {"cache_dir": "/tmp"}}, "model_kwargs: .* got 'cache_dir'"),
        ({"model_kwargs": {"pretrained_model_args": {}}}, "model_kwargs: .* got 'pretrained_model_args'"),
        ({"model_kwargs": [1]}, r"model_kwargs: .* got \[1\]"),
        ({"model_kwargs": {"act_layer": "os.system"}}, "act_layer: expected a word, a switch, or numbers up to 100000"),
        ({"model_kwargs": {"img_size": [1] * 65}}, "img_size: expected"),
        ({"num_classes": 2_000_000}, "num_classes: expected .* got 2000000"),
    ],
)  # fmt: skip
def test_arguments_of_the_file_that_do_not_shape_a_network_are_refused_unless_the_network_is_typed(
    by_timm, labels, changed, said
):
    path = by_timm(**changed)
    with pytest.raises(CheckpointError, match=said) as caught:
        read_source(source(path, labels=labels), Silent())
    assert caught.value.fix == "Say --arch timm:NAME and its --arch-arg"
    assert any("not taken" in words for _, words in look_into(str(path)).rows())
    typed = source(path, labels=labels, architecture="timm:resnet10t", arguments={"num_classes": 2})
    assert read_source(typed, Silent()).trained.architecture == "timm:resnet10t num_classes=2"


def test_a_recipe_that_the_arguments_contradict_is_refused(by_timm, labels):
    with pytest.raises(RecipeError, match="the checkpoint's arguments contradict the recipe"):
        read_source(source(by_timm(), labels=labels, recipe="timm:train-size"), Silent())


def test_a_network_that_a_hub_would_be_asked_for_is_not_built(by_timm, labels):
    path = by_timm(model="hf_hub:someone/net")
    assert carried_by(read_checkpoint(path)).architecture is None
    with pytest.raises(
        CheckpointError,
        match="which network they belong to is not known: got 'hf_hub:someone/net', for which a hub would be asked",
    ):
        read_source(source(path, labels=labels), Silent())


def test_a_crop_mode_that_the_script_ignored_is_asked_for(by_timm, labels):
    with pytest.raises(RecipeError, match="left the crop mode out"):
        read_source(source(by_timm(crop_mode="squash"), labels=labels), Silent())


@pytest.mark.parametrize("backend", ["PIL", "tensor"])
@pytest.mark.parametrize("use_v2", [False, True])
def test_torchvision_s_script_needs_no_recipe(by_torchvision, labels, backend, use_v2):
    path = by_torchvision(backend=backend, use_v2=use_v2)
    said = source(path, labels=labels, arguments={"num_classes": 2})
    loaded = read_source(said, Silent())
    assert loaded.trained.architecture == "torchvision:squeezenet1_1 num_classes=2"
    assert loaded.recipe.made.size == (64, 64)
    assert loaded.recipe.steps[0].size == 72
    on_tensors = "torch_u8" if use_v2 else "torch_f32_u8"  # v1 resizes 8-bit tensors through floats
    assert loaded.recipe.steps[0].kernel == ("pillow" if backend == "PIL" else on_tensors)


def test_what_the_script_does_not_know_the_head_says(by_torchvision, labels):
    loaded = read_source(source(by_torchvision(), labels=labels), Silent())
    assert loaded.trained.architecture == "torchvision:squeezenet1_1 num_classes=2"


def test_weights_that_are_the_typed_network_s_outweigh_the_script_s_name_for_them(by_timm, labels):
    path = by_timm(model="resnet18")
    with pytest.raises(CheckpointError) as caught:
        read_source(source(path, labels=labels), Silent())
    said = str(caught.value)
    assert "type --arch timm:resnet10t" in said
    assert "last.pth.tar -> timm:resnet18 num_classes=2 (the file itself names timm:resnet18)" in said
    loaded = read_source(source(path, labels=labels, architecture="timm:resnet10t"), Silent())
    assert loaded.trained.architecture == "timm:resnet10t num_classes=2"
    assert loaded.trained.findings.settled[0] == (
        "architecture: timm:resnet10t, as typed: the weights have its names and sizes; the file names timm:resnet18"
    )
    with pytest.raises(CheckpointError, match="--arch contradicts the checkpoint"):
        read_source(source(path, labels=labels, architecture="timm:resnet14t"), Silent())


def test_a_class_name_of_the_file_with_a_control_character_is_refused_before_anything_is_built(
    by_timm, tmp_path
):
    content = torch.load(by_timm(), weights_only=False)
    torch.save({**content, "classes": ["cat", "\x1b[31mdog"]}, tmp_path / "red.pth")
    with pytest.raises(
        RecipeError, match=r"characters that are not seen .*got '\\x1b\[31mdog' - at checkpoint classes"
    ):
        read_source(source(tmp_path / "red.pth"), Silent())


def test_two_tables_that_differ_stop_an_export_only_where_no_labels_are_typed(by_timm, labels, tmp_path):
    content = torch.load(by_timm(), weights_only=False)
    torch.save({**content, "classes": ["a", "b"], "idx_to_class": {0: "b", 1: "a"}}, tmp_path / "two.pth")
    with pytest.raises(RecipeError, match="the checkpoint holds two tables of labels that differ"):
        read_source(source(tmp_path / "two.pth"), Silent())
    assert read_source(source(tmp_path / "two.pth", labels=labels), Silent()).labels.labels == ("cat", "dog")


def test_a_name_that_timm_does_not_have_is_said_to_be_the_file_s(by_timm, labels):
    with pytest.raises(
        CheckpointError, match=r"no model 'nosuchnet' - at last\.pth\.tar \(the file itself names "
    ):
        read_source(source(by_timm(model="nosuchnet"), labels=labels), Silent())


def test_arguments_that_say_too_little_are_an_error(by_torchvision, labels):
    with pytest.raises(RecipeError, match=r"--backend.*expected pil or tensor, got 'datapoint'"):
        read_source(
            source(by_torchvision(backend="Datapoint"), labels=labels, arguments={"num_classes": 2}), Silent()
        )


def test_an_unknown_script_says_nothing(tmp_path):
    path = tmp_path / "x.pth"
    torch.save({"model": {"w": torch.ones(2)}, "args": argparse.Namespace(model="resnet18", lr=1)}, path)
    found = carried_by(read_checkpoint(path))
    assert (found.architecture, found.recipe) == (None, None)
    assert found == Carried(
        training={"model": "resnet18", "lr": 1}, facts=(("args.model", "resnet18"), ("args.lr", "1"))
    )


def test_lightning_s_hyper_parameters_are_shown(tmp_path):
    path = tmp_path / "epoch=1.ckpt"
    torch.save(
        {
            "state_dict": {"net.w": torch.ones(2)}, "pytorch-lightning_version": "2.6.0", "epoch": 1, "global_step": 20,
            "hyper_parameters": {"lr": 0.1, "classes": ["cat", "dog"], "encoder": {"depth": 2}},
        },
        path,
    )  # fmt: skip
    found = carried_by(read_checkpoint(path))
    assert dict(found.facts)["hyper_parameters.lr"] == "0.1"
    assert found.labels.labels == ("cat", "dog")
    assert found.labels.source == "checkpoint hyper_parameters.classes"


def test_mmengine_s_classes_are_labels(tmp_path):
    path = tmp_path / "epoch_1.pth"
    meta = {"dataset_meta": {"classes": ("cat", "dog")}, "epoch": 1}
    torch.save({"state_dict": {"backbone.w": torch.ones(2)}, "meta": meta}, path)
    assert carried_by(read_checkpoint(path)).labels.labels == ("cat", "dog")


def test_two_tables_of_labels_that_differ_are_refused(tmp_path):
    path = tmp_path / "x.pth"
    torch.save({"model": {"w": torch.ones(2)}, "class_to_idx": {"a": 0, "b": 1}, "classes": ["b", "a"]}, path)
    with pytest.raises(
        RecipeError, match=r"two tables of labels that differ: got checkpoint class_to_idx: a, b and"
    ):
        raise carried_by(read_checkpoint(path)).labels_refusal


def test_numbers_of_an_index_to_name_table_are_held_to_the_outputs(tmp_path):
    path = tmp_path / "x.pth"
    torch.save({"model": {"w": torch.ones(2)}, "idx_to_class": {1: "b", 0: "a"}}, path)
    assert carried_by(read_checkpoint(path)).labels.labels == ("a", "b")
    torch.save({"model": {"w": torch.ones(2)}, "idx_to_class": {1: "b", 2: "a"}}, path)
    with pytest.raises(
        RecipeError, match=r"expected 0 to 1, each once, got 1, 2 - at x\.pth\. Say .*--labels"
    ):
        raise carried_by(read_checkpoint(path)).labels_refusal


def test_namespaces_of_other_kinds_are_no_settings():
    other = {"name": "x", "format": "pytorch-zip", "modules": {}}
    assert carried_by(types.SimpleNamespace(content={"args": 3}, arguments=None, **other)) == Carried()
