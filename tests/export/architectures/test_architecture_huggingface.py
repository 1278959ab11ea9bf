"""hf:FOLDER: the class that a config names, the weights that belong to it, and what no config may do."""

from __future__ import annotations

import json
import socket
import time

import pytest
import torch

from truecopy.errors import CheckpointError, Keys
from truecopy_export.architectures import build
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint

transformers = pytest.importorskip("transformers")

SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12, "image_size": 8,
         "patch_size": 4, "num_labels": 3}  # fmt: skip


def vit(seed=0, **more):
    torch.manual_seed(seed)
    config = transformers.ViTConfig(**{**SMALL, **more}, attn_implementation="eager")
    return transformers.ViTForImageClassification(config).eval()


@pytest.fixture
def folder(tmp_path):
    vit().save_pretrained(tmp_path / "vit")
    return tmp_path / "vit"


def edit(folder, **entries):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))
    return folder


def loaded(checkpoint, spec, **arguments):
    built = build(spec, arguments)
    load_into(built.module, built.fitted(choose_weights(read_checkpoint(checkpoint)).taken), "x")
    return built


def refusal(folder, kind=CheckpointError, **arguments):
    with pytest.raises(kind) as caught:
        build(f"hf:{folder}", arguments)
    return str(caught.value)


PICTURES = torch.linspace(-1, 1, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8)


def same(module, other):
    with torch.no_grad():
        return torch.equal(module.eval()(PICTURES).logits, other.eval()(PICTURES).logits)


def test_a_folder_becomes_the_model_that_was_saved(folder):
    built = loaded(folder, f"hf:{folder}")
    assert built.name == "hf:vit ViTForImageClassification"
    assert built.answer == "logits"
    assert built.module.config._attn_implementation == "eager"
    assert same(built.module, vit())
    saved = {*read_checkpoint(folder).content}
    assert "vit.encoder.layer.0.attention.attention.query.weight" in saved
    assert saved.isdisjoint({"vit.layers.0.attention.q_proj.weight"})


@pytest.mark.parametrize("wrap", [dict, lambda state: {f"module.{name}": one for name, one in state.items()}])
@pytest.mark.parametrize("older", [True, False], ids=["names of version 4", "names of version 5"])
def test_a_state_dict_beside_a_config_is_the_same_model(folder, tmp_path, wrap, older):
    state = read_checkpoint(folder).content if older else vit().state_dict()
    torch.save({"state_dict": wrap(state), "epoch": 3}, tmp_path / "best.pt")
    (folder / "model.safetensors").unlink()
    assert same(loaded(tmp_path / "best.pt", f"hf:{folder}").module, vit())


def test_a_config_without_its_class_means_the_one_classifier_of_its_kind(folder):
    edit(folder, architectures=None)
    assert build(f"hf:{folder}", {}).name == "hf:vit ViTForImageClassification"
    edit(folder, model_type="deit")
    message = refusal(folder)
    assert "does not say which classifier of deit it is" in message
    assert '"architectures": ["DeiTForImageClassificationWithTeacher"]' in message


def test_arguments_change_entries_of_the_config(folder):
    built = build(f"hf:{folder}", {"num_labels": 5, "hidden_size": 16})
    assert built.name == "hf:vit ViTForImageClassification num_labels=5 hidden_size=16"
    assert tuple(built.module.classifier.weight.shape) == (5, 16)
    message = refusal(folder, num_classes=5)
    assert "the config has no entry 'num_classes'" in message
    assert (
        "Leave --arch-arg num_classes out, or type the config's own name: the number of classes is num_labels"
        in message
    )


def test_a_model_of_half_precision_with_all_its_outputs_answers_in_float32_with_logits_alone(folder):
    edit(folder, dtype="bfloat16", output_hidden_states=True, output_attentions=True, return_dict=False,
         attn_implementation="flash_attention_2")  # fmt: skip
    module = build(f"hf:{folder}", {}).module
    assert {one.dtype for one in module.parameters()} == {torch.float32}
    assert list(module(PICTURES).keys()) == ["logits"]


# Weights that do not belong.


def test_a_base_model_is_refused_for_its_missing_head(folder, tmp_path):
    vit().vit.save_pretrained(tmp_path / "base")
    assert (
        "the folder holds no image classifier of transformers: expected ViTForImageClassification, got ViTModel"
        in refusal(tmp_path / "base")
    )
    edit(tmp_path / "base", architectures=["ViTForImageClassification"])
    with pytest.raises(Keys) as caught:
        loaded(tmp_path / "base", f"hf:{tmp_path / 'base'}")
    message = str(caught.value)
    assert "The classifier's head is not in the file: the base model was never fine-tuned" in message
    assert "classifier.bias, classifier.weight missing" in message


def test_a_head_of_another_size_is_refused_with_both_sizes(folder):
    edit(folder, id2label={str(place): f"n{place}" for place in range(5)}, label2id=None)
    with pytest.raises(Keys, match="3 outputs in the checkpoint and 5 in the architecture"):
        loaded(folder, f"hf:{folder}")


def test_weights_that_are_lost_or_too_many_are_named(folder, tmp_path):
    state = dict(read_checkpoint(folder).content)
    lost = state.pop("vit.encoder.layer.0.output.dense.weight")
    torch.save(state, tmp_path / "lost.pt")
    with pytest.raises(Keys, match="1 missing: vit"):
        loaded(tmp_path / "lost.pt", f"hf:{folder}")
    torch.save(
        {**state, "vit.encoder.layer.0.output.dense.weight": lost, "more.weight": lost}, tmp_path / "more.pt"
    )
    with pytest.raises(Keys, match=r"1 unexpected: more\.weight"):
        loaded(tmp_path / "more.pt", f"hf:{folder}")


