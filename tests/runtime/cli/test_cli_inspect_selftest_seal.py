from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import truecopy
from truecopy.artifact import split
from truecopy.artifact.seal import SEAL_BYTES


@pytest.fixture
def unsealed(digits: Path, tmp_path: Path) -> Path:
    path = tmp_path / "unsealed.onnx"
    path.write_bytes(digits.read_bytes()[:-SEAL_BYTES])
    return path


@pytest.fixture
def changed(digits: Path, tmp_path: Path) -> Path:
    """One letter of the contract's recipe is another one."""
    path = tmp_path / "changed.onnx"
    recipe = truecopy.read(digits).contract.provenance.recipe.encode()
    data = digits.read_bytes()
    assert data.count(recipe) == 1
    path.write_bytes(data.replace(recipe, recipe[:-1] + b"X"))
    return path


@pytest.fixture
def broken_golden(digits: Path, rewritten: Callable[..., Path]) -> Path:
    golden = truecopy.read(digits).golden
    return rewritten(golden=[golden[0], msgspec.structs.replace(golden[1], canvas="0" * 64)])


def test_inspect_of_a_sealed_file_is_exit_0(cli, digits: Path) -> None:
    done = cli("inspect", digits)
    assert (done.code, done.err) == (0, "")
    for part in ("sealed; ", "4 golden samples", "softmax", "resize", "bit-exact", "ema from `model_ema`"):
        assert part in done.out


@pytest.mark.parametrize("state", ["changed", "unsealed"])
def test_inspect_of_a_broken_seal_shows_the_file_and_is_exit_3(state: str, cli, request) -> None:
    done = cli("inspect", request.getfixturevalue(state))
    assert done.code == 3
    assert {"changed": "changed; ", "unsealed": "not sealed; "}[state] in done.out
    assert "softmax" in done.out


def test_inspect_as_json_is_the_whole_contract(cli, digits: Path, unsealed: Path, digits_contract) -> None:
    done = cli("inspect", digits, unsealed, "--json")
    assert done.code == 3
    assert done.out.isascii()
    assert [(row["status"], row["seal"], row["golden"]) for row in done.rows] == [("ok", "sealed", 4), ("error", "not sealed", 4)]  # fmt: skip
    assert msgspec.convert(done.rows[0]["contract"], type(digits_contract)) == digits_contract


@pytest.mark.parametrize("columns", [80, 120])
def test_inspect_fits_the_terminal(columns: int, cli, digits: Path) -> None:
    assert max(map(len, cli("inspect", digits, columns=columns).out.splitlines())) <= columns


def test_long_names_are_folded_and_never_cut(cli, digits: Path, digits_contract, change, rewritten) -> None:
    recipe, name = "python:" + "package." * 20 + "recipe", "photo_of_a_name_" * 6
    golden = [msgspec.structs.replace(truecopy.read(digits).golden[0], name=name)]
    path = rewritten(change(digits_contract, provenance={"recipe": recipe}), golden)
    for verb, cell, text in (("inspect", 2, recipe), ("selftest", 1, name)):
        done = cli(verb, path, columns=80)
        assert done.code == 0
        rows = [line.split("│") for line in done.out.splitlines() if line.startswith("│")]
        assert text in "".join(row[cell].strip() for row in rows)


def test_selftest_that_holds_is_exit_0(cli, digits: Path) -> None:
    done = cli("selftest", digits, "--device", "cpu")
    assert done.code == 0
    assert done.out.count("same") >= 16
    assert done.err.startswith("selftest holds on cpu (CPUExecutionProvider, onnxruntime ")


def test_selftest_that_does_not_hold_is_exit_4_and_names_the_stage(cli, broken_golden: Path) -> None:
    done = cli("selftest", broken_golden)
    assert done.code == 4
    assert "DIFFERS" in done.out
    assert "truecopy: edges: stage canvas is the first that differs: sha256 " in done.err
    assert "selftest DOES NOT HOLD on cpu" in done.err


