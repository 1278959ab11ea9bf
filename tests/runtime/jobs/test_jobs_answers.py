from __future__ import annotations

import threading
from pathlib import Path

import pytest

import truecopy
from truecopy.jobs.answers import answer_lines, answer_pictures
from truecopy.predict import Failure

tiny = pytest.importorskip("tests.tiny_models")

HEADER = "age,city,bmi,remark\n"


@pytest.fixture
def model(tmp_path: Path) -> truecopy.Model:
    return truecopy.load(tiny.sealed(tmp_path / "m.onnx"), device="cpu", threads=2)


def table(path: Path, rows: int) -> str:
    path.write_text(HEADER + "".join(f"{row},Bern,25,\n" for row in range(rows)))
    return str(path)


def test_rows_of_several_files_keep_their_order_and_numbers(model, tmp_path: Path) -> None:
    files = [table(tmp_path / "a.csv", 40), str(tmp_path / "no.csv"), table(tmp_path / "b.csv", 3)]
    answered = list(answer_lines(model, files, ()))
    assert [(one.path, one.line) for one in answered] == [
        *((files[0], line) for line in range(2, 42)),
        (files[1], None),
        *((files[2], line) for line in range(2, 5)),
    ]
    prices = [one.outcome["price"] for one in answered[:40]]
    assert prices == [
        model({"age": row, "city": "Bern", "bmi": 25, "remark": None})["price"] for row in range(40)
    ]
    assert isinstance(answered[40].outcome, Failure)
    assert answered[0].name == f"{files[0]}:2"


def test_a_quoted_cell_of_two_lines_keeps_the_number_of_its_first_one(model, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '1,Bern,25,"two\nlines"\n2,Bern,25,\n')
    assert [one.line for one in answer_lines(model, [str(path)], ())] == [2, 4]


def test_files_are_read_as_they_go(model, tmp_path: Path) -> None:
    answers = answer_lines(model, [table(tmp_path / "a.csv", 5000), str(tmp_path / "never.csv")], ())
    assert next(answers).line == 2
    answers.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("truecopy")]


def test_other_outputs_are_passed_on(model, tmp_path: Path) -> None:
    (one,) = answer_lines(model, [table(tmp_path / "a.csv", 1)], ("hidden",))
    assert list(one.outcome.outputs) == ["hidden"]


def test_a_picture_that_is_called_like_a_text_is_answered_all_the_same(
    digits, digit_images, tmp_path: Path
) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(Path(digit_images[0]).read_bytes())
    pictures = truecopy.load(digits, device="cpu")
    (one,) = answer_pictures(pictures, (str(path),), ())
    assert one.outcome.label == pictures(digit_images[0]).label
