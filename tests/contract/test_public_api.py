"""What others build on: names, signatures and the tree of errors."""

from __future__ import annotations

import inspect

import pytest

import truecopy
import truecopy_export
from truecopy import errors


def test_the_runtime_exports_these_names() -> None:
    assert truecopy.__all__ == [
        "Artifact",
        "Binary",
        "Classification",
        "Failure",
        "Limits",
        "Look",
        "Model",
        "Multilabel",
        "Regression",
        "Result",
        "Score",
        "Sequence",
        "Strategy",
        "Token",
        "Transform",
        "Value",
        "errors",
        "load",
        "load_config",
        "preprocess",
        "read",
    ]
    assert all(getattr(truecopy, name) is not None for name in truecopy.__all__)


def test_the_exporter_exports_these_names() -> None:
    assert truecopy_export.__all__ == [
        "KerasPipeline",
        "Report",
        "TextRecipe",
        "attach",
        "contract_for",
        "export",
        "reseal",
    ]
    assert all(getattr(truecopy_export, name) is not None for name in truecopy_export.__all__)


def test_load_takes_the_arguments_of_the_contract() -> None:
    parameters = inspect.signature(truecopy.load).parameters
    assert list(parameters) == ["path_or_paths", "device", "precision", "strategy", "threads", "limits"]
    assert parameters["device"].default == "auto"
    assert all(p.kind is p.KEYWORD_ONLY for name, p in parameters.items() if name != "path_or_paths")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="detect"):
        truecopy.detect  # noqa: B018


def test_every_error_is_in_the_tree_and_inherits_a_builtin() -> None:
    leaves = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(leaf, errors.TruecopyError) for leaf in leaves)
    families = {errors.TruecopyError, errors.ArtifactError, errors.InputError, errors.CheckpointError}
    for leaf in set(leaves) - families:
        builtins = [base for base in leaf.__mro__ if base.__module__ == "builtins"]
        assert builtins[0] not in (Exception, BaseException, object), leaf


def test_the_tree_drawn_in_the_module_names_every_error() -> None:
    drawn = errors.__doc__ or ""
    assert [name for name in errors.__all__ if name not in drawn] == []


def test_exit_codes_are_those_of_the_families() -> None:
    codes = {name: getattr(errors, name).exit_code for name in errors.__all__}
    assert {name for name, code in codes.items() if code == 5} == {"DeviceError"}
    assert {name for name, code in codes.items() if code == 4} == {"ProofError"}
    assert codes["NotSealed"] == codes["ContractError"] == codes["Keys"] == codes["RecipeError"] == 3
    assert codes["UnreadableInput"] == codes["OutputError"] == 1


def test_a_message_says_what_expected_got_where_and_what_to_do() -> None:
    error = errors.Keys(
        "three keys are missing", expected="'a'", got="'b'", where="best.pt", fix="Try --arch x"
    )
    assert str(error) == "three keys are missing: expected 'a', got 'b' - at best.pt. Try --arch x"
    assert str(errors.Keys("no parts")) == "no parts"