def test_selftest_of_several_files_is_one_document_each(cli, digits: Path, broken_golden: Path) -> None:
    done = cli("selftest", digits, broken_golden, "--json")
    assert done.code == 4
    assert done.out.isascii()
    assert [(row["path"], row["status"], row["ok"]) for row in done.rows] == [
        (str(digits), "ok", True),
        (str(broken_golden), "error", False),
    ]
    assert done.rows[1]["samples"][1]["stages"]["canvas"] == "differs"


def test_selftest_of_a_file_without_golden_samples_is_exit_4(cli, rewritten) -> None:
    done = cli("selftest", rewritten(golden=()))
    assert done.code == 4
    assert "carries no golden samples" in done.err


@pytest.mark.parametrize("state", ["changed", "unsealed"])
def test_what_is_not_sealed_is_not_run(state: str, cli, request, digit_images: list[str]) -> None:
    path = request.getfixturevalue(state)
    for arguments in (["predict", path, digit_images[0]], ["selftest", path]):
        done = cli(*arguments)
        assert (done.code, done.out) == (3, "")
        assert {"changed": "the file changed since it was sealed", "unsealed": f"truecopy seal {path}"}[
            state
        ] in done.err


def test_seal_writes_a_new_file_that_runs(
    cli, unsealed: Path, tmp_path: Path, digit_images: list[str]
) -> None:
    before = unsealed.read_bytes()
    out = tmp_path / "out.onnx"
    done = cli("seal", unsealed, "-o", out)
    assert done.code == 0
    assert done.err == f"sealed {out}; next: truecopy selftest {out}\n"
    assert unsealed.read_bytes() == before
    assert cli("selftest", out).code == 0
    assert cli("predict", out, digit_images[0]).code == 0


def test_seal_as_json(cli, unsealed: Path, tmp_path: Path) -> None:
    (row,) = cli("seal", unsealed, "-o", tmp_path / "out.onnx", "--json").rows
    assert row == {
        "path": str(tmp_path / "out.onnx"),
        "status": "ok",
        "graph_changed": False,
        "contract_changed": False,
        "level": "bit-exact",
    }


def test_seal_in_place_is_refused(cli, unsealed: Path) -> None:
    before = unsealed.read_bytes()
    done = cli("seal", unsealed, "-o", unsealed, "--overwrite")
    assert done.code == 3
    assert "a file is never sealed in place" in done.err
    assert cli("seal", unsealed, "-o", unsealed).code == 2
    assert unsealed.read_bytes() == before


def test_seal_over_an_existing_file_wants_overwrite(cli, unsealed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.onnx"
    out.write_bytes(b"mine")
    done = cli("seal", unsealed, "-o", out)
    assert done.code == 2
    assert f"{out} exists; type --overwrite to replace it" in done.err
    assert out.read_bytes() == b"mine"
    assert cli("seal", unsealed, "-o", out, "--overwrite").code == 0
    assert truecopy.read(out).seal == "sealed"


def test_a_link_that_leads_nowhere_is_an_existing_file(cli, unsealed: Path, tmp_path: Path) -> None:
    (tmp_path / "link.onnx").symlink_to(tmp_path / "nowhere")
    assert cli("seal", unsealed, "-o", tmp_path / "link.onnx").code == 2


def test_seal_to_a_name_that_cannot_be_is_usage(cli, unsealed: Path, tmp_path: Path) -> None:
    done = cli("seal", unsealed, "-o", tmp_path / ("x" * 300 + ".onnx"))
    assert done.code == 2
    assert "File name too long" in done.err


def test_seal_of_a_graph_without_a_contract_is_exit_3(cli, digits: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.onnx"
    plain.write_bytes(split(digits.read_bytes())[0])
    done = cli("seal", plain, "-o", tmp_path / "out.onnx")
    assert done.code == 3
    assert "carries no Truecopy contract" in done.err
