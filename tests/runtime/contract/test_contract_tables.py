"""`input.kind: table`: what a document may say, how many features it makes, what is refused with its JSON path."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from tests.table_vocabulary import table_inputs

from truecopy.contract import TableInput, decode, encode
from truecopy.contract.feature_flow import widths
from truecopy.errors import ContractError

STANDARD = {"op": "standard", "mean": [1.0, 2.0], "scale": [3.0, 4.0]}
MIN_MAX = {"op": "min_max", "scale": [1.0, 2.0], "min": [0.0, 0.0], "clip": None}
IMPUTE = {"op": "impute", "strategy": "mean", "missing": None, "fill": [1.5, 2.5]}
ONE_HOT = {"op": "one_hot", "categories": [["x", "y", "z"]], "drop": [0], "unknown": "error"}
ORDINAL = {
    "op": "ordinal",
    "categories": [[1, 2], [3, 4]],
    "unknown": "error",
    "unknown_value": None,
    "missing_value": None,
}


def table(numbers=(), words=(ONE_HOT,)):
    """Two columns of numbers and one of text, each block through its chain."""
    return {
        "kind": "table",
        "columns": [
            {"name": "a", "dtype": "float64"},
            {"name": "b", "dtype": "int64"},
            {"name": "c", "dtype": "text"},
        ],
        "features": [
            {"columns": ["b", "a"], "dtype": "float64", "chain": list(numbers)},
            {"columns": ["c"], "dtype": "float64", "chain": list(words)},
        ],
        "missing": "error",
    }


@pytest.fixture
def document_of(document):
    """The example's document with this input, before a graph that takes `features` numbers."""

    def made(table_input, features=4, **graph_input):
        plain = document()
        plain["input"], plain["steps"], plain["requires"] = table_input, [], "0.3"
        plain["proof"]["subject"] = None
        plain["graph"]["inputs"] = [
            {"name": "x", "dtype": "float32", "layout": "NF", "shape": ["batch", features], **graph_input}
        ]
        return json.dumps(plain)

    return made


@pytest.fixture
def refusal(document_of):
    def message(table_input, features=4, **graph_input):
        with pytest.raises(ContractError) as caught:
            decode(document_of(table_input, features, **graph_input))
        return str(caught.value)

    return message


def test_a_document_of_a_table_is_read_and_written_again(document_of):
    contract = decode(document_of(table([IMPUTE, STANDARD])))
    assert isinstance(contract.input, TableInput)
    assert contract.input.names == ("a", "b", "c")
    assert contract.input.used == {"a", "b", "c"}
    assert widths(contract.input) == (2, 2)
    assert decode(encode(contract)) == contract


@given(table_inputs())
def test_any_table_makes_a_number_of_features_for_each_block(spec):
    made = widths(spec)
    assert len(made) == len(spec.features)
    assert all(width >= 1 for width in made)


def test_the_graph_takes_as_many_features_as_the_columns_make(refusal):
    assert "input 'x' takes 5 features, the columns make 4 - at `$.graph.inputs[0].shape`" in refusal(
        table(), 5
    )


def test_steps_are_for_pictures(document_of, document):
    plain = json.loads(document_of(table()))
    plain["steps"] = document()["steps"]
    with pytest.raises(ContractError, match=r"steps are for pictures; a table takes none - at `\$\.steps`"):
        decode(json.dumps(plain))


def test_a_column_has_one_place(refusal):
    twice = table()
    twice["columns"].append({"name": "a", "dtype": "bool"})
    assert "column 'a' stands twice in `columns`" in refusal(twice)


@pytest.mark.parametrize(
    ("numbers", "words", "error"),
    [
        ([STANDARD, ORDINAL], (ONE_HOT,),
         ("categories are read from columns, and computed numbers arrive - at `$.input.features[0].chain[1]`. Put it "
         "first, or behind impute alone")),
        ([MIN_MAX, ORDINAL], (ONE_HOT,), "computed numbers arrive - at `$.input.features[0].chain[1]`"),
        ([ORDINAL, ORDINAL], (ONE_HOT,), "computed numbers arrive - at `$.input.features[0].chain[1]`"),
        ([], (), "a text column must become numbers - at `$.input.features[1].chain`. End it with one_hot or ordinal"),
        ([], ({"op": "standard", "mean": [1.0], "scale": None}, ONE_HOT),
         "standard takes numbers, and text arrives - at `$.input.features[1].chain[0]`"),
        ([{**IMPUTE, "fill": [1.5]}], (ONE_HOT,),
         "wrong number of values of fill: expected 2, got 1 - at `$.input.features[0].chain[0]`"),
        ([{**IMPUTE, "fill": [1.5, "x"]}], (ONE_HOT,), "the columns hold numbers: got 'x'"),
        ([{**STANDARD, "mean": [1.0]}], (ONE_HOT,), "wrong number of means: expected 2, got 1"),
        ([{**STANDARD, "scale": [1.0, 0.0]}], (ONE_HOT,), "`scale` divides by zero"),
        ([{**MIN_MAX, "min": [1.0]}], (ONE_HOT,), "wrong number of values of min: expected 2, got 1"),
        ([{**ORDINAL, "categories": [[1, 2]]}], (ONE_HOT,), "wrong number of lists of categories: expected 2, got 1"),
        ([{**ORDINAL, "categories": [[1, 1.0], [2]]}], (ONE_HOT,), "a category stands twice"),
        ([{**ORDINAL, "categories": [[], [2]]}], (ONE_HOT,), "a column has no categories"),
        ([], ({**ONE_HOT, "categories": [["x", 1]]},), "the columns hold text: got 1"),
        ([], ({**ONE_HOT, "drop": [3]},), "`drop` is 3, and there are 3 categories"),
        ([], ({**ONE_HOT, "categories": [["x"]]},), "no category is left"),
    ],
)  # fmt: skip
def test_a_chain_that_does_not_fit_is_refused_with_its_path(refusal, numbers, words, error):
    assert error in refusal(table(numbers, words))


def test_a_block_takes_text_or_numbers_of_columns_that_are_there(refusal):
    mixed = table()
    mixed["features"][0]["columns"] = ["a", "c"]
    assert re.search("a block takes text columns or number columns, not both", refusal(mixed))
    unknown = table()
    unknown["features"][0]["columns"] = ["a", "d"]
    assert "no column 'd' in `$.input.columns` - at `$.input.features[0].columns`" in refusal(unknown)


def test_impute_may_stand_before_and_behind_categories(document_of):
    chain = [IMPUTE, ORDINAL, IMPUTE, STANDARD]
    assert widths(decode(document_of(table(chain))).input) == (2, 2)
