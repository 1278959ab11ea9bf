"""A contract before there is a network: training and deployment share the pixels from the first day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from truecopy.contract import (
    Contract,
    Graph,
    GraphOutput,
    Provenance,
    decode,
    encode,
)
from truecopy.contract.created import now
from truecopy.contract.requires import lowest_runtime
from truecopy.contract.resize import PassOrder
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.errors import RecipeError

from .api import LabelSource, TaskSource, read_label_source
from .counted import counted
from .proof import unproven
from .recipes import Labels, Takes, import_recipe, installed_pass_order
from .signature import signature_of
from .tasks import TaskSpec, build_task, read_task, said_labels
from .versions import versions_for
from .views_yaml import ViewsSource, build_views, read_views

NO_GRAPH = hashlib.sha256(b"").hexdigest()


def contract_for(
    recipe: object,
    *,
    labels: LabelSource | None = None,
    task: TaskSource = "multiclass",
    recipe_input: Takes = "pil",
    recipe_options: Mapping[str, str] | None = None,
    views: ViewsSource | None = None,
    pillow_passes: PassOrder | None = None,
) -> Contract:
    """The contract that an export with this recipe and these labels will write, without graph and proof.

    For `truecopy.Transform(contract)` in a data set; hand the Transform itself to `export(recipe=...)` afterwards.
    `graph.sha256` is that of no bytes, `proof.level` is `unproven`; a picture's input is float32 NCHW. The answer is one
    row an item: a sequence's is known when there is a graph.

    Raises:
        RecipeError: recipe, labels, task or views do not fit, or the recipe leaves pictures of different sizes.
    """
    taken = import_recipe(
        recipe,
        module=None,
        architecture=None,
        arguments=None,
        pass_order=pillow_passes or installed_pass_order(),
        recipe_input=recipe_input,
        options=recipe_options,
    )
    inputs = signature_of(taken, None).inputs
    names = None if labels is None else read_label_source(labels)
    spec = read_task(task, said="task")
    if spec.kind == "multiclass" and names is not None and len(names.labels) < 2:
        raise RecipeError(
            "a multiclass model has at least two labels", got=counted(len(names.labels), "label")
        )
    stated = read_views(views)
    answer = GraphOutput(name="logits", dtype="float32", shape=("batch", _outputs(spec, names)))
    built = build_task(spec, names, answer)
    contract = Contract(
        truecopy=1,
        requires=RUNTIME_VERSION,
        input=taken.input,
        steps=taken.steps,
        graph=Graph(
            inputs=inputs,
            outputs=(answer,),
            answer="logits",
            precision="fp32",
            opset=20,
            sha256=NO_GRAPH,
        ),
        task=built,
        views=build_views(stated, built, taken.input),
        provenance=Provenance(
            checkpoint=None,
            architecture=None,
            recipe=taken.source,
            parent=None,
            versions=versions_for(taken.input),
            created=now(),
        ),
        proof=unproven("fp32"),
    )
    checked = decode(encode(contract))
    return decode(encode(msgspec.structs.replace(checked, requires=lowest_runtime(checked))))


def _outputs(spec: TaskSpec, labels: Labels | None) -> int:
    """Numbers per item that a network for this task answers with.

    Raises:
        RecipeError: the task alone does not tell.
    """
    if spec.kind == "sequence":
        raise RecipeError(
            "the answer of a sequence is known when there is a graph",
            fix="Export the network, trained or not; its contract serves truecopy.Transform too",
        )
    if spec.kind == "binary":
        return 2 if spec.fields.get("activation") == "softmax" else 1
    values = spec.fields.get("values")
    if spec.kind == "regression" and values is not None:
        return len(values) if isinstance(values, list | tuple) else 1
    return len(said_labels(labels).labels)
