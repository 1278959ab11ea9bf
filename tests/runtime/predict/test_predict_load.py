from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import truecopy
from truecopy import errors
from truecopy.artifact import split
from truecopy.artifact.seal import SEAL_BYTES


def test_load_opens_a_path_a_pathlike_and_a_list_of_one(digits: Path) -> None:
    for path in (str(digits), digits, [digits], (str(digits),)):
        assert truecopy.load(path, device="cpu").precision == "fp32"


def test_a_model_says_what_it_is(digits: Path) -> None:
    model = truecopy.load(digits, device="cpu")
    assert (model.device, model.provider, model.precision) == ("cpu", "CPUExecutionProvider", "fp32")
    assert model.contracts == (model.contract,)
    assert model.contract == truecopy.read(digits).contract
    assert repr(model) == "<truecopy.Model multiclass, 10 classes, fp32, cpu>"


def test_the_precision_that_was_asked_for_is_loaded(digits: Path) -> None:
    assert truecopy.load(digits, device="cpu", precision="fp32").precision == "fp32"


def refused(path: Any, kind: type[Exception], text: str, **arguments: Any) -> None:
    with pytest.raises(kind, match=text):
        truecopy.load(path, **{"device": "cpu", **arguments})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    refused(
        path, errors.UnreadableArtifact, f"^cannot read the model: No such file or directory - at {path}$"
    )
    refused(tmp_path, errors.UnreadableArtifact, "Is a directory")


def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path, digit_images: list[str]) -> None:
    empty = tmp_path / "empty.onnx"
    empty.write_bytes(b"")
    for path in (empty, digit_images[0]):
        refused(path, errors.ArtifactError, f"at {path}")


def test_a_graph_without_a_contract_is_refused_with_the_command_to_type(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.onnx"
    path.write_bytes(split(digits.read_bytes())[0])
    refused(path, errors.NoContract, f"carries no Truecopy contract.*truecopy attach {path} --recipe")


def test_a_file_without_its_seal_is_refused_with_the_command_to_type(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "unsealed.onnx"
    path.write_bytes(digits.read_bytes()[:-SEAL_BYTES])
    message = f"the file is not sealed: a tool rewrote it after the export.*truecopy seal {path} -o OUT.onnx"
    refused(path, errors.NotSealed, message)


def test_one_changed_byte_is_refused(digits: Path, tmp_path: Path) -> None:
    data = bytearray(digits.read_bytes())
    data[len(data) // 3] ^= 1
    path = tmp_path / "changed.onnx"
    path.write_bytes(data)
    refused(
        path, errors.Changed, r"the file changed since it was sealed: expected sha256 .*, got .*Copy it again"
    )


def test_a_document_of_the_future_is_refused_with_what_it_needs(raw_document: Callable[..., Path]) -> None:
    path = raw_document(lambda document: document.update(truecopy=2, requires="1.4"))
    refused(path, errors.Version, r"version 2.*It needs truecopy >= 1\.4: pip install --upgrade truecopy")
    path = raw_document(lambda document: document.update(requires="0.9"))
    refused(path, errors.Version, r"the contract needs truecopy >= 0\.9; this is")


def test_an_unknown_field_is_refused_with_its_path(raw_document: Callable[..., Path]) -> None:
    path = raw_document(lambda document: document["task"].update(colour="red"))
    refused(path, errors.ContractError, f"{re.escape(str(path))}.*colour")


def test_a_contract_about_another_graph_is_refused(digits_contract, change, rewritten) -> None:
    path = rewritten(change(digits_contract, graph={"sha256": "0" * 64}))
    refused(path, errors.Changed, "the contract is about another graph")


def test_another_precision_is_refused(digits: Path) -> None:
    message = f"^the artifact is fp32: expected fp16 - at {digits}. Load the fp16 variant"
    refused(digits, errors.ArtifactError, message, precision="fp16")


@pytest.mark.parametrize("name", ["best.pt", "best.PTH", "last.ckpt", "w.safetensors"])
def test_a_checkpoint_without_its_artifact_is_refused_with_the_export_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"weights")
    refused(tmp_path / name, errors.CheckpointError, f"truecopy export {tmp_path / name} --arch")


def test_one_file_twice_is_no_ensemble(digits: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.onnx"
    copy.write_bytes(digits.read_bytes())
    message = f"^one member stands twice, and would count twice: got {digits} and {copy} are the same file"
    refused([digits, copy], errors.StrategyError, message)
    refused([], errors.StrategyError, "there is no member: expected at least one artifact, got an empty list")


def test_a_device_that_is_not_there_is_refused(digits: Path) -> None:
    refused(digits, errors.DeviceError, "no such device: 'tpu'", device="tpu")
    refused(digits, errors.DeviceError, "has no XProvider", device="provider:XProvider")


def test_no_threads_are_a_programming_error(digits: Path) -> None:
    refused(digits, ValueError, "threads must be at least 1, got 0", threads=0)


def test_limits_hold_for_the_file_and_for_the_images(digits: Path) -> None:
    refused(digits, errors.ContractError, "100", limits=truecopy.Limits(max_contract_bytes=100))
    model = truecopy.load(digits, device="cpu", limits=truecopy.Limits(max_pixels=1000))
    with pytest.raises(errors.TooLarge, match=r"at most 1000 pixels"):
        model(np.zeros((50, 50), np.uint8))


@pytest.mark.parametrize("strategy", ["tta", {"views": ["horizontal_flip"]}])
def test_a_strategy_in_words_says_how_it_is_written(digits: Path, strategy: Any) -> None:
    refused(digits, errors.StrategyError, r"a strategy is a truecopy.Strategy: got .*Write truecopy\.Strategy\(views=", strategy=strategy)  # fmt: skip


@pytest.mark.parametrize("mistaken", [None, 3, b"x.onnx", [1], ["a.onnx", b"b.onnx"], {"a.onnx"}])
def test_what_names_no_model_is_refused(mistaken: Any) -> None:
    message = "a model is named by its path, or several by a list of theirs: got "
    refused(mistaken, errors.UnreadableArtifact, message)


def test_a_file_that_is_open_names_no_model(digits: Path) -> None:
    with digits.open("rb") as file:
        refused(file, errors.UnreadableArtifact, "a model is named by its path")


def test_members_may_come_one_by_one(digits: Path) -> None:
    assert len(truecopy.load(path for path in [digits]).contracts) == 1  # type: ignore[arg-type]
