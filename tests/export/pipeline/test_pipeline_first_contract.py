"""One contract from the first day of training to the file."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image
from torchvision import transforms

import truecopy
import truecopy_export
from truecopy.errors import RecipeError

LABELS = ["cat", "dog", "owl"]


@pytest.fixture
def contract(transform):
    return truecopy_export.contract_for(transform, labels=LABELS)


def test_its_transform_makes_the_pixels_of_the_librarys(contract, transform, photos):
    ours = truecopy.Transform(contract)
    for path in sorted(photos.rglob("*.png")):
        with Image.open(path) as opened:
            assert np.array_equal(ours(path), transform(opened.convert("RGB")).numpy())


def test_it_says_that_there_is_no_graph_and_no_proof_yet(contract):
    assert contract.graph.sha256 == hashlib.sha256(b"").hexdigest()
    assert (contract.proof.level, contract.provenance.checkpoint) == ("unproven", None)
    assert contract.graph.inputs[0].shape == ("batch", 3, 8, 8)
    assert contract.task.labels == tuple(LABELS)
    assert contract.requires == "0.1"


def test_an_export_with_the_transform_as_its_recipe_writes_the_same_steps(
    contract, make_network, photos, tmp_path
):
    report = truecopy_export.export(
        make_network(),
        tmp_path / "out.onnx",
        recipe=truecopy.Transform(contract),
        labels=LABELS,
        proof=photos,
    )
    written = report.contract
    assert (written.input, written.steps) == (contract.input, contract.steps)
    assert (written.proof.level, written.proof.tensor) == ("self-consistent", None)
    assert written.provenance.recipe == "truecopy python object Compose"
    assert any("trained with truecopy.Transform" in note for note in report.notes)
    assert truecopy.load(tmp_path / "out.onnx")(next(photos.rglob("*.png"))).label in LABELS


def test_the_contract_itself_is_a_recipe_too(contract):
    again = truecopy_export.contract_for(contract, labels=LABELS)
    assert (again.input, again.steps) == (contract.input, contract.steps)


def test_a_recipe_without_a_fixed_size_has_no_contract():
    with pytest.raises(RecipeError, match="leaves pictures of different sizes: expected a fixed size"):
        truecopy_export.contract_for(
            transforms.Compose([transforms.Resize(8), transforms.ToTensor()]), labels=LABELS
        )


def test_another_object_of_ours_is_no_recipe(tmp_path):
    with pytest.raises(
        RecipeError, match=r"Limits is no recipe: expected a truecopy\.Transform or its contract"
    ):
        truecopy_export.contract_for(truecopy.Limits(), labels=LABELS)
