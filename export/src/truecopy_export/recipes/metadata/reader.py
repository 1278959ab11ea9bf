"""What an ONNX file says about its own preprocessing: written by Ultralytics, or for OpenVINO's Model API."""

from __future__ import annotations

from collections.abc import Mapping

from truecopy.contract import GraphInput
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances

from .model_api import is_model_api, read_model_api
from .text import MetadataRecipe
from .ultralytics import is_ultralytics, read_ultralytics_metadata

__all__ = ["MetadataRecipe", "read_metadata"]


def read_metadata(
    metadata: Mapping[str, str], graph_input: GraphInput, circumstances: Circumstances
) -> MetadataRecipe:
    """Recipe, labels and activation, as far as the file's `metadata_props` state them.

    metadata: untrusted text. graph_input: the image that the graph takes. options of `circumstances`: decoder, color.

    Raises:
        RecipeError: nobody's metadata, another task than classification, or a part that cannot be expressed exactly.
    """
    if graph_input.channels != 3:
        raise RecipeError(
            "metadata is read for graphs of three channels", got=f"{graph_input.channels!r} channels"
        )
    if is_ultralytics(metadata):
        return read_ultralytics_metadata(metadata, graph_input, circumstances)
    if is_model_api(metadata):
        return read_model_api(metadata, graph_input, circumstances)
    raise RecipeError(
        "the file's metadata says nothing about preprocessing",
        expected="the keys of Ultralytics (author, task, imgsz, names) or of OpenVINO Model API (model_info ...)",
        got=", ".join(repr(key[:40]) for key in sorted(metadata)[:8]) or "no keys",
        fix="Write the steps by hand: --recipe steps.yaml",
    )
