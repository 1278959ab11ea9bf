from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from tests.tiny_models import BINARY, CTC, MULTICLASS, MULTILABEL, REGRESSION, TAGS

from truecopy.contract import Ctc, Plain
from truecopy.errors import StrategyError
from truecopy.predict.alignment import order_in

MOVED = replace(MULTICLASS, labels=("high", "low", "middle"))


def test_names_are_found_where_the_other_member_has_them():
    row = np.array(["high", "low", "middle"])
    assert row[order_in(MULTICLASS, MOVED, "b.onnx")].tolist() == ["low", "middle", "high"]
    assert order_in(MULTICLASS, MULTICLASS, "b.onnx").tolist() == [0, 1, 2]


def test_ids_align_where_both_have_them_whatever_the_labels_are_called():
    first = replace(MULTICLASS, labels=("crane", "crane", "dog"), label_ids=("n1", "n2", "n3"))
    other = replace(MULTICLASS, labels=("Hund", "Kran", "Kranich"), label_ids=("n3", "n1", "n2"))
    assert order_in(first, other, "b.onnx").tolist() == [1, 2, 0]


def test_equal_lists_need_no_unique_names():
    twice = replace(MULTICLASS, labels=("crane", "crane", "dog"))
    assert order_in(twice, twice, "b.onnx").tolist() == [0, 1, 2]
    with pytest.raises(
        StrategyError,
        match=r"members cannot be aligned by names that repeat: got 'crane' - at b\.onnx\. Export them with label_ids",
    ):
        order_in(twice, replace(twice, labels=("crane", "dog", "crane")), "b.onnx")


def test_quantities_and_tokens_are_aligned_as_labels_are():
    swapped = replace(REGRESSION, values=REGRESSION.values[::-1], undo=())
    assert order_in(REGRESSION, swapped, "b.onnx").tolist() == [1, 0]
    ctc = replace(CTC, labels=("a", "b", "c", "_"), decoding=Ctc(blank=3, collapse=True))
    assert order_in(CTC, ctc, "b.onnx").tolist() == [3, 0, 1, 2]


@pytest.mark.parametrize(
    ("first", "other", "message"),
    [
        (MULTICLASS, BINARY, "members answer different tasks: expected multiclass, got binary - at b.onnx"),
        (MULTICLASS, replace(MULTICLASS, labels=("low", "middle", "top")),
         "members have different sets of labels: expected the 3 of the first member, got without 'high' and with 'top' - at b.onnx. Leave this member out"),
        (MULTICLASS, replace(MULTICLASS, labels=("low", "high")), "got without 'middle' - at"),
        (MULTICLASS, replace(MULTICLASS, threshold=0.5), "members state different thresholds: expected None, got 0.5"),
        (MULTILABEL, replace(MULTILABEL, labels=MULTILABEL.labels[::-1]), r"members state different thresholds: expected \(0.5, 0.25, 0.75\), got \(0.75, 0.25, 0.5\)"),
        (BINARY, replace(BINARY, positive=0), "members state different positive labels: expected 'spam', got 'ham'"),
        (BINARY, replace(BINARY, threshold=0.25), "members state different thresholds: expected 0.5, got 0.25"),
        (REGRESSION, replace(REGRESSION, values=(replace(REGRESSION.values[0], unit="EUR"), REGRESSION.values[1])),
         "members state different units: expected 'CHF', None, got 'EUR', None"),
        (REGRESSION, replace(REGRESSION, values=(replace(REGRESSION.values[0], clip=(0.0, 1.0)), REGRESSION.values[1])),
         "members state different ranges"),
        (CTC, replace(CTC, decoding=Ctc(blank=1, collapse=True)), r"members state different decodings: expected \('ctc', '_', True\), got \('ctc', 'a', True\)"),
        (TAGS, replace(TAGS, decoding=Plain(stop=1, ignore=(2,))), r"got \('plain', 'NAME', \['PLACE'\]\)"),
        (TAGS, replace(TAGS, joiner=""), "members state different joiners"),
    ],
)  # fmt: skip
def test_members_that_do_not_answer_one_question_are_refused(first, other, message):
    with pytest.raises(StrategyError, match=message):
        order_in(first, other, "b.onnx")


def test_many_missing_names_are_counted():
    many = replace(MULTICLASS, labels=tuple(map(str, range(20))))
    with pytest.raises(StrategyError, match="got without '0', '1', '10', '11', '12' and 15 more"):
        order_in(many, replace(MULTICLASS, labels=tuple(map(str, range(20, 40)))), "b.onnx")


def test_ids_that_stand_for_other_labels_are_refused():
    """They are the places of each member's own list."""
    first = replace(MULTICLASS, labels=("cat", "dog", "owl"), label_ids=("0", "1", "2"))
    other = replace(MULTICLASS, labels=("dog", "cat", "owl"), label_ids=("0", "1", "2"))
    with pytest.raises(
        StrategyError,
        match=r"members use one label id for different labels: expected '0' for 'cat', got '0' for 'dog' - at b\.onnx\. Export them",
    ):
        order_in(first, other, "b.onnx")


def test_a_label_that_repeats_says_nothing_of_ids():
    """ImageNet's two maillots, told apart in one list and not in the other."""
    first = replace(MULTICLASS, labels=("maillot", "maillot, tank suit", "cat"), label_ids=("n1", "n2", "n3"))
    other = replace(MULTICLASS, labels=("maillot", "maillot", "cat"), label_ids=("n1", "n2", "n3"))
    assert order_in(first, other, "b.onnx").tolist() == order_in(other, first, "a.onnx").tolist() == [0, 1, 2]
