"""What a strategy runs on: device, precision, weights, and the artifact that a checkpoint means."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exported_digits import exported
from tests.settled import Write, refused, settings_of

import truecopy
from truecopy.config import Asked, Setting, settle
from truecopy.config.members import artifact_settings
from truecopy.errors import ArtifactError, CheckpointError, DeviceError, StrategyError


def test_a_device_that_has_no_such_name_is_refused_with_the_nearest(write: Write, tmp_path: Path) -> None:
    refused(Asked((str(tmp_path / "a.onnx"),), device="gpu"), "no such device: 'gpu'", "Nearest: cuda", kind=DeviceError)  # fmt: skip
    config = write("  checkpoint: a.onnx\n  device: gpu:1\n")
    refused(Asked(config=config), f"{config}:3: `$.inference.device`. Nearest: cuda:1", kind=DeviceError)


@pytest.mark.parametrize("name", ["accelerate", "mixed_precision"])
@pytest.mark.parametrize(("models", "views"), [("ac", None), ("", ("rotate_90",))])
def test_a_call_never_drops_what_the_file_runs_on(
    write: Write, tmp_path: Path, name: str, models: str, views: tuple[str, ...] | None
) -> None:
    config = write(f"  strategy: {name}\n  checkpoint: b.onnx\n")
    named = tuple(str(tmp_path / f"{model}.onnx") for model in models)
    with pytest.raises(StrategyError, match=f"the file's strategy '{name}' is one look of one model, and the call asks for more"):  # fmt: skip
        settle(Asked(named, config, views=views))


def test_accelerate_takes_all_gpus_unless_the_call_takes_another_device(write: Write) -> None:
    config = write("  strategy: accelerate\n  checkpoint: a.onnx\n  device: cuda\n")
    assert settle(Asked(config=config)).device == "cuda:all"
    settled = settle(Asked(config=config, device="cpu"))
    assert settled.device == "cpu"
    rows = {setting.name: setting for setting in settled.settings}
    assert rows["device"].shadowed == (("file", "cuda"),)
    plain = write("  checkpoint: a.onnx\n  device: cpu\n")
    assert settings_of(Asked(config=plain, strategy="accelerate"))["device"] == Setting(
        "device", "cuda:all", "argument", (("file", "cpu"),)
    )


def test_where_all_gpus_come_from_is_shown(write: Write) -> None:
    alone = write("  strategy: accelerate\n  checkpoint: a.onnx\n")
    assert settings_of(Asked(config=alone))["device"] == Setting("device", "cuda:all", "inferred")
    settled = settle(Asked(config=alone, device="cuda:all"))
    assert (settled.name, settled.notes) == ("accelerate", ())
    assert settled.settings[-2] == Setting("device", "cuda:all", "argument")
    wrong = write("  strategy: accelerate\n  checkpoint: a.onnx\n  device: cpu\n")
    assert settings_of(Asked(config=wrong, device="cuda:all"))["device"].shadowed == (("file", "cpu"),)
    config = write("  strategy: accelerate\n  checkpoint: a.onnx\n  device: auto\n")
    assert settings_of(Asked(config=config))["device"].shadowed == (("file", "auto"),)


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0"])
def test_a_device_of_the_call_takes_the_place_of_the_files_accelerate_and_that_is_told(
    write: Write, device: str
) -> None:
    config = write("  strategy: accelerate\n  checkpoint: a.onnx\n")
    settled = settle(Asked(config=config, device=device))
    assert (settled.name, settled.device) == ("standard", device)
    assert settled.notes == (f"{config}: `accelerate` is not used: --device {device}",)
    rows = {setting.name: setting for setting in settled.settings}
    assert rows["strategy"] == Setting("strategy", "standard", "argument", (("file", "accelerate"),))
    assert rows["device"] == Setting("device", device, "argument")
    assert settle(Asked(config=config, device=device, strategy="standard")).notes == ()
    settled = settle(Asked(config=config, device=device, views=("rotate_90",)))
    assert (settled.name, len(settled.notes)) == ("tta", 1)


def test_mixed_precision_takes_the_half_whose_parent_the_model_is(write: Write, tmp_path: Path) -> None:
    config = write("  strategy: mixed_precision\n  checkpoint: a.onnx\n")
    refused(Asked(config=config), "there is none of this fp32 artifact", kind=ArtifactError)
    digest = truecopy.read(tmp_path / "a.onnx").digest
    half = exported(tmp_path / "artifacts" / "half.onnx", b"a", precision="fp16", parent=digest)
    assert settle(Asked(config=config)).members == (half,)
    (tmp_path / "a.pt").write_bytes(b"a")
    assert settle(Asked((str(tmp_path / "a.pt"),), config)).members == (half,)


def test_use_ema_and_precision_hold_for_every_member(write: Write, tmp_path: Path) -> None:
    averaged = exported(tmp_path / "ema.onnx", b"x", weights="ema")
    models = (str(tmp_path / "a.onnx"), str(averaged))
    refused(Asked(models, use_ema=True), f"at {models[0]}", kind=CheckpointError)
    refused(Asked(models, precision="int8"), "the artifact is fp32: expected int8", kind=ArtifactError)
    settled = settle(Asked(models))
    rest = {s.name: s.value for s in artifact_settings(settled.members, settled.settings)}
    assert (rest["use_ema"], rest["precision"]) == ([False, True], ["fp32", "fp32"])


def test_a_checkpoint_in_the_file_means_its_artifact(write: Write, tmp_path: Path) -> None:
    config = write("  checkpoint: b.pt\n")
    (tmp_path / "b.pt").write_bytes(b"b")
    assert settle(Asked(config=config)).members == (tmp_path / "b.onnx",)
    (tmp_path / "b.pt").write_bytes(b"trained on")
    refused(Asked(config=config), f"truecopy export {tmp_path / 'b.pt'}", kind=CheckpointError)
