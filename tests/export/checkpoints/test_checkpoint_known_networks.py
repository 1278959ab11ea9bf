"""The table of published architectures by names and sizes, which names a network in an error."""

from __future__ import annotations

import re
import warnings
from importlib.resources import files

import pytest
import torch

import truecopy_export.checkpoints.fitting
from truecopy_export.architectures import build
from truecopy_export.checkpoints.fitting.known_networks import fingerprint, known_as

ROWS = (files(truecopy_export.checkpoints.fitting) / "known_networks.tsv").read_text("utf-8").splitlines()


def state(spec: str, **arguments: object) -> dict[str, torch.Tensor]:
    pytest.importorskip(spec.partition(":")[0], reason=f"{spec.partition(':')[0]} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the libraries themselves use that is deprecated
        return build(spec, arguments).module.state_dict()


def test_every_row_is_a_digest_and_the_architectures_that_have_it():
    assert len(ROWS) > 1000
    assert all(
        re.fullmatch(r"[0-9a-f]{10}\t(torchvision|timm):\S+( (torchvision|timm):\S+)*", row) for row in ROWS
    )
    digests = [row.partition("\t")[0] for row in ROWS]
    assert digests == sorted(set(digests))
    names = [name for row in ROWS for name in row.partition("\t")[2].split(" ")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "spec",
    [
        "torchvision:squeezenet1_1",
        "torchvision:mobilenet_v2",
        "timm:mobilenetv2_100",
        "timm:vit_tiny_patch16_224",
    ],
)
def test_a_network_is_known_whatever_its_number_of_classes(spec):
    assert spec in known_as(state(spec))
    assert spec in known_as(state(spec, num_classes=7))


def test_a_network_under_an_attribute_is_known_too():
    inner = state("timm:mobilenetv3_small_050")
    assert "timm:mobilenetv3_small_050" in known_as({f"net.{name}": tensor for name, tensor in inner.items()})


def test_a_part_of_a_network_and_ones_own_are_not_known(make_network):
    whole = state("timm:mobilenetv3_small_050")
    assert known_as({name: tensor for name, tensor in whole.items() if "blocks" in name}) == ()
    assert known_as(make_network().state_dict()) == ()
    assert known_as({}) == ()


def test_the_digest_sees_names_and_sizes_but_neither_order_nor_values_nor_integers():
    one = {"a.weight": torch.zeros(2, 3), "b.bias": torch.zeros(4)}
    assert fingerprint(one) == fingerprint(dict(reversed(one.items())))
    assert fingerprint(one) == fingerprint({**one, "a.weight": torch.ones(9, 3)})
    assert fingerprint(one) == fingerprint({**one, "n.num_batches_tracked": torch.tensor(1)})
    assert fingerprint(one) != fingerprint({**one, "a.weight": torch.zeros(2, 4)})
    assert fingerprint(one) != fingerprint({"a.weights": one["a.weight"], "b.bias": one["b.bias"]})
