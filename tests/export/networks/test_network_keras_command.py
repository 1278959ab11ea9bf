"""A Keras file through the command line, from the file to a proven artifact, with recipes of several kinds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from tests.command_line import run_here
from tests.export.networks.keras_small import keras_on_torch, randomized, saved

import truecopy

keras = keras_on_torch()
layers = keras.layers
# Of Keras's own use of NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


STEPS = """\
steps:
  - {op: resize, rule: exact, size: [12, 16], kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: values, chain: [[div, 127.5], [sub, 1.0]]}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "proof").mkdir()
    random = np.random.default_rng(4)
    for number in range(4):
        pixels = random.integers(0, 256, (20 + number, 31, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "proof" / f"{number}.png")
    (tmp_path / "labels.txt").write_text("ant\nbee\ncat\n")
    (tmp_path / "steps.yaml").write_text(STEPS)
    (tmp_path / "bare.yaml").write_text(STEPS.replace("[[div, 127.5], [sub, 1.0]]", "[]"))
    return tmp_path


def small(*first, activation=None):
    inner = [
        keras.Input((12, 16, 3)),
        *first,
        layers.Conv2D(4, 3, strides=2),
        layers.BatchNormalization(),
        layers.Flatten(),
    ]
    return randomized(keras.Sequential([*inner, layers.Dense(3, activation=activation)]))


def exported(folder, model, recipe, *more):
    path = saved(model, folder / "m.keras")
    words = ("export", path, "--recipe", *recipe, "--labels", folder / "labels.txt", "--proof", folder / "proof", "--json",
             "--overwrite", "-o", folder / "m.onnx", *more)  # fmt: skip
    return run_here(*words)


def test_steps_by_hand_and_the_same_steps_inside_the_model_answer_alike(folder):
    outside = small()
    code, out, err = exported(folder, outside, [folder / "steps.yaml"])
    assert code == 0, err
    (document,) = [json.loads(line) for line in out.splitlines()]
    assert (document["proof"]["images"], document["proof"]["decisions"]["flips"]) == (4, 0)
    photo = folder / "proof" / "2.png"
    first = truecopy.load(folder / "m.onnx")(photo)
    provenance = truecopy.read(folder / "m.onnx").contract.provenance
    assert provenance.versions["keras"] == keras.__version__
    assert provenance.checkpoint.name == "m.keras"
    assert provenance.checkpoint.field == "keras"
    assert provenance.architecture.startswith("Keras Sequential 'sequential")

    inside = small(layers.Rescaling(1 / 127.5, -1.0))
    code, out, err = exported(folder, inside, [folder / "bare.yaml"])
    assert code == 0, err
    second = truecopy.load(folder / "m.onnx")(photo)
    assert second.label == first.label
    assert np.abs(second.probabilities - first.probabilities).max() < 1e-6


def test_the_recipe_of_an_application_of_keras_goes_with_a_keras_file(folder):
    recipe = ("keras:mobilenet_v2", "--recipe-arg", "load=load_img", "--recipe-arg", "size=12x16")
    code, _, err = exported(folder, small(), recipe)
    assert code == 0, err
    contract = truecopy.read(folder / "m.onnx").contract
    assert contract.graph.inputs[0].shape == ("batch", 12, 16, 3)


def test_probabilities_are_recognised_and_the_line_to_type_is_right(folder):
    model = small(activation="softmax")
    code, _, err = exported(folder, model, [folder / "steps.yaml"])
    assert code == 3
    assert "The graph ends in a softmax: type --activation none" in err
    code, _, err = exported(folder, model, [folder / "steps.yaml"], "--activation", "none")
    assert code == 0, err
    answer = truecopy.load(folder / "m.onnx")(folder / "proof" / "0.png")
    assert answer.probabilities.sum() == pytest.approx(1.0, abs=1e-6)


def test_another_size_than_the_file_fixes_is_refused_by_the_shapes(folder):
    (folder / "steps.yaml").write_text(STEPS.replace("[12, 16]", "[16, 12]"))
    code, _, err = exported(folder, small(), [folder / "steps.yaml"])
    assert code == 3
    assert "expected 12 x 16 x 3 (NHWC), which its file fixes, got 16 x 12 x 3 (axis 1 differs)" in err


def test_without_a_recipe_the_file_is_asked_and_says_nothing(folder):
    path = saved(small(), folder / "m.keras")
    code, _, err = run_here(
        "export",
        path,
        "--labels",
        folder / "labels.txt",
        "--proof",
        folder / "proof",
        "-o",
        folder / "m.onnx",
    )
    assert code == 3
    assert "the file does not say how its pictures were prepared" in err
    assert "keras:APPLICATION" in err


def test_the_graph_is_the_model_as_predict_runs_it(folder):
    """Dropout that was called with training=True is off in predict()."""
    image = keras.Input((12, 16, 3))
    x = layers.Dropout(0.5)(layers.Flatten()(layers.Conv2D(2, 3)(image)), training=True)
    model = randomized(keras.Model(image, layers.Dense(3)(x)))
    code, _, err = exported(folder, model, [folder / "steps.yaml"])
    assert code == 0, err
    session = truecopy.load(folder / "m.onnx")
    photo = folder / "proof" / "1.png"
    tensor = truecopy.preprocess(photo, truecopy.read(folder / "m.onnx").contract)
    logits = model.predict(tensor[None], verbose=0)[0].astype(np.float64)
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert np.abs(session(photo).probabilities - expected).max() < 1e-5
