"""The shared licence-plate network: characters without places (CTC), one plate at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.e2e.tasks import lprnet

import truecopy
from truecopy.errors import CheckpointError
from truecopy_export import export

RECIPE = """\
input: {decoder: opencv}
steps:
  - {op: resize, rule: exact, size: [24, 94], kernel: cv2, filter: bilinear, area_for_downscale: false}
  - {op: swap_rb}
  - {op: values, chain: [[sub, 127.5], [mul, 0.0078125]]}
"""
TASK = {"kind": "sequence", "layout": "NCT", "decoding": {"rule": "ctc", "blank": "-"}}


@pytest.fixture(scope="module")
def plates(data) -> list[Path]:
    return sorted((data / "plates").iterdir())


@pytest.fixture(scope="module")
def network(data):
    return lprnet.trained(data / "weights" / "lprnet" / "Final_LPRNet_model.pth")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("plates") / "steps.yaml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="module")
def made(network, recipe, plates):
    """Exported for one plate at a time: (path, report)."""
    folder = recipe.parent / "proof"
    folder.mkdir()
    for plate in plates[::10]:
        (folder / plate.name).symlink_to(plate)
    path, truths = recipe.parent / "plates.onnx", recipe.parent / "truths.csv"
    lines = [f"{plate.name},{plate.stem}" for plate in plates[::10]]
    truths.write_text("\n".join(["file,label", *lines]) + "\n", encoding="utf-8")
    report = export(
        network, path, recipe=recipe, labels=lprnet.ALPHABET, task=TASK, batch=1, proof=folder, proof_labels=truths,
    )  # fmt: skip
    return path, report


@pytest.fixture(scope="module")
def originals(network, plates) -> list[str]:
    """What the repository's own loop reads on each plate."""
    return [lprnet.read_plate(network, plate) for plate in plates]


def test_a_network_whose_answers_depend_on_their_neighbours_is_refused_with_the_word_to_type(
    network, recipe, plates
):
    with pytest.raises(CheckpointError, match="batch") as refused:
        export(
            network, recipe.parent / "never.onnx", recipe=recipe, labels=lprnet.ALPHABET, task=TASK,
            proof=plates[0].parent,
        )  # fmt: skip
    assert "batch=1" in refused.value.fix
    assert "--batch 1" in refused.value.fix
    assert not (recipe.parent / "never.onnx").exists()


def test_the_contract_fixes_the_batch_and_says_so(made):
    path, report = made
    contract = truecopy.read(path).contract
    assert contract.graph.inputs[0].shape == (1, 3, 24, 94)
    assert any("batch" in note for note in report.notes)
    assert contract.task.decoding.blank == 67
    assert contract.proof.level == "self-consistent"
    assert (contract.proof.images, contract.proof.decisions.flips, contract.proof.decisions.edits) == (
        20,
        0,
        0,
    )
    assert contract.proof.output.max_abs_over_max_logit < 1e-5
    assert contract.proof.accuracy.original == contract.proof.accuracy.truecopy >= 0.85


def test_every_plate_has_the_originals_text(made, originals, plates):
    answers = truecopy.load(made[0]).predict(plates)
    assert len(plates) == 200
    assert [answer.text for answer in answers] == originals
    right = sum(text == plate.stem for text, plate in zip(originals, plates, strict=True))
    assert right == 183  # of 200; all 200 as one batch give the original 179
    assert all(0 < answer.confidence <= 1 for answer in answers)


def test_plates_are_read_where_no_training_library_is(made, originals, plates, alone):
    path = made[0]
    checked, done = alone(
        path.parent, ("selftest", path, "--json"), ("predict", path, *plates[:40:2], "--json")
    )
    assert checked.rows[0]["ok"]
    assert [row["text"] for row in done.rows] == originals[:40:2]
    token = done.rows[0]["tokens"][0]
    assert token["token"] == token["top"][0]["label"]
    assert json.loads(done.out.splitlines()[0])["status"] == "ok"
