"""What a decoder always does cannot be stated otherwise."""

from __future__ import annotations

import json

import pytest

from truecopy.contract import decode
from truecopy.errors import ContractError

FIXED = {
    "pillow": {"cmyk": "pillow"},
    "opencv": {"alpha": "drop", "depth16": "shift", "cmyk": "opencv"},
    "torchvision": {"color": "RGB", "alpha": "drop", "cmyk": "pillow"},
}
OTHER = {"cmyk": ("pillow", "opencv"), "depth16": ("clip", "shift"), "alpha": ("drop", {"over": [1, 2, 3]})}


@pytest.fixture
def with_input(document):
    def make(**changes):
        plain = document()
        plain["input"].update(changes)
        return json.dumps(plain)

    return make


@pytest.mark.parametrize("decoder", FIXED)
@pytest.mark.parametrize("orientation", ["ignore", "apply"])
def test_each_decoder_stands_with_what_it_does(with_input, decoder, orientation):
    contract = decode(with_input(decoder=decoder, orientation=orientation, **FIXED[decoder]))
    assert contract.input.decoder == decoder


@pytest.mark.parametrize(
    ("decoder", "field"),
    [(decoder, field) for decoder, fields in FIXED.items() for field in fields if field in OTHER],
)
def test_the_other_choice_is_refused_and_the_right_one_named(with_input, decoder, field):
    right = FIXED[decoder][field]
    wrong = next(choice for choice in OTHER[field] if choice != right)
    with pytest.raises(ContractError) as caught:
        decode(with_input(**{"decoder": decoder, **FIXED[decoder], field: wrong}))
    assert f"decoder '{decoder}' is reproduced with {field} '{right}' only" in str(caught.value)
    assert f"at `$.input.{field}`. Say {field}: {right}, or another decoder" in str(caught.value)


def test_grey_of_torchvision_is_refused(with_input):
    with pytest.raises(ContractError, match="decoder 'torchvision' is reproduced with color 'RGB' only"):
        decode(with_input(decoder="torchvision", color="L"))
