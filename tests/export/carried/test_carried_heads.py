"""The number of outputs that the weights themselves say."""

from __future__ import annotations

import pytest
import torch

from truecopy_export.carried.heads import outputs_of

# One of each kind of head: a layer, several, a convolution, a part of its own, one with auxiliary classifiers before it.
NETWORKS = (
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "maxvit_t", "mnasnet0_5",
    "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t",
    "vgg11", "vit_b_32",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_the_head_of_every_family_of_torchvision(name):
    models = pytest.importorskip("torchvision.models")
    more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    # RegNet reckons its widths with tensors.
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        network = models.get_model(name, weights=None, num_classes=7, **more)
    assert outputs_of(network.state_dict()) == 7


def test_weights_without_a_head_say_nothing():
    assert (
        outputs_of(
            {
                "conv_head.weight": torch.ones(3, 2),
                "mlp.fc1.weight": torch.ones(4, 2),
                "fc.bias": torch.ones(5),
            }
        )
        is None
    )
