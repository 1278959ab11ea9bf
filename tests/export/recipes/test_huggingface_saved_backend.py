"""Which backend of transformers a folder means, where its JSON settles it."""

from __future__ import annotations

import json

import pytest

from truecopy_export.recipes.huggingface.saved_backend import saved_backend


def folder(path, kind, version):
    (path / "preprocessor_config.json").write_text(json.dumps({"image_processor_type": kind}))
    (path / "config.json").write_text(json.dumps({"transformers_version": version}))
    return path


@pytest.mark.parametrize(
    ("kind", "version", "backend"),
    [
        ("ViTImageProcessorFast", "4.57.1", "torchvision"),
        ("ViTImageProcessorFast", None, "torchvision"),
        ("ViTImageProcessor", "5.0.0", "torchvision"),
        ("ViTImageProcessor", "5.23.0.dev0", "torchvision"),
        ("ViTImageProcessor", "12.1", "torchvision"),
        ("ViTImageProcessor", "4.57.1", None),
        ("ViTImageProcessor", None, None),
        ("ViTImageProcessor", "five", None),
        (None, 5, None),
    ],
)
def test_a_name_of_version_4_that_ends_in_fast_and_a_folder_of_version_5_are_settled(
    tmp_path, kind, version, backend
):
    found = saved_backend(folder(tmp_path, kind, version))
    assert (None if found is None else found[0]) == backend


def test_the_reason_names_what_to_type_instead(tmp_path):
    _, why = saved_backend(folder(tmp_path, "ViTImageProcessor", "5.23.0"))
    assert "saved by transformers 5.23.0" in why
    assert "--recipe-arg backend=pil" in why


@pytest.mark.parametrize("text", ["{", "[1]", "\xff", "[" * 100_000])
def test_files_that_say_nothing_settle_nothing(tmp_path, text):
    assert saved_backend(tmp_path) is None
    (tmp_path / "preprocessor_config.json").write_text(text, encoding="latin-1")
    (tmp_path / "config.json").write_text(text, encoding="latin-1")
    assert saved_backend(tmp_path) is None
