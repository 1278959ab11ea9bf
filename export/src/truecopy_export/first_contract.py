"""A contract before there is a network: training and deployment share the pixels from the first day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from truecopy.contract import (
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    Multiclass,
    Provenance,
    Views,
    decode,
    encode,
)
from truecopy.contract.requires import lowest_runtime
from truecopy.contract.resize import PassOrder
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.errors import RecipeError

from .api import LabelSource, read_label_source
from .proof import unproven
from .recipes import Takes, import_recipe, installed_pass_order
from .versions import versions
from .writer import now

NO_GRAPH = hashlib.sha256(b"").hexdigest()


def contract_for(
    recipe: object,
    *,
    labels: LabelSource,
    recipe_input: Takes = "pil",
    recipe_options: Mapping[str, str] | None = None,
    pillow_passes: PassOrder | None = None,
) -> Contract:
    """The contract that an export with this recipe and these labels will write, without graph and proof.

    For `truecopy.Transform(contract)` in a data set; hand the Transform itself to `export(recipe=...)` afterwards.
    `graph.sha256` is that of no bytes, `proof.level` is `unproven`; the input is float32 NCHW.

    Raises:
        RecipeError: recipe or labels do not fit, or the recipe leaves pictures of different sizes.
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
    size = taken.made.size
    if size is None:
        raise RecipeError(
            "the recipe leaves pictures of different sizes",
            expected="a fixed size after the last step",
            fix="End it with CenterCrop or Resize((height, width))",
        )
    names = read_label_source(labels)
    if len(names.labels) < 2:
        raise RecipeError("a multiclass model has at least two labels", got=f"{len(names.labels)} labels")
    contract = Contract(
        truecopy=1,
        requires=RUNTIME_VERSION,
        input=taken.input,
        steps=taken.steps,
        graph=Graph(
            inputs=(
                GraphInput(
                    name="input", dtype="float32", layout="NCHW", shape=("batch", taken.made.channels, *size)
                ),
            ),
            outputs=(GraphOutput(name="logits", dtype="float32", shape=("batch", len(names.labels))),),
            answer="logits",
            precision="fp32",
            opset=20,
            sha256=NO_GRAPH,
        ),
        task=Multiclass(
            activation="softmax",
            labels=names.labels,
            label_ids=names.label_ids,
            labels_source=names.source,
            threshold=None,
            temperature=1.0,
        ),
        views=Views(forbidden=(), relabel={}),
        provenance=Provenance(
            checkpoint=None,
            architecture=None,
            recipe=taken.source,
            parent=None,
            versions=versions(("pillow",)),
            created=now(),
        ),
        proof=unproven("fp32"),
    )
    checked = decode(encode(contract))
    return decode(encode(msgspec.structs.replace(checked, requires=lowest_runtime(checked))))
