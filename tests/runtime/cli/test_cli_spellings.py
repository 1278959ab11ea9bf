"""Other people's spellings are rewritten before click reads them, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.cli.spellings import rewrite


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("predict --ensemble a.onnx b.pt photos/", "predict a.onnx b.pt photos/"),
        ("predict photos/ --ensemble a.onnx b.onnx --json", "predict a.onnx b.onnx photos/ --json"),
        ("predict --ensemble=a.onnx b.onnx photos/", "predict a.onnx b.onnx photos/"),
        ("predict a.onnx --ensemble b.onnx photos/", "predict a.onnx b.onnx photos/"),
        ("predict --json --ensemble a.ONNX --top 3 x.png", "predict a.ONNX --json --top 3 x.png"),
        ("predict --checkpoint_path best.pt photos/", "predict best.pt photos/"),
        ("calibrate --checkpoint_path best.pt fit val -o b.onnx", "calibrate best.pt fit val -o b.onnx"),
        ("predict photos/ --checkpoint_path=best.pt", "predict best.pt photos/"),
        ("predict a.onnx --tta-augmentations horizontal_flip rotate_90 photos/", "predict a.onnx --tta horizontal_flip,rotate_90 photos/"),
        ("predict a.onnx --tta_augmentations brightness:1.2 five_crop x.png", "predict a.onnx --tta brightness:1.2,five_crop x.png"),
        ("predict a.onnx --tta horizontal_flip,rotate_90 photos/", "predict a.onnx --tta horizontal_flip,rotate_90 photos/"),
        ("predict a.onnx --tta=rotate_90 scale:1.1 photos/", "predict a.onnx --tta rotate_90,scale:1.1 photos/"),
        ("predict a.onnx --tta-augmentations identity ./contrast", "predict a.onnx --tta identity ./contrast"),
        ("predict a.onnx --tta nonsense photos/", "predict a.onnx --tta nonsense photos/"),
        ("evaluate a.onnx val/ --tta_aggregation max --no_use_ema", "evaluate a.onnx val/ --tta-aggregation max --no-use-ema"),
        ("tune a.onnx --ensemble_aggregation=hard_voting v/", "tune a.onnx --ensemble-aggregation=hard_voting v/"),
        ("predict a.onnx -- --ensemble b.onnx", "predict a.onnx -- --ensemble b.onnx"),
        ("predict a.onnx some_file.png --top 3", "predict a.onnx some_file.png --top 3"),
        ("export best.pt --ensemble a.onnx", "export best.pt --ensemble a.onnx"),
        ("--help", "--help"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_line_is_rewritten(typed: str, ours: str) -> None:
    assert rewrite(typed.split()) == ours.split()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("predict --ensemble photos/", "--ensemble names model files (*.onnx), got 'photos/'"),
        (
            "predict --ensemble a.onnx, b.onnx",
            "--ensemble names model files (*.onnx), with spaces between them, got 'a.onnx,'",
        ),
        ("predict x.png --ensemble", "--ensemble names model files (*.onnx)"),
        (
            "predict --checkpoint_path best.txt",
            "--checkpoint_path names model files (*.onnx), got 'best.txt'",
        ),
        (
            "predict --checkpoint-path best.pt b.onnx x.png",
            "name the models in one place, right behind the verb or behind --ensemble: b.onnx stands apart",
        ),
        (
            "predict --threads 1 f.onnx --ensemble g.onnx h.onnx x.png",
            "name the models in one place, right behind the verb or behind --ensemble: f.onnx stands apart",
        ),
        ("predict a.onnx --tta-augmentations --json", "--tta-augmentations names views"),
        ("predict a.onnx --tta", "--tta names views, for example --tta horizontal_flip"),
    ],
)
def test_an_option_without_what_it_names_is_a_usage_error(typed: str, message: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        rewrite(typed.split())
    assert caught.value.message.startswith(message)


def test_a_view_with_a_slip_is_no_input_unless_it_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = ["predict", "a.onnx", "--tta", "rotate_90", "vertical_flp", "x.png"]
    assert rewrite(typed) == ["predict", "a.onnx", "--tta", "rotate_90,vertical_flp", "x.png"]
    (tmp_path / "vertical_flp").mkdir()
    assert rewrite(typed) == ["predict", "a.onnx", "--tta", "rotate_90", "vertical_flp", "x.png"]


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8).filter(
    lambda word: not word.startswith("--")
)


@given(
    st.lists(WORDS | st.sampled_from(["--json", "--top", "--device=cpu", "--weights", "a.onnx"]), max_size=8)
)
def test_a_line_in_our_own_spelling_stays_as_it_is(words: list[str]) -> None:
    assert rewrite(["predict", *words]) == ["predict", *words]


@given(
    st.lists(st.sampled_from(["a.onnx", "b.pt"]), min_size=1), st.lists(st.sampled_from(["x.png", "--json"]))
)
def test_rewriting_twice_is_rewriting_once(models: list[str], rest: list[str]) -> None:
    once = rewrite(["predict", *rest, "--ensemble", *models])
    assert once == ["predict", *models, *rest]
    assert rewrite(once) == once
