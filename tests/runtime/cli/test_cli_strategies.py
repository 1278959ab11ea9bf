"""Members, views and settings on the command line, and what `inspect --config` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.exported_digits import exported
from tests.tiny_models import IMAGE, MULTICLASS, REGRESSION, contract_of, sealed

import truecopy
from truecopy.artifact import compose
from truecopy.contract import Views


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digit_images: list[str]) -> Path:
    """The current folder: a.onnx, b.onnx, c.onnx, best.pt of a.onnx, one.png and inference.yaml."""
    for number, name in enumerate("abc"):
        exported(tmp_path / f"{name}.onnx", name.encode(), temperature=1.0 + number, weights="ema")
    (tmp_path / "best.pt").write_bytes(b"a")
    (tmp_path / "one.png").write_bytes(Path(digit_images[0]).read_bytes())
    (tmp_path / "inference.yaml").write_text(
        "inference:\n  strategy: tta\n  checkpoint: best.pt\n  device: cpu\n"
        "  tta: {augmentations: [horizontal_flip, rotate_90], aggregation: max}\n"
        "  ensemble: {checkpoints: [a.onnx, b.onnx]}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "models", "strategy"),
    [
        ("a.onnx b.onnx one.png", "ab", truecopy.Strategy()),
        ("one.png --ensemble a.onnx b.onnx", "ab", truecopy.Strategy()),
        ("a.onnx b.onnx c.onnx one.png --ensemble-aggregation hard_voting", "abc", truecopy.Strategy(member_merge="hard_voting")),
        ("a.onnx c.onnx one.png --weights 0.6,0.4", "ac", truecopy.Strategy(weights=[0.6, 0.4])),
        ("a.onnx one.png --tta rotate_90,vertical_flip --tta-aggregation voting", "a", truecopy.Strategy(["rotate_90", "vertical_flip"], "voting")),
        ("b.onnx --tta_augmentations rotate_90 brightness one.png", "b", truecopy.Strategy(["rotate_90", "brightness"])),
        ("a.onnx b.onnx one.png --tta rotate_90 --adaptive confidence=1", "ab", truecopy.Strategy(["rotate_90"], adaptive={"confidence": 1})),
        ("[ab].onnx one.png", "ab", truecopy.Strategy()),
        ("--checkpoint_path best.pt one.png --use-ema --precision fp32", "a", truecopy.Strategy()),
        ("one.png --config inference.yaml", "a", truecopy.Strategy(["horizontal_flip", "rotate_90"], "max")),
        ("--config inference.yaml one.png --tta-aggregation mean", "a", truecopy.Strategy(["horizontal_flip", "rotate_90"])),
        ("c.onnx one.png --config inference.yaml --strategy standard", "c", truecopy.Strategy()),
        ("one.png --config inference.yaml --strategy ensemble", "ab", truecopy.Strategy()),
        ("b.onnx c.onnx one.png --config inference.yaml", "bc", truecopy.Strategy(["horizontal_flip", "rotate_90"], "max")),
    ],
)  # fmt: skip
def test_predict_answers_as_the_strategy_that_was_asked_for(
    words: str, models: str, strategy: truecopy.Strategy, cli, here: Path
) -> None:
    done = cli("predict", *words.split(), "--json", *([] if "--config" in words else ["--device", "cpu"]))
    assert done.code == 0, done.err
    (row,) = done.rows
    model = truecopy.load([here / f"{name}.onnx" for name in models], device="cpu", strategy=strategy)
    expected = model("one.png").to_dict()
    assert {name: row[name] for name in ("label", "confidence", "passes")} == {
        name: expected[name] for name in ("label", "confidence", "passes")
    }


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("one.png", 2, "expected a model file (*.onnx) first, got 'one.png'"),
        ("a.onnx b.onnx one.png --weights 1,2,3", 2, "weights"),
        ("a.onnx b.onnx one.png --weights 1,x", 2, "expected numbers, for example 0.6,0.4, got '1,x'"),
        ("a.onnx one.png --tta horizontal_flop", 2, "Nearest: horizontal_flip"),
        ("a.onnx one.png --tta rotate_90 --tta-aggregation median", 2, "'mean', 'max', 'voting'"),
        ("a.onnx b.onnx one.png --ensemble-aggregation mean", 2, "'soft_voting', 'hard_voting', 'weighted'"),
        ("a.onnx one.png --tta rotate_90 --adaptive sure=0.5", 2, "there is no measure 'sure' to stop by"),
        ("a.onnx one.png --tta rotate_90 --adaptive 0.5", 2, "expected confidence=0.95 or margin=0.5, got '0.5'"),
        ("a.onnx one.png --strategy tta_ensamble", 2, "Nearest: tta_ensemble"),
        ("a.onnx one.png --no-use-ema", 3, "`use_ema: false` asks for other weights than the artifact has: expected raw, got ema"),
        ("a.onnx one.png --precision int8", 3, "the artifact is fp32: expected int8"),
        ("a.onnx one.png --strategy mixed_precision", 3, "there is none of this fp32 artifact"),
        ("one.png --config absent.yaml", 2, "the settings cannot be read: got No such file"),
        ("a.onnx one.png --tta rotate_90,", 2, "an empty name of a view"),
        ("a.onnx one.png --device gpu", 5, "Nearest: cuda"),
        ("a.onnx b.onnx one.png --ensemble-aggregation weighted", 2, "Add --weights 2,1"),
        ("one.png --ensemble a.onnx,b.onnx", 2, "Write a.onnx b.onnx"),
        ("a.onnx a.onnx one.png", 2, "one member stands twice"),
        ("other.pt one.png", 3, "truecopy export other.pt --arch ... --recipe ... --labels ... --proof photos/ -o other.onnx"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(words: str, code: int, message: str, cli, here: Path) -> None:
    (here / "other.pt").write_bytes(b"never exported")
    done = cli("predict", *words.split())
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_accelerate_where_there_is_no_gpu_is_exit_5(cli, here: Path) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    done = cli("predict", "a.onnx", "one.png", "--strategy", "accelerate")
    assert done.code == 5
    assert "cuda:all needs at least one GPU" in done.err


@pytest.mark.parametrize("words", ["predict one.png --json", "predict one.png", "inspect"])
def test_a_device_in_place_of_the_files_accelerate_is_told_by_every_run(cli, here: Path, words: str) -> None:
    (here / "fast.yaml").write_text("inference: {strategy: accelerate, checkpoint: a.onnx}\n")
    done = cli(*words.split(), "--config", "fast.yaml", "--device", "cpu")
    assert done.code == 0, done.err
    assert done.err.splitlines()[0] == "fast.yaml: `accelerate` is not used: --device cpu"


def test_inspect_says_what_won_and_what_it_overrode(cli, here: Path) -> None:
    done = cli(
        "inspect", "--config", "inference.yaml", "--tta-aggregation", "mean", "--threads", "1", "--json"
    )
    assert done.code == 0
    (document,) = done.rows
    assert document["path"] == "inference.yaml"
    said = {row["setting"]: (row["value"], row["from"], row["overrode"]) for row in document["settings"]}
    assert said == {
        "strategy": ("tta", "file", []),
        "checkpoint": ("best.pt", "file", []),
        "ensemble.checkpoints": (["a.onnx", "b.onnx"], "not used", []),
        "tta.augmentations": (["horizontal_flip", "rotate_90"], "file", []),
        "tta.aggregation": ("mean", "argument", [{"from": "file", "value": "max"}]),
        "device": ("cpu", "file", []),
        "threads": (1, "argument", []),
        "artifacts": ("a.onnx", "artifact", []),
        "precision": ("fp32", "artifact", []),
        "use_ema": (True, "artifact", []),
    }


def test_inspect_draws_a_table_of_the_settings(cli, here: Path) -> None:
    done = cli("inspect", "b.onnx", "--config", "inference.yaml", "--tta-aggregation", "mean", columns=120)
    assert done.code == 0
    lines = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in done.out.splitlines() if "│" in line
    ]
    assert ["checkpoint", "b.onnx", "argument", "file: best.pt"] in lines
    assert ["tta.aggregation", "mean", "argument", "file: max"] in lines
    assert ["ensemble.checkpoints", "a.onnx, b.onnx", "not used", ""] in lines
    assert ["use_ema", "true", "artifact", ""] in lines


def test_inspect_shows_settings_without_a_file_where_some_are_typed(cli, here: Path) -> None:
    done = cli("inspect", "a.onnx", "b.onnx", "--weights", "3,1", "--json")
    said = {row["setting"]: (row["value"], row["from"]) for row in done.rows[0]["settings"]}
    assert said["strategy"] == ("ensemble", "argument")
    assert said["ensemble.weights"] == ([3.0, 1.0], "argument")
    assert said["ensemble.aggregation"] == ("weighted", "argument")
    assert "contract" in cli("inspect", "a.onnx", "--json").rows[0]


def test_a_checkpoint_is_inspected_and_timed_by_its_artifact(
    cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the exporter is not installed; with it `inspect` looks into the checkpoint itself."""
    monkeypatch.setattr("truecopy.cli.inspect.checkpoint_window", lambda: None)
    (row,) = cli("inspect", "best.pt", "--json").rows
    assert row["contract"]["provenance"]["checkpoint"]["name"] == "best.pt"
    assert row["digest"] == truecopy.read("a.onnx").digest
    assert cli("bench", "best.pt", "one.png", "--json", "--device", "cpu").rows[0]["path"] == "a.onnx"
    (here / "best.pt").write_bytes(b"trained on")
    done = cli("inspect", "best.pt", "b.onnx", "--json")
    assert done.code == 3
    assert [row["status"] for row in done.rows] == ["error", "ok"]


