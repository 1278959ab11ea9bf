"""Real checkpoints through the command line to a file, on a few real pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import truecopy as runtime
from truecopy.proof import selftest


@pytest.mark.parametrize("name", ["squeezenet", "mobilenet", "menet"])
def test_an_imagenet_model_is_proven_bit_exact_on_photographs(exported, imagenet, name):
    made = exported(name)
    proof = made.document["proof"]
    assert (proof["level"], proof["images"], proof["labelled"]) == ("bit-exact", 12, True)
    assert (proof["tensor"]["differing_values"], proof["decisions"]["flips"]) == (0, 0)
    assert proof["output"]["max_abs_over_max_logit"] < 1e-5
    assert proof["accuracy"]["original"] == proof["accuracy"]["truecopy"] > 0.3
    model = runtime.load(made.path)
    photos = imagenet.photos[::25]
    right = sum(answer.index == imagenet.truth(answer.source) for answer in model.stream(photos))
    assert right / 12 == pytest.approx(proof["accuracy"]["truecopy"])
    assert selftest(made.path).ok


def test_a_legacy_cuda_checkpoint_of_cifar_keeps_its_accuracy(truecopy, data, cifar, networks, tmp_path):
    done = truecopy(
        "export", data / "weights" / "cifar10_resnet" / "resnet20-12fca82f.th", "--arch", "python:networks:resnet20",
        "--recipe", "python:networks:cifar", "--labels", cifar, "--proof", cifar, "--json", "-o", tmp_path / "c.onnx",
    )  # fmt: skip
    # The transform does not resize: 32 x 32 stands nowhere in it.
    assert done.code == 3
    assert "the recipe leaves pictures of different sizes" in done.err
    done = truecopy(
        "export", data / "weights" / "cifar10_resnet" / "resnet20-12fca82f.th", "--arch", "python:networks:resnet20",
        "--recipe", "python:networks:cifar_32", "--labels", cifar, "--proof", cifar, "--json", "-o", tmp_path / "c.onnx",
    )  # fmt: skip
    assert done.code == 0, done.err
    (document,) = done.rows
    assert "'module.'" in done.err
    assert "BatchNorm counters (num_batches_tracked) are not in the checkpoint" in done.err
    accuracy = document["proof"]["accuracy"]
    assert document["proof"]["images"] == 500
    assert accuracy["original"] == accuracy["truecopy"] == pytest.approx(0.81, abs=0.04)


@pytest.mark.parametrize(
    ("file", "network", "recipe", "accuracy"),
    [
        ("cifar10_resnet/resnet32-d509ac18.th", "resnet32", "cifar_32", 0.82),
        ("cifar10_quant_demo/checkpoint.pth.tar", "SmallVgg", "cifar_halves", 0.75),
        ("cifar10_quant_demo/model_best.pth.tar", "SmallVgg", "cifar_halves", 0.75),
        # Trained with differential privacy for three epochs; weights_only refuses its NumPy scalar.
        ("dp_checkpoint/model_best.pth.tar", "opacus_convnet", "cifar_own", 0.31),
    ],
)
@pytest.mark.usefixtures("networks")
def test_training_checkpoints_of_cifar_keep_their_accuracy(
    truecopy, data, cifar, tmp_path, file, network, recipe, accuracy
):
    done = truecopy(
        "export", data / "weights" / file, "--arch", f"python:networks:{network}", "--recipe", f"python:networks:{recipe}",
        "--labels", cifar, "--proof", cifar, "--json", "-o", tmp_path / "c.onnx",
    )  # fmt: skip
    assert done.code == 0, done.err
    proof = done.rows[0]["proof"]
    assert (proof["level"], proof["decisions"]["flips"]) == ("bit-exact", 0)
    assert proof["accuracy"]["original"] == proof["accuracy"]["truecopy"] == pytest.approx(accuracy, abs=0.05)


MNIST = """\
input: {{color: L}}
steps:
  - {{op: resize, rule: exact, size: [28, 28], kernel: pillow, filter: bilinear, pass_order: horizontal}}
  - {{op: values, chain: {chain}}}