def test_two_tensors_for_one_place_are_refused(folder, tmp_path):
    new = {name: one for name, one in vit(seed=1).state_dict().items() if name.endswith("q_proj.weight")}
    torch.save({**read_checkpoint(folder).content, **new}, tmp_path / "both.pt")
    with pytest.raises(Keys, match="Two tensors of the file have one place in the network"):
        loaded(tmp_path / "both.pt", f"hf:{folder}")


def test_integers_do_not_become_numbers(folder, tmp_path):
    state = {**read_checkpoint(folder).content, "classifier.bias": torch.tensor([1, 2, 3])}
    torch.save(state, tmp_path / "whole.pt")
    with pytest.raises(Keys, match=r"expected torch.float32 for classifier.bias, got torch.int64"):
        loaded(tmp_path / "whole.pt", f"hf:{folder}")


# What no config may do.


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"auto_map": {"AutoModelForImageClassification": "evil.Model"}}, "the config names code of its own, which is never run here: got auto_map"),
        ({"sub": {"auto_map": {"AutoConfig": "evil.C"}}}, "the config names code of its own"),
        ({"trust_remote_code": True}, "the config names code of its own"),
        ({"quantization_config": {"quant_method": "bitsandbytes"}}, "the config names quantised weights"),
        ({"use_pretrained_backbone": True}, "the config would download a backbone"),
        ({"model_type": "bert"}, "transformers has no image classifier of this model type: got model_type 'bert'"),
        ({"model_type": "../evil"}, "transformers has no image classifier of this model type"),
        ({"model_type": None}, "transformers has no image classifier of this model type: got model_type None"),
        ({"model_type": "swim"}, "Nearest: swin"),
        ({"architectures": ["ViTForMaskedImageModeling"]}, "expected ViTForImageClassification, got ViTForMaskedImageModeling"),
        ({"architectures": ["ViTForImageClassification", "ViTModel"]}, "the folder holds no image classifier"),
        ({"architectures": ["AutoModel.from_pretrained"]}, "the folder holds no image classifier"),
        ({"model_type": "imagegpt", "architectures": None, "n_embd": 8, "n_layer": 1, "n_head": 1},
         "ImageGPTForImageClassification takes no pictures as numbers"),
        ({"hidden_act": "__import__"}, "transformers cannot build ViTForImageClassification from the config"),
        ({"hidden_size": "8"}, "transformers cannot build ViTForImageClassification from the config"),
        ({"hidden_size": -8}, "transformers cannot build ViTForImageClassification from the config"),
        ({"model_type": "timm_wrapper", "architecture": "hf-hub:evil/model"}, "timm has no such model: got architecture 'hf-hub:evil/model'"),
        ({"model_type": "timm_wrapper", "architecture": "resnet10t", "model_args": {"checkpoint_path": "/x"}}, "model_args loads weights"),
    ],
)  # fmt: skip
def test_a_config_with_code_downloads_or_no_classifier_is_refused(folder, entries, said):
    assert said in refusal(edit(folder, **entries))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"image_size": 10**9}, "the config holds numbers that no network of pictures has: expected at most 1000000"),
        ({"image_size": [10**9, 1]}, "the config holds numbers"),
        ({"hidden_size": 10**400}, "the config holds numbers"),
        ({"num_hidden_layers": 900_000}, "the network has too many parts"),
        ({"image_size": 900_000}, "the network is too large"),
        ({"hidden_size": 400_000, "num_attention_heads": 1}, "the network is too large"),
        ({"id2label": None, "num_labels": 10**12}, "num_labels of the config: expected 1 to 100000 labels"),
        ({"id2label": None, "num_labels": -1}, "num_labels of the config"),
        ({"num_labels": True}, "num_labels of the config"),
        ({"id2label": {str(n): "n" for n in range(100_001)}}, "id2label of the config: expected 1 to 100000 labels, got 100001"),
    ],
)  # fmt: skip
def test_absurd_sizes_are_refused_before_they_take_room_or_time(folder, entries, said):
    began = time.monotonic()
    assert said in refusal(edit(folder, **entries))
    assert time.monotonic() - began < 30


def test_a_folder_that_is_not_there_or_has_no_config_is_refused(tmp_path):
    assert "no such folder: expected hf:FOLDER, with config.json" in refusal(tmp_path / "nowhere")
    assert "names a file that is not there: expected config.json" in refusal(tmp_path)


def test_nothing_is_asked_of_the_network_whatever_the_environment_says(folder, monkeypatch):
    from huggingface_hub import constants

    def connect(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    (folder / "config.json").rename(folder / "kept")
    (folder / "config.json").write_text((folder / "kept").read_text())
    edit(folder, name_or_path="google/vit-base-patch16-224", _name_or_path="google/vit-base-patch16-224")
    assert same(loaded(folder, f"hf:{folder}").module, vit())
    assert constants.HF_HUB_OFFLINE is False


def test_transformers_says_no_word_and_keeps_its_settings(folder, capfd):
    logging = transformers.utils.logging
    before = (logging.get_verbosity(), logging.is_progress_bar_enabled())
    loaded(folder, f"hf:{folder}")
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_a_folder_of_timm_is_built_by_timm_inside_transformers(tmp_path):
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    module = timm.create_model("resnet10t", num_classes=3).eval()
    config = {"architecture": "resnet10t", "num_classes": 3, "pretrained_cfg": {"input_size": [3, 32, 32]}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    torch.save(module.state_dict(), tmp_path / "pytorch_model.bin")
    built = loaded(tmp_path, f"hf:{tmp_path}")
    assert built.name == f"hf:{tmp_path.name} TimmWrapperForImageClassification"
    with torch.no_grad():
        assert torch.equal(built.module.eval()(PICTURES).logits, module(PICTURES))
