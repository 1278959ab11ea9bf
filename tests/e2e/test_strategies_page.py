"""docs/strategies.md, run as it stands there: its blocks and its command lines, in their order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from truecopy.contract.view_names import BASES
from truecopy.predict.strategy import MEMBER_MERGES, VIEW_MERGES

pytest.importorskip("sklearn")
torch = pytest.importorskip("torch")
PAGE = (Path(__file__).parents[2] / "docs" / "strategies.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_view_and_every_merge_is_on_the_page():
    words = set(re.findall(r"[a-z_0-9]+", PAGE))
    assert {*BASES, *VIEW_MERGES, *MEMBER_MERGES} <= words


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_the_page_runs_from_its_first_block_to_its_last(tmp_path, monkeypatch, capsys, truecopy):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    space: dict[str, object] = {"__name__": "__main__"}
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(block, "docs/strategies.md", "exec"), space)  # noqa: S102
        elif language == "yaml" and "inference" in yaml.safe_load(block):
            Path("inference.yaml").write_text(block)
        else:
            for line in block.splitlines():
                if line.startswith("truecopy "):
                    done = truecopy(*shlex.split(line)[1:])
                    assert done.code == 0, f"{line}\n{done.err}"
                    assert done.out, line
    printed = capsys.readouterr().out
    assert "seven 4" in printed
    assert "['identity', 'brightness:0.9', 'brightness:1.1', 'scale:1.1']" in printed
    assert Path("report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
