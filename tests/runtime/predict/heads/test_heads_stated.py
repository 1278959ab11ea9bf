from __future__ import annotations

import numpy as np
import pytest

from truecopy.errors import OutputError
from truecopy.predict.heads import check_stated


@pytest.mark.parametrize("value", [-0.02, 1.02, 7.5, -9.0])
def test_what_should_be_a_probability_and_is_none_is_an_error(binary, multilabel, sequence, value):
    for task, shape in ((binary(activation="none"), (1,)), (multilabel(0.5, 0.5, activation="none"), (2,)),
                        (sequence("ab", activation="none"), (3, 2))):  # fmt: skip
        row = np.full(shape, 0.5, np.float32)
        row.reshape(-1)[-1] = value
        with pytest.raises(OutputError) as caught:
            check_stated(task, row)
        assert str(caught.value) == (
            "the graph ends in probabilities by its contract (activation none), and this is none: "
            f"expected 0 to 1, got {value:g}. Export it again with another --activation"
        )


def accepted(task, *row: float) -> bool:
    check_stated(task, np.array(row, np.float32))
    return True


def test_rounding_is_allowed(multilabel):
    """float16 and 8-bit graphs end a little beside 0 and 1."""
    assert accepted(multilabel(0.5, 0.5, activation="none"), 1.004, -0.001)


def test_logits_and_numbers_may_be_anything(binary, regression):
    assert accepted(binary(), 7.5)
    assert accepted(regression("y"), -1e9)
