"""The plan of a timm configuration gives the tensor of the transform that timm builds for it, bit for bit."""

from __future__ import annotations

import itertools

import pytest
import timm
from timm.data import create_transform, resolve_data_config

from truecopy_export.recipes import import_recipe, installed_pass_order


def read(**config):
    transform = create_transform(**config, is_training=False)
    return import_recipe(
        transform, module=None, architecture=None, arguments=None, pass_order=installed_pass_order()
    )


@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
@pytest.mark.parametrize("crop_pct", [1.0, 0.875, 0.95, 1.15, 0.5])
def test_every_crop_mode(crop_mode, crop_pct, differing):
    for interpolation, size in (("bicubic", (3, 128, 128)), ("bilinear", (3, 150, 97))):
        recipe = read(input_size=size, crop_mode=crop_mode, crop_pct=crop_pct, interpolation=interpolation)
        assert differing(recipe) == 0


@pytest.mark.parametrize("interpolation", ["nearest", "lanczos", "box", "hamming"])
def test_filters_that_no_model_declares(interpolation, differing):
    assert differing(read(input_size=96, interpolation=interpolation)) == 0


def configurations() -> dict[str, dict[str, object]]:
    """One name for every distinct configuration of all pretrained models, in order of their names."""
    distinct: dict[str, dict[str, object]] = {}
    for name in timm.list_pretrained():
        config = timm.get_pretrained_cfg(name).to_dict()
        for use_test_size in (False, True):
            data = resolve_data_config(pretrained_cfg=config, use_test_size=use_test_size)
            distinct.setdefault(repr(sorted(data.items())), {"name": name, **data})
    return distinct


def sample() -> list[dict[str, object]]:
    """One for each crop mode, interpolation, crop_pct step and statistics, as far as models declare them."""
    kinds: dict[object, dict[str, object]] = {}
    for config in configurations().values():
        side = max(config["input_size"][1:])
        if side <= 288:
            kinds.setdefault(
                (config["crop_mode"], config["interpolation"], config["crop_pct"], config["mean"]), config
            )
    return list(itertools.islice(kinds.values(), 0, None, max(1, len(kinds) // 20)))


def test_a_sample_of_what_models_declare(differing):
    chosen = sample()
    assert len(chosen) >= 20
    found = {}
    for config in chosen:
        name = config.pop("name")
        found[name] = differing(read(**config))
    assert set(found.values()) == {0}, found


@pytest.mark.slow
def test_every_configuration_of_timm(differing):
    found = {}
    for config in configurations().values():
        name = config.pop("name")
        if config["input_size"][0] == 3:
            found[f"{name} {config['input_size']}"] = differing(read(**config))
    assert len(found) > 150
    assert {name: count for name, count in found.items() if count} == {}


def test_a_model_s_own_configuration(differing):
    module = timm.create_model("test_vit", num_classes=3)
    recipe = import_recipe(
        "timm", module=module, architecture="timm:test_vit", arguments=None, pass_order=installed_pass_order()
    )
    assert differing(recipe) == 0
