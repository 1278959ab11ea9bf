"""transformers itself, where it is installed: folders that it builds processors from, and tensors that it makes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from truecopy.contract import AlphaOver, GraphInput
from truecopy.errors import RecipeError
from truecopy.pixels import Plan, decode
from truecopy_export.recipes import import_recipe, installed_pass_order

transformers = pytest.importorskip("transformers")

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def read(recipe, **options):
    return import_recipe(
        recipe,
        module=None,
        architecture=None,
        arguments=None,
        pass_order=installed_pass_order(),
        options=options,
    )


OLD_STYLE = {
    "feature_extractor_type": "ConvNextFeatureExtractor",
    "crop_pct": 0.875,
    "do_normalize": True,
    "do_resize": True,
    "image_mean": MEAN,
    "image_std": STD,
    "resample": 3,
    "size": 224,
}


@pytest.mark.parametrize("backend", ["torchvision", "pil"])
def test_a_folder_of_transformers_4_is_read_as_transformers_5_builds_it(backend, tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(OLD_STYLE))
    resize, cut, _ = read(f"hf:{tmp_path}", backend=backend).steps
    assert (resize.rule, resize.size, cut.size) == ("short", 256, (224, 224))
    assert resize.kernel == ("pillow" if backend == "pil" else "torch_u8")


def test_a_folder_that_transformers_cannot_build_is_refused_with_its_words(tmp_path):
    with pytest.raises(RecipeError, match="transformers cannot build an image processor from the folder"):
        read(f"hf:{tmp_path}")
    remote = {"image_processor_type": "Mine", "auto_map": {"AutoImageProcessor": "mine.Mine"}}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(remote))
    with pytest.raises(RecipeError, match="custom code"):
        read(f"hf:{tmp_path}", backend="pil")


@pytest.mark.parametrize(
    "name", ["ViTImageProcessor", "ViTImageProcessorPil", "BitImageProcessor", "PPLCNetImageProcessor"]
)
def test_the_steps_of_a_live_processor_make_its_tensor(name):
    recipe = read(getattr(transformers, name)())
    graph_input = GraphInput(
        name="input", dtype="float32", layout="NCHW", shape=("batch", 3, "height", "width")
    )
    plan = Plan.compile(recipe.input, recipe.steps, graph_input)
    levels = np.random.default_rng(1).integers(0, 256, (301, 230, 3), dtype=np.uint8)
    picture = Image.fromarray(levels)
    made = plan.tensor(plan.canvas(decode(picture, recipe.input)))
    assert np.array_equal(made.view(np.uint32), recipe.original(picture).view(np.uint32))


def test_transparency_goes_over_white_where_transformers_does_that(tmp_path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(path)
    recipe = read(transformers.CLIPImageProcessorPil(), load="image")
    assert recipe.input.alpha == AlphaOver((255, 255, 255))
    assert recipe.load(str(path)).getpixel((0, 0)) == (255, 255, 255)
