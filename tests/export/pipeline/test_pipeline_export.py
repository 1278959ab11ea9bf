"""`truecopy_export.export` at the end of a training script."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image
from torch import nn
from torch.optim.swa_utils import AveragedModel

import truecopy
import truecopy_export
from truecopy.errors import CheckpointError, ProofError, RecipeError, TruecopyError
from truecopy.proof import selftest

LABELS = ["cat", "dog", "owl"]


@pytest.fixture
def export(make_network, transform, tmp_path):
    """`export` with what a test does not care about filled in; returns the report."""

    def call(module=None, output="out.onnx", **options):
        filled = {"recipe": transform, "labels": LABELS} | options
        if "proof" not in filled:
            filled.setdefault("unproven", True)
        return truecopy_export.export(module or make_network(), tmp_path / output, **filled)

    return call


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_module_in_training_stays_in_training(export, make_network):
    module = make_network()
    module[0].weight.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    export(module)
    assert all(part.training for part in module.modules())
    assert [parameter.requires_grad for parameter in module.parameters()][:2] == [False, True]
    assert all(torch.equal(tensor, module.state_dict()[name]) for name, tensor in before.items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_the_finished_file_answers_like_torch(report, photos, make_network, transform):
    model = truecopy.load(report.path)
    module = make_network().eval()
    for path in sorted(photos.rglob("*.png")):
        with torch.no_grad():
            expected = module(transform(Image.open(path).convert("RGB"))[None]).softmax(1).numpy()[0]
        answer = model(path)
        np.testing.assert_allclose(answer.probabilities, expected, atol=1e-6)
        assert answer.label == LABELS[int(expected.argmax())]


def test_the_report_and_the_file_say_what_was_proven(report):
    contract = truecopy.read(report.path).contract
    assert contract == report.contract
    proof = contract.proof
    assert (proof.level, proof.images, proof.labelled, proof.provider) == ("bit-exact", 4, True, "cpu")
    assert (proof.tensor.differing_values, proof.decisions.flips) == (0, 0)
    assert proof.accuracy.original == proof.accuracy.truecopy
    assert proof.accuracy.raw is proof.accuracy.ema is None
    assert report.bytes == Path(report.path).stat().st_size
    assert contract.provenance.checkpoint is None
    assert contract.provenance.architecture == "live torch.nn.modules.container.Sequential"
    rows = dict(report.rows())
    assert rows["tensor values that differ"] == "0"
    assert rows["accuracy, truecopy"].endswith(f"= {proof.accuracy.truecopy:.4f}")


def test_the_checker_and_the_selftest_accept_the_file(report):
    onnx.checker.check_model(onnx.load_model(report.path), full_check=True)
    assert selftest(report.path).ok


def test_nothing_of_this_machine_stands_in_the_file(report):
    content = Path(report.path).read_bytes()
    for word in (
        str(Path(__file__).parents[3]),
        "site-packages",
        "stack_trace",
        str(Path(report.path).parent),
    ):
        assert word.encode() not in content


def test_wrappers_are_taken_off(export, report, make_network):
    averaged = AveragedModel(make_network())
    averaged.update_parameters(make_network())
    for wrapped in (nn.DataParallel(make_network()), averaged):
        assert export(wrapped, overwrite=True).contract.graph == report.contract.graph


def test_without_proof_the_error_says_what_to_type(export, tmp_path):
    with pytest.raises(
        ProofError, match=r"no proof folder was given: .* --proof FOLDER with real images, or --no-proof"
    ):
        export(unproven=False)
    assert files(tmp_path) == []
    assert export().contract.proof.level == "unproven"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": ("fp32", "fp16")}, "precision fp32,fp16 is not exported by this version: expected fp32"),
        ({"precision": "fp16"}, "precision fp16 is not exported by this version: expected fp32"),
        ({"task": "binry"}, "task 'binry' is unknown, did you mean 'binary'?: expected multiclass, binary"),
        ({"output": "out.pt"}, "the output is a model: expected a name that ends in .onnx, got "),
        ({"labels": LABELS[:2]}, "2 labels for 3 outputs - at list. Give one label per output"),
        ({"labels": {"cat": 0, "dog": 2}}, "class_to_idx does not number the classes"),
        ({"golden": 2}, "--golden embeds proof images, and there is no proof folder"),
        ({"proof": "nowhere"}, "the proof folder is not there: got nowhere"),
    ],
)  # fmt: skip
def test_what_is_not_possible_is_refused_by_name_and_leaves_no_file(export, tmp_path, options, message):
    with pytest.raises(TruecopyError) as caught:
        export(**options)
    assert message in str(caught.value)
    assert files(tmp_path) == []


def test_an_impossible_wish_is_refused_before_anything_is_traced(export, monkeypatch):
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: pytest.fail("traced"))
    for options in ({"proof": "nowhere"}, {"precision": ("int8",)}):
        with pytest.raises((ProofError, RecipeError)):
            export(**options)


def test_an_existing_file_is_replaced_only_on_request(export, tmp_path):
    (tmp_path / "out.onnx").write_text("mine")
    with pytest.raises(RecipeError, match=r"out\.onnx exists\. Type --overwrite to replace it"):
        export()
    assert (tmp_path / "out.onnx").read_text() == "mine"
    export(overwrite=True)
    assert truecopy.read(tmp_path / "out.onnx").seal == "sealed"


def test_an_existing_file_stays_when_the_proof_fails(export, tmp_path, photos, make_network, monkeypatch):
    (tmp_path / "out.onnx").write_text("mine")
    monkeypatch.setattr(sys.modules["truecopy_export.proof.compare"], "_count_values", _count_seven)
    with pytest.raises(ProofError, match="28 tensor values differ on 4 of 4 images"):
        export(proof=photos, overwrite=True)
    assert files(tmp_path) == [*(f"out.failed-proof.{kind}" for kind in ("html", "json", "npz")), "out.onnx"]
    assert (tmp_path / "out.onnx").read_text() == "mine"


def _count_seven(result, path, fed):
    result.differing_values += 7
    result.differing_images += 1
    result.first_differing = result.first_differing or path


def test_a_file_that_fails_its_own_selftest_never_gets_its_name(export, tmp_path, monkeypatch):
    from truecopy_export import writer

    golden = writer.record

    def wrong(*arguments):
        import msgspec

        return msgspec.structs.replace(golden(*arguments), tensor="0" * 64)

    monkeypatch.setattr(writer, "record", wrong)
    with pytest.raises(ProofError, match=r"fails its own selftest on sample .* - at stage tensor"):
        export()
    assert files(tmp_path) == []


def test_golden_images_are_embedded_on_request_and_it_says_so(export, photos):
    report = export(proof=photos, golden=2)
    golden = truecopy.read(report.path).golden
    assert [sample.name for sample in golden[4:]] == ["0.png", "3.png"]
    assert golden[4].encoded == (photos / "cat" / "0.png").read_bytes()
    assert "2 proof images are embedded in the file as golden samples: are they public?" in report.notes


def test_golden_takes_images_that_can_be_read_and_counts_them(export, tmp_path, make_network):
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"no image")
    name = os.fsdecode(b"b\xff.png")
    Image.new("RGB", (9, 9), "red").save(folder / name)
    report = export(proof=folder, golden=5)
    assert [sample.name for sample in truecopy.read(report.path).golden[4:]] == [
        "b\N{REPLACEMENT CHARACTER}.png"
    ]
    assert "1 proof images are embedded in the file as golden samples: are they public?" in report.notes
    assert any("1 proof images could not be read and were left out" in note for note in report.notes)
    assert selftest(report.path).ok


def test_without_request_no_photo_is_embedded(report, photos):
    content = Path(report.path).read_bytes()
    golden = truecopy.read(report.path).golden
    assert len(golden) == 4
    assert not {sample.encoded for sample in golden} & {path.read_bytes() for path in photos.rglob("*.png")}
    assert b"3.png" not in content


def test_source_date_epoch_makes_equal_exports_equal_files(export, photos, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = Path(export(proof=photos, golden=1, output="one.onnx").path).read_bytes()
    second = Path(export(proof=photos, golden=1, output="two.onnx").path).read_bytes()
    assert first == second
    assert b"2023-11-14T22:13:20Z" in first


def test_a_softmax_in_the_graph_must_be_said(export, make_network, photos):
    ends_in_softmax = nn.Sequential(make_network(), nn.Softmax(1))
    for proof in ({"proof": photos}, {}):
        with pytest.raises(RecipeError, match="The graph ends in a softmax: type --activation none"):
            export(ends_in_softmax, **proof)
        with pytest.raises(
            RecipeError, match=r"the outputs are no probabilities: .* Type --activation softmax"
        ):
            export(activation="none", **proof)
    report = export(ends_in_softmax, activation="none", proof=photos)
    probabilities = truecopy.load(report.path)(photos / "cat" / "0.png").probabilities
    assert probabilities.sum() == pytest.approx(1)
    assert report.contract.proof.level == "bit-exact"


def test_the_pass_order_of_training_can_be_said_and_is_proven(export, photos):
    notes = {}
    for order in ("horizontal", "pillow13"):
        made = export(proof=photos, pillow_passes=order, overwrite=True)
        assert made.contract.steps[0].pass_order == order
        assert made.contract.proof.tensor.differing_values == 0
        notes[order] = [note for note in made.notes if "pass order" in note]
    assert "proof images depend on Pillow's pass order; the file says 'horizontal'" in notes["horizontal"][0]


def test_a_place_that_cannot_be_written_is_an_error_with_its_name(export, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        RecipeError, match=r"cannot write .*file/out\.onnx: .* \(Not a directory\)\. Name another place"
    ):
        export(output="file/out.onnx")


def test_a_folder_that_is_not_there_is_refused_before_anything_is_read(export, tmp_path):
    with pytest.raises(
        RecipeError,
        match=r"cannot write .*typo/out\.onnx: there is no folder .*typo\. Make it first: mkdir -p ",
    ):
        export(output="typo/out.onnx", proof=tmp_path / "no proof either")
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_no_output_and_a_link_to_nothing_stands_there(export, tmp_path, overwrite):
    (tmp_path / "ex.onnx").mkdir()
    with pytest.raises(RecipeError, match=r"ex\.onnx is a folder\. Name the new file"):
        export(output="ex.onnx", overwrite=overwrite, proof=tmp_path / "no proof either")
    (tmp_path / "link.onnx").symlink_to("nowhere")
    if not overwrite:
        with pytest.raises(RecipeError, match=r"link\.onnx exists\. Type --overwrite .*overwrite=True"):
            export(output="link.onnx")
    assert (tmp_path / "link.onnx").is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, also from root")
def test_a_folder_that_takes_no_files_is_not_to_be_made(export):
    with pytest.raises(
        RecipeError, match=r"cannot write /proc/e\.onnx: no such file can be made in /proc"
    ) as caught:
        export(output="/proc/e.onnx")
    assert "mkdir" not in str(caught.value)


def test_a_network_without_a_recipe_of_fixed_size_is_refused(export):
    from torchvision import transforms

    with pytest.raises(RecipeError, match=r"leaves pictures of different sizes: .* End it with CenterCrop"):
        export(recipe=transforms.Compose([transforms.Resize(8), transforms.ToTensor()]))


def test_a_network_that_does_not_fit_the_recipe_is_refused(export):
    with pytest.raises(
        CheckpointError, match=r"does not run on images of shape .* Do recipe .* belong together"
    ):
        export(nn.Sequential(nn.Flatten(), nn.Linear(5, 3)))