def test_inspect_refuses_what_a_run_would_refuse(cli, here: Path) -> None:
    (here / "wrong.yaml").write_text("inference:\n  tta: {augmentation: [x]}\n")
    done = cli("inspect", "--config", "wrong.yaml")
    assert (done.code, done.out) == (2, "")
    assert "did you mean `augmentations`? - at wrong.yaml:2: `$.inference.tta.augmentation`" in done.err
    (here / "best.pt").write_bytes(b"trained on")
    assert cli("inspect", "--config", "inference.yaml").code == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a.onnx one.png", ""),
        ("a.onnx one.png --tta rotate_90", "tta: 2 views, 2 passes an image; "),
        ("a.onnx b.onnx c.onnx one.png", "ensemble: 3 models, 3 passes an image; "),
        ("a.onnx b.onnx c.onnx one.png --tta rotate_90", "tta_ensemble: 3 models x 2 views, 6 passes an image; "),
        ("a.onnx b.onnx one.png one.png --tta rotate_90 --adaptive confidence=0", "tta_ensemble: 2 models x 2 views, 1 pass an image; "),
        ("a.onnx b.onnx absent.png", "ensemble: 2 models; "),
    ],
)  # fmt: skip
def test_the_last_line_says_who_looked_and_how_often(words: str, told: str, cli, here: Path) -> None:
    (line,) = cli("predict", *words.split(), "--device", "cpu").err.splitlines()
    assert f" failed; {told}fp32 on cpu (" in line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("predict one.png --config inference.yaml", ["inference.yaml: not used by strategy 'tta': ensemble.checkpoints"]),
        ("inspect --config inference.yaml", ["inference.yaml: not used by strategy 'tta': ensemble.checkpoints"]),
        ("predict one.png --config inferred.yaml", []),
        ("predict one.png --config early.yaml --tta contrast", ["early.yaml: `adaptive` is the file's, and tta.augmentations of this call"]),
    ],
)  # fmt: skip
def test_what_of_a_file_is_not_used_is_one_line(words: str, told: list[str], cli, here: Path) -> None:
    inferred = "inference: {checkpoint: a.onnx, device: cpu, tta: {augmentations: [rotate_90]}"
    (here / "inferred.yaml").write_text(f"{inferred}}}")
    (here / "early.yaml").write_text(f"{inferred}, adaptive: {{margin: 0.5}}}}")
    done = cli(*words.split(), "--json")
    assert done.code == 0
    lines = done.err.splitlines()
    assert [line[: len(start)] for line, start in zip(lines, told, strict=True)] == told


