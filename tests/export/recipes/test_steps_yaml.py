"""Steps written by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from truecopy.contract import AlphaOver, CenterCrop, Resize, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes import import_recipe

OLD = "horizontal"
NEW = "pillow13"

STEPS = """\
steps:
  - {op: resize, rule: short, size: 256, kernel: pillow, filter: bilinear, pass_order: pillow13}
  - {op: center_crop, size: [224, 192], offset: half_even, pad_before: floor, fill: [1, 2, 3]}
  - {op: values, chain: [[div, 255.0], [sub, [0.5, 0.5, 0.5]], [div, 1]]}
"""


def read(folder: Path, text: str | bytes, arguments: dict[str, object] | None = None):
    path = folder / "steps.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_recipe(path, module=None, architecture=None, arguments=arguments, pass_order=OLD)


def test_a_file_becomes_steps_and_default_input(tmp_path):
    recipe = read(tmp_path, STEPS)
    assert recipe.steps == (
        Resize(rule="short", size=256, kernel="pillow", filter="bilinear", pass_order=NEW),
        CenterCrop(size=(224, 192), offset="half_even", pad_before="floor", fill=(1, 2, 3)),
        Values(chain=(("div", 255.0), ("sub", (0.5, 0.5, 0.5)), ("div", 1.0))),
    )
    assert (recipe.input.color, recipe.input.orientation, recipe.input.alpha) == ("RGB", "ignore", "drop")
    assert recipe.original is None
    assert recipe.source == f"steps.yaml sha256:{hashlib.sha256(STEPS.encode()).hexdigest()}"
    assert recipe.notes == ()


def test_input_may_state_what_differs(tmp_path):
    recipe = read(tmp_path, STEPS + "input: {orientation: apply, alpha: {over: [255, 255, 255]}}\n")
    assert recipe.input.orientation == "apply"
    assert recipe.input.alpha == AlphaOver((255, 255, 255))
    assert recipe.input.color == "RGB"


def test_the_pass_order_alone_has_a_default_which_is_noted(tmp_path):
    recipe = read(tmp_path, STEPS.replace(", pass_order: pillow13", ""))
    assert recipe.steps[0].pass_order == OLD
    assert recipe.notes == (
        "pass_order 'horizontal' is the rule of the Pillow that runs here; none was stated",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STEPS.replace("half_even", "round"), "`steps.yaml:$.steps[1].offset`"),
        (STEPS.replace("filter: bilinear, ", ""), "Object missing required field `filter` - at `steps.yaml:$.steps[0]`"),
        (STEPS.replace("op: values", "op: value"), "'value', expected one of 'resize', 'resize_box', 'center_crop', 'pad', 'pad_to', 'swap_rb', 'grayscale', 'values'"),
        (STEPS.replace("fill: [1, 2, 3]", "fill: [1, 2]"), "wrong number of values of fill: expected 3, got 2 - at steps.yaml:$.steps[1]"),
        (STEPS + "input: {colour: L}\n", "did you mean `color`? - at `steps.yaml:$.input`"),
        (STEPS + "task: {}\n", "unknown field `task`"),
        ("steps: []\n", "the steps must end in numbers: the graph takes no pixels - at steps.yaml:$.steps"),
        ("- 1\n", "Expected `object`, got `array` - at `steps.yaml:$`"),
        ("", "Expected `object`, got `null` - at `steps.yaml:$`"),
        ("steps: [\n", "not valid YAML: while parsing a flow node"),
        (STEPS + STEPS, "not valid YAML: key 'steps' stands twice, line 1 - at steps.yaml"),
        ("a: &x [1]\nb: *x\n", "not valid YAML: aliases are not read, line 2"),
        ("a: !!python/object:os.system {}\n", "not valid YAML: could not determine a constructor"),
        ("[" * 5000, "not valid YAML"),
        (b"\xff\xfe\xfd", "not valid YAML"),
        ("# " + "x" * 70_000, "the file of steps is too long: expected at most 65536 bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, message):
    with pytest.raises(RecipeError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_a_missing_file_is_named():
    with pytest.raises(
        RecipeError, match=r"the steps cannot be read: got No such file or directory - at nowhere\.yml"
    ):
        import_recipe("nowhere.yml", module=None, architecture=None, arguments=None, pass_order=OLD)


def test_steps_that_the_checkpoint_contradicts_are_refused_with_the_line_to_add(tmp_path):
    with pytest.raises(RecipeError, match="img_size: checkpoint 7, recipe 224 x 192") as caught:
        read(tmp_path, STEPS, {"img_size": 7, "crop_pct": 0.5})
    assert "overrules: [img_size, crop_pct]" in str(caught.value)


def test_arguments_that_the_file_overrules_may_differ(tmp_path):
    recipe = read(tmp_path, STEPS + "overrules: [img_size]\n", {"img_size": 7})
    assert recipe.overrules == ("img_size",)
    with pytest.raises(RecipeError, match=r"crop_pct: checkpoint 0.5"):
        read(tmp_path, STEPS + "overrules: [img_size]\n", {"img_size": 7, "crop_pct": 0.5})
    with pytest.raises(RecipeError, match="Invalid enum value 'image_size'"):
        read(tmp_path, STEPS + "overrules: [image_size]\n")
