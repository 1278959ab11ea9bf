"""What a later version brings is refused by its name, not as a typing error."""

from __future__ import annotations

import pytest

import truecopy


@pytest.mark.parametrize("verb", ["evaluate", "tune", "calibrate"])
def test_a_later_verb_is_named(verb: str, cli) -> None:
    done = cli(verb, "m.onnx")
    assert done.code == 2
    assert f"`truecopy {verb}` is not in this version" in done.err


@pytest.mark.parametrize("option", ["--tta", "--tta-augmentations", "--ensemble", "--config"])
def test_a_later_option_of_predict_is_named(option: str, cli, digits, digit_images) -> None:
    done = cli("predict", digits, digit_images[0], option, "horizontal_flip")
    assert done.code == 2
    assert "not run by this version" in done.err


@pytest.mark.parametrize("name", ["Strategy", "load_config"])
def test_a_later_name_of_the_api_is_named(name: str) -> None:
    with pytest.raises(AttributeError, match=f"truecopy.{name} is not in this version"):
        getattr(truecopy, name)
