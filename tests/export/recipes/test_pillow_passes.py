"""Which pictures the changed pass order of Pillow 13 touches."""

from __future__ import annotations

import PIL
import pytest

from truecopy.contract import CenterCrop, Pad, Resize, Values
from truecopy_export.recipes import affected_by_pass_order, installed_pass_order

OLD = "horizontal"


def resize(rule, size, name="bicubic", **options):
    return Resize(rule=rule, size=size, kernel="pillow", filter=name, pass_order=OLD, **options)


@pytest.mark.parametrize(
    ("version", "order"), [("12.3.0", "horizontal"), ("13.0.0", "pillow13"), ("14.1", "pillow13")]
)
def test_the_installed_version_decides(monkeypatch, version, order):
    monkeypatch.setattr(PIL, "__version__", version)
    assert installed_pass_order() == order


@pytest.mark.parametrize(
    ("steps", "size", "affected"),
    [
        ([resize("exact", (256, 256))], (421, 300), True),
        ([resize("exact", (256, 256))], (300, 421), False),
        ([resize("exact", (256, 256), "nearest")], (421, 300), False),
        ([resize("short", 256)], (500, 375), False),
        ([resize("short", 100)], (331, 140), True),
        ([resize("exact", (100, 140))], (331, 140), False),
        ([resize("ratio", (100, 100), fit="contain")], (331, 140), True),
        ([CenterCrop(size=(300, 300), offset="floor", pad_before="floor", fill=0), resize("exact", (256, 256))], (421, 300), False),
        ([Pad(top=60, bottom=61, left=0, right=0, mode="edge", fill=0), resize("exact", (256, 256))], (300, 300), True),
        ([resize("exact", (421, 300)), resize("exact", (256, 256)), Values(chain=())], (50, 50), True),
    ],
)  # fmt: skip
def test_a_picture_is_affected_where_rows_would_go_first(steps, size, affected):
    assert affected_by_pass_order(tuple(steps), size) is affected
