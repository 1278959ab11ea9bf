"""`--views views.yaml` as it is typed, and what `inspect` shows of it."""

from __future__ import annotations


def test_a_file_of_views_is_written_and_shown(export, truecopy, tmp_path):
    views = tmp_path / "views.yaml"
    views.write_text(
        "forbidden: [vertical_flip, brightness]\nrelabel:\n  horizontal_flip: {cat: owl, owl: cat}\n"
    )
    done = export("--json", views=views)
    assert done.code == 0, done.err
    shown = truecopy("inspect", tmp_path / "out.onnx")
    assert "│ views" in shown.out
    assert "forbidden: vertical_flip, brightness" in shown.out
    assert "horizontal_flip: cat is owl, owl is cat" in shown.out
    stated = truecopy("inspect", "--json", tmp_path / "out.onnx").json["contract"]["views"]
    assert stated == {"forbidden": ["vertical_flip", "brightness"], "relabel": {"horizontal_flip": [2, 1, 0]}}


def test_a_model_without_views_has_no_row_of_them(export, truecopy, tmp_path):
    assert export("--no-proof", proof=None).code == 0
    assert "│ views" not in truecopy("inspect", tmp_path / "out.onnx").out


def test_a_wrong_view_is_refused_with_exit_code_3_and_its_place(export, tmp_path, left):
    views = tmp_path / "views.yaml"
    views.write_text("forbidden: [vertical_flip, rot90]\n")
    done = export(views=views)
    assert done.code == 3
    assert "there is no view 'rot90'" in done.err
    assert "views.yaml:$.forbidden[1]. Nearest: rotate_90" in done.err
    assert left() == ["views.yaml"]
