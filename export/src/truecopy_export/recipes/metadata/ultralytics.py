"""The metadata of an ONNX file that Ultralytics exported: what its classification predictor feeds.

Source: ultralytics 8.4.190 `engine/exporter.py` (metadata), `models/yolo/classify/predict.py` ClassificationPredictor,
`data/augment.py` classify_transforms, `nn/modules/head.py` Classify (softmax inside the graph); 8.1.0 and 8.3.0 are the
same for square sizes. Before 8.1 it was OpenCV's CenterCrop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from truecopy.contract import CenterCrop, GraphInput, Resize, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.file_decoder import OPTION, choose_decoder
from truecopy_export.recipes.labels import Labels, read_labels
from truecopy_export.recipes.recipe import Recipe, checked_steps

from .text import MetadataRecipe, check_size, integers, literal, names_in_order

_AUTHOR = "Ultralytics"


def is_ultralytics(metadata: Mapping[str, str]) -> bool:
    return metadata.get("author") == _AUTHOR or (
        _AUTHOR in metadata.get("description", "") and {"task", "names"} <= metadata.keys()
    )


def read_ultralytics_metadata(
    metadata: Mapping[str, str], graph_input: GraphInput, circumstances: Circumstances
) -> MetadataRecipe:
    """Resize the short side, crop the middle, divide by 255: PIL pictures of files that OpenCV read.

    Raises:
        RecipeError: another task than classification, or metadata that does not fit the graph.
    """
    circumstances.only(OPTION)
    task = metadata.get("task", "")
    if task != "classify":
        raise RecipeError(
            f"the file is an Ultralytics model for the task {task[:40]!r}: Truecopy does no detection",
            expected="task 'classify'",
        )
    version = _version(metadata)
    if metadata.get("channels", "3").strip() != "3":
        raise RecipeError("channels of the metadata", expected="3", got=repr(metadata["channels"][:40]))
    height, width = integers(_required(metadata, "imgsz"), "imgsz", 2)
    check_size((height, width), graph_input, "imgsz")
    if height != width and version < (8, 4):
        raise RecipeError(
            "before 8.4 Ultralytics' predictor made squares of sizes that are none",
            got=f"imgsz {height} x {width}, version {metadata.get('version')}",
            fix="Export the model again with the installed Ultralytics",
        )
    files = choose_decoder(circumstances, "RGB", default="opencv")
    steps = checked_steps(
        (
            Resize(
                rule="short" if height == width else "exact",
                size=height if height == width else (height, width),
                kernel="pillow",
                filter="bilinear",
                pass_order=circumstances.pass_order,
            ),
            CenterCrop(size=(height, width), offset="half_even", pad_before="floor", fill=0),
            # Its Normalize has mean 0 and std 1: no value changes.
            Values(chain=(("div", 255.0),)),
        ),
        files.input,
    )
    source = f"Ultralytics {metadata.get('version', '')[:40]} metadata: classify {height} x {width}"
    recipe = Recipe(
        files.input, steps, None, source, _notes(metadata, circumstances, (height, width)), load=files.load
    )
    return MetadataRecipe(recipe, _labels(metadata), "none")


def _version(metadata: Mapping[str, str]) -> tuple[int, int]:
    found = re.match(r"(\d{1,4})\.(\d{1,4})\.", _required(metadata, "version"))
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (8, 1) <= version < (9, 0):
        raise RecipeError(
            "the preprocessing of this version of Ultralytics is not known here",
            expected="8.1 or later, below 9",
            got=repr(metadata["version"][:40]),
            fix="Write the steps by hand: --recipe steps.yaml",
        )
    return version


def _required(metadata: Mapping[str, str], key: str) -> str:
    if key not in metadata:
        raise RecipeError(f"Ultralytics' metadata has no {key!r}", fix="Export the model again")
    return metadata[key]


def _notes(
    metadata: Mapping[str, str], circumstances: Circumstances, size: tuple[int, int]
) -> tuple[str, ...]:
    notes = [
        "preprocessing as Ultralytics' predictor does it for this file; there is no live object to compare with"
    ]
    if OPTION not in circumstances.options:
        notes.append("files are decoded as Ultralytics does: by OpenCV, with the EXIF turn")
    arguments = literal(metadata.get("args", "{}"), "args")
    if isinstance(arguments, dict) and arguments.get("dynamic") is True:
        notes.append(f"the graph takes any size; {size[0]} x {size[1]} is the one that it was exported with")
    return tuple(notes)


def _labels(metadata: Mapping[str, str]) -> Labels | None:
    if "names" not in metadata:
        return None
    names = names_in_order(metadata["names"], "names")
    return replace(read_labels(names), source="Ultralytics metadata `names`")
