from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import CenterCrop, Contract, Pad, Resize, Step, SwapRB, Values, decode
from truecopy.contract.diff import align, differences

RESIZE = Resize(rule="short", size=256, kernel="pillow", filter="bilinear", pass_order="horizontal")
CROP = CenterCrop(size=(224, 224), offset="half_even", pad_before="floor", fill=0)
VALUES = Values(chain=(("div", 255.0),))
PAD = Pad(top=1, bottom=0, left=2, right=0, mode="constant", fill=0)
STEPS = (RESIZE, CROP, VALUES)

replace = msgspec.structs.replace


def found(a: Contract, b: Contract) -> list[tuple[str, Any, Any, bool]]:
    return [(d.path, d.a, d.b, d.counts) for d in differences(a, b)]


def test_a_contract_does_not_differ_from_itself(contract) -> None:
    assert differences(contract, contract) == ()


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("input", "orientation"), "apply"),
        (("steps", 0, "filter"), "bicubic"),
        (("graph", "precision"), "fp16"),
        (("graph", "inputs", 0, "layout"), "NHWC"),
        (("task", "temperature"), 2.0),
        (("task", "threshold"), 0.5),
        (("views", "forbidden"), ["horizontal_flip"]),
    ],
)
def test_a_value_that_changes_predictions_counts(path, to, contract, document) -> None:
    plain = document()
    parent = plain
    for key in path[:-1]:
        parent = parent[key]
    before, parent[path[-1]] = parent[path[-1]], to
    other = msgspec.convert(plain, Contract)
    name = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    ((found_path, a, b, counts),) = found(contract, other)
    assert (found_path, counts) == (name, True)
    assert msgspec.json.encode([a, b]) == msgspec.json.encode([before, to])


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("provenance", "recipe"), "by hand"),
        (("provenance", "versions", "torch"), "2.10.0"),
        (("proof", "isa"), "sse2"),
        (("task", "labels_source"), "file other.txt"),
        (("requires",), "0.1.1"),
    ],
)
def test_where_it_comes_from_and_what_was_proven_do_not_count(path, to, contract, changed) -> None:
    ((found_path, _, b, counts),) = found(contract, decode(changed(*path, to=to)))
    assert (found_path, b, counts) == ("$." + ".".join(path), to, False)


def test_each_label_is_a_difference_of_its_own(contract, change) -> None:
    labels = ("tench", "goldfish", "shark")
    a = change(contract, task={"labels": labels, "label_ids": None})
    b = change(contract, task={"labels": ("tench", "shark", "goldfish", "ray"), "label_ids": None})
    assert found(a, b) == [
        ("$.task.labels[1]", "goldfish", "shark", True),
        ("$.task.labels[2]", "shark", "goldfish", True),
        ("$.task.labels[3]", None, "ray", True),
    ]


def test_a_step_that_was_put_in_moves_no_other(contract) -> None:
    a, b = replace(contract, steps=STEPS), replace(contract, steps=(SwapRB(), RESIZE, PAD, CROP, VALUES))
    assert align(a.steps, b.steps) == ((None, 0), (0, 1), (None, 2), (1, 3), (2, 4))
    assert found(a, b) == [
        ("$.steps[0]", None, {"op": "swap_rb"}, True),
        ("$.steps[2]", None, msgspec.to_builtins(PAD), True),
    ]


def test_a_changed_step_is_named_at_both_of_its_places(contract) -> None:
    a = replace(contract, steps=STEPS)
    b = replace(contract, steps=(SwapRB(), replace(RESIZE, filter="bicubic"), CROP, VALUES))
    _, changed_step = differences(a, b)
    assert (changed_step.path, changed_step.path_b) == ("$.steps[0].filter", "$.steps[1].filter")
    assert (changed_step.a, changed_step.b) == ("bilinear", "bicubic")


def test_a_field_that_one_step_does_not_have_is_null_there(contract) -> None:
    a = replace(contract, steps=STEPS)
    b = replace(contract, steps=(replace(RESIZE, max_size=300), CROP, VALUES))
    assert found(a, b) == [("$.steps[0].max_size", None, 300, True)]


