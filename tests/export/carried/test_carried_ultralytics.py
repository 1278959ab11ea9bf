"""What an Ultralytics classifier carries: labels, transform and the softmax in its head."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from truecopy.contract import CenterCrop, Resize
from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.carried import carried_by
from truecopy_export.carried.ultralytics import carried_by_ultralytics
from truecopy_export.checkpoints import Checkpoint, choose_weights, load_into, read_checkpoint
from truecopy_export.recipes import import_recipe

WITH_LIBRARY = pytest.mark.skipif(
    importlib.util.find_spec("ultralytics") is None, reason="ultralytics (AGPL-3.0) is not installed"
)


def classifier(**carried: object) -> torch.nn.Module:
    """A network whose class is spelled as theirs; the tests with the library itself are below."""
    kind = type("ClassificationModel", (torch.nn.Linear,), {"__module__": "ultralytics.nn.tasks"})
    network = kind(2, 2)
    for name, value in carried.items():
        setattr(network, name, value)
    return network


def checkpoint(network: torch.nn.Module) -> Checkpoint:
    content = {"model": network.state_dict(), "train_args": {"imgsz": 64}}
    return Checkpoint(Path("best.pt"), "best.pt", "0" * 64, "pytorch-zip", content, {"model": network})


def compose() -> transforms.Compose:
    return transforms.Compose([transforms.Resize(8), transforms.CenterCrop(8), transforms.ToTensor()])


def test_labels_transform_and_the_finished_activation_are_taken_from_the_network():
    found = carried_by(checkpoint(classifier(names={1: "bird", 0: "cat"}, transforms=compose())))
    assert found.labels.labels == ("cat", "bird")
    assert found.labels.source == "checkpoint model.names"
    assert found.recipe == "ultralytics:transforms"
    assert found.task == {"kind": "multiclass", "activation": "none"}
    assert ("train_args.imgsz", "64") in found.facts


def test_names_that_are_only_numbers_are_no_labels_and_no_transform_is_no_recipe():
    found = carried_by(checkpoint(classifier(names={0: "0", 1: "1"})))
    assert (found.labels, found.recipe) == (None, None)


def test_names_that_do_not_number_the_outputs_are_refused():
    with pytest.raises(
        RecipeError, match=r"do not number its outputs: expected 0 to 1, each once, got 1, 2 - at best\.pt"
    ):
        raise carried_by(checkpoint(classifier(names={1: "cat", 2: "bird"}))).labels_refusal


def test_another_network_says_nothing_of_this_kind():
    assert carried_by_ultralytics(checkpoint(torch.nn.Linear(2, 2))) is None


def test_the_transform_of_the_network_is_the_recipe_and_files_are_read_as_theirs_are():
    recipe = import_recipe(
        "ultralytics:transforms", module=classifier(transforms=compose()), architecture=None, arguments=None,
        pass_order="horizontal",
    )  # fmt: skip
    assert [type(step) for step in recipe.steps[:2]] == [Resize, CenterCrop]
    assert (recipe.input.decoder, recipe.input.orientation) == ("opencv", "apply")


def test_a_network_without_a_transform_says_what_to_type():
    for module in (None, classifier()):
        with pytest.raises(RecipeError, match=r"there is none.*classify_transforms"):
            import_recipe(
                "ultralytics:transforms",
                module=module,
                architecture=None,
                arguments=None,
                pass_order="horizontal",
            )


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> torch.nn.Module:
    """A small network of the library itself, with statistics that are not the initial ones."""
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("YOLO_OFFLINE", "true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ultralytics.data.augment import classify_transforms
        from ultralytics.nn.tasks import ClassificationModel

        torch.manual_seed(0)
        network = ClassificationModel("yolo11n-cls.yaml", ch=3, nc=3, verbose=False).train()
        with torch.no_grad():
            network(torch.rand(8, 3, 64, 64))
        network.names = {0: "cat", 1: "dog", 2: "bird"}
        network.transforms = classify_transforms(64)
    return network.eval()


@WITH_LIBRARY
@pytest.mark.parametrize("finished", [True, False], ids=["finished", "while training"])
def test_a_file_of_the_library_itself_is_read_and_answers_as_the_library_does(tmp_path, theirs, finished):
    state = {"epoch": -1, "ema": None, "updates": None, "model": theirs.half()} if finished else \
        {"epoch": 1, "ema": theirs.half(), "updates": 7, "model": None}  # fmt: skip
    torch.save({**state, "optimizer": None, "train_args": {"imgsz": 64}}, tmp_path / "best.pt")
    with pytest.raises(CheckpointError, match="Ultralytics saves its"):
        read_checkpoint(tmp_path / "best.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_checkpoint(tmp_path / "best.pt", unsafe_pickle=True)
    choice = choose_weights(found)
    assert (choice.taken.kind, choice.taken.counter) == ("ema", None if finished else 7)
    module = found.modules[choice.taken.field]
    load_into(module, choice.taken, "best.pt")
    said = carried_by(found)
    assert said.labels.labels == ("cat", "dog", "bird")
    recipe = import_recipe(
        said.recipe, module=module, architecture=None, arguments=None, pass_order="horizontal"
    )
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 70, 3), np.uint8))
    image = torch.from_numpy(np.asarray(recipe.original(picture)))[None]
    probabilities, logits = theirs.float()(theirs.transforms(picture)[None])
    assert torch.equal(module(image), probabilities)
    assert torch.equal(logits.softmax(1), probabilities)


@WITH_LIBRARY
def test_a_detector_of_the_library_is_no_classifier(tmp_path, theirs):
    from ultralytics.nn.tasks import DetectionModel

    torch.save({"model": DetectionModel("yolo11n.yaml", verbose=False)}, tmp_path / "best.pt")
    with pytest.raises(
        CheckpointError, match=r"no classifier: expected ClassificationModel .*, got DetectionModel"
    ):
        read_checkpoint(tmp_path / "best.pt", unsafe_pickle=True)
