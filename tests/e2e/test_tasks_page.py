"""Every Python block of docs/tasks.md, run as it stands there, and the command lines that read its file."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import truecopy

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
PAGE = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
# Section -> the file that it writes, its task, its input, the level of its proof.
EXPECTED = {
    "One of several classes": ("flowers.onnx", "multiclass", "table", "bit-exact"),
    "Yes or no": ("cells.onnx", "binary", "table", "bit-exact"),
    "Several labels at once": ("facts.onnx", "multilabel", "image", "bit-exact"),
    "Numbers with units": ("progression.onnx", "regression", "table", "bit-exact"),
    "A text from a picture": ("reader.onnx", "sequence", "image", "bit-exact"),
    "A text, token by token": ("writer.onnx", "sequence", "tokens", "self-consistent"),
    "A token for every token": ("tagger.onnx", "sequence", "tokens", "self-consistent"),
    "Tables": ("table.onnx", "multiclass", "table", "bit-exact"),
    "Tokens": ("listener.onnx", "multiclass", "tokens", "bit-exact"),
    "Several outputs": ("both.onnx", "multiclass", "table", "bit-exact"),
}
# What the last lines of a section print, where its words promise it.
PRINTED = {
    "A text, token by token": " owl can see at night True",
    "A token for every token": "person other other town",
}


@pytest.fixture(autouse=True)
def one_thread():
    """Networks as small as these only wait for a second thread, long where the cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_section_with_python_is_run_here():
    with_python = {title for title, text in SECTIONS.items() if "```python" in text}
    assert with_python == set(EXPECTED)


def test_every_task_and_every_input_has_a_section():
    assert {task for _, task, _, _ in EXPECTED.values()} == {
        "multiclass", "binary", "multilabel", "regression", "sequence",
    }  # fmt: skip
    assert {given for _, _, given, _ in EXPECTED.values()} == {"image", "table", "tokens"}


@pytest.mark.parametrize("title", EXPECTED)
def test_a_section_trains_exports_and_reads_its_file(title, tmp_path, monkeypatch, capsys, truecopy):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    name, task, given, level = EXPECTED[title]
    block = re.search(r"```python\n(.*?)```", SECTIONS[title], re.DOTALL)[1]
    exec(compile(block, f"docs/tasks.md, {title}", "exec"), {"__name__": "__main__"})  # noqa: S102
    assert PRINTED.get(title, "") in capsys.readouterr().out
    contract = truecopy_read(name)
    assert (kind(contract.task), kind(contract.input), contract.proof.level) == (task, given, level)
    assert truecopy("selftest", name).code == 0
    for line in commands(title):
        done = truecopy(*shlex.split(line)[1:])
        assert done.code == 0, done.err
        assert done.out


def commands(title: str) -> list[str]:
    """The lines `truecopy ...` of a section's plain blocks."""
    blocks = re.findall(r"^```\n(.*?)^```", SECTIONS[title], re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.startswith("truecopy ")]


def kind(part: object) -> str:
    return str(type(part).__struct_config__.tag)


def truecopy_read(name: str):
    return truecopy.read(name).contract
