"""Labels as Python objects: an order is certain, and a text is a text whatever its class."""

from __future__ import annotations

import enum

import numpy as np
import pandas as pd
import pytest

from truecopy.errors import RecipeError
from truecopy_export.recipes import check_labels, read_labels


class Kind(str, enum.Enum):
    CAT = "cat"


@pytest.mark.parametrize(
    "given", [{"cat", "dog"}, frozenset({"cat"}), {"cat": 0}.keys(), {0: "cat"}.values()]
)
def test_what_has_no_order_is_refused(given):
    with pytest.raises(RecipeError) as caught:
        read_labels(given)
    assert "a set has no order: expected a list, one label per output" in str(caught.value)
    assert "labels=sorted([...]) only if sorting is what the training did" in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [np.array(["cat", "dog"]), [np.str_("cat"), np.str_("dog")], ("cat", "dog"), iter(["cat", "dog"])],
)
def test_texts_of_every_class_become_plain_texts(given):
    labels = read_labels(given).labels
    assert labels == ("cat", "dog")
    assert {type(label) for label in labels} == {str}


def test_an_enumeration_of_texts_is_the_text_that_it_holds():
    assert read_labels([Kind.CAT, "dog"]).labels == ("cat", "dog")
    assert type(read_labels([Kind.CAT]).labels[0]) is str


@pytest.mark.parametrize("given", [np.array([3, 5]), [3, 5], [1.5], [True]])
def test_numbers_are_no_names(given):
    with pytest.raises(RecipeError, match=r"write numbers as texts, labels=\[str\(c\) for c in \.\.\.\]"):
        read_labels(given)


@pytest.mark.parametrize("given", [3, b"cat", pd.DataFrame({"cat": [0]}), np.array([["cat", "dog"]])])
def test_what_is_no_list_is_refused(given):
    with pytest.raises(RecipeError, match="these are no labels: expected a list of texts"):
        read_labels(given)


def test_one_label_and_one_output_are_singular():
    with pytest.raises(RecipeError, match="1 label for 2 outputs"):
        check_labels(read_labels(["cat"]), 2)
    with pytest.raises(RecipeError, match="2 labels for 1 output -"):
        check_labels(read_labels(["cat", "dog"]), 1)
