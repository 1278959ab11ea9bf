"""Folders as save_pretrained writes them: which files are read, and what their JSON says."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.carried.huggingface import carried_by_folder
from truecopy_export.carried.huggingface_labels import names_in
from truecopy_export.checkpoints import Checkpoint, choose_weights, read_checkpoint
from truecopy_export.checkpoints.digest import digest_of

CONFIG = {
    "architectures": ["ViTForImageClassification"],
    "model_type": "vit",
    "transformers_version": "5.23.0",
}
NAMES = {"0": "cat", "1": "dog", "2": "owl"}
TENSORS = {
    "classifier.weight": torch.arange(6.0).reshape(3, 2),
    "classifier.bias": torch.tensor([1.0, -1.0, 0.5]),
}


@pytest.fixture
def folder(tmp_path):
    """The files of a folder; the weights fit no network."""
    made = tmp_path / "cats"
    made.mkdir()
    safetensors.torch.save_file(TENSORS, made / "model.safetensors", metadata={"format": "pt"})
    config(made)
    return made


def config(folder, **entries):
    (folder / "config.json").write_text(json.dumps({**CONFIG, **entries}))
    return folder


def carried(folder):
    return carried_by_folder(Checkpoint(folder, folder.name, "", "huggingface-folder", {}))


def refusal(folder, kind=CheckpointError, act=read_checkpoint):
    with pytest.raises(kind) as caught:
        act(folder)
    return str(caught.value)


def test_a_folder_stands_for_its_weights_and_has_their_digest(folder):
    checkpoint = read_checkpoint(folder)
    assert (checkpoint.format, checkpoint.name) == ("huggingface-folder", "cats")
    assert checkpoint.sha256 == digest_of(folder / "model.safetensors")
    assert choose_weights(checkpoint).taken.tensors["classifier.bias"].tolist() == [1.0, -1.0, 0.5]


def test_safetensors_go_before_pickles_and_what_is_not_read_is_told(folder):
    torch.save({"classifier.weight": torch.zeros(3, 2)}, folder / "pytorch_model.bin")
    (folder / "tf_model.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert read_checkpoint(folder).sha256 == digest_of(folder / "model.safetensors")
    assert ("not read", "pytorch_model.bin, tf_model.h5 beside model.safetensors") in carried(folder).facts
    (folder / "model.safetensors").unlink()
    assert read_checkpoint(folder).content["classifier.weight"].tolist() == [[0, 0]] * 3
    assert carried(folder).facts[-2:] == (
        ("weights file", "pytorch_model.bin"),
        ("not read", "tf_model.h5 beside pytorch_model.bin"),
    )


def test_of_a_trainers_step_only_the_model_is_read(folder):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(folder / "ran"),)

    for name in ("training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth"):
        torch.save(Evil(), folder / name)
    state = {"epoch": 3.0, "global_step": 500, "best_metric": 0.91, "log_history": [{"loss": 1}]}
    (folder / "trainer_state.json").write_text(json.dumps(state))
    assert len(read_checkpoint(folder).content) == 2
    assert {("epoch", "3.0"), ("global_step", "500"), ("best_metric", "0.91")} <= {*carried(folder).facts}
    assert not (folder / "ran").exists()
    (folder / "trainer_state.json").write_text("{")
    assert "epoch" not in dict(carried(folder).facts)


@pytest.mark.parametrize(
    ("files", "said", "advice"),
    [
        (["tf_model.h5"], "weights of TensorFlow only", "from_tf=True"),
        (["flax_model.msgpack"], "weights of Flax only", "from_flax=True"),
        (["model.fp16.safetensors"], "holds no weights", "Give the variant the plain name, in a folder of its own: model.fp16.safetensors"),
        (["notes.txt"], "holds no weights", "with only a config, give the file of weights and --arch hf:FOLDER"),
        (["model.safetensors", "adapter_config.json"], "holds an adapter (LoRA)", "merge_and_unload"),
    ],
)  # fmt: skip
def test_a_folder_without_weights_of_its_own_is_refused_by_name(folder, files, said, advice):
    (folder / "model.safetensors").unlink()
    for name in files:
        (folder / name).touch()
    message = refusal(folder)
    assert said in message
    assert advice in message


def test_a_trainers_folder_without_weights_names_its_steps(folder):
    (folder / "model.safetensors").unlink()
    (folder / "checkpoint-500").mkdir()
    assert f"truecopy export {folder / 'checkpoint-500'}" in refusal(folder)


def test_weights_of_another_kind_are_named(folder):
    (folder / "model.safetensors").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert "The folder's file of weights is a Keras model in HDF5" in refusal(folder)
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "a Git-LFS pointer" in refusal(folder)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (folder / "model.safetensors").rename(tmp_path / "elsewhere")
    (folder / "model.safetensors").symlink_to(tmp_path / "elsewhere")
    assert "a link that leads out of the folder" in refusal(folder)
    (folder / "config.json").rename(tmp_path / "config")
    (folder / "config.json").symlink_to(tmp_path / "config")
    assert "a link that leads out of the folder" in refusal(folder)


def test_a_trainers_state_that_stands_elsewhere_is_not_shown(folder, tmp_path):
    (tmp_path / "state").write_text('{"epoch": 7}')
    (folder / "trainer_state.json").symlink_to(tmp_path / "state")
    assert "epoch" not in dict(carried(folder).facts)
    (folder / "trainer_state.json").unlink()
    (folder / "trainer_state.json").write_text('{"epoch": 7}')
    assert dict(carried(folder).facts)["epoch"] == "7"


@pytest.mark.parametrize("place", ["9" * 5000, "01", "-1"])
def test_a_place_in_label2id_that_is_none_is_refused(place):
    with pytest.raises(RecipeError, match="id2label and label2id contradict one another") as caught:
        names_in({"id2label": NAMES, "label2id": {"cat": place, "dog": 1, "owl": 2}}, "config.json")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"model_type": "vit", "model_type": "bit"}', "key 'model_type' stands twice"),
        ('{"a": ' * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ("[]", "is no JSON object: got list"),
        ('{"a": ' + "9" * 100_000 + "}", "is not valid JSON"),
        ("", "is not valid JSON"),
    ],
    ids=["twice", "deep", "nan", "list", "digits", "empty"],
)
def test_a_config_that_is_no_plain_object_is_refused(folder, text, said):
    (folder / "config.json").write_text(text)
    assert said in refusal(folder)


def test_a_config_of_ten_million_labels_is_refused_unread(folder):
    with (folder / "config.json").open("w") as file:
        file.write('{"id2label": {' + ",".join(f'"{number}":"n"' for number in range(2_000_000)) + "}}")
    assert "the config is too long: expected at most 16777216 bytes" in refusal(folder)


# What the config says.


@given(st.permutations(range(12)))
def test_labels_stand_in_the_order_of_their_numbers_whatever_the_order_of_the_file(order):
    table = {str(place): f"name {place}" for place in order}
    found = names_in(
        {"id2label": table, "label2id": {name: int(place) for place, name in table.items()}}, "config.json"
    )
    assert found.labels == tuple(f"name {place}" for place in range(12))
    assert found.source == "config.json id2label"


def test_class_recipe_and_labels_come_from_the_folder(folder):
    (folder / "preprocessor_config.json").write_text("{}")
    found = carried(config(folder, id2label=NAMES, label2id={"cat": "0", "dog": "1", "owl": 2}))
    assert (found.architecture, found.recipe) == (f"hf:{folder}", f"hf:{folder}")
    assert (found.labels.labels, found.task) == (("cat", "dog", "owl"), None)
    assert found.facts == (
        ("class", "ViTForImageClassification"),
        ("model_type", "vit"),
        ("transformers_version", "5.23.0"),
        ("weights file", "model.safetensors"),
        ("__metadata__ format", "pt"),
    )
    (folder / "preprocessor_config.json").unlink()
    assert carried(folder).recipe is None


def test_two_outputs_may_have_one_name(folder):
    found = carried(
        config(folder, id2label={"0": "crane", "1": "owl", "2": "crane"}, label2id={"crane": 2, "owl": 1})
    )
    assert found.labels.labels == ("crane", "owl", "crane")


def test_placeholders_are_no_labels(folder):
    found = carried(config(folder, id2label={"0": "LABEL_0", "1": "LABEL_1"}))
    assert found.labels is None
    assert found.facts[0] == ("id2label", "2 placeholders (LABEL_0, ...), which are no names")
    assert carried(config(folder)).labels is None


@pytest.mark.parametrize(
    ("problem", "task", "labels"),
    [
        ("single_label_classification", {"kind": "multiclass"}, ("cat", "dog", "owl")),
        ("multi_label_classification", {"kind": "multilabel"}, ("cat", "dog", "owl")),
        ("regression", {"kind": "regression", "values": ["cat", "dog", "owl"]}, None),
        (None, None, ("cat", "dog", "owl")),
    ],
)
def test_the_problem_type_is_the_task(folder, problem, task, labels):
    found = carried(config(folder, problem_type=problem, id2label=NAMES))
    assert found.task == task
    assert (None if found.labels is None else found.labels.labels) == labels


def test_one_output_without_a_problem_type_is_two_things_in_transformers_and_is_said(folder):
    found = carried(config(folder, id2label={"0": "age"}))
    assert found.task is None
    assert "--task regression or --task binary says which" in dict(found.facts)["problem_type"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"id2label": {"0": "cat", "2": "owl"}}, "id2label does not number the outputs: expected 0 to 1, each once, got '2' and no '1'"),
        ({"id2label": {"1": "cat", "2": "owl"}}, "got '2' and no '0'"),
        ({"id2label": {"00": "cat", "1": "owl"}}, "got '00' and no '0'"),
        ({"id2label": {"0": "cat", "-1": "owl"}}, "got '-1' and no '1'"),
        ({"id2label": ["cat", "dog"]}, 'id2label of the config: expected {"0": "NAME"'),
        ({"id2label": {"0": 5, "1": 6}}, "a label: expected text of 1 to 1000 characters without tabs, got 5"),
        ({"id2label": {"0": "", "1": "b"}}, "a label: expected text"),
        ({"id2label": NAMES, "label2id": {"cat": 1, "dog": 0, "owl": 2}},
         "id2label and label2id contradict one another: expected 'cat' at 1 (label2id), got 'dog' (id2label)"),
        ({"id2label": NAMES, "label2id": {"LABEL_0": 0}}, "expected 'LABEL_0' at 0 (label2id), got 'cat' (id2label)"),
        ({"id2label": NAMES, "label2id": {"cat": 0, "dog": 1}}, "expected 'owl' in both, got it stands in id2label only"),
        ({"id2label": NAMES, "label2id": {"cat": 9}}, "got no such output"),
        ({"id2label": NAMES, "label2id": [1]}, "label2id of the config: expected an object"),
        ({"problem_type": "ranking"}, "problem_type of the config: expected single_label_classification or"),
        ({"problem_type": []}, "problem_type of the config"),
    ],
)  # fmt: skip
def test_labels_and_tasks_that_contradict_themselves_are_refused(folder, entries, said):
    assert said in refusal(config(folder, **entries), RecipeError, carried)


def test_a_moved_folder_says_the_same(folder, tmp_path):
    before = read_checkpoint(folder).sha256
    shutil.move(folder, tmp_path / "dogs")
    assert read_checkpoint(tmp_path / "dogs").sha256 == before