"""


def test_a_foreign_mnist_model_and_the_scale_that_is_right(truecopy, data, mnist, tmp_path):
    """The file says nothing of its scale: 0..255 is right. 0..1 looks nearly as good, and a wrong mean does not."""
    (tmp_path / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    accuracy = {}
    for name, chain in (
        ("0..255", "[]"),
        ("0..1", "[[div, 255.0]]"),
        ("inverted", "[[mul, -1.0], [add, 255.0]]"),
    ):
        (tmp_path / "steps.yaml").write_text(MNIST.format(chain=chain))
        done = truecopy("attach", data / "weights" / "onnx_thirdparty" / "mnist.onnx", "--recipe", tmp_path / "steps.yaml",
                        "--labels", tmp_path / "labels.txt", "--proof", mnist, "--json", "--overwrite",
                        "-o", tmp_path / "mnist.onnx")  # fmt: skip
        assert done.code == 0, done.err
        accuracy[name] = done.rows[0]["proof"]["accuracy"]["truecopy"]
        assert done.rows[0]["proof"]["level"] == "self-consistent"
    assert max(accuracy, key=lambda name: accuracy[name]) == "0..255"
    assert accuracy["0..255"] == pytest.approx(0.984, abs=0.008)
    assert accuracy["inverted"] < 0.7


SQUEEZENET = """\
steps:
  - {op: resize, rule: short, size: 256, kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: center_crop, size: [224, 224], offset: half_even, pad_before: floor, fill: 0}
  - {op: swap_rb}
  - {op: values, chain: [[sub, [104.0, 117.0, 123.0]]]}
"""


def test_a_foreign_float16_model_with_bgr_and_a_fixed_batch(truecopy, data, imagenet, tmp_path):
    (tmp_path / "steps.yaml").write_text(SQUEEZENET)
    photos = imagenet.photos[::10]
    proof = imagenet.folder(tmp_path / "proof", photos)
    source = data / "weights" / "onnx_thirdparty" / "SqueezeNet_fp16.onnx"
    words = ("attach", source, "--recipe", tmp_path / "steps.yaml", "--labels", imagenet.classes, "--proof", proof,
             "--json", "-o", tmp_path / "half.onnx")  # fmt: skip
    refused = truecopy(*words)
    assert refused.code == 3
    assert "type --activation none" in refused.err
    done = truecopy(*words, "--activation", "none")
    assert done.code == 0, done.err
    contract = runtime.read(tmp_path / "half.onnx").contract
    assert contract.graph.inputs[0].shape == (1, 3, 224, 224)
    assert contract.graph.inputs[0].dtype == "float16"
    right = done.rows[0]["proof"]["accuracy"]["truecopy"]
    assert 0.3 < right < 0.8

    tensor = runtime.preprocess(photos[0], contract)
    expected = _bgr_minus_mean(photos[0])
    assert tensor.dtype == np.float16
    assert np.array_equal(tensor, expected.astype(np.float16))
    model = runtime.load(tmp_path / "half.onnx")
    streamed = list(model.stream(photos))
    assert [answer.index for answer in streamed] == [model(photo).index for photo in photos]
    assert sum(answer.index == imagenet.truth(answer.source) for answer in streamed) / len(photos) == right


def _bgr_minus_mean(photo):
    """Independently: PIL and NumPy, with Pillow's old pass order in two one-axis calls."""
    image = Image.open(photo).convert("RGB")
    short = min(image.size)
    width, height = (int(256 * side / short) for side in image.size)
    image = image.resize((width, image.height), Image.Resampling.BILINEAR).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)))
    return (pixels[:, :, ::-1].astype(np.float32) - np.float32([104, 117, 123])).transpose(2, 0, 1)
