"""Original and copy over rows and texts, for every task: what is counted, gated, written and told."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest
from msgspec import UNSET
from tests.export.proof.small_members import (
    GENERATED,
    ILL,
    LETTERS,
    POINTS,
    SPELLED,
    TAGS,
    Graphed,
    answering,
    member_of,
)

from truecopy.contract import Multiclass, Quantity
from truecopy.errors import ProofError
from truecopy_export.proof import (
    Comparison,
    Original,
    ProofItems,
    check_gate,
    compare,
    proof_document,
    proof_notes,
)
from truecopy_export.report import Report

ROWS = ({"age": 50.0, "mass": 60.0}, {"age": 20.0, "mass": 71.5}, {"age": 33.0, "mass": 90.0})
CLIPPED = msgspec.structs.replace(
    POINTS, values=(Quantity(name="progression", unit="points", clip=(None, 200.0)),)
)


def fitted(rows):
    """What the columns' steps say, in scikit-learn's order: subtract, divide."""
    cells = np.array([[row["age"], row["mass"]] for row in rows])
    return (cells - [40.0, 70.0]) / [9.0, 21.0]


def summed(x):
    return x.sum(axis=1, keepdims=True)


def compared(
    task, sources, *, given=None, truths=None, transform=fitted, network=summed, copy=None, others=None
):
    member = member_of(task, *([] if given is None else [given]))
    original = Original(
        transform, answering(network), {who: answering(one) for who, one in (others or {}).items()}
    )
    items = ProofItems(tuple(sources), truths or (None,) * len(sources), ())
    found = compare(original, member, Graphed(copy or network), items, lambda _: False, lambda *_: None)
    return found, original, member.contract


def report(found, original, contract):
    proof = proof_document(found, original, contract)
    return dict(Report("x.onnx", 1, msgspec.structs.replace(contract, proof=proof), found, ()).rows())


def test_a_table_equal_to_its_fitted_object_is_bit_exact():
    found, original, contract = compared(POINTS, ROWS, truths=((150.0,), (100.0,), (190.0,)))
    assert (found.noun, found.images, found.differing_values, found.with_original) == ("row", 3, 0, 3)
    check_gate(found, POINTS, ulps=1)
    proof = proof_document(found, original, contract)
    assert (proof.level, proof.labelled, proof.accuracy) == ("bit-exact", True, None)
    assert (proof.decisions.flips, proof.decisions.max_probability_delta) == (0, None)
    assert (proof.decisions.max_error, proof.decisions.crossings, proof.decisions.edits) == (
        (0.0,),
        UNSET,
        UNSET,
    )
    expected = np.abs(70.0 * fitted(ROWS).astype(np.float32).sum(1) + 150.0 - [150, 100, 190]).mean()
    assert proof.errors.original == proof.errors.truecopy == (pytest.approx(expected, rel=1e-6),)
    assert (proof.errors.raw, proof.errors.items) == (None, 3)


def test_a_table_s_report_speaks_of_rows_and_units_and_never_of_probabilities():
    rows = report(*compared(POINTS, ROWS, truths=((150.0,), (100.0,), (190.0,))))
    assert rows["rows"] == "3"
    assert rows["largest output difference"] == "0.0e+00 of the largest number"
    assert rows["largest difference"] == "progression 0 points"
    assert rows["mean absolute error, original"] == rows["mean absolute error, truecopy"]
    assert rows["mean absolute error, truecopy"].endswith(" points")
    told = " ".join([*rows, *rows.values()])
    assert not any(word in told for word in ("probability", "accuracy", "image", "flip", "logit"))
    unlabelled = report(*compared(POINTS, ROWS))
    assert unlabelled["mean absolute error"] == "not checked: the rows have no labels"


def off_by(ulps):
    def transform(rows):
        features = fitted(rows).astype(np.float32)
        features.view(np.int32)[0, 1] += ulps
        return features

    return transform


def test_one_unit_of_the_last_place_is_allowed_for_a_table_and_stated_two_are_not():
    found, original, contract = compared(ILL, ROWS, transform=off_by(1))
    assert (found.differing_values, found.differing_images, found.max_ulps) == (3, 3, 1)
    check_gate(found, ILL, ulps=1)
    proof = proof_document(found, original, contract)
    assert (proof.level, proof.tensor.differing_values) == ("bounded", 3)
    assert proof.tensor.max_abs == found.max_tensor_difference > 0
    assert any("last place of float32" in note for note in proof_notes(found, original, "horizontal"))
    with pytest.raises(ProofError, match=r"3 tensor values differ on 3 of 3 rows"):
        check_gate(found, ILL)
    two, _, _ = compared(ILL, ROWS, transform=off_by(2))
    with pytest.raises(ProofError, match=r"rows: expected 0, .* 1 unit of the last place of float32 allowed"):
        check_gate(two, ILL, ulps=1)


def test_outputs_of_one_number_are_held_against_the_largest_of_all_rows():
    near_zero = ({"age": 40.0 - 9e-5, "mass": 70.0}, *ROWS)
    found, _, _ = compared(POINTS, near_zero, copy=lambda x: summed(x) + np.float32(1e-6))
    largest = max(abs(float(row.sum())) for row in fitted(near_zero).astype(np.float32))
    assert found.furthest.scale == pytest.approx(largest, rel=1e-6)
    assert found.max_output_difference == pytest.approx(1e-6 / largest, rel=0.2)
    check_gate(found, POINTS, ulps=1)


def test_another_answer_than_zero_everywhere_is_infinitely_far():
    found, _, _ = compared(POINTS, ROWS, network=lambda x: 0 * summed(x), copy=summed)
    assert found.max_output_difference == float("inf")


def test_a_number_that_is_off_is_refused_with_its_unit():
    found, _, _ = compared(POINTS, ROWS, copy=lambda x: summed(x) + np.float32(1e-4))
    found.max_output_difference = 0.0
    with pytest.raises(
        ProofError,
        match=r"'progression' differs too much: expected at most 1e-05 of its largest value, .* points, got 0\.007 p",
    ):
        check_gate(found, POINTS)
    near, _, _ = compared(POINTS, ROWS, copy=lambda x: summed(x) + np.float32(1e-6))
    check_gate(near, POINTS)


def test_an_error_is_measured_before_clipping_and_a_passed_end_counts():
    found, original, contract = compared(
        CLIPPED, ROWS, network=lambda x: 9 + summed(x), copy=lambda x: 9.5 + summed(x)
    )
    assert found.max_error == pytest.approx([35.0], rel=1e-5)
    assert (found.crossings, found.flips) == (0, 0)
    assert proof_document(found, original, contract).decisions.crossings == 0
    crossed, _, _ = compared(
        CLIPPED, ROWS[:1], network=lambda x: 0 * summed(x), copy=lambda x: 0 * summed(x) + 1
    )
    crossed.max_output_difference = 0.0
    with pytest.raises(
        ProofError, match="1 ends of a clip range are passed by one of original and copy only"
    ):
        check_gate(crossed, CLIPPED)


def test_labels_and_thresholds_that_flip_are_refused_by_name():
    sets, original, contract = compared(TAGS, ROWS, network=lambda x: x, copy=np.abs)
    # Without their sign: b joins the first row, a the two others.
    assert (sets.flips, sets.crossings) == (3, 3)
    assert proof_document(sets, original, contract).decisions.crossings == 3
    sets.max_output_difference = 0.0
    with pytest.raises(
        ProofError, match=r"3 of 3 rows get another set of labels: expected 0 - at stage result, first <row>"
    ):
        check_gate(sets, TAGS)
    yes, _, _ = compared(ILL, ROWS, copy=lambda x: -summed(x))
    assert (yes.flips, yes.crossings) == (3, 3)


def test_right_answers_are_counted_as_the_task_means_them():
    truths = (frozenset({0}), frozenset({0}), frozenset({1}))
    found, original, contract = compared(
        TAGS, ROWS, truths=truths, network=lambda x: x, others={"raw": lambda x: -x, "ema": lambda x: x}
    )
    # (1.1, -0.5), (-2.2, 0.07), (-0.8, 0.95): exactly {0}, {1}, {1}.
    assert found.hits == {"original": 2, "truecopy": 2, "raw": 1, "ema": 2}
    accuracy = proof_document(found, original, contract).accuracy
    assert (accuracy.original, accuracy.raw, accuracy.ema) == (2 / 3, 1 / 3, 2 / 3)
    rows = report(found, original, contract)
    assert rows["items with another set of labels"] == "0"
    assert rows["thresholds that one passed only"] == "0"
    assert rows["accuracy, truecopy"] == "2/3 = 0.6667"


def test_a_row_that_cannot_be_read_is_left_out_and_named_and_one_that_only_the_original_takes_is_not():
    found, original, _ = compared(POINTS, (*ROWS, {"age": "old", "mass": 1.0}))
    assert (found.images, len(found.unreadable)) == (3, 1)
    assert "column 'age' has another type" in found.unreadable[0]
    assert any(
        "1 proof rows could not be read" in note for note in proof_notes(found, original, "horizontal")
    )
    missing = {"age": None, "mass": 60.0}

    def filling(rows):
        return fitted(
            [{"age": 40.0 if row["age"] is None else row["age"], "mass": row["mass"]} for row in rows]
        )

    with pytest.raises(
        ProofError, match=r"the original transforms <row>, the copy refuses it: .* - at stage decode"
    ):
        compared(POINTS, (*ROWS, missing), transform=filling)
    with pytest.raises(ProofError, match=r"2 of 3 proof rows could not be read: .*Is this the table"):
        compared(POINTS, (ROWS[0], {"age": "x", "mass": 1.0}, {"age": "y", "mass": 1.0}))


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (lambda rows: 1 / 0, "the original transform fails on <row>: ZeroDivisionError"),
        (
            lambda rows: fitted(rows)[:, :1],
            r"another number of features of <row> .*: expected \(1, 1\), got \(1, 2\)",
        ),
    ],
)
def test_a_transform_that_cannot_be_compared_is_a_failed_proof(transform, message):
    with pytest.raises(ProofError, match=message):
        compared(POINTS, ROWS, transform=transform)


def test_the_worst_case_holds_every_feed_by_its_name(tmp_path):
    found, _, _ = compared(POINTS, ROWS, transform=off_by(3))
    case = dataclasses.replace(
        found.worst_case,
        copy={**found.worst_case.copy, "mask": np.ones((1, 4), np.int64)},
        original={**found.worst_case.original, "mask": np.ones((1, 4), np.int64)},
    )
    assert case.differing == 1
    case.save(tmp_path / "worst.npz")
    saved = np.load(tmp_path / "worst.npz")
    assert saved["copy_tensor"].shape == saved["original_tensor"].shape == (2,)
    assert saved["copy_tensor_mask"].tolist() == [1, 1, 1, 1]
    assert saved["original_output"].shape == (1,)


LETTER = {"a": 0, "b": 1, ".": 2}


def letters(*answers):
    """Logits that answer id k with letter `answers[k]`."""
    table = 9 * np.eye(3, dtype=np.float32)[list(answers)]
    return lambda ids: table[ids]


def encoded(text):
    return [LETTER[letter] for letter in text]


def test_a_text_by_the_user_s_own_encoder_is_compared_after_prefix_and_cut():
    found, original, contract = compared(
        SPELLED, ("ab", "b", "abababab"), given=LETTERS, transform=encoded, network=letters(1, 0, 2),
        truths=("ba", "x", "abababa"),
    )  # fmt: skip
    assert (found.noun, found.differing_values, found.with_original, found.edits) == ("text", 0, 3, 0)
    proof = proof_document(found, original, contract)
    assert (proof.level, proof.decisions.edits, proof.decisions.crossings) == ("bit-exact", 0, UNSET)
    assert (proof.accuracy.original, proof.accuracy.truecopy) == (2 / 3, 2 / 3)
    rows = report(found, original, contract)
    assert (rows["texts"], rows["texts that differ"], rows["edit distance of all texts"]) == ("3", "0", "0")
    check_gate(found, SPELLED)


def test_an_encoder_with_other_ids_is_refused():
    found, _, _ = compared(SPELLED, ("ab", "aab"), given=LETTERS, transform=lambda text: encoded(text)[::-1],
                           network=letters(0, 1, 2))  # fmt: skip
    assert (found.differing_values, found.differing_images) == (4, 2)
    with pytest.raises(
        ProofError, match=r"4 tensor values differ on 2 of 2 texts.* other ids than the original encoder"
    ):
        check_gate(found, SPELLED)
    longer, _, _ = compared(SPELLED, ("ab",), given=LETTERS, transform=lambda text: [*encoded(text), 1],
                            network=letters(0, 1, 2))  # fmt: skip
    assert longer.differing_values == 1


def test_texts_without_an_encoder_are_self_consistent_and_ids_are_their_own_original():
    network = letters(0, 1, 2)
    texts = compared(SPELLED, ("ab", [1, 0]), given=LETTERS, transform=None, network=network)
    assert proof_document(*texts).level == "self-consistent"
    assert any("no original encoder" in note for note in proof_notes(*texts[:2], "horizontal"))
    ids = compared(SPELLED, ([0, 1], [1, 0]), given=LETTERS, transform=None, network=network)
    proof = proof_document(*ids)
    assert (proof.level, proof.tensor.differing_values) == ("bit-exact", 0)
    assert any("fed as they are given" in note for note in proof_notes(*ids[:2], "horizontal"))


def test_an_id_out_of_range_and_a_text_that_only_the_original_encodes():
    with pytest.raises(ProofError, match=r"the original encodes <text>, the copy refuses it: "):
        compared(SPELLED, ("ab", "abc", "b"), given=LETTERS, transform=lambda text: [LETTER.get(c, 0) for c in text],
                 network=letters(0, 1, 2))  # fmt: skip
    found, _, _ = compared(SPELLED, ([0], [7], [1]), given=LETTERS, transform=None, network=letters(0, 1, 2))
    assert (found.images, len(found.unreadable)) == (2, 1)
    assert "an id is out of range" in found.unreadable[0]


def test_generated_texts_are_those_of_the_original_network_in_the_same_loop():
    network = letters(1, 2, 0)
    found, original, contract = compared(GENERATED, ("a", "b"), given=LETTERS, transform=encoded, network=network,
                                         truths=("b", ""))  # fmt: skip
    assert (found.flips, found.edits, found.hits) == (0, 0, {"original": 2, "truecopy": 2})
    check_gate(found, GENERATED)
    assert proof_document(found, original, contract).decisions.edits == 0
    later, _, _ = compared(GENERATED, ("a",), given=LETTERS, transform=encoded, network=network,
                           copy=lambda ids: network(ids) if ids.shape[1] < 3 else letters(0, 0, 0)(ids))  # fmt: skip
    assert (later.max_output_difference, later.flips, later.edits) == (0.0, 1, 3)
    with pytest.raises(ProofError, match="1 of 1 texts get another text, 3 characters apart: expected 0"):
        check_gate(later, GENERATED)


def test_answers_of_different_shapes_are_a_failed_proof():
    with pytest.raises(ProofError, match="original and copy answer in different shapes"):
        compared(SPELLED, ("ab",), given=LETTERS, transform=encoded, network=letters(0, 1, 2),
                 copy=lambda ids: letters(0, 1, 2)(ids[:, :1]))  # fmt: skip


def test_a_network_that_always_answers_the_same_is_noted_only_where_it_does():
    constant = compared(POINTS, ROWS, network=lambda x: 0 * summed(x))[:2]
    assert any("every row gets the same output" in note for note in proof_notes(*constant, "horizontal"))
    assert not any("ever trained" in note for note in proof_notes(*compared(POINTS, ROWS)[:2], "horizontal"))


def test_a_threshold_that_only_one_side_passes_fails_a_multiclass_gate_too():
    task = Multiclass(activation="softmax", labels=("a", "b"), label_ids=None, labels_source="list", threshold=0.9,
                      temperature=1.0)  # fmt: skip
    found, original, contract = compared(task, ROWS, network=lambda x: x * 3, copy=lambda x: x)
    assert (found.flips, found.crossings > 0) == (0, True)
    assert proof_document(found, original, contract).decisions.crossings is UNSET
    found.max_output_difference = 0.0
    with pytest.raises(ProofError, match="thresholds are passed by one of original and copy only"):
        check_gate(found, task)


def test_a_comparison_of_nothing_has_neither_accuracy_nor_error():
    assert (Comparison().accuracy("truecopy"), Comparison().mean_error("truecopy")) == (None, None)


RARE = msgspec.structs.replace(ILL, activation="none")
TWO = msgspec.structs.replace(TAGS, activation="none")


def test_probabilities_judged_apart_differ_as_they_are_and_not_relative_to_the_rare_ones():
    rare = np.float32(1e-5)
    found, original, contract = compared(
        RARE, ROWS, network=lambda x: 0 * summed(x) + rare, copy=lambda x: 0 * summed(x) + np.float32(1.1e-5)
    )
    assert found.max_output_difference == pytest.approx(1e-6, rel=1e-3)
    check_gate(found, RARE)
    assert report(found, original, contract)["largest output difference"] == "1.0e-06 in probability"
    pair, _, _ = compared(
        TWO, ROWS, network=lambda x: 0 * x + rare, copy=lambda x: 0 * x + np.float32([1e-5, 3e-4])
    )
    with pytest.raises(ProofError, match=r"at most 1e-04 in probability, got 2\.9e-04"):
        check_gate(pair, TWO)


def test_a_stated_probability_that_is_none_fails_as_it_does_in_predict():
    with pytest.raises(
        ProofError, match=r"ends in probabilities by its contract .* got 7 - at stage output, <row>"
    ):
        compared(RARE, ROWS, network=lambda x: 0 * summed(x) + 7)


def test_the_worst_case_is_the_item_that_the_gate_names():
    """Relative to itself the small number is further away; relative to all, the large one."""
    near_zero = ({"age": 40.0 - 9e-5, "mass": 70.0}, *ROWS)
    found, _, _ = compared(POINTS, near_zero, copy=lambda x: summed(x) * np.float32(1.001) + np.float32(1e-6))
    scores = [abs(float(row.sum())) for row in fitted(near_zero)]
    assert abs(found.worst_case.original_output[0]) == pytest.approx(max(scores), rel=1e-6)
