"""Image classifiers of transformers, saved by transformers, exported from their folder alone and held against its pipeline."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.command_line import run_here

import truecopy as runtime
from truecopy.contract import Multilabel

transformers = pytest.importorskip("transformers")

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "imagenet" / "photos"
LABELS = ["cat", "dog", "owl", "newt", "fig"]
NAMED = {"id2label": dict(enumerate(LABELS)), "label2id": {name: place for place, name in enumerate(LABELS)}}
TRANSFORMER = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
STAGES = {"hidden_sizes": [8, 12, 16, 24], "depths": [1, 1, 1, 1]}


def _vit(**more):
    config = transformers.ViTConfig(**TRANSFORMER, image_size=48, patch_size=16, **{**NAMED, **more})
    return transformers.ViTForImageClassification(config), transformers.ViTImageProcessor(
        size={"height": 48, "width": 48}
    )


def _convnext():
    config = transformers.ConvNextConfig(**STAGES, **NAMED)
    return transformers.ConvNextForImageClassification(config), transformers.ConvNextImageProcessor(
        size={"shortest_edge": 56}, crop_pct=0.875
    )


def _resnet():
    config = transformers.ResNetConfig(
        **STAGES, embedding_size=8, layer_type="basic", problem_type="multi_label_classification", **NAMED
    )
    return transformers.ResNetForImageClassification(config), transformers.ConvNextImageProcessor(
        size={"shortest_edge": 48}, crop_pct=0.9, resample=2
    )


def _swin():
    config = transformers.SwinConfig(
        image_size=64, patch_size=4, embed_dim=12, depths=[1, 2], num_heads=[2, 4], window_size=4, **NAMED
    )
    return transformers.SwinForImageClassification(config), transformers.ViTImageProcessor(
        size={"height": 64, "width": 64}, resample=3
    )


def _dinov2():
    config = transformers.Dinov2Config(**TRANSFORMER, image_size=56, patch_size=14, **NAMED)
    return transformers.Dinov2ForImageClassification(config), transformers.BitImageProcessor(
        size={"shortest_edge": 64}, crop_size={"height": 56, "width": 56}
    )


def _deit():
    config = transformers.DeiTConfig(**TRANSFORMER, image_size=32, patch_size=16, **NAMED)
    return transformers.DeiTForImageClassificationWithTeacher(config), transformers.DeiTImageProcessor(
        size={"height": 40, "width": 40}, crop_size={"height": 32, "width": 32}
    )


FAMILIES: dict[str, Callable] = {
    "vit": _vit,
    "convnext": _convnext,
    "resnet": _resnet,
    "swin": _swin,
    "dinov2": _dinov2,
    "deit": _deit,
}


def save(folder, made, **how):
    """Random weights and statistics that make the answers differ, saved by the library itself."""
    module, processor = made
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.add_(0.2 * torch.randn(tensor.shape, generator=random))
                if name.endswith("running_var"):
                    tensor.abs_().add_(0.5)
    module.eval().save_pretrained(folder, **how)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Generated ones, one with an EXIF turn and one with transparency."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(4)
    for number, (height, width) in enumerate(((97, 61), (60, 130), (33, 40))):
        coarse = Image.fromarray(random.integers(0, 256, (9, 7, 3), np.uint8)).resize((width, height))
        coarse.save(folder / f"{number}.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    coarse.resize((80, 50)).save(folder / "turned.jpg", exif=turned, quality=95)
    clear = coarse.resize((50, 70)).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((50, 70)))
    clear.save(folder / "clear.png")
    return folder


def run(*arguments):
    """`truecopy ARGUMENTS` in this process: exit code, documents, messages."""
    code, out, err = run_here(*arguments)
    return code, [json.loads(line) for line in out.splitlines() if line.startswith("{")], err


@pytest.fixture(scope="module")
def exported(tmp_path_factory, pictures):
    """A family by name: its folder, the artifact and what was said; each exported once, from the folder alone."""
    home = tmp_path_factory.mktemp("folders")
    done = {}

    def export(name):
        if name not in done:
            how = {"max_shard_size": "10KB"} if name == "swin" else {}
            folder = save(home / name, FAMILIES[name](), **how)
            code, rows, said = run(
                "export", folder, "--proof", pictures, "--json", "-o", home / f"{name}.onnx"
            )
            assert code == 0, said
            done[name] = (folder, home / f"{name}.onnx", rows[0])
        return done[name]

    return export


def pipeline(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformers.pipeline("image-classification", model=str(folder), device="cpu")


def held_against(folder, artifact, files):
    """The library's own pipeline and the artifact on the same files: pixels bit for bit, labels in order, scores."""
    theirs, ours = pipeline(folder), runtime.load(artifact, device="cpu")
    for file in files:
        pixels = theirs.preprocess(str(file))["pixel_values"][0].numpy()
        made = runtime.preprocess(file, ours.contract)
        assert made.dtype == pixels.dtype == np.float32
        assert np.array_equal(made.view(np.uint32), pixels.view(np.uint32)), file.name
        answers = theirs(str(file), top_k=5)
        numbers = ours(file).probabilities
        order = [LABELS[place] for place in np.argsort(-numbers, kind="stable")]
        assert order == [answer["label"] for answer in answers], file.name
        scores = [answer["score"] for answer in answers]
        assert np.abs(np.sort(numbers)[::-1] - scores).max() < 1e-5
        assert max(scores) - min(scores) > 1e-3  # the labels are told apart


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_alone_answers_as_the_librarys_own_pipeline(exported, pictures, family):
    folder, artifact, _ = exported(family)
    held_against(folder, artifact, sorted(pictures.iterdir()))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_alone_answers_so_on_real_photographs(exported, family):
    if not PHOTOS.is_dir():
        pytest.skip("the shared photographs (../shared/data/imagenet/photos) are not here")
    folder, artifact, _ = exported(family)
    held_against(folder, artifact, sorted(PHOTOS.iterdir())[::50])


