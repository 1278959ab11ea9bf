"""Original and copy over the same images: what is counted."""

from __future__ import annotations

import numpy as np
import pytest

from truecopy.errors import ProofError
from truecopy_export.proof import ProofItems, are_probabilities


def test_an_equal_copy_differs_nowhere(both):
    found = both.compare()
    assert (found.images, found.differing_values, found.differing_images, found.flips) == (3, 0, 0, 0)
    assert found.max_output_difference < 1e-6
    assert found.max_probability_delta < 1e-6
    assert found.first_differing is found.first_flip is None
    assert found.already_probabilities == 0


def test_every_differing_tensor_value_is_counted(both):
    first, second, _ = both.images().sources

    def off(picture):
        tensor = both.original.transform(picture)
        if picture.size == (20, 12):  # the second of the three
            tensor[0, 0, :5] += 1e-6
        return tensor

    found = both.compare(transform=off)
    assert (found.differing_values, found.differing_images) == (5, 1)
    assert found.first_differing == second
    assert first != second


def test_flips_are_counted_and_the_first_is_named(both):
    found = both.compare(answer=lambda tensors: -both.session.run({"input": tensors})["logits"])
    assert found.flips == 3
    assert found.first_flip == both.images().sources[0]
    assert found.max_output_difference == pytest.approx(2.0, abs=1e-5)


def test_the_worst_image_is_the_one_with_the_largest_output_difference(both):
    calls = []

    def answer(tensors):
        calls.append(None)
        return both.session.run({"input": tensors})["logits"] * (1.001 if len(calls) == 2 else 1.0)

    found = both.compare(answer=answer)
    assert found.worst == both.images().sources[1]
    assert found.max_output_difference == pytest.approx(1e-3, rel=1e-3)
    assert found.flips == 0
    assert 0 < found.max_probability_delta < 1e-2


def test_accuracy_of_every_set_of_weights_stands_side_by_side(both):
    truth = iter(both.images().truths * 3)
    always_cat = np.float32([9, 0, 0])

    def right(_):
        row = np.zeros(3, np.float32)
        row[next(truth)] = 1
        return row

    found = both.compare(others={"raw": lambda _: always_cat, "ema": right})
    assert found.labelled == 3
    assert found.accuracy("raw") == pytest.approx(1 / 3)
    assert found.accuracy("ema") == 1.0
    assert found.accuracy("original") == found.accuracy("truecopy")
    assert found.accuracy("nobody") is None


def test_images_without_a_label_are_compared_but_not_scored(both):
    paths = both.images().sources
    found = both.compare(images=ProofItems(paths, (0, None, None), ()))
    assert (found.images, found.labelled) == (3, 1)
    unlabelled = both.compare(images=ProofItems(paths, (None,) * 3, ()))
    assert unlabelled.accuracy("original") is None


def test_images_that_cannot_be_read_are_noted_not_fatal(both, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes((both.folder / "cat" / "0.png").read_bytes()[:60])
    empty = tmp_path / "empty.jpg"
    empty.touch()
    paths = (str(broken), *both.images().sources, str(empty))
    found = both.compare(images=ProofItems(paths, (None,) * 5, ()))
    assert found.images == 3
    assert len(found.unreadable) == 2
    assert "broken.png" in found.unreadable[0]
    with pytest.raises(ProofError, match=r"1 of 1 proof images could not be read.*broken\.png"):
        both.compare(images=ProofItems((str(broken),), (None,), ()))


def test_how_many_images_depend_on_the_pass_order_is_counted_by_their_size(both):
    seen = []
    found = both.compare(affected=lambda size: seen.append(size) or size[0] > size[1])
    assert seen == [(20, 12), (12, 20), (31, 17)]
    assert found.affected_by_passes == 2


def test_progress_runs_from_nothing_to_all(both):
    steps = []
    both.compare(advance=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"transform": lambda _: np.zeros((3, 9, 8), np.float32)}, r"another shape of 0\.png than its steps: expected \(3, 9, 8\), got \(3, 8, 8\) - at stage tensor"),
        ({"transform": lambda _: 1 / 0}, r"the original transform fails on 0\.png: ZeroDivisionError: division by zero - at stage tensor"),
        ({"answer": lambda tensors: np.full((len(tensors), 3), np.nan, np.float32)}, r"NaN or infinity: .* - at stage output, .*0\.png"),
        ({"network": lambda _: np.float32([0, np.inf, 0])}, r"NaN or infinity: .* - at stage output, .*0\.png"),
    ],
    ids=["another shape", "a transform that fails", "a copy with NaN", "an original with infinity"],
)  # fmt: skip
def test_what_cannot_be_compared_is_a_failed_proof_that_names_the_image(both, changed, message):
    with pytest.raises(ProofError, match=message):
        both.compare(**changed)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.2, 0.8], True),
        ([0.2, 0.9], False),
        ([-0.1, 1.1], False),
        ([0, 1], True),
        ([float("nan"), 1], False),
    ],
)
def test_rows_that_are_probabilities_already_are_told(row, expected):
    assert are_probabilities(np.float32(row)) is expected
