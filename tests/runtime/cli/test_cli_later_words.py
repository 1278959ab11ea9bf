"""What a later version brings is refused by its name, not as a typing error."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("verb", ["serve", "batch"])
def test_a_later_verb_is_named(verb: str, cli) -> None:
    done = cli(verb, "m.onnx")
    assert done.code == 2
    assert f"`truecopy {verb}` is not in this version" in done.err
