"""What `inspect` and `selftest` say of tables, tokens and every task."""

from __future__ import annotations

from pathlib import Path

import pytest

from truecopy.contract import Accuracy, Decisions, Errors, OutputDifference, TensorDifference

tiny = pytest.importorskip("tests.tiny_models")
replace = tiny.replace


@pytest.fixture
def parts(cli, tmp_path: Path):
    """The rows of `inspect` for a model of these parts: {part: all its texts}."""

    def said(given, task, **more) -> dict[str, list[str]]:
        done = cli("inspect", tiny.sealed(tmp_path / "m.onnx", given, task, **more), columns=400)
        assert (done.code, done.err) == (0, "")
        found: dict[str, list[str]] = {}
        for line in done.out.splitlines():
            if line.startswith("│"):
                part, text = (cell.strip() for cell in line.split("│")[1:-1])
                found.setdefault(part, []).append(text)
        return found

    return said


def proven(**parts):
    return replace(
        tiny.UNPROVEN, level="bit-exact", images=20, tensor=TensorDifference(differing_values=0), **parts
    )


def test_a_table_shows_its_columns_and_what_happens_to_them(parts) -> None:
    said = parts(tiny.TABLE, tiny.REGRESSION)
    assert said["graph input"] == ["features: float32 (batch, 5) NF"]
    assert said["input"] == ["a table of 4 columns; a feature that is still missing is an error"]
    assert said["columns"] == ["age float64, city text, bmi float64, remark text"]
    assert said["features 0-1"] == [
        "age, bmi in float64: impute median: empty becomes 40, 25; standard: minus 40, 25, divided by 10, 5"
    ]
    assert said["features 2-4"] == [
        "city in float64: one_hot: city of 'Bern', 'Basel', 'Chur'; any other is an error"
    ]
    assert said["read by nobody"] == ["remark"]


def test_tokens_show_their_text_policy_and_both_inputs_of_the_graph(parts) -> None:
    said = parts(tiny.PADDED, tiny.BINARY, mask=True)
    assert said["graph input"] == [
        "ids: int64 (batch, 6) NT, takes the ids",
        "mask: int64 (batch, 6) NT, takes the mask: 1 for an id, 0 for padding",
    ]
    assert said["graph output"] == [
        "answer: float32 (batch, 1) (the answer)",
        "hidden: float32 (batch, 6, 1)",
    ]
    assert said["input"] == ["tokens, ids 0 to 5"]
    assert said["text"] == [
        "split into characters, in lower case; one that is not in the vocabulary is an error"
    ]
    assert said["vocabulary"] == ["6: '_', 'a', 'b', 'c', 'd', '.'"]
    assert said["sequence"] == [
        "suffix 5; at most 6 ids, a longer one is cut on the left; padded on the right with 0 to 6"
    ]


def test_a_model_of_ids_alone_says_so(parts) -> None:
    said = parts(replace(tiny.TOKENS, text=None, max_length=None), tiny.WRITER)
    assert said["input"] == ["tokens, ids 0 to 5; it takes no text, only ids"]
    assert said["sequence"] == ["of any length; not padded"]
    assert "vocabulary" not in said


