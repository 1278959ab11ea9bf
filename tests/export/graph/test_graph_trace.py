"""Traced bytes: one file, any batch, nothing of this machine, and the same bytes for the same weights."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from truecopy.artifact import walk
from truecopy.engine import open_session
from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint
from truecopy_export.graph.checks import check_graph, check_module
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import tensors, trace

ROOT = Path(__file__).parents[3]


def test_the_graph_answers_any_batch_like_the_network(make_network, traced, signature):
    module = prepare(make_network())
    session = open_session(traced.graph, "cpu", "fp32", 1)
    (images,) = tensors(signature().probe(5))
    check_graph(module, traced, session, signature())
    for batch in (1, 2, 5):
        answer = session.run({"input": images[:batch].numpy()})["logits"]
        np.testing.assert_allclose(answer, module(images[:batch]).numpy(), atol=1e-5)


def test_the_signature_is_what_the_graph_says(traced):
    model = onnx.load_model_from_string(traced.graph)
    (graph_input,), (graph_output,) = model.graph.input, model.graph.output
    assert (graph_input.name, graph_output.name) == ("input", "logits")
    assert [d.dim_param or d.dim_value for d in graph_input.type.tensor_type.shape.dim] == [
        "batch",
        3,
        12,
        12,
    ]
    assert traced.inputs[0].shape == ("batch", 3, 12, 12)
    assert traced.outputs[0].shape == ("batch", 5)
    assert {entry.domain: entry.version for entry in model.opset_import}[""] == traced.opset == 20


def test_it_is_one_file_that_the_checker_and_the_runtime_accept(traced):
    onnx.checker.check_model(onnx.load_model_from_string(traced.graph), full_check=True)
    walk(memoryview(traced.graph), "traced")
    assert b"external" not in traced.graph


@pytest.mark.parametrize(
    "trace_of_this_machine",
    [
        str(ROOT),
        str(Path(sys.prefix)),
        str(Path.home()) + "/",
        "site-packages",
        "stack_trace",
        ".py",
        "pkg.torch",
    ],
)
def test_nothing_of_this_machine_stands_in_the_bytes(traced, trace_of_this_machine):
    assert trace_of_this_machine.encode() not in traced.graph


def test_the_same_module_gives_the_same_bytes(make_network, traced, signature):
    assert trace(prepare(make_network()), signature()).graph == traced.graph
    assert trace(prepare(make_network(seed=1)), signature()).graph != traced.graph


def test_the_wrapping_in_the_checkpoint_does_not_reach_the_graph(make_network, traced, signature, tmp_path):
    state = make_network().state_dict()
    wrapped = {f"module.{name}": tensor for name, tensor in state.items()}
    for number, content in enumerate((state, {"state_dict": state, "epoch": 3}, {"model": wrapped})):
        path = tmp_path / f"{number}.pt"
        torch.save(content, path, _use_new_zipfile_serialization=number != 2)
        module = make_network(seed=9)
        load_into(module, choose_weights(read_checkpoint(path)).taken, path.name)
        assert trace(prepare(module), signature()).graph == traced.graph


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _, logits: ((logits, logits),), "does not answer with tensors: expected a tensor, or a tuple or dict of tensors, got tuple with output_0: tuple"),
        (lambda _, logits: {"logits": logits, "loss": 0.5}, "got dict with loss: float. Wrap it in a module that returns the tensors only"),
        (lambda _, logits: logits.argmax(1), "the answer is no floating-point tensor: got torch.int64. Answer with the numbers of all classes, not with argmax"),
        (lambda _, logits: logits.sum(0, keepdim=True), "the answer is not one row per image"),
        (lambda _, logits: logits > 0, "the answer is no floating-point tensor: got torch.bool"),
        (lambda images, _: images.reshape(7, -1), "does not run on images of shape (2, 3, 12, 12): shape '[7, -1]' is invalid"),
        (lambda _, logits: logits if logits.sum() > 0 else -logits, "torch.onnx cannot export this network"),
    ],
    ids=["nested tuple", "dict of others", "indices", "one row", "bool", "error in forward", "branch on values"],
)  # fmt: skip
def test_what_is_no_classifier_is_refused_by_text(around, signature, change, message):
    with pytest.raises(CheckpointError) as caught:
        trace(prepare(around(change)), signature())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_number_an_image_may_come_without_an_axis_of_its_own(around, signature):
    squeezed = trace(prepare(around(lambda _, logits: logits[:, 0])), signature())
    assert squeezed.answer_output.shape == ("batch",)
    assert squeezed.answer_output.classes == 1


def test_what_is_no_function_of_one_image_is_refused_by_text(around, signature):
    def refusal(change) -> str:
        with pytest.raises(CheckpointError) as caught:
            check_module(prepare(around(change)), signature(), "logits")
        return str(caught.value)

    noise = refusal(lambda _, logits: nn.functional.dropout(logits))
    assert "the outputs change between two runs" in noise
    assert "F.dropout without training=self.training" in noise
    mixed = refusal(lambda _, logits: logits - logits.mean())
    assert "the outputs depend on the batch" in mixed
    assert "make it work on each image" in mixed
    assert "NaN or infinity" in refusal(lambda _, logits: logits / 0)
    assert "another shape" in refusal(lambda _, logits: logits.squeeze())
    assert "does not run on one image alone" in refusal(lambda _, logits: logits.view(5, 5))


class Attention(nn.Module):
    """As timm writes it: a flag for the fused kernel, which has no ONNX form of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.fused_attn = True
        self.qkv, self.head = nn.Linear(3, 24), nn.Linear(8, 5)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(images.flatten(2).transpose(1, 2)).unflatten(2, (3, 2, 4)).permute(2, 0, 3, 1, 4)
        if self.fused_attn:
            mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        else:
            mixed = (q @ k.transpose(-1, -2) * 0.5).softmax(-1) @ v
        return self.head(mixed.transpose(1, 2).flatten(2).mean(1))


@pytest.mark.parametrize("stubborn", [False, True], ids=["with the flag", "calling the kernel itself"])
def test_fused_attention_is_exported_in_its_plain_form(stubborn, signature):
    torch.manual_seed(0)
    module = Attention()
    prepared = prepare(module)
    prepared.fused_attn = stubborn
    result = trace(prepared, signature(size=(6, 6)))
    walk(memoryview(result.graph), "attention")
    check_graph(prepared, result, open_session(result.graph, "cpu", "fp32", 1), signature(size=(6, 6)))
    assert module.fused_attn
