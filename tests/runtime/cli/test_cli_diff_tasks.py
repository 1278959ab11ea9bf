"""Two files of tables, tokens and other tasks, and of different kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from truecopy.contract import Column, OneHot, Standard

tiny = pytest.importorskip("tests.tiny_models")
replace = tiny.replace

FIRST, SECOND = tiny.TABLE.features
OTHER_TABLE = replace(
    tiny.TABLE,
    columns=(Column(name="age", dtype="float32"), *tiny.TABLE.columns[1:], Column(name="new", dtype="bool")),
    features=(
        replace(FIRST, chain=(FIRST.chain[0], Standard(mean=(40.0, 25.0), scale=(10.0, 5.5)))),
        replace(
            SECOND, chain=(OneHot(categories=(("Bern", "Chur", "Genf"),), drop=(None,), unknown="zeros"),)
        ),
    ),
)


@pytest.fixture
def compared(cli, tmp_path: Path):
    """{part: (mark, text)} of `diff` for two models, and the words on stderr."""

    def said(a, b) -> tuple[dict[str, tuple[str, str]], str]:
        paths = [tiny.sealed(tmp_path / f"{name}.onnx", *parts) for name, parts in (("a", a), ("b", b))]
        done = cli("diff", *paths, columns=400)
        assert done.code == (a != b)
        lines = [line.split("│")[1:-1] for line in done.out.splitlines() if line.startswith("│")]
        return {part.strip(): (mark.strip(), text.strip()) for mark, part, text in lines}, done.err

    return said


def test_a_table_does_not_differ_from_itself(compared) -> None:
    said, err = compared((tiny.TABLE, tiny.REGRESSION), (tiny.TABLE, tiny.REGRESSION))
    assert {mark for mark, _ in said.values()} == {""}
    assert err == "the same predictions\n"


def test_columns_and_steps_of_a_table_are_compared_one_by_one(compared) -> None:
    said, err = compared((tiny.TABLE, tiny.REGRESSION), (OTHER_TABLE, tiny.REGRESSION))
    assert said["columns"] == (
        "~", "4 -> 5, which differ in 2 places; 0 age float64 -> age float32; 4 nothing -> new bool"
    )  # fmt: skip
    assert said["block 0"] == ("", "age, bmi in float64")
    assert said["step 1"] == (
        "~", "standard: minus 40, 25, divided by 10, 5 -> standard: minus 40, 25, divided by 10, 5.5"
    )  # fmt: skip
    before, after = (
        "city of 'Bern', 'Basel', 'Chur'; any other is an error",
        "city of 'Bern', 'Chur', 'Genf'; any other is all zeros",
    )
    assert said["step 0"] == ("~", f"one_hot: {before} -> one_hot: {after}")
    assert err == "they differ in input\n"


def test_what_the_words_round_is_said_to_differ(compared) -> None:
    chain = (FIRST.chain[0], Standard(mean=(40.0, 25.0), scale=(10.0, 5.0000000001)))
    table = replace(tiny.TABLE, features=(replace(FIRST, chain=chain), SECOND))
    said, _ = compared((tiny.TABLE, tiny.REGRESSION), (table, tiny.REGRESSION))
    assert said["step 1"] == (
        "~", "standard: minus 40, 25, divided by 10, 5 (they differ in what is not shown: --json)"
    )  # fmt: skip


def test_values_and_undone_scaling_are_compared_one_by_one(compared) -> None:
    price, rooms = tiny.REGRESSION.values
    task = replace(tiny.REGRESSION, values=(replace(price, unit="EUR"), rooms), undo=())
    said, err = compared((tiny.TABLE, tiny.REGRESSION), (tiny.TABLE, task))
    assert said["value 0"] == ("~", "price in CHF, clipped to 0 to 900 -> price in EUR, clipped to 0 to 900")
    assert said["value 1"] == ("", "rooms, without a unit")
    assert said["undo 0"] == ("-", "standard: times 100, 1, plus 500, 3")
    assert err == "they differ in task\n"


def test_thresholds_of_labels_are_compared_one_by_one(compared) -> None:
    task = replace(tiny.MULTILABEL, thresholds=(0.5, 0.5, 0.75))
    said, _ = compared((tiny.TABLE, tiny.MULTILABEL), (tiny.TABLE, task))
    assert said["thresholds"] == ("~", "1 of 3 differ; 1 0.25 -> 0.5")


def test_a_vocabulary_in_another_order_is_counted(compared) -> None:
    text = replace(tiny.TOKENS.text, vocabulary=("_", "b", "a", "c", "d", "."), unknown=0)
    other = replace(tiny.TOKENS, text=text, max_length=20)
    writer = replace(tiny.WRITER, labels=text.vocabulary)  # what is answered is fed back
    said, _ = compared((tiny.TOKENS, tiny.WRITER), (other, writer))
    assert said["vocabulary"] == ("~", "the same 6 in another order: 2 tokens moved; 1 a -> b; 2 b -> a")
    assert "max_length=12 -> 20" in said["input"][1]
    assert said["text"][1].endswith("becomes 0 '_'")


def test_text_that_one_model_does_not_take_is_said(compared) -> None:
    said, _ = compared((tiny.TOKENS, tiny.WRITER), (replace(tiny.TOKENS, text=None), tiny.WRITER))
    assert said["text"][0] == "-"
    assert said["vocabulary"] == ("~", "6 -> none")


@pytest.mark.parametrize("other", [("IMAGE", "CTC"), ("TOKENS", "WRITER"), ("IMAGE", "MULTICLASS")])
def test_models_of_two_kinds_are_compared_in_words(other, compared) -> None:
    given, task = (getattr(tiny, name) for name in other)
    for pair in (
        ((tiny.TABLE, tiny.REGRESSION), (given, task)),
        ((given, task), (tiny.TABLE, tiny.REGRESSION)),
    ):
        said, err = compared(*pair)
        assert said["input"][0] == "~"
        assert "a table of 4 columns" in said["input"][1]
        assert "regression, 2 values from by hand" in said["task"][1]
        assert err.startswith("they differ in input, ")


def test_json_names_every_value_by_its_path(cli, tmp_path: Path) -> None:
    a = tiny.sealed(tmp_path / "a.onnx", tiny.TABLE, tiny.REGRESSION)
    b = tiny.sealed(tmp_path / "b.onnx", OTHER_TABLE, tiny.REGRESSION)
    (document,) = cli("diff", "--json", a, b).rows
    changes = {found["path"]: (found["a"], found["b"]) for found in document["differences"]}
    assert changes == {
        "$.input.columns[0].dtype": ("float64", "float32"),
        "$.input.columns[4]": (None, {"name": "new", "dtype": "bool"}),
        "$.input.features[0].chain[1].scale": ([10.0, 5.0], [10.0, 5.5]),
        "$.input.features[1].chain[0].categories[0]": (["Bern", "Basel", "Chur"], ["Bern", "Chur", "Genf"]),
        "$.input.features[1].chain[0].unknown": ("error", "zeros"),
    }
