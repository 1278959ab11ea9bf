"""A file that only one of the two pipelines reads, and tensors that look equal and are not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PIL import Image, features
from torch import nn
from torchvision import transforms

import truecopy_export
from truecopy.errors import ProofError
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Member, open_artifact
from truecopy_export.proof import ProofItems, check_gate

OTHER_FORMATS = [
    "ICO",
    "TGA",
    pytest.param("AVIF", marks=pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")),
]


@pytest.fixture
def square():
    return Image.fromarray(np.random.default_rng(7).integers(0, 256, (32, 32, 3), np.uint8))


def unlabelled(*paths) -> ProofItems:
    return ProofItems(tuple(str(path) for path in paths), (None,) * len(paths), ())


@pytest.mark.parametrize("format_name", OTHER_FORMATS)
def test_a_format_that_only_the_original_opens_is_a_failed_proof(both, square, tmp_path, format_name):
    path = tmp_path / "other.png"
    square.save(path, format=format_name)
    with pytest.raises(
        ProofError,
        match=r"the original reads other\.png, the copy refuses it: .* - at stage decode.*take it out",
    ):
        both.compare(images=unlabelled(*both.images().sources, path))


def test_an_image_over_the_copy_s_limits_is_a_failed_proof(both):
    limits = dataclasses.replace(DEFAULT_LIMITS, max_pixels=300)
    narrow = dataclasses.replace(both, member=Member.of(both.member.contract, limits))
    with pytest.raises(ProofError, match=r"the original reads 2\.png, the copy refuses it: .*pixels"):
        narrow.compare()


def test_steps_by_hand_have_no_original_that_could_read_more(both, square, tmp_path):
    path = tmp_path / "other.png"
    square.save(path, format="ICO")
    found = both.compare(transform=None, images=unlabelled(*both.images().sources, path))
    assert found.images == 3
    (left_out,) = found.unreadable
    assert "other.png" in left_out


def test_what_the_original_s_transform_refuses_too_is_only_left_out(both, square, tmp_path):
    path = tmp_path / "other.png"
    square.save(path, format="ICO")

    def refusing(picture):
        if picture.size == (32, 32):
            raise KeyError("square")
        return both.original.transform(picture)

    found = both.compare(transform=refusing, images=unlabelled(*both.images().sources, path))
    assert (found.images, len(found.unreadable)) == (3, 1)


def test_up_to_half_of_the_images_may_be_damaged_but_not_more(both, tmp_path):
    first, second, _ = both.images().sources
    damaged = [tmp_path / f"{number}.png" for number in range(3)]
    for path in damaged:
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
    found = both.compare(images=unlabelled(first, *damaged[:2], second))
    assert (found.images, len(found.unreadable)) == (2, 2)
    with pytest.raises(
        ProofError,
        match=r"3 of 5 proof images could not be read: expected most of them, .*0\.png.*damaged files",
    ):
        both.compare(images=unlabelled(first, *damaged, second))


@pytest.mark.parametrize("kind", [np.float64, np.float16, np.uint8])
def test_a_transform_that_makes_no_float32_is_a_failed_proof(both, kind):
    with pytest.raises(
        ProofError, match=rf"makes {kind.__name__} of 0\.png: expected float32 - at stage tensor"
    ):
        both.compare(transform=lambda picture: both.original.transform(picture).numpy().astype(kind))


def test_minus_zero_is_another_value_than_zero(both, tmp_path):
    plain = transforms.Compose([transforms.Resize(10), transforms.CenterCrop(8), transforms.ToTensor()])
    module = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    truecopy_export.export(module, tmp_path / "plain.onnx", recipe=plain, labels=["a", "b"], unproven=True)
    Image.new("RGB", (12, 20)).save(tmp_path / "black.png")
    opened = open_artifact(tmp_path / "plain.onnx", DEFAULT_LIMITS)
    black = dataclasses.replace(both, member=opened.member, session=opened.session("cpu", 1))
    images = unlabelled(tmp_path / "black.png")

    def network(tensor):
        return black.session.run({"input": tensor[None]})["logits"][0]

    assert black.compare(transform=plain, network=network, images=images).differing_values == 0
    found = black.compare(transform=lambda picture: -plain(picture), network=network, images=images)
    assert (found.differing_values, found.differing_images) == (3 * 8 * 8, 1)
    assert found.worst_case.differing == 3 * 8 * 8
    with pytest.raises(ProofError, match="192 tensor values differ on 1 of 1 images"):
        check_gate(found, opened.member.contract.task)
