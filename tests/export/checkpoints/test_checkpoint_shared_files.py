"""Checkpoints that people published: legacy, CUDA-saved, prefixed, quantised, and other formats by name."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint


@pytest.mark.parametrize(
    ("name", "format_", "prefix", "field", "count"),
    [
        ("converted/mobilenetv2_100_timm_dequant.pth", "pytorch-zip", "", "(top level)", 314),
        ("converted/squeezenet1_1_torchvision.pth", "pytorch-zip", "", "(top level)", 52),
        ("cifar10_resnet/resnet20-12fca82f.th", "pytorch-legacy", "module.", "state_dict", 97),
        ("cifar10_resnet/resnet32-d509ac18.th", "pytorch-legacy", "module.", "state_dict", 157),
        ("menet_pytorch/108-MENet-8x1-group-3.pth.tar", "pytorch-legacy", "", "state_dict", 487),
        ("dp_checkpoint/model_best.pth.tar", "pytorch-zip", "_module.", "state_dict", 10),
        ("cifar10_quant_demo/model_best.pth.tar", "pytorch-zip", "", "state_dict", 23),
        ("cifar10_quant_demo/checkpoint.pth.tar", "pytorch-zip", "", "state_dict", 23),
        ("lprnet/Final_LPRNet_model.pth", "pytorch-legacy", "", "(top level)", 62),
    ],
)
def test_a_published_checkpoint_is_read_tensor_for_tensor_as_torch_reads_it(
    shared, name, format_, prefix, field, count
):
    checkpoint = read_checkpoint(shared / name)
    theirs = torch.load(
        shared / name, map_location="cpu", weights_only=False
    )  # files that are known and named
    assert _tensors(checkpoint.content) == _tensors(theirs)
    choice = choose_weights(checkpoint)
    assert checkpoint.format == format_
    assert (choice.taken.kind, choice.taken.field, choice.taken.prefix) == ("raw", field, prefix)
    assert len(choice.taken.tensors) == count


def _tensors(value: object, field: str = "") -> dict[str, tuple[str, bytes]]:
    """Dotted place of every tensor to its type and its bytes."""
    if isinstance(value, torch.Tensor):
        return {
            field: (
                str(value.dtype),
                value.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes(),
            )
        }
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list | tuple)
        else ()
    )
    return {
        place: found for key, inner in items for place, found in _tensors(inner, f"{field}.{key}").items()
    }


def test_a_published_checkpoint_that_weights_only_refuses_for_a_numpy_scalar_is_read_with_its_number(shared):
    """`torch.load` refuses it by default; here the scalar is a number again, of the same bits, and no code has run."""
    path = shared / "dp_checkpoint/model_best.pth.tar"
    with pytest.raises(pickle.UnpicklingError, match=r"numpy\._?core\.multiarray\.scalar"):
        torch.load(path, map_location="cpu", weights_only=True)
    content = read_checkpoint(path).content
    theirs = torch.load(path, map_location="cpu", weights_only=False)
    scalars = {key: value for key, value in theirs.items() if isinstance(value, np.generic)}
    assert scalars
    for key, value in scalars.items():
        assert type(content[key]) is type(value)
        assert content[key] == value


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cifar10_quant_demo/model_fp32.pt", "a TorchScript archive (torch.jit.save), not a state dict"),
        ("cifar10_quant_demo/model_int8.pt", "a TorchScript archive (torch.jit.save), not a state dict"),
        ("keras_cifar10/cifar10.keras", "a Keras 3 archive (.keras), not a state dict"),
        ("keras_face/fer2013_mini_XCEPTION.102-0.66.hdf5", "a Keras model in HDF5 (.h5), not a state dict"),
        ("doodlenet/model-keras/doodleNet-model.h5", "a Keras model in HDF5 (.h5), not a state dict"),
        ("doodlenet/ml5/model.json", "a TensorFlow.js layers model, not a state dict"),
        ("tfjs_teachable_machine/weights.bin", "no checkpoint"),
        ("savedmodel_mnist_eteimz", "a TensorFlow SavedModel, not a state dict"),
        ("savedmodel_mnist_eteimz/saved_model.pb", "a TensorFlow SavedModel, not a state dict"),
        ("onnx_thirdparty/mnist.onnx", "an ONNX model"),
        ("onnx_thirdparty/SqueezeNet_fp16.onnx", "an ONNX model"),
    ],
)
def test_a_published_file_of_another_kind_is_refused_by_name(shared, name, said):
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(shared / name)
    assert said in str(caught.value)


def test_published_quantised_weights_are_refused_by_tensor_name(shared):
    checkpoint = read_checkpoint(shared / "cifar10_quant_demo/model_int8.pth")
    with pytest.raises(CheckpointError, match="A tensor is quantised") as caught:
        choose_weights(checkpoint)
    assert "feature1.0.weight" in caught.value.where


def test_published_weights_fit_the_architecture_that_they_were_made_for(shared):
    import torchvision

    weights = choose_weights(read_checkpoint(shared / "converted/squeezenet1_1_torchvision.pth")).taken
    module = torchvision.models.squeezenet1_1(weights=None)
    assert load_into(module, weights, "squeezenet") == ()
    assert torch.equal(module.state_dict()["features.0.weight"], weights.tensors["features.0.weight"])
