"""What a contract may say about views, and what it is told where it cannot."""

from __future__ import annotations

import pytest

from truecopy.contract import decode
from truecopy.errors import ContractError


@pytest.mark.parametrize(
    "forbidden",
    [
        [],
        ["vertical_flip", "rotate_90"],
        ["brightness", "brightness:1.2"],
        ["five_crop:top_left", "scale"],
        ["scale:1.15"],
    ],
)
def test_known_names_in_their_one_spelling_are_read(changed, forbidden):
    assert decode(changed("views", to={"forbidden": forbidden, "relabel": {}})).views.forbidden == tuple(
        forbidden
    )


@pytest.mark.parametrize(
    ("forbidden", "relabel", "message"),
    [
        (["rotate_90", "hflip"], {}, "there is no view 'hflip': expected one of identity, horizontal_flip, "),
        (["rotate_90", "hflip"], {}, " - at `$.views.forbidden[1]`. Nearest: horizontal_flip"),
        (["scale:0.5"], {}, "a smaller picture would need borders"),
        (
            ["brightness:1.20"],
            {},
            (
                "a view has one spelling in a contract: expected 'brightness:1.2', got 'brightness:1.20' - at "
                "`$.views.forbidden[0]`"
            ),
        ),
        (
            ["identity"],
            {},
            "`identity` is the picture itself: it always looks, and moves nothing - at `$.views.forbidden[0]`",
        ),
        (["scale", "scale"], {}, "the view 'scale' stands twice - at `$.views.forbidden[1]`"),
        ([], {"flip": [0, 1, 2]}, "there is no view 'flip'"),
        ([], {"flip": [0, 1, 2]}, "- at `$.views.relabel.flip`. Nearest: horizontal_flip"),
        ([], {"identity": [0, 1, 2]}, "it always looks, and moves nothing - at `$.views.relabel.identity`"),
        (
            [],
            {"brightness:1.2": [1, 0, 2]},
            (
                "the view 'brightness:1.2' moves no labels: only a flip or a rotation makes left of right: expected "
                "horizontal_flip or vertical_flip or rotate_90 or rotate_180 or rotate_270 - at "
                "`$.views.relabel.brightness:1.2`"
            ),
        ),
        ([], {"five_crop": [1, 0, 2]}, "the view 'five_crop' moves no labels"),
        ([], {"scale": [1, 0, 2]}, "the view 'scale' moves no labels"),
        (
            ["rotate_180"],
            {"rotate_180": [1, 0, 2]},
            "the view 'rotate_180' is forbidden and moves labels: say one of the two - at `$.views.relabel.rotate_180`",
        ),
        ([], {"rotate_180": [1, 0]}, "not a permutation of the 3 labels - at `$.views.relabel.rotate_180`"),
    ],
)
def test_what_no_view_can_be_is_refused_with_its_place(changed, forbidden, relabel, message):
    with pytest.raises(ContractError) as caught:
        decode(changed("views", to={"forbidden": forbidden, "relabel": relabel}))
    assert message in str(caught.value)


def test_the_page_names_every_view(format_page):
    from truecopy.contract.view_names import BASES, CORNERS

    line = next(line for line in format_page.splitlines() if line.startswith("Names are `horizontal_flip`"))
    assert all(f"`{name}" in line for name in BASES)
    assert all(corner in line for corner in CORNERS)