def test_of_two_like_steps_the_more_alike_is_the_partner() -> None:
    second = replace(RESIZE, size=512, filter="lanczos", pass_order="pillow13")
    assert align((second,), (RESIZE, replace(second, size=500))) == ((None, 0), (0, 1))


def test_steps_of_different_operations_are_no_pair() -> None:
    assert align((SwapRB(),), (CROP,)) == ((0, None), (None, 0))


def test_very_many_steps_are_aligned_by_position_and_soon() -> None:
    many = (SwapRB(),) * 30_000
    pairs = align(many, (CROP, *many[1:]))
    assert pairs[:3] == ((0, None), (None, 0), (1, 1))
    assert len(pairs) == 30_001


steps_lists = st.lists(
    st.sampled_from([RESIZE, replace(RESIZE, filter="box"), CROP, PAD, SwapRB(), VALUES]), max_size=6
)


@settings(deadline=None)
@given(steps_lists, steps_lists)
def test_every_step_stands_once_and_in_order(a: list[Step], b: list[Step]) -> None:
    pairs = align(a, b)
    assert [i for i, _ in pairs if i is not None] == list(range(len(a)))
    assert [j for _, j in pairs if j is not None] == list(range(len(b)))
    assert all(type(a[i]) is type(b[j]) for i, j in pairs if i is not None and j is not None)


@settings(deadline=None)
@given(steps_lists)
def test_every_step_is_its_own_partner(steps: list[Step]) -> None:
    assert align(steps, steps) == tuple((index, index) for index in range(len(steps)))


@settings(deadline=None)
@given(steps_lists, st.integers(0, 6), st.sampled_from([CROP, PAD, SwapRB(), VALUES]))
def test_a_step_put_in_anywhere_leaves_all_others_unchanged(
    steps: list[Step], where: int, step: Step
) -> None:
    longer = [*steps[:where], step, *steps[where:]]
    pairs = align(steps, longer)
    assert all(steps[i] == longer[j] for i, j in pairs if i is not None and j is not None)
    assert sum(None in pair for pair in pairs) == 1


def test_parts_of_tables_and_tasks_are_compared_element_by_element() -> None:
    tiny = pytest.importorskip("tests.tiny_models")
    _, a = tiny.contract_of(tiny.TABLE, tiny.REGRESSION)
    price, rooms = tiny.REGRESSION.values
    first, second = tiny.TABLE.features
    b = replace(
        a,
        input=replace(
            tiny.TABLE, features=(replace(first, columns=("age", "remark")), second), missing="pass"
        ),
        task=replace(a.task, values=(replace(price, unit=None), rooms), values_source="elsewhere"),
    )
    assert found(a, b) == [
        ("$.input.features[0].columns", ("age", "bmi"), ("age", "remark"), True),
        ("$.input.missing", "error", "pass", True),
        ("$.task.values[0].unit", "CHF", None, True),
        ("$.task.values_source", "by hand", "elsewhere", False),
    ]


def test_tokens_of_a_vocabulary_are_compared_one_by_one() -> None:
    tiny = pytest.importorskip("tests.tiny_models")
    _, a = tiny.contract_of(tiny.TOKENS, tiny.WRITER)
    text = replace(tiny.TOKENS.text, vocabulary=("_", "A", "b", "c", "d", "."))
    assert found(a, replace(a, input=replace(tiny.TOKENS, text=text))) == [
        ("$.input.text.vocabulary[1]", "a", "A", True)
    ]
    assert found(a, replace(a, input=replace(tiny.TOKENS, text=None)))[0][0] == "$.input.text"


def test_contracts_of_two_kinds_differ_by_their_fields() -> None:
    tiny = pytest.importorskip("tests.tiny_models")
    (_, a), (_, b) = tiny.contract_of(tiny.TABLE, tiny.REGRESSION), tiny.contract_of(tiny.IMAGE, tiny.CTC)
    paths = {path: (old, new) for path, old, new, _ in found(a, b)}
    assert paths["$.input.kind"] == ("table", "image")
    assert paths["$.input.decoder"] == (None, "pillow")
    assert paths["$.task.kind"] == ("regression", "sequence")
    assert paths["$.steps[0]"][0] is None
