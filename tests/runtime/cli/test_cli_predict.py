from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from truecopy.errors import UnreadableInput

LONG = "a_very_long_name_" * 8 + ".png"


def squeezed(text: str) -> str:
    """A table without its lines and spaces: what folding must not lose."""
    return "".join(character for character in text if not character.isspace() and character not in "│┃|")


def column(table: str, index: int) -> str:
    """All cells of one column, folded lines joined."""
    lines = [line.split("│") for line in table.splitlines() if line.startswith("│")]
    return "".join(cells[1 + index].strip() for cells in lines)


def test_one_image_is_one_row_and_exit_0(cli, digits: Path, digit_images: list[str]) -> None:
    done = cli("predict", digits, digit_images[4])
    assert done.code == 0
    assert digit_images[4] in done.out
    assert Path(digit_images[4]).stem in done.out
    assert done.err.startswith("1 image, 0 failed; fp32 on cpu (CPUExecutionProvider, onnxruntime ")


def test_the_path_is_shown_as_it_was_typed(cli, digits: Path, photos: Path) -> None:
    for typed in ("photos/one.png", "./photos/one.png", "photos/../photos/one.png"):
        assert f" {typed} " in cli("predict", digits, typed).out
        assert cli("predict", digits, typed, "--json").rows[0]["path"] == typed


