"""All 300 photographs and every odd file: the original library, computed here without our code, against the copy."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

import truecopy as runtime
from truecopy.artifact import split

NETWORKS = Path(__file__).with_name("networks.py")


def original(name: str, weights: Path):
    """The library's own network with the weights, and its own transform."""
    spec = importlib.util.spec_from_file_location("original_networks", NETWORKS)
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    if name == "mobilenet":
        import timm

        module, transform = timm.create_model("mobilenetv2_100", pad_type="same"), code.halves
        state = torch.load(weights / "converted" / "mobilenetv2_100_timm_dequant.pth", weights_only=True)
    elif name == "squeezenet":
        import torchvision

        module, transform = torchvision.models.squeezenet1_1(), code.imagenet
        state = torch.load(weights / "converted" / "squeezenet1_1_torchvision.pth", weights_only=True)
    else:
        module, transform = code.MENet(), code.imagenet
        path = weights / "menet_pytorch" / "108-MENet-8x1-group-3.pth.tar"
        state = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    missing = module.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys
    assert all(key.endswith("num_batches_tracked") for key in missing.missing_keys)
    return module.eval(), transform


@pytest.mark.slow
@pytest.mark.parametrize(("name", "right"), [("mobilenet", 262), ("squeezenet", 168), ("menet", None)])
def test_all_photographs_are_answered_as_by_the_original_library(
    exported, imagenet, data, name, right, record_property
):
    model = runtime.load(exported(name).path)
    module, transform = original(name, data / "weights")
    differing = flips = hits = 0
    worst = likely = 0.0
    session = onnxruntime.InferenceSession(exported(name).path, providers=["CPUExecutionProvider"])
    for photo, answer in zip(imagenet.photos, model.stream(imagenet.photos), strict=True):
        tensor = transform(Image.open(photo).convert("RGB"))
        ours = runtime.preprocess(photo, model.contract)
        differing += int((ours.view(np.uint32) != tensor.numpy().view(np.uint32)).sum())
        with torch.inference_mode():
            logits = module(tensor[None])[0]
        flips += int(logits.argmax()) != answer.index
        made = session.run(None, {"input": ours[np.newaxis]})[0][0]
        worst = max(worst, float(np.abs(made - logits.numpy()).max() / logits.abs().max()))
        likely = max(likely, float(np.abs(answer.probabilities - logits.softmax(0).numpy()).max()))
        hits += answer.index == imagenet.truth(photo)
    record_property("correct", hits)
    record_property("largest output difference", worst)
    print(  # noqa: T201
        f"{name}: {hits}/300 correct, {flips} flips, {differing} differing values, "
        f"outputs within {worst:.1e} of the largest logit, probabilities within {likely:.1e}"
    )
    assert (differing, flips) == (0, 0)
    assert worst < 1e-4
    assert likely < 1e-4
    if right is not None:
        assert hits == right
    else:
        assert hits / 300 == pytest.approx(0.643, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mobilenet", "squeezenet"])
def test_a_proof_on_all_photographs_says_the_same(exported, imagenet, truecopy, name, tmp_path):
    """The report of `attach` with the live transform, over all 300: tensors, outputs and accuracy."""
    recipe = "halves" if name == "mobilenet" else "imagenet"
    proof = imagenet.folder(tmp_path / "proof", imagenet.photos)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(NETWORKS.parent)
        bare = tmp_path / "bare.onnx"  # an artifact is not attached over
        bare.write_bytes(split(Path(exported(name).path).read_bytes())[0])
        done = truecopy("attach", bare, "--recipe", f"python:networks:{recipe}", "--labels", imagenet.classes,
                        "--proof", proof, "--json", "-o", tmp_path / "all.onnx")  # fmt: skip
    assert done.code == 0, done.err
    found = done.rows[0]["proof"]
    assert (found["images"], found["tensor"]["differing_values"], found["decisions"]["flips"]) == (300, 0, 0)
    assert found["accuracy"]["truecopy"] == (262 if name == "mobilenet" else 168) / 300


@pytest.mark.slow
def test_every_odd_file_gives_an_answer_or_a_typed_error_row(exported, truecopy, data):
    files = sorted(
        path for path in (data / "odd").rglob("*") if path.is_file() and path.name != "CATALOG.tsv"
    )
    done = truecopy("predict", exported("squeezenet").path, *files, "--json", "--device", "cpu")
    assert done.code == 1
    assert "Traceback" not in done.err
    rows = done.rows
    assert [row["path"] for row in rows] == [str(path) for path in files]
    failed = [row for row in rows if row["status"] == "error"]
    print(f"{len(rows) - len(failed)} answered, {len(failed)} refused")  # noqa: T201
    assert {row["kind"] for row in failed} <= {"UnreadableInput", "TooLarge", "Unsupported"}
    assert all(row["error"].strip() for row in failed)
    assert all(0 < row["confidence"] <= 1 for row in rows if row["status"] == "ok")
    assert len(failed) < len(rows) / 2
