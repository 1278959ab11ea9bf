"""What goes into a graph and comes out of it has a name of its own."""

from __future__ import annotations

import copy
import json

import pytest

from truecopy.contract import decode
from truecopy.errors import ContractError


@pytest.mark.parametrize("ends", ["inputs", "outputs"])
def test_a_name_that_stands_twice_is_refused(document, ends):
    plain = document()
    plain["graph"][ends].append(copy.deepcopy(plain["graph"][ends][0]))
    name = plain["graph"][ends][0]["name"]
    with pytest.raises(ContractError) as caught:
        decode(json.dumps(plain))
    assert f"name {name!r} stands twice in `{ends}` - at `$.graph`" in str(caught.value)


def test_an_input_may_be_called_as_an_output(document):
    plain = document()
    plain["graph"]["inputs"][0]["name"] = plain["graph"]["outputs"][0]["name"]
    assert decode(json.dumps(plain)).graph.main_input.name == plain["graph"]["answer"]
