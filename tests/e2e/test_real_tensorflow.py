"""Published TensorFlow models through the command line to a file, against TensorFlow's own answers."""

from __future__ import annotations

import gzip
import importlib.util
import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import truecopy as runtime
from truecopy.proof import selftest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed (make tensorflow)"
)

STEPS = """\
input: {{color: {color}}}
steps:
  - {{op: resize, rule: exact, size: [{side}, {side}], kernel: pillow, filter: bilinear, pass_order: horizontal}}
  - {{op: values, chain: {chain}}}
"""


def written(tmp_path, **settings):
    (tmp_path / "steps.yaml").write_text(STEPS.format(**settings))
    return tmp_path / "steps.yaml"


def test_a_published_saved_model_keeps_its_accuracy_on_mnist(truecopy, data, mnist, tmp_path):
    (tmp_path / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    source = data / "weights" / "savedmodel_mnist_eteimz"
    words = ("export", source, "--recipe", written(tmp_path, color="L", side=28, chain="[[div, 255.0]]"),
             "--labels", tmp_path / "labels.txt", "--proof", mnist, "--json", "-o", tmp_path / "mnist.onnx")  # fmt: skip
    refused = truecopy(*words)
    assert refused.code == 3
    assert "type --activation none" in refused.err
    done = truecopy(*words, "--activation", "none")
    assert done.code == 0, done.err
    proof = done.rows[0]["proof"]
    assert (proof["images"], proof["decisions"]["flips"]) == (1000, 0)
    assert proof["accuracy"]["original"] == proof["accuracy"]["truecopy"] == pytest.approx(0.97, abs=0.012)
    assert selftest(tmp_path / "mnist.onnx").ok
    assert _accuracy(tmp_path / "mnist.onnx", data) == 0.9757


def _accuracy(artifact, data) -> float:
    """The artifact's graph on all 10 000 digits, prepared in NumPy."""
    import onnxruntime

    pixels, truths = (
        np.frombuffer(gzip.decompress((data / "mnist_test" / f"t10k-{name}-ubyte.gz").read_bytes()), np.uint8)
        for name in ("images-idx3", "labels-idx1")
    )
    pictures = pixels[16:].reshape(-1, 28, 28, 1).astype(np.float32) / np.float32(255)
    (rows,) = onnxruntime.InferenceSession(str(artifact)).run(None, {"input": pictures})
    return float((rows.argmax(1) == truths[8:]).mean())


@pytest.fixture
def drawings(tmp_path):
    """White strokes on black, as the network was trained on."""
    folder = tmp_path / "drawings"
    folder.mkdir()
    for index in range(12):
        picture = Image.new("L", (120, 100))
        pen = ImageDraw.Draw(picture)
        points = np.random.default_rng(index).integers(5, 95, (2 + index, 2))
        pen.line([tuple(map(int, point)) for point in points], fill=255, width=6)
        picture.save(folder / f"{index:02d}.png")
    return folder


def exported_doodle(truecopy, data, drawings, tmp_path, source):
    done = truecopy(
        "export", data / "weights" / "doodlenet" / source, "--activation", "none", "--json", "--overwrite",
        "--recipe", written(tmp_path, color="L", side=28, chain="[[div, 255.0]]"), "--proof", drawings,
        "--labels", data / "weights" / "doodlenet" / "ml5" / "class_names.txt", "-o", tmp_path / "doodle.onnx",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.rows[0]["proof"]["decisions"]["flips"] == 0
    artifact = runtime.load(tmp_path / "doodle.onnx")
    return done, [answer.probabilities for answer in artifact.stream(sorted(drawings.iterdir()))]


# Keras 3 reads this file of Keras 2, too, and its variables say so to NumPy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_the_same_drawings_get_the_same_answers_from_keras_2_and_from_tensorflow_js(
    truecopy, data, drawings, tmp_path
):
    from truecopy_export.networks.tensorflow.keras2_hdf5 import open_keras2_hdf5
    from truecopy_export.networks.tensorflow.tfjs import open_tfjs

    done, of_tfjs = exported_doodle(truecopy, data, drawings, tmp_path, "ml5")
    assert "format: a TensorFlow.js layers model" in done.err
    done, of_keras = exported_doodle(truecopy, data, drawings, tmp_path, "model-keras/doodleNet-model.h5")
    assert "format: a Keras model in HDF5" in done.err
    for left, right in zip(of_tfjs, of_keras, strict=True):
        assert np.allclose(left, right, atol=1e-5)
    pictures = torch.rand(4, 28, 28, 1, generator=torch.Generator().manual_seed(0))
    weights = data / "weights" / "doodlenet"
    in_keras = open_keras2_hdf5(weights / "model-keras" / "doodleNet-model.h5").network.answering(pictures)
    assert torch.equal(open_tfjs(weights / "ml5").network.answering(pictures), in_keras)


@pytest.mark.parametrize(
    ("name", "classes"),
    [("fer2013_mini_XCEPTION.102-0.66.hdf5", 7), ("gender_mini_XCEPTION.21-0.95.hdf5", 2)],
)
def test_published_keras_2_faces_become_graphs_that_agree(data, name, classes):
    import onnxruntime

    from truecopy_export.networks.tensorflow.keras2_hdf5 import open_keras2_hdf5

    network = open_keras2_hdf5(data / "weights" / "keras_face" / name).network
    pictures = torch.rand(5, 64, 64, 1, generator=torch.Generator().manual_seed(0))
    answer = network.answering(pictures)
    assert answer.shape == (5, classes)
    made = network.to_onnx(network.answering, (pictures,), network.inputs, ("logits",), "logits")
    (rows,) = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"input": pictures.numpy()})
    assert np.abs(rows - answer.numpy()).max() < 1e-5


def test_a_teachable_machine_brings_its_labels_and_no_recipe(truecopy, data, imagenet, tmp_path):
    source = data / "weights" / "tfjs_teachable_machine"
    proof = tmp_path / "proof"
    proof.mkdir()
    for photo in imagenet.photos[::30]:
        (proof / photo.name).symlink_to(photo)
    words = ("export", source, "--activation", "none", "--proof", proof, "--json", "-o", tmp_path / "tm.onnx")
    refused = truecopy(*words)
    assert refused.code == 3
    assert "does not say how its pictures were prepared" in refused.err
    recipe = written(tmp_path, color="RGB", side=224, chain="[[div, 127.5], [sub, 1.0]]")
    done = truecopy(*words, "--recipe", recipe)
    assert done.code == 0, done.err
    assert done.rows[0]["proof"]["decisions"]["flips"] == 0
    labels = json.loads((source / "metadata.json").read_text())["labels"]
    task = runtime.read(tmp_path / "tm.onnx").contract.task
    assert (list(task.labels), task.labels_source) == (labels, "checkpoint metadata.json")