def test_the_contract_says_what_the_folder_said(exported):
    folder, artifact, document = exported("vit")
    contract = runtime.read(artifact).contract
    assert contract.provenance.architecture == "hf:vit ViTForImageClassification"
    assert contract.provenance.recipe == "hf:vit ViTImageProcessor"
    assert contract.task.labels == tuple(LABELS)
    assert contract.task.labels_source == "config.json id2label"
    assert contract.graph.answer == "logits"
    assert contract.provenance.checkpoint.name == folder.name
    proof = document["proof"]
    assert (proof["level"], proof["tensor"]["differing_values"]) == ("bit-exact", 0)


def test_several_labels_at_a_time_and_a_network_of_three_outputs_are_taken_unasked(exported):
    assert isinstance(runtime.read(exported("resnet")[1]).contract.task, Multilabel)
    graph = runtime.read(exported("deit")[1]).contract.graph
    assert graph.answer == "logits"
    assert [output.name for output in graph.outputs] == ["logits", "cls_logits", "distillation_logits"]


def test_the_sharded_folder_really_had_shards(exported):
    folder, artifact, _ = exported("swin")
    assert len([*folder.glob("model-*.safetensors")]) > 3
    assert runtime.read(artifact).contract.provenance.checkpoint.name == "swin"


def test_numbers_are_named_after_the_labels(tmp_path, pictures):
    names = {0: "age", 1: "weight"}
    made = _vit(problem_type="regression", id2label=names, label2id={"age": 0, "weight": 1})
    folder = save(tmp_path / "numbers", made)
    code, _, said = run("export", folder, "--proof", pictures, "-o", tmp_path / "numbers.onnx")
    assert code == 0, said
    file = pictures / "0.png"
    theirs = {answer["label"]: answer["score"] for answer in pipeline(folder)(str(file))}
    ours = {
        value.name: value.value
        for value in runtime.load(tmp_path / "numbers.onnx", device="cpu")(file).values
    }
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_folder_of_version_4_with_the_plain_name_needs_a_word_and_a_fast_one_needs_none(tmp_path, pictures):
    folder = save(tmp_path / "old", _vit())
    config, processor = folder / "config.json", folder / "preprocessor_config.json"
    config.write_text(config.read_text().replace(transformers.__version__, "4.57.1"))
    words = ("export", folder, "--proof", pictures, "--json", "-o", tmp_path / "old.onnx")
    code, _, said = run(*words)
    assert code == 3
    assert "--recipe-arg backend=torchvision" in said
    assert "--recipe-arg backend=pil" in said
    code, _, said = run(*words, "--recipe-arg", "backend=pil")
    assert code == 0, said
    assert runtime.read(tmp_path / "old.onnx").contract.steps[0].kernel == "pillow"
    processor.write_text(processor.read_text().replace("ViTImageProcessor", "ViTImageProcessorFast"))
    code, _, said = run(*words, "--overwrite")
    assert code == 0, said
    held_against(folder, tmp_path / "old.onnx", sorted(pictures.iterdir()))