@pytest.mark.parametrize(
    ("given", "task", "expected"),
    [
        (
            "TABLE", "BINARY",
            {"task": ["binary, activation sigmoid: 'spam' where P(spam) is at least 0.5, else 'ham'"],
             "labels": ["2 from by hand: ham, spam"]},
        ),
        (
            "TABLE", "MULTILABEL",
            {"task": ["multilabel, activation sigmoid: each label from its own threshold on, 0.25 to 0.75"],
             "labels": ["3 from by hand: red 0.5, green 0.25, blue 0.75"]},
        ),
        (
            "IMAGE", "REGRESSION",
            {"task": ["regression, 2 values from by hand"],
             "value": ["price in CHF, clipped to 0 to 900", "rooms, without a unit"],
             "scaling undone": ["standard: times 100, 1, plus 500, 3"]},
        ),
        (
            "IMAGE", "CTC",
            {"task": ["sequence, activation softmax, layout NTC"],
             "decoding": ["ctc: the best token of every step; equal neighbours count once; then the blank '_' (0) is left out"],
             "tokens": ["4 from by hand: '_', 'a', 'b', 'c'"]},
        ),
        (
            "TOKENS", "TAGS",
            {"decoding": ["plain: the best token of every step"],
             "tokens": ["3 from by hand: 'O', 'NAME', 'PLACE', joined by ' '"]},
        ),
        (
            "TOKENS", "WRITER",
            {"decoding": ["autoregressive: the best token of the last step is put behind, at most 8 times; '.' (5) ends the text"]},
        ),
    ],
)  # fmt: skip
def test_every_task_is_told_in_words(given: str, task: str, expected, parts) -> None:
    said = parts(getattr(tiny, given), getattr(tiny, task))
    assert {part: said[part] for part in expected} == expected


def test_a_proof_of_rows_speaks_of_rows_and_of_errors_in_their_units(parts) -> None:
    proof = proven(
        output=OutputDifference(max_abs_over_max_logit=2.5e-7),
        decisions=Decisions(flips=0, max_probability_delta=None, max_error=(1.5e-5, 0.0), crossings=1),
        errors=Errors(original=(41.25, 0.5), truecopy=(41.25, 0.5), raw=None, ema=None, items=1),
    )
    said = parts(tiny.TABLE, tiny.REGRESSION, proof=proof)
    assert said["proof"] == ["bit-exact, 20 rows, cpu, fp32, unknown"]
    assert said["outputs"] == ["within 2.5e-07 of the largest number"]
    assert said["decisions"] == ["within price 1.5e-05 CHF, rooms 0, 1 end of a range crossed"]
    assert said["mean errors"] == [
        "original: price 41.25 CHF, rooms 0.5; truecopy: price 41.25 CHF, rooms 0.5; on 1 row whose truth is known"
    ]


def test_a_proof_of_texts_counts_edits_and_one_of_labels_crossings(parts) -> None:
    decisions = Decisions(flips=1, max_probability_delta=1e-6, edits=2)
    said = parts(tiny.TOKENS, tiny.TAGS, proof=proven(decisions=decisions))
    assert said["proof"][0].startswith("bit-exact, 20 sequences, ")
    assert said["decisions"] == ["1 flips, 2 edits between the texts, probabilities within 1.0e-06"]
    decisions = Decisions(flips=0, max_probability_delta=1e-6, crossings=1)
    accuracy = Accuracy(original=0.5, truecopy=0.5)
    said = parts(tiny.TABLE, tiny.MULTILABEL, proof=proven(decisions=decisions, accuracy=accuracy))
    assert said["decisions"] == ["0 flips, probabilities within 1.0e-06, 1 threshold crossed"]
    assert said["accuracy"] == ["original 0.5000, truecopy 0.5000"]


def test_a_proof_of_pictures_still_speaks_of_logits(cli, digits: Path) -> None:
    words = " ".join(cli("inspect", digits).out.split())
    assert " images, " in words
    assert "of the largest logit" in words


@pytest.mark.parametrize("kind", [("TABLE", "REGRESSION"), ("TABLE", "MULTILABEL"), ("TOKENS", "WRITER"),
                                  ("PADDED", "BINARY"), ("IMAGE", "CTC")])  # fmt: skip
def test_selftest_holds_for_every_kind_where_it_was_made(kind, cli, tmp_path: Path) -> None:
    given, task = (getattr(tiny, name) for name in kind)
    path = tiny.sealed(tmp_path / "m.onnx", given, task, golden=True)
    done = cli("selftest", path, "--device", "cpu")
    assert done.code == 0
    assert done.out.count("same") == 20
    assert done.err.startswith("selftest holds on cpu")
