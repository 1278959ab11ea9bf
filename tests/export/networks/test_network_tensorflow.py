"""SavedModels in TensorFlow itself: the graph gives its answers, or there is none."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from tests.export.networks.saved_models import difference, graph_of, picture_model, plain, save

from truecopy.cli.main import main
from truecopy.errors import Blocked, CheckpointError
from truecopy_export.graph.tensorflow import tf2onnx as converter
from truecopy_export.networks.tensorflow.saved_model import open_saved_model


def test_a_saved_model_becomes_a_graph_of_opset_18_that_answers_like_tensorflow(tf, tmp_path):
    opened = open_saved_model(save(tf, tmp_path, plain(tf)))
    assert opened.architecture == "TensorFlow SavedModel, signature serving_default"
    assert opened.network.inputs[0].shape == ("batch", 8, 9, 3)
    model = graph_of(opened)
    assert [entry.version for entry in model.opset_import if entry.domain == ""] == [18]
    assert [value.name for value in (*model.graph.input, *model.graph.output)] == ["input", "logits"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert all(difference(opened, model, batch) < 1e-5 for batch in (1, 2, 5))
    again = open_saved_model(tmp_path / "saved" / "saved_model.pb")
    assert (again.sha256, again.name) == (opened.sha256, "saved")


def test_a_grouped_convolution_that_xla_compiles_alone_is_put_into_the_graph(tf, tmp_path):
    """tf2onnx leaves it as a call that ONNX Runtime refuses, and ends with exit code 0."""

    @tf.function(jit_compile=True, autograph=False)
    def grouped(seen, kernel):
        return tf.nn.conv2d(seen, kernel, 1, "SAME")

    def body(self, pictures):
        seen = tf.nn.conv2d(pictures, self.kernel, 1, "SAME")
        return {"scores": tf.reduce_mean(grouped(seen, self.grouped), [1, 2])}

    opened = open_saved_model(save(tf, tmp_path, body))
    model = graph_of(opened)
    groups = [
        attribute.i for node in model.graph.node for attribute in node.attribute if attribute.name == "group"
    ]
    assert 2 in groups
    assert all(difference(opened, model, batch) < 1e-4 for batch in (1, 2, 5))


def test_the_exact_gelu_of_keras_3_is_written_out(tf, tmp_path):
    def body(self, pictures):
        made = plain(tf)(self, pictures)["scores"]
        return {"scores": 0.5 * made * tf.math.erfc(-made * 0.70710678)}

    opened = open_saved_model(save(tf, tmp_path, body))
    model = graph_of(opened)
    assert "Erf" in {node.op_type for node in model.graph.node}
    assert all(difference(opened, model, batch) < 1e-5 for batch in (1, 2, 5))


def test_several_outputs_keep_their_names(tf, tmp_path):
    def body(self, pictures):
        made = plain(tf)(self, pictures)["scores"]
        return {"zeta": made, "alpha": tf.nn.softmax(made) * 2.0}

    opened = open_saved_model(save(tf, tmp_path, body))
    model = graph_of(opened)
    assert [value.name for value in model.graph.output] == ["alpha", "zeta"]
    assert difference(opened, model, 2) < 1e-5


def test_several_signatures_are_refused_by_name_and_a_single_one_is_taken(tf, tmp_path):
    model = picture_model(tf, plain(tf))
    tf.saved_model.save(model, str(tmp_path / "two"), signatures={"b": model.serve, "a": model.serve})
    with pytest.raises(CheckpointError, match="several signatures") as caught:
        open_saved_model(tmp_path / "two")
    assert (caught.value.got, "serving_default" in str(caught.value.fix)) == ("a, b", True)
    tf.saved_model.save(model, str(tmp_path / "one"), signatures={"only": model.serve})
    assert open_saved_model(tmp_path / "one").architecture.endswith("signature only")
    tf.saved_model.save(model, str(tmp_path / "none"))
    # TensorFlow makes a signature of the one function that has one.
    assert open_saved_model(tmp_path / "none").architecture.endswith("signature serving_default")


def test_grey_pictures_without_an_axis_for_the_channel_get_one(tf, tmp_path):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 5, 6], tf.float32)], autograph=False)
        def serve(self, pictures):
            return {"sums": tf.stack([tf.reduce_sum(pictures, [1, 2]), tf.reduce_max(pictures, [1, 2])], 1)}

    model = Model()
    tf.saved_model.save(model, str(tmp_path / "saved"), signatures=model.serve)
    opened = open_saved_model(tmp_path / "saved")
    assert opened.network.inputs[0].shape == ("batch", 5, 6, 1)
    assert "one channel" in opened.network.notes[0]
    assert difference(opened, graph_of(opened), 2) < 1e-5


def test_a_loop_is_refused_before_it_runs(tf, tmp_path):
    def body(self, pictures):
        _, made = tf.while_loop(
            lambda n, _: n >= 0,
            lambda n, x: (n + 1, x * 2),
            [tf.constant(0), tf.reduce_mean(pictures, [1, 2])],
        )
        return {"scores": made}

    with pytest.raises(CheckpointError, match="holds a loop, which may run without end"):
        open_saved_model(save(tf, tmp_path, body))


def test_a_value_that_memory_does_not_hold_is_refused_before_it_is_made(tf, tmp_path):
    def body(self, pictures):
        large = tf.fill([1 << 20, 1 << 20], 1.0)
        return {"scores": tf.reduce_mean(pictures, [1, 2]) + tf.reduce_mean(large)}

    with pytest.raises(CheckpointError, match="a value inside the network is too large"):
        open_saved_model(save(tf, tmp_path, body))


def test_a_value_whose_size_depends_on_what_is_in_the_picture_is_refused_before_it_is_made(tf, tmp_path):
    def body(self, pictures):
        large = tf.fill([tf.cast(tf.reduce_sum(pictures), tf.int32), 1 << 20], 1.0)
        return {"scores": tf.reduce_mean(pictures, [1, 2]) + tf.reduce_mean(large)}

    with pytest.raises(CheckpointError, match="the size of a value inside the network depends on") as caught:
        open_saved_model(save(tf, tmp_path, body))
    assert "Fill" in str(caught.value.got) or "Pack" in str(caught.value.got)


def test_a_branch_is_refused(tf, tmp_path):
    def body(self, pictures):
        mean = tf.reduce_mean(pictures, [1, 2])
        return {"scores": tf.cond(tf.reduce_sum(pictures) > 0, lambda: mean, lambda: -mean)}

    with pytest.raises(CheckpointError, match="the network holds a branch"):
        open_saved_model(save(tf, tmp_path, body))


def test_an_operator_that_tf2onnx_does_not_know_is_named(tf, tmp_path):
    def body(self, pictures):
        return {"scores": tf.math.lgamma(plain(tf)(self, pictures)["scores"])}

    opened = open_saved_model(save(tf, tmp_path, body))
    with pytest.raises(CheckpointError, match=r"no counterpart.*Lgamma"):
        graph_of(opened)


def test_programs_that_touch_files_and_python_are_refused_and_touch_nothing(tf, tmp_path):
    witness = tmp_path / "written"

    def writes(self, pictures):
        tf.io.write_file(str(witness), "x")
        return plain(tf)(self, pictures)

    def reads(self, pictures):
        return {
            "scores": plain(tf)(self, pictures)["scores"]
            + tf.cast(tf.strings.length(tf.io.read_file(__file__)), tf.float32)
        }

    def python(self, pictures):
        def called(x):
            witness.touch()
            return x

        return {
            "scores": tf.ensure_shape(
                tf.py_function(called, [plain(tf)(self, pictures)["scores"]], tf.float32), [None, 4]
            )
        }

    for name, body, operator in (
        ("w", writes, "WriteFile"),
        ("r", reads, "ReadFile"),
        ("p", python, "EagerPyFunc"),
    ):
        path = save(tf, tmp_path / name, body)
        witness.unlink(missing_ok=True)
        with pytest.raises(Blocked, match=operator):
            open_saved_model(path)
        assert not witness.exists()


def test_a_table_that_is_filled_from_a_file_is_refused(tf, tmp_path):
    (tmp_path / "words").write_text("cat\ndog\n")
    from_file = tf.lookup.TextFileInitializer(
        str(tmp_path / "words"),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    table = tf.lookup.StaticVocabularyTable(from_file, 1)

    def body(self, pictures):
        found = tf.cast(table.lookup(tf.constant(["dog"])), tf.float32)
        return {"scores": plain(tf)(self, pictures)["scores"] + found[0]}

    model = picture_model(tf, body)
    model.table = table
    tf.saved_model.save(model, str(tmp_path / "saved"), signatures={"serving_default": model.serve})
    with pytest.raises(Blocked):
        open_saved_model(tmp_path / "saved")


@pytest.mark.parametrize(
    "name", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
def test_flipped_bytes_are_refused_or_do_not_matter(tf, tmp_path, name):
    """A network comes out, or a typed error; the sums of the variables are checked by TensorFlow."""
    path = save(tf, tmp_path, plain(tf))
    whole = (path / name).read_bytes()
    right = open_saved_model(path).network.answering(torch.ones(1, 8, 9, 3))
    rng = np.random.default_rng(len(name))
    for at in rng.integers(0, len(whole), 12):
        raw = bytearray(whole)
        raw[at] ^= 1 << int(rng.integers(8))
        (path / name).write_bytes(raw)
        with contextlib.suppress(CheckpointError):
            made = open_saved_model(path).network.answering(torch.ones(1, 8, 9, 3))
            if name != "saved_model.pb" and isinstance(made, torch.Tensor):
                assert torch.equal(made, right)
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        (path / name).write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            open_saved_model(path)


# Through the command line: the comparison is what lets a graph pass.


def export(path: Path, tmp_path: Path, *more: str) -> tuple[int, str]:
    (tmp_path / "labels.txt").write_text("a\nb\nc\nd\n")
    (tmp_path / "steps.yaml").write_text(
        "steps:\n  - {op: resize, rule: exact, size: [8, 9], kernel: pillow, filter: bilinear, pass_order: horizontal}\n"
        "  - {op: values, chain: [[div, 255.0]]}\n"
    )
    proof = tmp_path / "proof"
    proof.mkdir(exist_ok=True)
    for index in range(3):
        pixels = np.random.default_rng(index).integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(proof / f"{index}.png")
    words = ["truecopy", "export", path, "--recipe", tmp_path / "steps.yaml", "--labels", tmp_path / "labels.txt",
             "--proof", proof, "-o", tmp_path / "made.onnx", *more]  # fmt: skip
    err = io.StringIO()
    with (
        mock.patch.object(sys, "argv", [str(word) for word in words]),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return code, err.getvalue()


def test_the_command_exports_and_says_what_it_read(tf, tmp_path):
    code, said = export(save(tf, tmp_path, plain(tf)), tmp_path)
    assert code == 0, said
    assert "format: a TensorFlow SavedModel" in said
    assert (tmp_path / "made.onnx").is_file()


def test_a_converter_that_changes_a_weight_does_not_pass(tf, tmp_path, monkeypatch):
    right = converter._converted

    def wrong(*arguments):
        model = right(*arguments)
        weight = next(one for one in model.graph.initializer if len(one.dims) == 4)
        array = onnx.numpy_helper.to_array(weight).copy()
        array.flat[0] += 0.5
        weight.CopyFrom(onnx.numpy_helper.from_array(array, weight.name))
        return model

    monkeypatch.setattr(converter, "_converted", wrong)
    code, said = export(save(tf, tmp_path, plain(tf)), tmp_path)
    assert (code, (tmp_path / "made.onnx").exists()) == (4, False)
    assert "the exported graph differs from the network" in said


def test_an_answer_by_chance_does_not_pass(tf, tmp_path):
    def body(self, pictures):
        made = plain(tf)(self, pictures)["scores"]
        return {"scores": made + tf.random.uniform(tf.shape(made))}

    code, said = export(save(tf, tmp_path, body), tmp_path)
    assert code == 3, said
    assert not (tmp_path / "made.onnx").exists()
