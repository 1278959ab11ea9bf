"""The report of an export in a real browser: of pictures, rows and texts, of a proof that holds and one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.preprocessing import StandardScaler
from tests.browser import WIDTHS, draw, in_a_browser, look_at
from torch import nn
from torchvision import transforms

from truecopy.contract import TextPolicy, TokensInput
from truecopy.errors import ProofError
from truecopy_export import TextRecipe, export

pytestmark = in_a_browser

HOSTILE = "<script>document.title='ran'</script>"
LONG = "a label that is so long that no column of a page on a telephone holds it in one line " * 3
TRANSFORM = transforms.Compose(
    [
        transforms.Resize(40),
        transforms.CenterCrop(32),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.25] * 3),
    ]
)
LETTERS = TokensInput(
    ids=4, text=TextPolicy(split="characters", vocabulary=("a", "b", "c", "."), unknown=None, lowercase=False),
    prefix=(), suffix=(), max_length=None, truncation=None, padding=None,
)  # fmt: skip
KINDS = ("pictures", "failed", "rows", "texts", "unproven")


class Letters(nn.Module):
    """Next letter: (n, steps) int64 to (n, steps, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(4, 5), nn.Linear(5, 4)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.embedding(ids))


def pictures(folder: Path) -> Path:
    """Wide, high and small ones, one of them of a hostile name."""
    random = np.random.default_rng(0)
    for number, (name, size) in enumerate((("wide", (60, 300)), ("high", (200, 50)), ("small", (9, 12)))):
        pixels = random.integers(0, 256, (*size, 3), np.uint8)
        (folder / "photos" / "cat").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / "photos" / "cat" / f"{number} {name} {HOSTILE[:8]}.png")
    return folder / "photos"


def of_pictures(folder: Path, name: str, **options: Any) -> Path:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 3))
    export(module, folder / f"{name}.onnx", recipe=TRANSFORM, labels=["cat", HOSTILE, LONG], **options)
    return folder / f"{name}.report.html"


def failed(folder: Path) -> Path:
    resize = transforms.functional.resize
    nearest = transforms.InterpolationMode.NEAREST

    def another(image: Any, size: Any, *_: Any) -> Any:
        return resize(image, size, nearest)

    with mock.patch.object(transforms.functional, "resize", another), pytest.raises(ProofError):
        of_pictures(folder, "failed", proof=folder / "photos")
    return folder / "failed.failed-proof.html"


def of_rows(folder: Path) -> Path:
    torch.manual_seed(0)
    frame = pd.DataFrame(np.random.default_rng(0).normal(5, 3, (30, 3)), columns=["age", HOSTILE, "mass"])
    frame.to_csv(folder / "rows.csv", index=False)
    pd.DataFrame({"price": np.arange(30.0)}).to_csv(folder / "truth.csv", index=False)
    task = {"kind": "regression", "values": [{"name": "price", "unit": "CHF"}]}
    fitted = StandardScaler().fit(frame)
    export(nn.Linear(3, 1), folder / "rows.onnx", recipe=fitted, task=task, proof=folder / "rows.csv",
           proof_labels=folder / "truth.csv")  # fmt: skip
    return folder / "rows.report.html"


def of_texts(folder: Path) -> Path:
    torch.manual_seed(0)
    (folder / "texts.txt").write_text("abc\nca\nb\n")
    task = {"kind": "sequence", "decoding": {"rule": "autoregressive", "stop": ".", "max_new": 5}}
    recipe = TextRecipe(LETTERS, lambda text: ["abc.".index(letter) for letter in text])
    export(Letters(), folder / "texts.onnx", recipe=recipe, labels=["a", "b", "c", "."], task=task,
           proof=folder / "texts.txt")  # fmt: skip
    return folder / "texts.report.html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The report of one export of each kind."""
    folder = tmp_path_factory.mktemp("reports")
    photos = pictures(folder)
    return {
        "pictures": of_pictures(folder, "pictures", proof=photos),
        "failed": failed(folder),
        "rows": of_rows(folder),
        "texts": of_texts(folder),
        "unproven": of_pictures(folder, "unproven", unproven=True),
    }


@pytest.fixture(scope="module")
def drawn(
    pages: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, Any]]]:
    texts = {name: page.read_text("utf-8") for name, page in pages.items()}
    return draw(texts, tmp_path_factory.mktemp("drawn_reports"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_asks_for_nothing_and_runs_nothing(
    kind: str, pages: Mapping[str, Path], tmp_path: Path
) -> None:
    seen = look_at(pages[kind], tmp_path)
    assert "What to type next" in seen.document
    assert "<title>ran" not in seen.document
    assert seen.requests == []
    assert seen.console == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_width_is_enough_and_every_plot_inside_its_box(
    kind: str, drawn: dict[str, list[dict[str, Any]]]
) -> None:
    plots = {"pictures": 2, "failed": 2, "rows": 1, "texts": 2, "unproven": 0}
    assert sorted(page["width"] for page in drawn[kind]) == sorted(WIDTHS)
    for page in drawn[kind]:
        assert page["needs"] <= page["width"], "the page scrolls sideways"
        assert len(page["plots"]) == plots[kind]
        for plot in page["plots"]:
            assert min(plot["width"], plot["height"], plot["inside"], plot["marks"]) > 0, plot["name"]
            assert plot["over"] == [], plot["name"]


@pytest.mark.parametrize(("kind", "shown"), [("pictures", 3), ("failed", 4), ("rows", 0), ("texts", 0)])
def test_the_worst_picture_and_its_canvases_keep_their_proportions(
    kind: str, shown: int, drawn: dict[str, list[dict[str, Any]]]
) -> None:
    for page in drawn[kind]:
        assert len(page["pictures"]) == shown
        for natural_width, natural_height, width, height in page["pictures"]:
            assert max(natural_width, natural_height) <= 320
            assert width / height == pytest.approx(natural_width / natural_height, rel=0.05)
            assert max(width, height) >= 100