def test_placeholders_are_refused_with_what_to_type_and_typed_labels_are_taken(tmp_path, pictures):
    folder = save(tmp_path / "unnamed", _vit(id2label=None, label2id=None, num_labels=5))
    words = ("export", folder, "--proof", pictures, "--json", "-o", tmp_path / "unnamed.onnx")
    code, _, said = run(*words)
    assert code == 3
    assert "there are no labels" in said
    assert "--labels labels.txt" in said
    (tmp_path / "labels.txt").write_text("\n".join(LABELS))
    code, _, said = run(*words, "--labels", tmp_path / "labels.txt")
    assert code == 0, said
    assert runtime.read(tmp_path / "unnamed.onnx").contract.task.labels == tuple(LABELS)


def test_a_task_that_the_folder_contradicts_is_refused(exported, tmp_path, pictures):
    folder, _, _ = exported("resnet")
    code, _, said = run(
        "export", folder, "--task", "multiclass", "--proof", pictures, "-o", tmp_path / "x.onnx"
    )
    assert code == 3
    assert "--task contradicts the checkpoint: expected multilabel, as the file says, got multiclass" in said


def test_a_plain_state_dict_takes_everything_else_from_the_folder_that_is_named(exported, tmp_path, pictures):
    folder, artifact, _ = exported("vit")
    module = transformers.AutoModelForImageClassification.from_pretrained(folder)
    torch.save(module.state_dict(), tmp_path / "best.pt")
    (tmp_path / "labels.txt").write_text("\n".join(LABELS))
    code, _, said = run(
        "export", tmp_path / "best.pt", "--arch", f"hf:{folder}", "--recipe", f"hf:{folder}",
        "--labels", tmp_path / "labels.txt", "--proof", pictures, "-o", tmp_path / "best.onnx",
    )  # fmt: skip
    assert code == 0, said
    ours, theirs = (runtime.read(path).contract.graph.sha256 for path in (tmp_path / "best.onnx", artifact))
    assert ours == theirs


def test_a_folder_of_timm_takes_labels_and_recipe_from_its_one_config(tmp_path, pictures):
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    given = {
        "input_size": [3, 64, 64],
        "mean": [0.5] * 3,
        "std": [0.25] * 3,
        "crop_pct": 0.9,
        "interpolation": "bicubic",
    }
    config = {"architecture": "resnet10t", "num_classes": 5, "label_names": LABELS, "pretrained_cfg": given}
    folder = tmp_path / "timm"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(timm.create_model("resnet10t", num_classes=5).state_dict(), folder / "pytorch_model.bin")
    code, _, said = run("export", folder, "--proof", pictures, "-o", tmp_path / "timm.onnx")
    assert code == 0, said
    theirs, ours = pipeline(folder), runtime.load(tmp_path / "timm.onnx", device="cpu")
    for file in sorted(pictures.iterdir()):
        answers = {answer["label"]: answer["score"] for answer in theirs(str(file), top_k=5)}
        assert dict(zip(LABELS, ours(file).probabilities.tolist(), strict=True)) == pytest.approx(
            answers, abs=1e-5
        )