def test_a_folder_is_expanded_sorted_and_what_is_no_image_is_noted(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos", "--json")
    assert [row["path"] for row in done.rows] == [
        "photos/[red]x.png",
        "photos/broken.jpg",
        "photos/new\nline.png",
        "photos/one.png",
    ]
    assert "left out of folders, no images by their names: 1 file\n" in done.err
    assert "4 images, 1 failed; " in done.err


def test_one_bad_file_is_one_error_row_and_exit_1(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos", "--json")
    assert done.code == 1
    assert [row["status"] for row in done.rows] == ["ok", "error", "ok", "ok"]
    assert [row.get("label") for row in done.rows] == ["two", None, "three", "one"]
    bad = done.rows[1]
    assert (bad["path"], bad["kind"]) == ("photos/broken.jpg", "UnreadableInput")
    assert bad["error"].startswith("the input is no image")


def test_json_is_ascii_one_document_a_line_with_the_fields_of_the_contract(
    cli, digits: Path, photos: Path
) -> None:
    done = cli("predict", digits, "photos/one.png", "--json", "--top", "3", "--probabilities")
    assert done.out.isascii()
    (row,) = done.rows
    assert list(row) == ["path", "status", "label", "index", "confidence", "accepted", "top", "passes", "warnings", "probabilities"]  # fmt: skip
    assert len(row["top"]) == 3
    assert len(row["probabilities"]) == 10
    assert done.err == ""


def test_names_of_any_bytes_come_back_from_json_as_they_were(process, digits: Path, digit_images: list[str], tmp_path: Path) -> None:  # fmt: skip
    import json

    name = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    try:
        Path(os.fsdecode(name)).write_bytes(Path(digit_images[0]).read_bytes())
    except OSError:
        pytest.skip("this file system refuses names that are no UTF-8")
    done = process("predict", digits, name, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert os.fsencode(json.loads(done.stdout)["path"]) == name
    table = process("predict", digits, name)
    assert table.returncode == 0
    assert "\N{REPLACEMENT CHARACTER}" * 2 in table.stdout.decode()


def test_markup_and_line_feeds_in_names_are_shown_and_not_obeyed(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos")
    assert "photos/[red]x.png" in done.out
    assert "photos/new\N{REPLACEMENT CHARACTER}line.png" in done.out


@pytest.mark.parametrize("columns", [80, 120])
def test_long_names_are_folded_and_never_cut(columns: int, cli, digits: Path, photos: Path) -> None:
    (photos / LONG).write_bytes((photos / "one.png").read_bytes())
    done = cli("predict", digits, "photos", columns=columns)
    assert "…" not in done.out
    assert f"photos/{LONG}" in column(done.out, 0)
    assert max(map(len, done.out.splitlines())) <= columns


@pytest.mark.parametrize("columns", [80, 120])
def test_an_error_row_shows_the_whole_reason_and_the_next_step(
    columns: int, cli, digits: Path, photos: Path
) -> None:
    done = cli("predict", digits, "photos/broken.jpg", columns=columns)
    assert done.code == 1
    notes = squeezed(column(done.out, 3))
    for part in (
        "the input is no image that is opened, or its header is damaged",
        "expected one of JPEG, PNG",
        r"got 3 bytes starting with b'hi\n'",
        "Convert the image to one of these formats",
    ):
        assert squeezed(part) in notes
    assert "photos/broken.jpg" not in notes


@pytest.mark.parametrize("name", ["no.png", "./-", "", "x" * 300, "\u2028bidi\u202egnp.png"])
def test_a_file_that_is_not_there_is_an_error_row(name: str, cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, name, "photos/one.png", "--json")
    assert done.code == 1
    assert [row["status"] for row in done.rows] == ["error", "ok"]
    assert done.rows[0]["path"] == name
    assert cli("predict", digits, name, "photos/one.png").code == 1


def test_each_class_has_its_own_row_so_that_long_labels_keep_their_numbers(
    cli, digits_contract, change, rewritten, photos: Path
) -> None:
    labels = tuple(f"label {i} " + "of many words " * 5 + "[bold]" for i in range(10))
    path = rewritten(change(digits_contract, task={"labels": labels}))
    done = cli("predict", path, "photos/one.png", "--top", "3", columns=80)
    answers = [line.split("│")[2].strip() for line in done.out.splitlines() if "0." in line]
    assert len(answers) == 3
    assert all(answer.startswith("label ") for answer in answers)
    assert done.out.count("photos/one.png") == 1
    assert done.out.count("[bold]") == 3


def test_a_huge_top_shows_all_classes(cli, digits: Path, digit_images: list[str]) -> None:
    done = cli("predict", digits, digit_images[0], "--top", "100000", "--json")
    assert len(done.rows[0]["top"]) == 10


def test_an_answer_below_the_threshold_says_so(cli, digits_contract, change, rewritten, photos: Path) -> None:
    path = rewritten(change(digits_contract, task={"threshold": 1.0}))
    assert "below the threshold" in cli("predict", path, "photos/one.png").out
    assert cli("predict", path, "photos/one.png", "--json").rows[0]["accepted"] is False


def test_a_folder_without_images_is_exit_1(cli, digits: Path, tmp_path: Path) -> None:
    done = cli("predict", digits, tmp_path)
    assert (done.code, done.out, done.err) == (1, "", "truecopy: no images found\n")


def test_a_folder_that_cannot_be_listed_is_told_and_exit_1(
    cli, digits: Path, photos: Path, monkeypatch
) -> None:
    (photos / "broken.jpg").unlink()
    (photos / "closed").mkdir()
    real = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    done = cli("predict", digits, "photos", "--json")
    assert done.code == 1
    assert "truecopy: the folder cannot be listed: photos/closed: Permission denied" in done.err
    assert [row["status"] for row in done.rows] == ["ok"] * 3


def test_one_image_and_many_fail_in_the_same_words(cli, digits: Path, photos: Path) -> None:
    alone = cli("predict", digits, "no.png", "--json").rows[0]
    among = cli("predict", digits, "no.png", "photos/one.png", "--json").rows[0]
    assert alone == among
    assert alone["kind"] == UnreadableInput.__name__


def test_progress_goes_nowhere_but_a_terminal(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos", "--json")
    assert "predicting" not in done.out + done.err


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_number_of_threads_changes_no_answer(
    threads: str, cli, digits: Path, digit_images: list[str]
) -> None:
    done = cli("predict", digits, *digit_images, "--json", "--threads", threads)
    assert [row["label"] for row in done.rows] == [Path(image).stem for image in digit_images]


def test_a_terminal_that_knows_only_ascii_gets_a_table(process: Callable, digits: Path, photos: Path) -> None:
    done = process("predict", digits, "photos", cwd=photos.parent, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert b"photos/new?line.png" in done.stdout
    assert b"Traceback" not in done.stderr
