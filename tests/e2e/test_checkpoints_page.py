"""docs/checkpoints.md, run as it stands there: its blocks and its command lines, in their order."""

from __future__ import annotations

import json
import re
import shlex
import sys
import warnings
from pathlib import Path

import pytest

from truecopy_export.checkpoints.formats import IN_WORDS

for library in ("sklearn", "torchvision", "transformers"):
    pytest.importorskip(library)
torch = pytest.importorskip("torch")
PAGE = (Path(__file__).parents[2] / "docs" / "checkpoints.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The current folder, which Python's own code may be imported from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(threads)
    sys.modules.pop("nets", None)


def test_every_format_is_on_the_page():
    for words in (
        "TorchScript",
        ".pt2",
        "safetensors",
        "Hugging Face",
        ".keras",
        "HDF5",
        "SavedModel",
        "TensorFlow.js",
    ):
        assert words in PAGE, words
    assert len(IN_WORDS) == 11


def test_the_page_runs_from_its_first_block_to_its_last(desk, truecopy):
    torch.manual_seed(0)
    space: dict[str, object] = {"__name__": "__main__"}
    said = {}
    for language, block in BLOCKS:
        if language == "python":
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", DeprecationWarning
                )  # torch.jit.trace, which the page is about
                exec(compile(block, "docs/checkpoints.md", "exec"), space)  # noqa: S102
            continue
        for line in block.splitlines():
            done = truecopy(*shlex.split(line)[1:])
            assert done.code == 0, f"{line}\n{done.err}"
            said[line.split(" -")[0]] = done.out + done.err
    assert "truecopy export best.pt --arch" in said["truecopy inspect best.pt"]
    assert "counter 60" in said["truecopy inspect best.pt"]
    report = json.loads((desk / "best.report.json").read_text("utf-8"))
    assert report["provenance"]["checkpoint"]["field"] == "model_ema"
    for name in ("best", "program", "traced", "vit"):
        assert (desk / f"{name}.report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
