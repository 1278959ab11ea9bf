from __future__ import annotations

import numpy as np
import pytest

from truecopy.errors import OutputError
from truecopy.predict.heads import activate, activated, result_of


def test_a_row_becomes_a_result_with_what_is_said_about_it(binary):
    result = result_of(binary(), np.float32([2]), "mail", ("odd",), 3)
    assert (result.label, result.source, result.warnings, result.passes) == ("spam", "mail", ("odd",), 3)


def test_numbers_are_undone_and_not_clipped(regression):
    task = regression("y", clip=(0.0, 1.0))
    assert activated(task, np.float32([7])).tolist() == [7.0]
    assert result_of(task, np.float32([7]), "x").values[0].value == 1.0


def test_what_is_no_probability_is_refused_only_where_it_should_be_one(multilabel):
    row = np.float32([3, -1])
    assert (
        activated(multilabel(0.5, 0.5), row).tolist() == activate(multilabel(0.5, 0.5), row[None])[0].tolist()
    )
    for read in (activated, lambda task, row: result_of(task, row, "x")):
        with pytest.raises(
            OutputError, match=r"\(activation none\), and this is none: expected 0 to 1, got 3"
        ):
            read(multilabel(0.5, 0.5, activation="none"), row)
