from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from truecopy.artifact.seal import SEAL_BYTES
from truecopy.contract import Contract, Grayscale


@pytest.fixture
def other(digits_contract: Contract, change, rewritten) -> Callable[..., Path]:
    """The digits' file with other values in its contract."""

    def made(steps=None, **parts) -> Path:
        contract = change(digits_contract, **parts)
        return rewritten(msgspec.structs.replace(contract, steps=steps or contract.steps))

    return made


def row(out: str, part: str) -> str:
    """The cells of the row that starts with `part`, its lines joined."""
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if "│" in line]
    first = next(index for index, cells in enumerate(lines) if cells[1] == part)
    text = " ".join(lines[first])
    for cells in lines[first + 1 :]:
        if cells[1]:
            break
        text += " " + cells[2]
    return text.strip()


def test_a_file_does_not_differ_from_itself(cli, digits: Path) -> None:
    done = cli("diff", digits, digits)
    assert (done.code, done.err) == (0, "the same predictions\n")
    assert "step 0" in done.out
    assert "->" not in done.out.replace("a -> b", "")
    assert "~" not in done.out


def test_a_changed_field_is_shown_with_both_values_and_is_exit_1(cli, digits, digits_contract, other) -> None:
    resize, *rest = digits_contract.steps
    done = cli("diff", digits, other(steps=(msgspec.structs.replace(resize, filter="lanczos"), *rest)))
    assert done.code == 1
    assert row(done.out, "step 0").startswith("~ step 0 resize rule=short size=28")
    assert "filter=bicubic -> lanczos" in row(done.out, "step 0")
    assert row(done.out, "step 1").startswith("step 1")
    assert "they differ in steps" in done.err


def test_a_changed_chain_is_shown_in_words(cli, digits, digits_contract, other) -> None:
    *rest, values = digits_contract.steps
    done = cli("diff", digits, other(steps=(*rest, msgspec.structs.replace(values, chain=(("div", 255.0),)))))
    assert row(done.out, "step 2") == "~ step 2 values div 255.0, sub 0.5, div 0.5 -> div 255.0"


def test_a_step_in_one_file_only_is_marked_and_the_others_keep_their_partners(
    cli, digits, digits_contract, other
) -> None:
    grey = Grayscale(method="pillow", channels=1)
    path = other(steps=(grey, *digits_contract.steps))
    done = cli("diff", digits, path)
    assert done.code == 1
    assert row(done.out, "step 0") == "+ step 0 grayscale method=pillow channels=1"
    assert row(done.out, "step 0 -> 1").startswith("step 0 -> 1 resize")
    assert row(cli("diff", path, digits).out, "step 0") == "- step 0 grayscale method=pillow channels=1"


def test_provenance_and_proof_are_shown_and_do_not_count(cli, digits, other) -> None:
    done = cli("diff", digits, other(provenance={"recipe": "by hand"}, task={"labels_source": "file x.txt"}))
    assert done.code == 0
    assert row(done.out, "labels_source").startswith("(~) labels_source checkpoint")
    assert "recipe python:tools.demo.network:validation -> by hand" in row(done.out, "provenance")
    assert done.err == "the same predictions; not counted: labels_source, provenance, proof\n"


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("ONE", "TWO"), "2 of 10 differ; 0 zero -> ONE; 1 one -> TWO"),
        (("one", "zero"), "the same 10 in another order: 2 labels moved; 0 zero -> one; 1 one -> zero"),
        (("0", "1", "2", "3"), "4 of 10 differ; 0 zero -> 0; 1 one -> 1; 2 two -> 2; …"),
    ],
)
def test_labels_are_counted_and_the_first_are_named(
    labels, words, cli, digits, digits_contract, other
) -> None:
    changed = (*labels, *digits_contract.task.labels[len(labels) :])
    done = cli("diff", digits, other(task={"labels": changed}))
    assert done.code == 1
    assert row(done.out, "labels") == f"~ labels {words}"


def test_another_number_of_labels_is_said(cli, tiny) -> None:
    a = tiny(task={"labels": ("a", "b", "c")}, classes=3)
    b = tiny(task={"labels": ("a", "c")}, classes=2)
    assert (
        row(cli("diff", a, b).out, "labels")
        == "~ labels 3 -> 2, which differ in 2 places; 1 b -> c; 2 c -> nothing"
    )


def test_json_is_one_document_with_every_difference(cli, digits, digits_contract, other) -> None:
    resize, *rest = digits_contract.steps
    path = other(steps=(msgspec.structs.replace(resize, size=30), *rest), provenance={"recipe": "é"})
    done = cli("diff", "--json", digits, path)
    assert done.code == 1
    assert done.out.isascii()
    (document,) = done.rows
    assert (document["path"], document["other"]) == (str(digits), str(path))
    assert (document["status"], document["differ"], document["seal"]) == ("ok", True, "sealed")
    changes = {d["path"]: (d["a"], d["b"], d["counts"]) for d in document["differences"]}
    assert changes["$.steps[0].size"] == (28, 30, True)
    assert changes["$.provenance.recipe"] == ("python:tools.demo.network:validation", "é", False)


def test_a_refused_file_is_exit_3_and_the_other_is_still_read(cli, digits, tmp_path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"no onnx")
    done = cli("diff", "--json", tmp_path / "x.onnx", digits)
    assert done.code == 3
    assert [(r["path"], r["status"]) for r in done.rows] == [(str(tmp_path / "x.onnx"), "error")]
    assert cli("diff", digits, tmp_path / "missing.onnx").code == 3


def test_a_file_that_is_not_sealed_is_compared_with_exit_3(cli, digits, tmp_path) -> None:
    (tmp_path / "x.onnx").write_bytes(digits.read_bytes()[:-SEAL_BYTES])
    done = cli("diff", digits, tmp_path / "x.onnx")
    assert done.code == 3
    assert "x.onnx is not sealed" in done.err
    assert "the contracts say the same, but not all bytes are the sealed ones" in done.err
    assert "step 0" in done.out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits_the_terminal_and_cuts_nothing(columns: int, cli, digits, other) -> None:
    recipe = "python:" + "package." * 20 + "recipe"
    done = cli("diff", digits, other(provenance={"recipe": recipe}), columns=columns)
    assert max(map(len, done.out.splitlines())) <= columns
    cells = [line.split("│")[3].strip() for line in done.out.splitlines() if line.startswith("│")]
    assert recipe in "".join(cells)


def test_labels_with_control_characters_stay_one_line(cli, tiny) -> None:
    a, b = (tiny(task={"labels": ("a", label)}, classes=2) for label in ("x\n\x1b[31my", "z"))
    done = cli("diff", a, b)
    assert "\x1b" not in done.out
    assert "1 x��[31my -> z" in row(done.out, "labels")


def test_colours_are_for_terminals(process, digits, other) -> None:
    path = other(task={"threshold": 0.5})
    plain = process("diff", digits, path)
    forced = process("diff", digits, path, env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert b"\x1b[" not in plain.stdout
    assert b"threshold=null -> 0.5" in plain.stdout
    assert b"\x1b[31mnull" in forced.stdout
    assert b"\x1b[32m0.5" in forced.stdout
