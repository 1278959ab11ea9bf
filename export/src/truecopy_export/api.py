"""`truecopy_export.export` and `attach`: the command line's two verbs for scripts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from truecopy.contract.graph import Feed
from truecopy.contract.resize import PassOrder

from .paths import output_path, proof_labels_path, proof_path
from .progress import Progress, Silent, Stopwatch
from .recipes import Labels, Takes, import_recipe, read_labels
from .report import Report
from .request import Precision, Request, check_request
from .tasks import read_task
from .views_yaml import ViewsSource, read_views

if TYPE_CHECKING:
    from torch import nn

StrPath: TypeAlias = str | os.PathLike[str]
LabelSource: TypeAlias = Sequence[str] | Mapping[str, int] | str | os.PathLike[str]
TaskSource: TypeAlias = str | Path | Mapping[str, Any]
Activation: TypeAlias = Literal["softmax", "sigmoid", "none"]


def export(
    module: nn.Module,
    output: StrPath,
    *,
    recipe: object,
    labels: LabelSource | None = None,
    task: TaskSource = "multiclass",
    proof: StrPath | None = None,
    proof_labels: StrPath | None = None,
    unproven: bool = False,
    precision: Precision | tuple[Precision, ...] = ("fp32",),
    activation: Activation | None = None,
    threshold: float | None = None,
    answer: str | None = None,
    batch: int | None = None,
    dynamic_size: bool = False,
    golden: int = 0,
    views: ViewsSource | None = None,
    pillow_passes: PassOrder | None = None,
    recipe_input: Takes = "pil",
    recipe_options: Mapping[str, str] | None = None,
    report: bool = True,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write `module`, as it stands, as an artifact: for the end of a training script. The module is not changed.

    recipe: the validation transform itself (torchvision, timm, a Hugging Face image processor, Keras, albumentations,
    Ultralytics), a fitted scikit-learn object for tables, a `TokensInput`, or a spelling as after --recipe. recipe_input:
    what a torchvision transform takes. recipe_options: what the object itself leaves open, as after --recipe-arg.
    labels: one per output, a `class_to_idx`, or a file; a sequence's vocabulary; None for numbers. task: its kind, or a
    mapping or a .yaml file with `kind` and its fields. answer: which output, where there are several. batch: 1 for a
    graph that takes one item at a time. dynamic_size: for pictures of any size, where the recipe leaves them so. proof: a folder with real images, a .csv of rows, a .txt of texts or a .jsonl of
    ids; without one, say `unproven=True`. views: the views that prediction must not use, and labels that a flip exchanges:
    `{"forbidden": ["vertical_flip"], "relabel": {"horizontal_flip": {"left": "right", "right": "left"}}}`, or a YAML
    file of that. report: write what was found, done and proven beside the output, `out.report.html` and
    `out.report.json`. An AveragedModel, DataParallel or compiled module is unwrapped.

    Raises:
        CheckpointError: the module cannot be exported, or is no function of one item.
        RecipeError: recipe, labels, task, answer or views do not fit; names the part.
        ProofError: original and copy differ; no file is written.
    """
    from .exporter import Trained, export_trained
    from .graph.eager import eager
    from .graph.prepare import described, unwrap

    request = Request(
        output=output_path(output),
        labels=None if labels is None else read_label_source(labels),
        proof=proof_path(proof),
        proof_labels=proof_labels_path(proof_labels),
        unproven=unproven,
        golden=golden,
        task=read_task(task, activation=activation, threshold=threshold, said="task"),
        batch=batch,
        dynamic_size=dynamic_size,
        pass_order=pillow_passes,
        overwrite=overwrite,
        views=read_views(views),
        report=report,
    )
    check_request(request, precision)
    plain = unwrap(module)
    taken = import_recipe(
        recipe,
        module=plain,
        architecture=None,
        arguments=None,
        pass_order=request.passes,
        recipe_input=recipe_input,
        options=recipe_options,
    )
    return export_trained(
        Trained(eager(plain), {}, described(module), None, answer),
        taken,
        request,
        Stopwatch(progress or Silent()),
    )


def attach(
    source: StrPath,
    output: StrPath,
    *,
    recipe: object,
    labels: LabelSource | None = None,
    task: TaskSource = "multiclass",
    proof: StrPath | None = None,
    proof_labels: StrPath | None = None,
    unproven: bool = False,
    activation: Activation | None = None,
    threshold: float | None = None,
    answer: str | None = None,
    layout: Literal["NCHW", "NHWC"] | None = None,
    feeds: Mapping[str, Feed] | None = None,
    golden: int = 0,
    views: ViewsSource | None = None,
    pillow_passes: PassOrder | None = None,
    recipe_input: Takes = "pil",
    recipe_options: Mapping[str, str] | None = None,
    report: bool = True,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Write the ONNX file `source` with contract, golden samples and seal as `output`; needs no torch.

    recipe: a YAML file of steps, a live transform or fitted object, or "metadata": what the file itself says, which may
    hold the labels too. answer: which output, where there are several. layout: where the shape of the input does not
    tell it. feeds: what an input of a sequence takes, `{name: "ids" | "mask" | "zeros"}`, where its name does not tell.
    The rest as `export`.

    Raises:
        ArtifactError: `source` is no ONNX model, or unsafe.
        RecipeError: recipe, labels, task, answer, layout or feeds do not fit.
        ProofError: the transform's tensors differ from the steps'; no file is written.
    """
    from .attacher import Foreign, attach_foreign

    request = Request(
        output=output_path(output),
        labels=None if labels is None else read_label_source(labels),
        proof=proof_path(proof),
        proof_labels=proof_labels_path(proof_labels),
        unproven=unproven,
        golden=golden,
        task=read_task(task, activation=activation, threshold=threshold, said="task"),
        pass_order=pillow_passes,
        overwrite=overwrite,
        views=read_views(views),
        report=report,
    )
    check_request(request, ("fp32",))
    return attach_foreign(
        Foreign(Path(source), recipe, answer, layout, recipe_input, recipe_options or {}, feeds or {}),
        request,
        Stopwatch(progress or Silent()),
    )


def read_label_source(labels: LabelSource) -> Labels:
    """Labels of any source; only a text names a file."""
    return read_labels(Path(labels) if isinstance(labels, os.PathLike) else labels)
