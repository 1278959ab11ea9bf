"""What is said about views at export stands in the file, is shown by `inspect`, and holds when views are made."""

from __future__ import annotations

import pytest

import truecopy as runtime
import truecopy_export
from truecopy.contract.view_words import view_parts
from truecopy.errors import RecipeError, StrategyError
from truecopy.pixels.views import compile_views

LABELS = ["cat", "dog", "owl"]
SAID = {"forbidden": ["vertical_flip"], "relabel": {"horizontal_flip": {"cat": "dog", "dog": "cat"}}}


def test_export_writes_what_is_said(make_network, transform, photos, tmp_path):
    path = tmp_path / "out.onnx"
    report = truecopy_export.export(
        make_network(), path, recipe=transform, labels=LABELS, proof=photos, views=SAID
    )
    contract = runtime.read(path).contract
    assert contract == report.contract
    assert contract.views.forbidden == ("vertical_flip",)
    assert contract.views.relabel == {"horizontal_flip": (1, 0, 2)}
    assert list(view_parts(contract)) == [
        ("views", "forbidden: vertical_flip"),
        ("views", "horizontal_flip: cat is dog, dog is cat"),
    ]
    assert [view.name for view in compile_views(("identity", "horizontal_flip"), contract)][
        1
    ] == "horizontal_flip"
    with pytest.raises(StrategyError, match="this model forbids the view 'vertical_flip'"):
        compile_views(("identity", "vertical_flip"), contract)


def test_attach_and_the_early_contract_say_the_same(bare_onnx, transform, photos, tmp_path):
    path = tmp_path / "out.onnx"
    truecopy_export.attach(bare_onnx, path, recipe=transform, labels=LABELS, proof=photos, views=SAID)
    early = truecopy_export.contract_for(transform, labels=LABELS, views=SAID)
    assert runtime.read(path).contract.views == early.views
    assert early.views.relabel == {"horizontal_flip": (1, 0, 2)}


def test_a_view_that_does_not_exist_stops_before_anything_is_traced(make_network, transform, tmp_path):
    network = make_network()
    network.register_forward_hook(lambda *_: pytest.fail("the network was run"))
    with pytest.raises(RecipeError, match=r"there is no view 'hflip'.* Nearest: horizontal_flip"):
        truecopy_export.export(
            network,
            tmp_path / "out.onnx",
            recipe=transform,
            labels=LABELS,
            unproven=True,
            views={"forbidden": ["hflip"]},
        )
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_label_is_refused_and_no_file_is_written(make_network, transform, tmp_path):
    views = {"relabel": {"horizontal_flip": {"cat": "dgo", "dog": "cat"}}}
    with pytest.raises(RecipeError, match=r"there is no label 'dgo': .* Nearest: dog"):
        truecopy_export.export(
            make_network(), tmp_path / "out.onnx", recipe=transform, labels=LABELS, unproven=True, views=views
        )
    assert list(tmp_path.iterdir()) == []
