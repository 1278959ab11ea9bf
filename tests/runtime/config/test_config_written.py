"""A written section is read back as what was settled, from wherever it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from tests.tiny_models import IMAGE, MULTICLASS, sealed

from truecopy.config import Asked, settle, written
from truecopy.config.written import settings_text, write_settings
from truecopy.errors import StrategyError
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


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_folder_behind_a_link_names_its_models_as_they_are_reached_from_there(
    models, tmp_path: Path
) -> None:
    """`..` leads up from the folder that the link leads to, not from the link."""
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    Path("link").symlink_to(tmp_path / "elsewhere" / "deep")
    Path("folds/best.onnx").symlink_to("a.onnx")
    settled = settle(Asked(models=("folds/best.onnx", models[1])))
    write_settings(settled, settled.strategy, "link/tuned.yaml", "-")
    again = settle(Asked(config="link/tuned.yaml"))
    assert [path.resolve() for path in again.members] == [path.resolve() for path in settled.members]
    # A model that is a link stays one: it may lead to a newer file tomorrow.
    assert "../../folds/best.onnx" in Path("link/tuned.yaml").read_text()


def test_what_would_be_read_as_something_else_is_not_written(models, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = settle(Asked(models=models))
    monkeypatch.setattr(written, "_from", lambda _, member: f"other/{member.name}")
    with pytest.raises(StrategyError, match=r"the settings would be read as something else.* at here\.yaml"):
        write_settings(settled, settled.strategy, "here.yaml", "-")
    assert [path.name for path in Path().iterdir()] == ["folds"]


@pytest.mark.parametrize("weights", [(0.3, 0.7), (0.12, 0.52, 0.53, 0.55, 0.2), (3, 7, 11), (1, 1e6)])
def test_weights_are_read_back_to_the_last_bit(models, weights) -> None:
    many = tuple(models[place % 2] for place in range(len(weights)))
    settled = settle(Asked(models=many, weights=weights))
    # As it was tuned, and written, and read: each brings weights into their one form again.
    one = settled.strategy
    early = Strategy(one.views, one.view_merge, one.member_merge, one.weights, {"margin": 0.5})
    assert early.weights == one.weights
    write_settings(settled, early, "here.yaml", "-")
    assert settle(Asked(config="here.yaml")).strategy == early


def test_what_nobody_stated_is_not_written(models) -> None:
    settled = settle(Asked(models=models, threads=1))
    section = yaml.safe_load(settings_text(settled, settled.strategy, "here.yaml", "-"))["inference"]
    assert section == {
        "strategy": "ensemble",
        "threads": 1,
        "ensemble": {"checkpoints": list(models), "aggregation": "soft_voting"},
    }
