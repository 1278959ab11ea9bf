from __future__ import annotations

import pytest

from truecopy.contract import CenterCrop, Resize, SwapRB, Values
from truecopy.contract.words import in_words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            Resize(rule="short", size=256, kernel="pillow", filter="bicubic", pass_order="horizontal"),
            "resize rule=short size=256 kernel=pillow filter=bicubic pass_order=horizontal",
        ),
        (
            CenterCrop(size=(20, 30), offset="floor", pad_before="ceil", fill=(1, 2, 3)),
            "center_crop size=20 x 30 offset=floor pad_before=ceil fill=1/2/3",
        ),
        (SwapRB(), "swap_rb"),
        (
            Values(chain=(("div", 255.0), ("sub", (0.5, 0.5, 0.5)), ("div", (0.25, 0.5, 1.0)))),
            "values div 255.0, sub 0.5, div 0.25/0.5/1.0",
        ),
        (Values(chain=()), "values 0 to 255 as they are"),
    ],
)
def test_a_step_is_one_line_for_people(step, words):
    assert in_words(step) == words
