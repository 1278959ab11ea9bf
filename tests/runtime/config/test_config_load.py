"""`truecopy.load_config`: from a file of settings to answers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tests.exported_digits import exported

import truecopy
from truecopy.config import Asked, open_settled, settle
from truecopy.errors import DeviceError, StrategyError


def test_a_file_is_the_same_as_its_strategy(tmp_path: Path, digit_images: list[str]) -> None:
    members = [exported(tmp_path / f"{t}.onnx", temperature=t) for t in (1.0, 2.0)]
    config = tmp_path / "inference.yaml"
    config.write_text(
        "inference:\n  strategy: tta_ensemble\n  device: cpu\n  tta: {augmentations: [horizontal_flip]}\n"
        "  ensemble: {checkpoints: [1.0.onnx, 2.0.onnx], weights: [3, 1]}\n"
    )
    strategy = truecopy.Strategy(["horizontal_flip"], weights=[3, 1])
    model = truecopy.load_config(config)
    assert model.strategy == strategy
    expected = truecopy.load(members, device="cpu", strategy=strategy)
    for image in digit_images[:2]:
        said, wanted = model(image), expected(image)
        assert isinstance(said, truecopy.Classification)
        assert isinstance(wanted, truecopy.Classification)
        assert np.array_equal(said.probabilities, wanted.probabilities)
        assert said.passes == 4


def test_a_path_is_a_text_or_a_pathlike(tmp_path: Path, digits: Path) -> None:
    config = tmp_path / "inference.yaml"
    config.write_text(
        f"inference: {{checkpoint: {os.path.relpath(digits, tmp_path)}, device: cpu, threads: 1}}\n"
    )
    for path in (config, str(config)):
        assert truecopy.load_config(path).contract == truecopy.read(digits).contract


def test_accelerate_without_a_gpu_says_so(digits: Path) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.raises(DeviceError, match="cuda:all needs at least one GPU"):
        open_settled(settle(Asked((str(digits),), strategy="accelerate")))


def test_what_the_strategy_of_a_file_does_not_use_is_a_warning(tmp_path: Path, digits: Path) -> None:
    config = tmp_path / "inference.yaml"
    text = f"  checkpoint: {os.path.relpath(digits, tmp_path)}\n  device: cpu\n  tta: {{augmentations: [brightness:1.2]}}\n"
    config.write_text(f"inference:\n  strategy: standard\n{text}")
    with pytest.warns(UserWarning, match="not used by strategy 'standard': tta.augmentations$") as caught:
        assert truecopy.load_config(config).strategy == truecopy.Strategy()
    assert caught[0].filename == __file__
    config.write_text(f"inference:\n{text}")
    assert truecopy.load_config(config).strategy == truecopy.Strategy(["brightness:1.2"])


@pytest.mark.parametrize("given", [{"inference": {}}, None, 3, b"inference.yaml", ["inference.yaml"]])
def test_what_is_no_path_is_refused_with_what_to_write(given: object) -> None:
    with pytest.raises(StrategyError, match="settings are a YAML file, named by its path: got ") as caught:
        truecopy.load_config(given)  # type: ignore[arg-type]
    assert "truecopy.Strategy(...)" in str(caught.value)
