"""Checkpoints that people published: legacy, CUDA-saved, prefixed, quantised, and other formats by name."""

from __future__ import annotations

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
        ("lprnet/Final_LPRNet_model.pth", "pytorch-legacy", "", "(top level)", 62),
    ],
)
def test_a_published_checkpoint_is_read(shared, name, format_, prefix, field, count):
    checkpoint = read_checkpoint(shared / name)
    choice = choose_weights(checkpoint)
    assert checkpoint.format == format_
    assert (choice.taken.kind, choice.taken.field, choice.taken.prefix) == ("raw", field, prefix)
    assert len(choice.taken.tensors) == count


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cifar10_quant_demo/model_fp32.pt", "a TorchScript archive"),
        ("cifar10_quant_demo/model_int8.pt", "a TorchScript archive"),
        ("keras_cifar10/cifar10.keras", "a Keras 3 .keras archive"),
        ("keras_face/fer2013_mini_XCEPTION.102-0.66.hdf5", "an HDF5 file"),
        ("doodlenet/model-keras/doodleNet-model.h5", "an HDF5 file"),
        ("doodlenet/ml5/model.json", "a JSON document (TensorFlow.js model.json"),
        ("tfjs_teachable_machine/weights.bin", "no checkpoint"),
        ("savedmodel_mnist_eteimz", "a folder with a TensorFlow SavedModel"),
        ("savedmodel_mnist_eteimz/saved_model.pb", "a TensorFlow SavedModel"),
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
