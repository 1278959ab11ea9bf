"""`truecopy export` and `attach` as they are typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import truecopy as runtime
from truecopy.artifact import split


def test_the_report_stands_on_stdout_and_the_progress_on_stderr(export, tmp_path, left):
    done = export()
    assert done.code == 0, done.err
    assert left() == ["out.onnx", "out.report.html", "out.report.json"]
    for row in ("level", "bit-exact", "top-1 flips", "accuracy, raw", "accuracy, ema", "accuracy, truecopy"):
        assert row in done.out
    for line in ("- read best.pt", "taken: state_dict_ema", "- trace the network", "- proof on 3 images"):
        assert line in done.err
    assert f"next: truecopy selftest {tmp_path / 'out.onnx'}" in done.err


def test_json_is_one_document_and_nothing_else(export, tmp_path):
    done = export("--json")
    assert done.code == 0
    assert done.out.count("\n") == 1
    document = done.json
    assert document["status"] == "ok"
    assert document["path"] == str(tmp_path / "out.onnx")
    assert document["bytes"] == Path(document["path"]).stat().st_size
    assert document["proof"]["level"] == "bit-exact"
    assert set(document["proof"]["accuracy"]) == {"raw", "ema", "original", "truecopy", "images"}
    assert document["provenance"]["checkpoint"]["weights"] == "ema"
    assert document["provenance"]["recipe"] == "python:user_code:validation"


@pytest.mark.parametrize(
    ("words", "weights", "field"),
    [
        ((), "ema", "state_dict_ema"),
        (("--ema", "auto"), "ema", "state_dict_ema"),
        (("--no-ema",), "raw", "state_dict"),
        (("--ema", "raw"), "raw", "state_dict"),
        (("--ema", "raw", "--no-ema"), "raw", "state_dict"),
        (("--ema", "state_dict_ema"), "ema", "state_dict_ema"),
        (("--ema", "state_dict"), "raw", "state_dict"),
    ],
)
def test_which_weights_are_taken_is_said_and_recorded(export, words, weights, field):
    done = export("--json", "--no-proof", *words, proof=None)
    assert done.code == 0, done.err
    record = done.json["provenance"]["checkpoint"]
    assert (record["weights"], record["field"]) == (weights, field)
    assert f"taken: {field}" in done.err


def test_raw_and_ema_answer_differently_and_the_file_holds_what_was_taken(export, tmp_path, project):
    answers = {}
    for word in ("raw", "auto"):
        assert export("--overwrite", ema=word).code == 0
        answers[word] = runtime.load(tmp_path / "out.onnx")("photos/owl/2.png").probabilities
    assert abs(answers["raw"] - answers["auto"]).max() > 0.05


def test_lines_of_loading_reach_the_person(export, project, tmp_path):
    content = torch.load(project / "best.pt", weights_only=True)
    for name in ("state_dict", "state_dict_ema"):
        content[name] = {key: value for key, value in content[name].items() if "num_batches" not in key}
    torch.save(content, tmp_path / "old.pt")
    done = export("--no-proof", proof=None, checkpoint=tmp_path / "old.pt")
    assert done.code == 0
    line = "1 BatchNorm counters (num_batches_tracked) are not in the checkpoint; inference needs none"
    assert done.err.count(line) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--no-ema", "--ema", "state_dict_ema"), "--no-ema and --ema state_dict_ema contradict one another"),
        (("--golden", "-1"), "Invalid value for '--golden'"),
        (("--activation", "relu"), "'relu' is not one of 'softmax', 'sigmoid', 'none'"),
        (("--threshold", "1.5"), "Invalid value for '--threshold'"),
        (("--pillow-passes", "old"), "Invalid value for '--pillow-passes'"),
        (("--no-proof",), "--proof and --no-proof contradict one another"),
        (("--typo",), "No such option"),
    ],
)
def test_usage_errors_are_exit_code_2(export, left, words, message):
    done = export(*words)
    assert done.code == 2
    assert message in done.err
    assert left() == []


def test_a_missing_option_is_exit_code_2(truecopy, project):
    done = truecopy("export", "best.pt")
    assert done.code == 2
    assert "Missing option '-o' / '--output'" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checkpoint": "nowhere.pt"}, "The checkpoint cannot be opened: got No such file or directory - at nowhere.pt"),
        ({"arch": "python:user_code:nett"}, "no 'nett' in user_code, did you mean 'net'?"),
        ({"arch": "resnet18"}, "the architecture is unknown: expected timm:NAME"),
        ({"arch_arg": "classes=4"}, "try --arch-arg num_classes=3"),
        ({"arch_arg": "classes"}, "classes"),
        ({"recipe": "torchvision"}, "the recipe is unknown"),
        ({"recipe_input": "tensor"}, "it takes a picture, and a tensor arrives - at step 3 of Compose: ToTensor"),
        ({"recipe_arg": "decode=opencv"}, "this recipe has no option 'decode': expected --recipe-arg decoder=..."),
        ({"recipe_arg": "decoder=cv2"}, "option decoder of the recipe: expected one of opencv, pillow, torchvision, got 'cv2'"),
        ({"labels": "nowhere.txt"}, "nowhere.txt"),
        ({"labels": None}, "there are no labels: expected --labels FILE or FOLDER"),
        ({"task": "binry"}, "task 'binry' is unknown, did you mean 'binary'?: expected multiclass, binary"),
        ({"precision": "fp32,fp16"}, "precision fp32,fp16 is not exported by this version: expected fp32"),
        ({"output": "out.bin"}, "the output is a model: expected a name that ends in .onnx, got out.bin"),
        ({"ema": "ema_model"}, "ema_model"),
    ],
)  # fmt: skip
def test_refusals_are_exit_code_3_in_one_sentence(export, left, options, message):
    done = export(**options)
    assert done.code == 3, done.err
    (line,) = [line for line in done.err.splitlines() if line.startswith("truecopy: ")]
    assert message in line
    assert "Traceback" not in done.err
    assert done.out == ""
    assert left() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"proof": None},
            "no proof folder was given: equality with the original would stay unproven. --proof FOLDER",
        ),
        ({"proof": "nowhere"}, "the proof folder is not there: got nowhere"),
        ({"proof_labels": "nowhere.csv"}, "the table of proof labels is not there: got nowhere.csv"),
        ({"proof": None, "golden": 2}, "no proof folder was given"),
    ],
)
def test_a_proof_that_cannot_begin_is_exit_code_4(export, left, options, message):
    done = export(**options)
    assert done.code == 4
    assert message in done.err
    assert left() == []


def test_help_names_every_option_and_the_exit_codes(truecopy):
    done = truecopy("export", "--help")
    assert done.code == 0
    for option in ("--arch", "--arch-arg", "--recipe", "--labels", "--proof", "--no-proof", "--golden", "--ema", "--json",
                   "--no-ema", "--precision", "--task", "--activation", "--pillow-passes", "--overwrite"):  # fmt: skip
        assert option in done.out
    assert (
        "Exit code 3 if checkpoint, recipe or labels are refused, 4 if the proof does not hold"
        in " ".join(done.out.split())
    )
    assert "--answer" in truecopy("attach", "--help").out


def test_help_does_not_wait_for_torch(project):
    code = (
        "import sys; sys.argv = ['truecopy', 'export', '--help']\n"
        "from truecopy.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_attach_through_the_command_line(truecopy, export, project, tmp_path):
    assert export().code == 0
    steps = tmp_path / "steps.yaml"
    steps.write_text(
        "steps:\n"
        "  - {op: resize, rule: exact, size: [8, 8], kernel: pillow, filter: bilinear}\n"
        "  - {op: values, chain: [[div, 255.0]]}\n"
    )
    (tmp_path / "bare.onnx").write_bytes(split((tmp_path / "out.onnx").read_bytes())[0])
    done = truecopy("attach", tmp_path / "bare.onnx", "--recipe", steps, "--labels", "labels.txt", "--proof", "photos",
                    "-o", tmp_path / "theirs.onnx", "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["proof"]["level"] == "self-consistent"
    assert any("pass_order" in note for note in done.json["notes"])
    refused = truecopy("attach", "labels.txt", "--recipe", steps, "--labels", "labels.txt", "--no-proof",
                       "-o", tmp_path / "x.onnx")  # fmt: skip
    assert refused.code == 3
    assert "this is no ONNX" in refused.err


def test_file_names_of_any_bytes_do_not_break_the_report(export, project, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / os.fsdecode(b"p\xff.png")).write_bytes((project / "photos" / "cat" / "0.png").read_bytes())
    (folder / os.fsdecode(b"a\xff.png")).write_bytes(b"no image")
    done = export("--json", "--golden", "1", proof=folder)
    assert done.code == 0, done.err
    assert json.loads(done.out)["proof"]["images"] == 1
    assert Path(json.loads(done.out)["path"]).exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"recipe": "metadata"},
            "--recipe metadata reads what an ONNX file says about itself. Type: truecopy attach",
        ),
        ({"recipe": "steps.yaml", "recipe_input": "tensor"}, "only a torchvision transform is given tensors"),
    ],
)
def test_a_word_in_the_wrong_place_says_where_it_belongs(export, options, message):
    done = export(**options)
    assert done.code == 3
    assert message in done.err


def test_a_checkpoint_s_name_may_hold_any_bytes_and_the_next_lines_are_for_a_shell(export, project, tmp_path):
    strange = tmp_path / "my \udcff.pt"
    shutil.copy(project / "best.pt", strange)
    done = export(checkpoint=strange, output=tmp_path / "a b.onnx")
    assert done.code == 0, done.err
    assert f"next: truecopy selftest '{tmp_path}/a b.onnx'" in done.err
    assert (
        runtime.read(tmp_path / "a b.onnx").contract.provenance.checkpoint.name
        == "my \N{REPLACEMENT CHARACTER}.pt"
    )
