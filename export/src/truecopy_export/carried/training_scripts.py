"""Which network and which recipe the arguments of a well-known training script stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.unwrap import state_dict_in

from .heads import outputs_of

# What timm's train.py hands to create_model, and to which of its names, as far as it changes answers.
# Source: pytorch-image-models train.py (create_model) and its parser.
_TIMM = {"num_classes": "num_classes", "in_chans": "in_chans", "gp": "global_pool", "bn_eps": "bn_eps"}
# What --model-kwargs may say: shapes and layers. Not what loads weights, asks a hub, cuts the network or compiles it.
# Source: timm 1.0.31 models/vision_transformer.py, swin_transformer.py, resnet.py, efficientnet.py, convnext.py.
_SHAPING = frozenset(
    {
        "act_layer", "aa_layer", "base_width", "block_size", "bn_eps", "cardinality", "class_token", "conv_mlp", "depth",
        "depths", "dims", "drop_block_rate", "drop_path_rate", "drop_rate", "dynamic_img_pad", "dynamic_img_size",
        "embed_dim", "final_norm", "fc_norm", "global_pool", "head_conv_bias", "head_init_scale", "img_size", "in_chans",
        "init_values", "layers", "ls_init_value", "mlp_ratio", "no_embed_class", "norm_eps", "norm_layer", "num_classes",
        "num_heads", "output_stride", "pad_type", "patch_size", "pos_embed", "pre_norm", "qk_norm", "qkv_bias",
        "reg_tokens", "stem_type", "stem_width", "strict_img_size", "window_size",
    }
)  # fmt: skip
_LARGEST, _LONGEST = 100_000, 64


def timm_script(
    content: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str | None, dict[str, object], str | None] | None:
    """(architecture, its arguments, hub) of a file that timm's CheckpointSaver wrote; None for another script's.

    hub: the script's own name, where that would ask a hub; then the architecture is None.
    Source: timm `utils/checkpoint_saver.py` _save: epoch, arch, state_dict, optimizer, version, args.

    Raises:
        CheckpointError: arguments of create_model that are not taken from a file.
    """
    if not ({"arch", "version", "state_dict"} <= content.keys() and "crop_pct" in arguments):
        return None
    name = arguments.get("model")
    if not isinstance(name, str) or not name:
        return None, {}, None
    if ":" in name or "/" in name:
        return None, {}, name
    kept = {ours: arguments[theirs] for theirs, ours in _TIMM.items() if arguments.get(theirs) is not None}
    made = {**kept, **_more(arguments.get("model_kwargs"))}
    for key, value in made.items():
        if not _plain(value):
            raise _not_taken(key, repr(value)[:80])
    return f"timm:{name}", made, None


def _more(given: object) -> Mapping[str, object]:
    """`--model-kwargs`: timm hands them on to any function of its own, so only names that shape a network are taken."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise _not_taken("model_kwargs", repr(given)[:80])
    for key in given:
        if key not in _SHAPING:
            raise _not_taken("model_kwargs", repr(key)[:80])
    return given


def _plain(value: object) -> bool:
    """A word, a switch or a number that a network can have; a list of such numbers."""
    if isinstance(value, list | tuple):
        return len(value) <= _LONGEST and all(
            _plain(one) and not isinstance(one, list | tuple) for one in value
        )
    if isinstance(value, str):
        return not value or value.isidentifier()
    return value is None or (isinstance(value, int | float) and abs(value) <= _LARGEST)


def _not_taken(key: str, got: str) -> CheckpointError:
    return CheckpointError(
        f"an argument that the file gives its network is not taken: {key}",
        expected="what shapes a network (img_size, patch_size, act_layer, ...)"
        if key == "model_kwargs"
        else f"a word, a switch, or numbers up to {_LARGEST}",
        got=got,
        where="checkpoint args",
        fix="Say --arch timm:NAME and its --arch-arg",
    )


def torchvision_script(
    content: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str, dict[str, object]] | None:
    """(architecture, its arguments) of a file of torchvision's reference script; None for another script's.

    How many classes it was trained for only the data knew: the head says it, and loading holds every size against it.
    Source: pytorch/vision references/classification/train.py.
    """
    if not {"val_resize_size", "val_crop_size", "model"} <= arguments.keys():
        return None
    name = arguments["model"]
    if not isinstance(name, str) or not name.isidentifier():
        return None
    outputs = outputs_of(state_dict_in(content) or {})
    return f"torchvision:{name}", {} if outputs is None else {"num_classes": outputs}
