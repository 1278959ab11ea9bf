"""Call before file before artifact before default, and what each of them means together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.settled import Write, refused, settings_of

import truecopy
from truecopy.config import STRATEGY_NAMES, Asked, Setting, settle
from truecopy.config.members import artifact_settings
from truecopy.config.setting import decide
from truecopy.engine import available_cores


@given(st.none() | st.text(max_size=2), st.none() | st.text(max_size=2), st.none() | st.text(max_size=2))
def test_the_first_that_says_something_wins_and_the_rest_is_shadowed(
    argument: str | None, file: str | None, default: str | None
) -> None:
    setting = decide("x", argument, file, default)
    said = [
        (source, value) for source, value in (("argument", argument), ("file", file)) if value is not None
    ]
    if said:
        assert setting == Setting("x", said[0][1], said[0][0], tuple(said[1:]))  # type: ignore[arg-type]
    else:
        assert setting == (None if default is None else Setting("x", default, "default"))


def test_a_model_alone_is_standard_and_says_the_defaults(write: Write, tmp_path: Path) -> None:
    settled = settle(Asked(models=(str(tmp_path / "a.onnx"),)))
    assert settled.strategy == truecopy.Strategy()
    assert settled.members == (tmp_path / "a.onnx",)
    assert (settled.device, settled.threads) == ("auto", available_cores())
    assert [(s.name, s.source) for s in settled.settings] == [
        ("strategy", "default"),
        ("checkpoint", "argument"),
        ("device", "default"),
        ("threads", "default"),
    ]
    rest = artifact_settings(settled.members, settled.settings)
    assert [(s.name, s.value, s.source) for s in rest] == [
        ("artifacts", str(tmp_path / "a.onnx"), "artifact"),
        ("precision", "fp32", "artifact"),
        ("use_ema", False, "artifact"),
    ]


def test_a_call_comes_before_the_file_and_the_file_before_the_default(write: Write) -> None:
    config = write(
        "  strategy: tta\n  checkpoint: a.onnx\n  device: cuda:1\n  threads: 3\n"
        "  tta: {augmentations: [horizontal_flip], aggregation: max}\n  adaptive: {margin: 0.5}\n"
    )
    settled = settle(Asked(config=config, device="cpu", views=("rotate_90",), adaptive={"confidence": 0.9}))
    assert settled.strategy == truecopy.Strategy(
        ["rotate_90"], view_merge="max", adaptive={"confidence": 0.9}
    )
    assert (settled.device, settled.threads) == ("cpu", 3)
    rows = {setting.name: setting for setting in settled.settings}
    assert rows["device"] == Setting("device", "cpu", "argument", (("file", "cuda:1"),))
    assert rows["threads"] == Setting("threads", 3, "file")
    assert rows["tta.augmentations"].shadowed == (("file", ("horizontal_flip",)),)
    assert rows["tta.aggregation"] == Setting("tta.aggregation", "max", "file")
    assert rows["adaptive"].to_dict() == {
        "setting": "adaptive",
        "value": {"confidence": 0.9},
        "from": "argument",
        "overrode": [{"from": "file", "value": {"margin": 0.5}}],
    }


def test_sections_that_the_strategy_does_not_ask_for_are_not_used_and_said(write: Write) -> None:
    config = write(
        "  strategy: standard\n  checkpoint: a.onnx\n  tta: {augmentations: [rotate_90], aggregation: max}\n"
        "  ensemble: {checkpoints: [b.onnx, absent.onnx], weights: [1, 2]}\n  adaptive: {confidence: 0.5}\n"
    )
    settled = settle(Asked(config=config))
    assert settled.strategy == truecopy.Strategy()
    unused = {setting.name for setting in settled.settings if setting.source == "not used"}
    assert unused == {"tta.augmentations", "tta.aggregation", "ensemble.checkpoints", "ensemble.weights", "adaptive"}  # fmt: skip
    (told,) = settled.notes
    assert told.startswith(f"{config}: not used by strategy 'standard': ")
    assert set(told.partition("'standard': ")[2].split(", ")) == unused


@pytest.mark.parametrize(
    ("text", "name", "passes"),
    [
        ("  checkpoint: a.onnx\n", "standard", 1),
        ("  checkpoint: a.onnx\n  tta: {augmentations: [rotate_90]}\n", "tta", 2),
        ("  ensemble: {checkpoints: [a.onnx, b.onnx]}\n", "ensemble", 2),
        ("  ensemble: {checkpoints: [a.onnx, b.onnx], weights: [1, 3]}\n", "ensemble", 2),
        ("  ensemble: {checkpoints: [a.onnx, b.onnx]}\n  tta: {augmentations: [rotate_90]}\n  adaptive: {margin: 1}\n", "tta_ensemble", 4),
    ],
)  # fmt: skip
def test_a_strategy_that_is_left_out_is_inferred_from_what_is_written(
    text: str, name: str, passes: int, write: Write
) -> None:
    settled = settle(Asked(config=write(text)))
    assert (settled.name, len(settled.members) * len(settled.strategy.views)) == (name, passes)
    assert settled.settings[0] == Setting("strategy", name, "default" if name == "standard" else "inferred")
    assert (settled.strategy.adaptive is not None) == ("adaptive" in text)
    assert (settled.strategy.weights is not None) == ("weights" in text)
    assert settled.notes == ()


def test_a_call_overrides_an_inferred_strategy_and_that_is_told(write: Write, tmp_path: Path) -> None:
    config = write("  ensemble: {checkpoints: [a.onnx, b.onnx]}\n")
    settled = settle(Asked(config=config, views=("rotate_90",)))
    assert settled.settings[0] == Setting("strategy", "tta_ensemble", "argument", (("inferred", "ensemble"),))
    assert settled.notes == ()
    settled = settle(Asked((str(tmp_path / "c.onnx"),), config))
    assert settled.settings[0] == Setting("strategy", "standard", "argument", (("inferred", "ensemble"),))
    assert settled.notes == (f"{config}: not used by strategy 'standard': ensemble.checkpoints",)


def test_early_exit_without_a_second_look_is_told(write: Write) -> None:
    config = write("  checkpoint: a.onnx\n  adaptive: {confidence: 0.9}\n")
    assert settle(Asked(config=config)).notes == (f"{config}: not used by strategy 'standard': adaptive",)


def test_one_model_and_several_without_a_strategy_are_not_guessed_at(write: Write, tmp_path: Path) -> None:
    config = write("  checkpoint: a.onnx\n  ensemble: {checkpoints: [b.onnx, c.onnx]}\n")
    refused(Asked(config=config), "the file names one model and several", f"{config}:3: ", "Add strategy: ensemble, or strategy: standard")  # fmt: skip
    assert settle(Asked(config=config, strategy="standard")).members == (tmp_path / "a.onnx",)
    assert settle(Asked((str(tmp_path / "c.onnx"),), config)).members == (tmp_path / "c.onnx",)


def test_an_early_exit_that_was_tuned_for_other_looks_is_told(write: Write, tmp_path: Path) -> None:
    config = write(
        "  strategy: tta\n  checkpoint: a.onnx\n  tta: {augmentations: [rotate_90]}\n  adaptive: {margin: 0.5}\n"
    )
    (told,) = settle(Asked(config=config, views=("contrast",))).notes
    assert told.startswith(f"{config}: `adaptive` is the file's, and tta.augmentations of this call")
    (told,) = settle(Asked((str(tmp_path / "b.onnx"),), config)).notes
    assert "and checkpoint of this call" in told
    assert settle(Asked(config=config)).notes == ()
    assert settle(Asked(config=config, views=("contrast",), adaptive={"margin": 0.9})).notes == ()


def test_members_are_named_by_a_pattern_too(write: Write, tmp_path: Path) -> None:
    files = tuple(tmp_path / f"{name}.onnx" for name in "abc")
    settled = settle(Asked((str(tmp_path / "[a-c].onnx"),)))
    assert (settled.name, settled.members) == ("ensemble", files)
    assert settle(Asked(config=write("  ensemble: {checkpoints: ['*.onnx']}\n"))).members == files
    for absent in (str(tmp_path / "fold_*.onnx"), "a\0*.onnx"):
        refused(Asked((absent,)), "no model matches the pattern: got ")
    config = write("  ensemble: {checkpoints: ['fold_*.onnx']}\n")
    refused(Asked(config=config), "no model matches the pattern: got 'fold_*.onnx'", ":2: `$.inference.ensemble.checkpoints`")  # fmt: skip


@pytest.mark.parametrize("key", ["checkpoint", "checkpoint_path"])
def test_one_model_is_named_by_a_pattern_of_one_file_too(write: Write, tmp_path: Path, key: str) -> None:
    config = write(f"  {key}: '[a]*.onnx'\n")
    assert settle(Asked(config=config)).members == (tmp_path / "a.onnx",)
    assert settings_of(Asked(config=config))["checkpoint"] == Setting(
        "checkpoint", str(tmp_path / "a.onnx"), "file"
    )
    several = write(f"  {key}: '*.onnx'\n")
    refused(
        Asked(config=several),
        "the pattern matches several: expected one file, got 3: a.onnx, b.onnx, c.onnx",
        f"{several}:2: `$.inference.{key}`. Name one of them; several models are an ensemble: {{checkpoints: ['*.onnx']}}",
    )
    assert settle(Asked((str(tmp_path / "c.onnx"),), several)).members == (tmp_path / "c.onnx",)
    none = write(f"  {key}: 'fold_*.onnx'\n")
    refused(Asked(config=none), "no model matches the pattern: got 'fold_*.onnx'", f"`$.inference.{key}`")
    (tmp_path / "x[1].onnx").write_bytes((tmp_path / "a.onnx").read_bytes())
    assert settle(Asked(config=write(f"  {key}: 'x[1].onnx'\n"))).members == (tmp_path / "x[1].onnx",)


def test_a_file_that_is_called_like_a_pattern_or_has_a_comma_is_that_file(
    write: Write, tmp_path: Path
) -> None:
    for name in ("x[1].onnx", "a,b.onnx"):
        (tmp_path / name).write_bytes((tmp_path / "a.onnx").read_bytes())
        assert settle(Asked((str(tmp_path / name),))).members == (tmp_path / name,)


def test_a_comma_between_models_is_told(write: Write) -> None:
    refused(Asked(("a.onnx,b.onnx",)), "with no comma in a name: got 'a.onnx,b.onnx'. Write a.onnx b.onnx")
    config = write("  ensemble: {checkpoints: ['a.onnx, b.onnx']}\n")
    refused(Asked(config=config), f"{config}:2: `$.inference.ensemble.checkpoints`. Write [a.onnx, b.onnx]")


def test_weighted_without_weights_says_what_to_type_for_so_many_models(write: Write, tmp_path: Path) -> None:
    models = tuple(str(tmp_path / f"{name}.onnx") for name in "abc")
    refused(Asked(models, member_merge="weighted"), "expected 3 numbers, one a model. Add --weights 3,2,1")
    config = write("  ensemble: {checkpoints: [a.onnx, b.onnx], aggregation: weighted}\n")
    refused(Asked(config=config), "$.inference.ensemble.aggregation", "Write weights: [2, 1]")


def test_an_ensemble_of_the_file(write: Write, tmp_path: Path) -> None:
    config = write("  strategy: tta_ensemble\n  checkpoint: c.onnx\n  tta: {augmentations: [rotate_90]}\n"
                   "  ensemble: {checkpoints: [b.onnx, a.onnx], weights: [3, 1]}\n")  # fmt: skip
    settled = settle(Asked(config=config))
    assert settled.members == (tmp_path / "b.onnx", tmp_path / "a.onnx")
    assert settled.strategy == truecopy.Strategy(["rotate_90"], member_merge="weighted", weights=[3, 1])
    rows = {setting.name: setting for setting in settled.settings}
    assert rows["checkpoint"] == Setting("checkpoint", str(tmp_path / "c.onnx"), "not used")
    assert rows["ensemble.aggregation"].value == "weighted"


def test_weights_are_those_of_a_soft_vote_and_contradict_a_hard_one(write: Write) -> None:
    text = "  strategy: ensemble\n  ensemble: {checkpoints: [b.onnx, a.onnx], weights: [3, 1], aggregation: soft_voting}\n"
    settled = settle(Asked(config=write(text)))
    assert (settled.strategy.member_merge, settled.strategy.weights) == ("weighted", (0.75, 0.25))
    hard = write(text.replace("soft_voting", "hard_voting"))
    refused(Asked(config=hard), "weights go with `weighted`, not with 'hard_voting'", f"{hard}:3: `$.inference.ensemble.weights`")  # fmt: skip
    settled = settle(Asked(config=hard, weights=(1.0, 1.0)))
    assert settled.strategy.weights == (0.5, 0.5)
    rows = {setting.name: setting for setting in settled.settings}
    assert rows["ensemble.aggregation"] == Setting(
        "ensemble.aggregation", "weighted", "argument", (("file", "hard_voting"),)
    )


@pytest.mark.parametrize(
    ("written", "asked", "source", "shadowed"),
    [
        ("", {}, "inferred", ()),
        (", aggregation: soft_voting", {}, "inferred", (("file", "soft_voting"),)),
        (", aggregation: weighted", {}, "file", ()),
        ("", {"weights": (3.0, 4.0)}, "argument", ()),
        ("", {"weights": (3.0, 4.0), "member_merge": "soft_voting"}, "argument", (("argument", "soft_voting"),)),
        (", aggregation: hard_voting", {"weights": (3.0, 4.0), "member_merge": "soft_voting"}, "argument",
         (("argument", "soft_voting"), ("file", "hard_voting"))),
        ("", {"weights": (3.0, 4.0), "member_merge": "weighted"}, "argument", ()),
    ],
)  # fmt: skip
def test_a_soft_vote_with_weights_is_shown_as_the_weighted_one_it_is(
    written: str, asked: dict[str, Any], source: str, shadowed: tuple[tuple[str, str], ...], write: Write
) -> None:
    config = write(f"  ensemble: {{checkpoints: [b.onnx, a.onnx], weights: [3, 1]{written}}}\n")
    settled = settle(Asked(config=config, **asked))
    rows = {setting.name: setting for setting in settled.settings}
    shown = rows["ensemble.aggregation"]
    assert shown.value == settled.strategy.member_merge == "weighted"
    assert (shown.source, shown.shadowed) == (source, shadowed)


def test_weights_that_are_not_one_a_member_are_refused_where_they_stand(write: Write, tmp_path: Path) -> None:
    told = "weights and members differ in number: expected 2, one a member, got 3"
    config = write("  ensemble:\n    checkpoints: [a.onnx, b.onnx]\n    weights: [1, 2, 3]\n")
    refused(Asked(config=config), f"{told} - at {config}:4: `$.inference.ensemble.weights`. Give one weight")
    models = tuple(str(tmp_path / f"{name}.onnx") for name in "ab")
    refused(Asked(models, weights=(1, 2, 3)), f"{told}. Give one weight for each model")


def test_the_weights_of_a_file_are_for_its_own_checkpoints(write: Write, tmp_path: Path) -> None:
    models = tuple(str(tmp_path / f"{name}.onnx") for name in "ac")
    config = write("  strategy: ensemble\n  ensemble: {checkpoints: [b.onnx, a.onnx], weights: [3, 1]}\n")
    refused(Asked(models, config), "the weights of the file are for its own checkpoints", f"{config}:3: `$.inference.ensemble.weights`")  # fmt: skip
    assert settle(Asked(models, config, weights=(1, 4))).strategy.weights == (0.2, 0.8)
    assert settle(Asked(models, config, member_merge="soft_voting")).strategy.weights is None


@pytest.mark.parametrize(
    ("models", "views", "file", "name"),
    [
        ("a", None, None, "standard"),
        ("ab", None, None, "ensemble"),
        ("a", ("rotate_90",), None, "tta"),
        ("ab", ("rotate_90",), None, "tta_ensemble"),
        ("", None, "tta", "tta"),
        ("", None, "ensemble", "ensemble"),
        ("", ("rotate_90",), "ensemble", "tta_ensemble"),
        ("", ("rotate_90",), "standard", "tta"),
        ("ac", None, "standard", "ensemble"),
        ("ac", None, "tta", "tta_ensemble"),
        ("c", None, "ensemble", "standard"),
        ("c", None, "tta_ensemble", "tta"),
        ("c", None, "accelerate", "accelerate"),
    ],
)
def test_models_and_views_of_a_call_and_the_files_strategy_are_one_strategy(
    models: str, views: tuple[str, ...] | None, file: str | None, name: str, write: Write, tmp_path: Path
) -> None:
    text = "  checkpoint: a.onnx\n  tta: {augmentations: [vertical_flip]}\n  ensemble: {checkpoints: [a.onnx, b.onnx]}\n"
    config = None if file is None else write(f"  strategy: {file}\n{text}")
    asked = Asked(tuple(str(tmp_path / f"{model}.onnx") for model in models), config, views=views)
    settled = settle(asked)
    assert settled.name == name
    assert len(settled.members) == (2 if "ensemble" in name else 1)
    assert (len(settled.strategy.views) > 1) == ("tta" in name)
    setting = settled.settings[0]
    assert setting.source == (
        "file" if file == name else "argument" if (file or name != "standard") else "default"
    )
    assert setting.shadowed == ((("file", file),) if file not in (None, name) else ())


@pytest.mark.parametrize("name", STRATEGY_NAMES)
def test_a_strategy_that_is_named_lacks_nothing(name: str, write: Write) -> None:
    missing = {
        "standard": "no model is named",
        "mixed_precision": "no model is named",
        "accelerate": "no model is named",
        "tta": "no model is named",
        "ensemble": "an ensemble without its members",
        "tta_ensemble": "an ensemble without its members",
    }
    refused(Asked(config=write(f"  strategy: {name}\n")), missing[name], "on the command line, or write ")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("standard", "Take strategy: ensemble, or write checkpoint: best.onnx"),
        ("tta", "Take strategy: tta_ensemble, or write checkpoint: best.onnx"),
        ("accelerate", "Write checkpoint: best.onnx"),
        ("mixed_precision", "Write checkpoint: best.onnx"),
    ],
)
def test_models_that_the_strategy_does_not_run_are_told_where_none_is_named(
    name: str, fix: str, write: Write
) -> None:
    text = "  tta: {augmentations: [rotate_90]}\n  ensemble: {checkpoints: [a.onnx, b.onnx]}\n"
    config = write(f"  strategy: {name}\n{text}")
    told = f"no model is named: got `ensemble.checkpoints`, which the strategy '{name}' does not use"
    refused(Asked(config=config), f"{told} - at {config}:4: `$.inference.ensemble.checkpoints`. {fix}")
    if name == "tta":
        refused(
            Asked(config=write(text), strategy=name),
            f"{told} - at {config}:3: ",
            "Take --strategy tta_ensemble, or ",
        )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("  strategy: tta\n  checkpoint: a.onnx\n", ["test-time augmentation without its views", "Write tta: {augmentations: [horizontal_flip]}"]),
        ("  strategy: ensemble\n  ensemble: {checkpoints: [a.onnx]}\n", ["an ensemble of one: expected at least two members", ":3: `$.inference.ensemble.checkpoints`"]),
        ("  strategy: tta\n  checkpoint: a.onnx\n  tta:\n    augmentations: [rotate_45]\n", ["no view 'rotate_45'", ":5: `$.inference.tta.augmentations`", "rotate_"]),
        ("  strategy: tta\n  checkpoint: a.onnx\n  tta: {augmentations: [rotate_90]}\n  adaptive: {margin: 7}\n", ["`adaptive.margin` is a number from 0 to 1", ":5: `$.inference.adaptive`"]),
        ("  strategy: tta\n  checkpoint: a.onnx\n  tta: {augmentations: [rotate_90]}\n  adaptive: {margin: 0, confidence: 1}\n", ["names one measure and its value"]),
        ("  strategy: ensemble\n  ensemble: {checkpoints: [a.onnx, b.onnx], weights: [-1, 2]}\n", ["weights are numbers from 1e-09 to 1e+09", "$.inference.ensemble.weights"]),
        ("  strategy: ensemble\n  ensemble: {checkpoints: [a.onnx, b.onnx], aggregation: weighted}\n", ["`weighted` needs weights", "$.inference.ensemble.aggregation"]),
        ("  strategy: accelerate\n  checkpoint: a.onnx\n  device: cpu\n", ["`accelerate` takes all GPUs, and the device is 'cpu'", ":4: `$.inference.device`"]),
        ("  strategy: mixed_precision\n  checkpoint: a.onnx\n  precision: int8\n", ["runs the FP16 variant, and the precision is int8"]),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_is_refused_with_the_place(
    text: str, parts: list[str], write: Write
) -> None:
    refused(Asked(config=write(text)), *parts)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"strategy": "tta_ensamble"}, "there is no strategy 'tta_ensamble': expected one of standard, "),
        ({"strategy": "TTA"}, "Nearest: tta"),
        ({"strategy": "standard", "models": "ab"}, "the strategy 'standard' runs one model"),
        ({"strategy": "ensemble"}, "the strategy 'ensemble' runs several models"),
        ({"strategy": "standard", "views": ("rotate_90",)}, "--tta means nothing to the strategy 'standard'"),
        (
            {"view_merge": "max"},
            "--tta-aggregation means nothing to the strategy 'standard': expected --tta VIEWS",
        ),
        ({"member_merge": "hard_voting"}, "--ensemble-aggregation means nothing"),
        ({"weights": (1.0,)}, "--weights means nothing to the strategy 'standard'"),
        ({"adaptive": {"confidence": 0.5}}, "--adaptive means nothing to the strategy 'standard'"),
        ({"strategy": "accelerate", "device": "cpu"}, "`accelerate` takes all GPUs, and the device is 'cpu'"),
        ({"strategy": "mixed_precision", "precision": "fp32"}, "and the precision is fp32"),
        (
            {"models": "ab", "weights": (1.0, 2.0), "member_merge": "hard_voting"},
            "weights go with `weighted`",
        ),
    ],
)
def test_a_call_that_contradicts_itself_is_refused(
    asked: dict[str, Any], message: str, write: Write, tmp_path: Path
) -> None:
    write("")
    models = tuple(str(tmp_path / f"{name}.onnx") for name in asked.get("models", "a"))
    refused(Asked(**{**asked, "models": models}), message)
