"""Everything that people do wrong, as they meet it: a typed error, in one sentence, with what to type next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from torch import nn

import truecopy as runtime
from truecopy import errors

ROOT = Path(__file__).parents[2]
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4cac19622fc3ada9\nsize 132\n"
CODE = """
from torch import nn
from torchvision import transforms

recipe = transforms.Compose([
    transforms.Resize(10), transforms.CenterCrop(8), transforms.ToTensor(),
    transforms.Normalize([0.5] * 3, [0.25] * 3),
])

def net(end=False):
    parts = [nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(216, 3)]
    return nn.Sequential(*parts, *([nn.Softmax(1)] if end else []))

def wider():
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.Flatten(), nn.Linear(216, 3))
"""


@dataclass(frozen=True)
class Bench:
    """A user's folder with a checkpoint, labels, photos and a good artifact; `run` types a command in it."""

    folder: Path
    run: Callable[..., Any]

    def export(self, checkpoint: Path | str = "best.pt", *more: object, **changed: object) -> Any:
        usual: dict[str, object] = {
            "arch": "python:wrong_code:net", "recipe": "python:wrong_code:recipe", "labels": "labels.txt", "proof": "photos",
            "output": "never.onnx",
        }  # fmt: skip
        words = [
            word
            for name, value in (usual | changed).items()
            for word in (f"--{name.replace('_', '-')}", value)
        ]
        return self.run("export", checkpoint, *words, *more)

    def copy_of_artifact(self, change: Callable[[bytes], bytes]) -> Path:
        path = self.folder / "wrong.onnx"
        path.write_bytes(change((ROOT / "artifacts" / "digits.onnx").read_bytes()))
        return path


