"""`python:package.module:object`, and libraries that are missing or do not fit."""

from __future__ import annotations

import sys

import pytest

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.recipes import import_recipe
from truecopy_export.recipes.library import import_library

OLD = "horizontal"
SOURCE = """\
from torchvision import transforms
class presets:
    validation = transforms.Compose([transforms.CenterCrop((4, 6)), transforms.ToTensor()])
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_recipe_module.py").write_text(SOURCE)
    (tmp_path / "own_broken_module.py").write_text("import nothing_of_that_name")
    yield tmp_path
    for name in ("own_recipe_module", "own_broken_module"):
        sys.modules.pop(name, None)


def read(recipe, arguments=None):
    return import_recipe(recipe, module=None, architecture=None, arguments=arguments, pass_order=OLD)


def test_an_object_of_the_current_folder_is_found(folder):
    recipe = read("python:own_recipe_module:presets.validation")
    assert recipe.source == "python:own_recipe_module:presets.validation"
    assert recipe.steps[0].size == (4, 6)


def test_a_contradiction_with_the_checkpoint_is_refused_too(folder):
    with pytest.raises(RecipeError, match="img_size: checkpoint 9, recipe 4 x 6"):
        read("python:own_recipe_module:presets.validation", {"img_size": 9})


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("python:own_recipe_module", "the spelling is incomplete: expected python:package.module:object"),
        ("python:own_recipe_module:preset", "no 'preset' in own_recipe_module, did you mean 'presets'?"),
        ("python:own_recipe_module:xyzzy", "no 'xyzzy' in own_recipe_module; it has presets, transforms"),
        ("python:own_recipe_modul:presets", "no module 'own_recipe_modul' - at "),
        ("python:own_broken_module:x", "importing 'own_broken_module' failed: got ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("python:own_recipe_module:presets", "presets (builtins.type) cannot be expressed exactly"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(folder, spec, message):
    with pytest.raises(RecipeError) as caught:
        read(spec)
    assert message in str(caught.value)


def test_a_processor_of_another_transformers_is_refused():
    processor = type("ViTImageProcessor", (), {"__module__": "transformers.models.vit"})()
    with pytest.raises(RecipeError, match="ViTImageProcessor is built on no backend of transformers 5"):
        read(processor)


@pytest.mark.parametrize(
    ("name", "refusal", "missing", "line"),
    [
        ("timm.data", RecipeError, "timm", 'pip install "truecopy-export[timm]"'),
        ("torchvision.models", CheckpointError, "torchvision", 'pip install "truecopy-export[torchvision]"'),
    ],
)
def test_a_missing_library_comes_with_the_line_that_installs_it(monkeypatch, name, refusal, missing, line):
    for module in [module for module in sys.modules if module.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(refusal) as caught:
        import_library(name, refusal)
    assert str(caught.value) == f"{missing} is not installed. Type: {line}"


def test_a_torchvision_for_another_torch_has_its_own_sentence(tmp_path, monkeypatch):
    (tmp_path / "torchvision_of_another_torch.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RecipeError) as caught:
        import_library("torchvision_of_another_torch", RecipeError)
    assert "torchvision cannot be imported: its wheel was built for another torch" in str(caught.value)
    assert "Install torch and torchvision from the same index" in str(caught.value)