def test_inspect_says_that_a_strategy_was_inferred(cli, here: Path) -> None:
    (here / "inferred.yaml").write_text("inference: {checkpoint: a.onnx, tta: {augmentations: [rotate_90]}}")
    row = cli("inspect", "--config", "inferred.yaml", "--json").rows[0]["settings"][0]
    assert (row["setting"], row["value"], row["from"]) == ("strategy", "tta", "inferred")


@pytest.mark.parametrize(
    "words",
    [
        "a.onnx b.onnx --weights 1,2,3",
        "forbids.onnx --tta rotate_90",
        "numbers.onnx --tta brightness --tta-aggregation max",
        "a.onnx numbers.onnx",
        "a.onnx a.onnx",
        "a.onnx --device gpu",
        "broken.onnx --tta rotate_90",
    ],
)
def test_inspect_refuses_on_load_what_predict_refuses(words: str, cli, here: Path) -> None:
    (here / "broken.onnx").write_bytes((here / "a.onnx").read_bytes()[:-9])
    sealed(here / "numbers.onnx", IMAGE, REGRESSION)
    graph, contract = contract_of(IMAGE, MULTICLASS)
    views = Views(forbidden=("rotate_90",), relabel={})
    (here / "forbids.onnx").write_bytes(compose(graph, replace(contract, views=views), ()))
    models, slash, options = words.partition(" --")
    predicted = cli("predict", *models.split(), "one.png", *f"{slash}{options}".split())
    inspected = cli("inspect", *words.split(), *(["--threads", "1"] if not options else []))
    assert (inspected.code, inspected.err, inspected.out) == (predicted.code, predicted.err, "")
    assert inspected.code in (2, 3, 5)