@pytest.fixture
def bench(tmp_path, monkeypatch, truecopy):
    (tmp_path / "wrong_code.py").write_text(CODE)
    (tmp_path / "labels.txt").write_text("cat\ndog\nowl\n")
    (tmp_path / "photos").mkdir()
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (12, 20, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{number}.png")
    code: dict[str, Any] = {}
    exec(CODE, code)  # noqa: S102
    torch.manual_seed(0)
    torch.save(code["net"]().state_dict(), tmp_path / "best.pt")
    (tmp_path / "digits.onnx").write_bytes((ROOT / "artifacts" / "digits.onnx").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return Bench(tmp_path, truecopy)


def labels_one_short(bench):
    (bench.folder / "labels.txt").write_text("cat\ndog\n")
    return bench.export()


def truncated_model(bench):
    return bench.run("predict", bench.copy_of_artifact(lambda content: content[:-500]), "photos")


def edited_contract(bench):
    return bench.run(
        "predict", bench.copy_of_artifact(lambda content: content.replace(b'"zero"', b'"nero"')), "photos"
    )


def resealed_garbage(bench):
    from truecopy.artifact.metadata import CONTRACT_KEY
    from truecopy.artifact.seal import append_seal

    model = onnx.load_model_from_string((bench.folder / "digits.onnx").read_bytes())
    for entry in list(model.metadata_props):
        if entry.key == "truecopy.digest":
            model.metadata_props.remove(entry)
        elif entry.key == CONTRACT_KEY:
            entry.value = '{"truecopy": 1, "steps": "all of them"'
    (bench.folder / "garbage.onnx").write_bytes(append_seal(model.SerializeToString()))
    return bench.run("predict", "garbage.onnx", "photos")


def garbage_to_seal(bench):
    model = onnx.load_model_from_string((bench.folder / "digits.onnx").read_bytes())
    for entry in model.metadata_props:
        if entry.key == "truecopy":
            entry.value = entry.value.replace('"op":"resize"', '"op":"resise"')
    (bench.folder / "garbage.onnx").write_bytes(model.SerializeToString())
    return bench.run("seal", "garbage.onnx", "-o", "never.onnx")


def contract_of_the_future(bench):
    from truecopy.artifact.seal import append_seal

    model = onnx.load_model_from_string((bench.folder / "digits.onnx").read_bytes())
    for entry in list(model.metadata_props):
        if entry.key == "truecopy.digest":
            model.metadata_props.remove(entry)
        elif entry.key == "truecopy":
            entry.value = json.dumps(
                json.loads(entry.value) | {"truecopy": 2, "requires": "1.4", "sentinel": {}}
            )
    (bench.folder / "future.onnx").write_bytes(append_seal(model.SerializeToString()))
    return bench.run("predict", "future.onnx", "photos")


def rewritten_by_a_tool(bench):
    model = onnx.load_model_from_string((bench.folder / "digits.onnx").read_bytes())
    model.metadata_props.add(key="tool", value="was here")
    (bench.folder / "tool.onnx").write_bytes(model.SerializeToString())
    return bench.run("predict", "tool.onnx", "photos")


def three_keys_missing(bench):
    state = torch.load("best.pt", weights_only=True)
    for name in ("0.weight", "4.weight", "4.bias"):
        del state[name]
    torch.save(state, "fewer.pt")
    return bench.export("fewer.pt")


def ambiguous_ema(bench):
    state = torch.load("best.pt", weights_only=True)
    other = {name: tensor + 1 for name, tensor in state.items()}
    torch.save({"model": state, "model_ema": other, "state_dict": state, "state_dict_ema": other}, "two.pt")
    return bench.export("two.pt")


def never_updated_ema(bench):
    state = torch.load("best.pt", weights_only=True)
    average = {"n_averaged": torch.tensor(0), **{f"module.{name}": tensor for name, tensor in state.items()}}
    torch.save({"model": state, "model_ema": average}, "zero.pt")
    return bench.export("zero.pt")


def contradicting_recipe(bench):
    torch.save(
        {"state_dict": torch.load("best.pt", weights_only=True), "args": {"img_size": 16, "mean": [0.5] * 3}},
        "a.pt",
    )
    return bench.export("a.pt")


def contradicting_yaml(bench):
    torch.save({"state_dict": torch.load("best.pt", weights_only=True), "args": {"img_size": 16}}, "a.pt")
    Path("steps.yaml").write_text(
        "steps:\n  - {op: resize, rule: exact, size: [8, 8], kernel: pillow, filter: bilinear}\n  - {op: values, chain: []}\n"
    )
    return bench.export("a.pt", recipe="steps.yaml")


def softmax_in_the_graph(bench):
    return bench.export("best.pt", "--arch-arg", "end=true")


def whole_pickled_module(bench):
    torch.save(nn.Sequential(nn.Linear(2, 2)), "whole.pt")
    return bench.export("whole.pt")


def wrong_architecture(bench):
    return bench.export(arch="torchvision:resnet18")


def almost_right_architecture(bench):
    return bench.export(arch="timm:mobilenetv2_10")


def training_transform(bench):
    Path("wrong_train.py").write_text(
        "from torchvision import transforms\n"
        "recipe = transforms.Compose([transforms.RandomResizedCrop(8), transforms.ToTensor()])\n"
    )
    return bench.export(recipe="python:wrong_train:recipe")


def pointer_as_checkpoint(bench):
    Path("pointer.pt").write_bytes(POINTER)
    return bench.export("pointer.pt")


def pointer_as_model(bench):
    Path("pointer.onnx").write_bytes(POINTER)
    return bench.run("predict", "pointer.onnx", "photos")


def pointer_to_attach(bench):
    Path("pointer.onnx").write_bytes(POINTER)
    Path("steps.yaml").write_text("steps:\n  - {op: values, chain: []}\n")
    return bench.run("attach", "pointer.onnx", "--recipe", "steps.yaml", "--labels", "labels.txt", "--no-proof", "-o",
                     "never.onnx")  # fmt: skip


def cuda_that_is_not_there(bench):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    return bench.run("predict", "digits.onnx", "photos", "--device", "cuda")


def checkpoint_as_model(bench):
    return bench.run("predict", "best.pt", "photos")


def model_without_contract(bench):
    from truecopy.artifact import split

    bare = split((bench.folder / "digits.onnx").read_bytes())[0]
    Path("bare.onnx").write_bytes(bare)
    return bench.run("predict", "bare.onnx", "photos")


def no_such_model(bench):
    return bench.run("predict", "nowhere.onnx", "photos")


TABLE = [
    (labels_one_short, 3, "2 labels for 3 outputs - at file labels.txt. Give", "Give one label per output, in the order of the outputs (--labels FILE; in Python labels=[...])"),
    (truncated_model, 3, "cut short", "wrong.onnx"),
    (edited_contract, 3, "the file changed since it was sealed", "Copy it again from where it was exported"),
    (resealed_garbage, 3, "not valid JSON", "garbage.onnx"),
    (garbage_to_seal, 3, "'resise'", "'resize'"),
    (contract_of_the_future, 3, "the contract is of version 2; this runtime (", "It needs truecopy >= 1.4: pip install --upgrade truecopy"),
    (rewritten_by_a_tool, 3, "the file is not sealed: a tool rewrote it after the export", "truecopy seal tool.onnx -o OUT.onnx"),
    (three_keys_missing, 3, "3 missing: 0.weight (nearest: ", "at fewer.pt -> python:wrong_code:net"),
    (ambiguous_ema, 3, "Which weights are meant must be said (more than one set of averaged weights)", "Say --ema "),
    (never_updated_ema, 3, "it was never updated", "Say --ema raw"),
    (contradicting_recipe, 3, "the checkpoint's arguments contradict the recipe python:wrong_code:recipe: got img_size: checkpoint 16, recipe 8 x 8", "overrules: [img_size]"),
    (contradicting_yaml, 3, "the checkpoint's arguments contradict the recipe steps.yaml: got img_size", "overrules: [img_size]"),
    (softmax_in_the_graph, 3, "the outputs are probabilities already", "The graph ends in a softmax: type --activation none"),
    (whole_pickled_module, 3, "unpickling it would run code", 'torch.save(model.state_dict(), "weights.pth")'),
    (wrong_architecture, 3, "The weights do not fit the architecture", "this looks like a wrong --arch"),
    (almost_right_architecture, 3, "timm has no model 'mobilenetv2_10'", "timm:mobilenetv2_100"),
    (training_transform, 3, "RandomResizedCrop is random", "pass the validation one"),
    (pointer_as_checkpoint, 3, "Git", "Fetch it: git lfs pull"),
    (pointer_as_model, 3, "this is no ONNX file: it is a Git-LFS pointer", "Fetch it: git lfs pull"),
    (pointer_to_attach, 3, "Git-LFS pointer", "Fetch it: git lfs pull"),
    (cuda_that_is_not_there, 5, "has no CUDAExecutionProvider", 'pip install "truecopy[gpu]"'),
    (checkpoint_as_model, 3, "is stale: it was made from another best.pt", "truecopy export best.pt --arch"),
    (model_without_contract, 3, "the file carries no Truecopy contract", "truecopy attach bare.onnx --recipe steps.yaml"),
    (no_such_model, 3, "cannot read the model: No such file or directory", "nowhere.onnx"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code", "text", "next_step"), TABLE, ids=[row[0].__name__.replace("_", " ") for row in TABLE]
)
def test_a_mistake_is_one_sentence_with_the_next_step(bench, wrong, code, text, next_step):
    done = wrong(bench)
    lines = [line for line in done.err.splitlines() if line.startswith("truecopy: ")]
    print("\n".join(lines))  # noqa: T201 - to read them: pytest -s
    assert len(lines) == 1, done.err
    assert done.code == code
    assert text in lines[0]
    assert next_step in lines[0]
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not (bench.folder / "never.onnx").exists()


def test_a_truncated_image_is_one_error_row_among_answers(bench):
    whole = (bench.folder / "photos" / "0.png").read_bytes()
    (bench.folder / "photos" / "broken.png").write_bytes(whole[: len(whole) // 2])
    done = bench.run("predict", "digits.onnx", "photos", "--json", "--device", "cpu")
    rows = {Path(row["path"]).name: row for row in done.rows}
    assert done.code == 1
    assert [rows[name]["status"] for name in ("0.png", "1.png", "broken.png")] == ["ok", "ok", "error"]
    assert rows["broken.png"]["kind"] == "UnreadableInput"
    assert "truncated" in rows["broken.png"]["error"]
    alone = bench.run("predict", "digits.onnx", "photos/broken.png", "--device", "cpu")
    assert alone.code == 1


@pytest.mark.parametrize(
    ("array", "kind", "fix"),
    [
        (np.zeros((9, 9, 3), np.uint8), errors.AmbiguousChannels, 'Say color="RGB" or color="BGR"; a cv2 frame is BGR'),
        (np.zeros((9, 9, 3), np.float32), errors.Unsupported, "multiply by 255 and cast to uint8"),
        (np.zeros((2, 9, 9, 3), np.uint8), errors.Unsupported, "[model(frame, color=...) for frame in batch]"),
        (np.zeros((3, 9, 9), np.uint8), errors.Unsupported, "array.transpose(1, 2, 0)"),
    ],
)  # fmt: skip
def test_an_array_that_does_not_say_what_it_is_gets_the_word_to_add(demo, array, kind, fix):
    with pytest.raises(kind) as caught:
        runtime.load(demo, device="cpu")(array)
    assert fix in str(caught.value)


def test_the_same_mistakes_are_typed_errors_in_python(demo, tmp_path):
    content = demo.read_bytes()
    (tmp_path / "edited.onnx").write_bytes(content.replace(b'"zero"', b'"nero"'))
    with pytest.raises(errors.Changed) as changed:
        runtime.load(tmp_path / "edited.onnx")
    assert isinstance(changed.value, ValueError)
    (tmp_path / "cut.onnx").write_bytes(content[:-500])
    with pytest.raises(errors.UnreadableArtifact) as cut:
        runtime.load(tmp_path / "cut.onnx")
    assert isinstance(cut.value, OSError)
    assert runtime.read(tmp_path / "edited.onnx").seal == "changed"
