"""A written section is read back as what was settled, from wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.tiny_models import IMAGE, MULTICLASS, sealed

from truecopy.config import Asked, settle
from truecopy.config.written import settings_text
from truecopy.predict import Strategy


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Two models in a folder of their own; the current folder is above it."""
    (tmp_path / "folds").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        sealed(tmp_path / "folds" / f"{name}.onnx", IMAGE, MULTICLASS)
    return "folds/a.onnx", "folds/b.onnx"


@pytest.mark.parametrize("place", ["here.yaml", "folds/beside.yaml", "new/below.yaml"])
@pytest.mark.parametrize(
    "said",
    [
        {"views": ("brightness",), "view_merge": "voting"},
        {"member_merge": "hard_voting"},
        {"views": ("rotate_90", "contrast:1.25"), "weights": (1.0, 2.0)},
    ],
)
def test_the_section_settles_to_the_same_members_and_strategy(models, said, place: str) -> None:
    count = 1 if said == {"views": ("brightness",), "view_merge": "voting"} else 2
    settled = settle(Asked(models=models[:count], precision="fp32", device="cpu", **said))
    one = settled.strategy
    early = Strategy(one.views, one.view_merge, one.member_merge, one.weights, {"margin": 0.1 + 0.2})
    Path(place).parent.mkdir(exist_ok=True)
    Path(place).write_text(settings_text(settled, early, place, "a remark"))
    again = settle(Asked(config=place))
    assert again.strategy == early
    assert again.name == settled.name
    assert [path.resolve() for path in again.members] == [path.resolve() for path in settled.members]
    assert (again.device, again.threads) == (settled.device, settled.threads)
    assert Path(place).read_text().startswith("# a remark\ninference:\n  strategy: ")


def test_what_nobody_stated_is_not_written(models) -> None:
    settled = settle(Asked(models=models, threads=1))
    section = yaml.safe_load(settings_text(settled, settled.strategy, "here.yaml", "-"))["inference"]
    assert section == {
        "strategy": "ensemble",
        "threads": 1,
        "ensemble": {"checkpoints": list(models), "aggregation": "soft_voting"},
    }
