"""Small networks saved by TensorFlow, their graphs, and how far these are from TensorFlow's answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch


def picture_model(tf, body, size=(8, 9, 3)):
    """A tf.Module whose signature is `body(module, pictures)`, with a kernel and a matrix for it to use."""
    rng = np.random.default_rng(3)

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.kernel = tf.Variable(rng.standard_normal((3, 3, size[2], 6)).astype("f4"))
            self.grouped = tf.Variable(rng.standard_normal((3, 3, 3, 4)).astype("f4"))
            self.matrix = tf.Variable(rng.standard_normal((6, 4)).astype("f4"))
            self.depth = tf.Variable(rng.standard_normal((3, 3, 6, 1)).astype("f4"))

        @tf.function(
            input_signature=[tf.TensorSpec([None, *size], tf.float32, name="pictures")], autograph=False
        )
        def serve(self, pictures):
            return body(self, pictures)

    return Model()


def plain(tf):
    def body(self, pictures):
        seen = tf.nn.relu(tf.nn.conv2d(pictures, self.kernel, 1, "SAME"))
        return {"scores": tf.matmul(tf.reduce_mean(seen, [1, 2]), self.matrix)}

    return body


def branching(tf):
    """Values that several nodes read, as in an EfficientNet: swish, squeeze and excitation, a sum and a concatenation."""

    def swish(seen):
        return seen * tf.sigmoid(seen)

    def body(self, pictures):
        narrow, wide = self.kernel[:1, :1, :2, :], tf.transpose(self.kernel[:1, :1, :2, :], (0, 1, 3, 2))
        seen = swish(tf.nn.conv2d((pictures / 255.0 - 0.4) / 0.2, self.kernel, 1, "SAME"))
        for _ in range(2):
            inner = tf.pad(seen, [[0, 0], [1, 1], [1, 1], [0, 0]])
            inner = swish(tf.nn.depthwise_conv2d(inner, self.depth, (1, 1, 1, 1), "VALID") * 1.5 - 0.25)
            squeezed = tf.reshape(tf.reduce_mean(inner, [1, 2]), [-1, 1, 1, 6])
            squeezed = swish(tf.nn.conv2d(squeezed, wide, 1, "SAME"))
            seen = seen + inner * tf.sigmoid(tf.nn.conv2d(squeezed, narrow, 1, "SAME"))
        seen = tf.concat([tf.nn.relu(seen), tf.nn.max_pool2d(seen, 3, 1, "SAME")], -1)
        return {"scores": tf.matmul(tf.reduce_mean(seen, [1, 2])[:, 3:9], self.matrix)}

    return body


def save(tf, tmp_path, body, **options) -> Path:
    model = picture_model(tf, body, **options)
    tf.saved_model.save(model, str(tmp_path / "saved"), signatures={"serving_default": model.serve})
    return tmp_path / "saved"


def graph_of(opened) -> onnx.ModelProto:
    network = opened.network
    example = torch.zeros(2, *(axis if isinstance(axis, int) else 16 for axis in network.inputs[0].shape[1:]))
    answer = network.answering(example)
    names = tuple(answer) if isinstance(answer, dict) else ("logits",)
    return network.to_onnx(network.answering, (example,), network.inputs, names, "logits")


def difference(opened, model: onnx.ModelProto, batch: int) -> float:
    """The largest, of the first output."""
    shape = [axis if isinstance(axis, int) else 16 for axis in opened.network.inputs[0].shape[1:]]
    pictures = torch.from_numpy(np.random.default_rng(batch).standard_normal((batch, *shape)).astype("f4"))
    answer = opened.network.answering(pictures)
    answer = next(iter(answer.values())) if isinstance(answer, dict) else answer
    made = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"input": pictures.numpy()})[0]
    assert made.shape == tuple(answer.shape)
    return float(np.abs(made - answer.numpy()).max())
