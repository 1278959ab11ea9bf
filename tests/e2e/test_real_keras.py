"""Real Keras files through the command line: exported and equal to Keras's own answer, or refused with the true reason."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

import truecopy as runtime
from truecopy.errors import CheckpointError
from truecopy.proof import selftest

FACE = """\
input: {color: L}
steps:
  - {op: resize, rule: exact, size: [64, 64], kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: values, chain: [[div, 255.0], [sub, 0.5], [mul, 2.0]]}
"""
CIFAR = """\
steps:
  - {op: resize, rule: exact, size: [32, 32], kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: values, chain: [[div, 255.0]]}
"""
DOODLE = """\
input: {color: L}
steps:
  - {op: resize, rule: exact, size: [28, 28], kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: values, chain: [[div, 255.0]]}
"""


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    from truecopy_export.networks.keras.library import import_keras_on_torch

    try:
        return import_keras_on_torch()
    except CheckpointError as error:
        pytest.skip(f"Keras 3 on torch is not here: {error}")


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("fer2013_mini_XCEPTION.102-0.66.hdf5", "angry disgust fear happy sad surprise neutral"),
        ("gender_mini_XCEPTION.21-0.95.hdf5", "woman man"),
    ],
)
def test_a_face_model_of_keras_2_answers_like_keras_itself_on_photographs(
    name, labels, keras, truecopy, data, imagenet, tmp_path
):
    (tmp_path / "steps.yaml").write_text(FACE)
    (tmp_path / "labels.txt").write_text(labels.replace(" ", "\n"))
    photos = imagenet.photos[::25]
    (tmp_path / "proof").mkdir()
    for photo in photos:
        (tmp_path / "proof" / photo.name).symlink_to(photo)
    source = data / "weights" / "keras_face" / name
    words = ("export", source, "--recipe", tmp_path / "steps.yaml", "--labels", tmp_path / "labels.txt", "--proof",
             tmp_path / "proof", "--json", "-o", tmp_path / "face.onnx")  # fmt: skip
    if name.startswith("gender"):
        refused = truecopy(*words)
        assert refused.code == 3
        assert "The graph ends in a softmax: type --activation none" in refused.err
    done = truecopy(*words, "--activation", "none")
    assert done.code == 0, done.err
    assert "the file was written by Keras 2.0.5 and is read by Keras 3" in done.err
    proof = done.rows[0]["proof"]
    assert (proof["images"], proof["decisions"]["flips"]) == (12, 0)
    assert selftest(tmp_path / "face.onnx").ok
    contract = runtime.read(tmp_path / "face.onnx").contract
    assert contract.graph.inputs[0].shape == ("batch", 64, 64, 1)
    assert contract.graph.inputs[0].layout == "NHWC"

    theirs = keras.saving.load_model(source, compile=False)
    pictures = np.stack([_face(photo) for photo in photos])
    expected = theirs([pictures], training=False).detach().numpy()
    model = runtime.load(tmp_path / "face.onnx")
    ours = np.stack([model(photo).probabilities for photo in photos])
    assert np.abs(ours - expected).max() < 1e-5
    assert len(set(expected.argmax(axis=1))) > 1


def _face(photo):
    """As the models' own repository prepares a face: grey, 64 x 64, x / 255, then (x - 0.5) * 2."""
    image = Image.open(photo).convert("L").resize((64, 64), Image.Resampling.BILINEAR)
    values = (np.asarray(image, np.float32) / np.float32(255) - np.float32(0.5)) * np.float32(2)
    return values[..., None]


def test_a_keras_archive_from_windows_keeps_its_accuracy(keras, truecopy, data, cifar, tmp_path):
    """Keras itself reads it neither on Linux nor in version 3: the names of its weights have backslashes."""
    source = data / "weights" / "keras_cifar10" / "cifar10.keras"
    with pytest.raises(Exception, match="batch_input_shape"):
        keras.saving.load_model(source, compile=False)
    (tmp_path / "steps.yaml").write_text(CIFAR)
    done = truecopy("export", source, "--recipe", tmp_path / "steps.yaml", "--labels", cifar, "--proof", cifar,
                    "--activation", "none", "--json", "-o", tmp_path / "c.onnx")  # fmt: skip
    assert done.code == 0, done.err
    assert "names with backslashes, as Keras 2 wrote them on Windows; they are read as slashes" in done.err
    proof = done.rows[0]["proof"]
    assert proof["images"] == 500
    assert proof["accuracy"]["original"] == proof["accuracy"]["truecopy"] == pytest.approx(0.69, abs=0.04)
    assert proof["decisions"]["flips"] == 0


def test_an_old_hdf5_model_that_keras_3_alone_refuses_is_read_with_its_weights(
    keras, truecopy, data, tmp_path
):
    """Its initializers have arguments that Keras 3 does not know; they were of use before training only."""
    source = data / "weights" / "doodlenet" / "model-keras" / "doodleNet-model.h5"
    with pytest.raises(Exception, match="GlorotUniform"):
        keras.saving.load_model(source, compile=False)
    (tmp_path / "steps.yaml").write_text(DOODLE)
    labels = data / "weights" / "doodlenet" / "ml5" / "class_names.txt"
    random = np.random.default_rng(0)
    (tmp_path / "proof").mkdir()
    for number in range(6):
        pixels = (random.random((28, 28)) > 0.7).astype(np.uint8) * 255
        Image.fromarray(pixels).save(tmp_path / "proof" / f"{number}.png")
    done = truecopy("export", source, "--recipe", tmp_path / "steps.yaml", "--labels", labels, "--proof", tmp_path / "proof",
                    "--activation", "none", "--json", "-o", tmp_path / "d.onnx")  # fmt: skip
    assert done.code == 0, done.err
    assert done.rows[0]["proof"]["decisions"]["flips"] == 0
    assert "the file was written by Keras 2.2.4-tf" in done.err
