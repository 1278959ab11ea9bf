"""Names of views: what they stand for, their one spelling, and what is said of a wrong one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract.view_names import (
    BASES,
    CORNERS,
    TURNS,
    base_of,
    canonical,
    expand,
    is_forbidden,
    parameter_of,
)
from truecopy.errors import StrategyError

TONE_FACTORS = st.integers(1, 10_000_000).filter(lambda n: n != 1_000_000)


def refusal(name: object) -> StrategyError:
    with pytest.raises(StrategyError) as caught:
        expand([name])  # type: ignore[list-item]
    return caught.value


@pytest.mark.parametrize(
    ("names", "views"),
    [
        ([], ("identity",)),
        (["identity"], ("identity",)),
        (["vertical_flip", "identity"], ("identity", "vertical_flip")),
        (["rotate_270", "horizontal_flip"], ("identity", "rotate_270", "horizontal_flip")),
        (["brightness"], ("identity", "brightness:0.9", "brightness:1.1")),
        (["contrast", "scale:1.15"], ("identity", "contrast:0.9", "contrast:1.1", "scale:1.15")),
        (["brightness:1.20"], ("identity", "brightness:1.2")),
        (["five_crop"], ("identity", *(f"five_crop:{corner}" for corner in CORNERS))),
        (["five_crop:top_right"], ("identity", "five_crop:top_right")),
        ((name for name in ["rotate_90", "scale:2"]), ("identity", "rotate_90", "scale:2")),
    ],
)
def test_identity_comes_first_and_the_order_of_the_user_holds(names, views):
    assert expand(names) == views
    assert expand(views) == views


@pytest.mark.parametrize(
    ("given_", "spelling"),
    [
        ("brightness:1.20", "brightness:1.2"),
        ("brightness:01.2", "brightness:1.2"),
        ("brightness:.5", "brightness:0.5"),
        ("contrast:10.000", "contrast:10"),
        ("contrast:2.0", "contrast:2"),
        ("scale:1.150000", "scale:1.15"),
        ("scale:4", "scale:4"),
        ("brightness:0.000001", "brightness:0.000001"),
        ("brightness", "brightness"),
        ("five_crop", "five_crop"),
        ("scale", "scale"),
    ],
)
def test_a_factor_is_spelt_as_its_shortest_decimal(given_, spelling):
    assert canonical(given_) == spelling


@settings(deadline=None)
@given(TONE_FACTORS, st.sampled_from(["brightness", "contrast"]), st.integers(0, 2), st.integers(0, 1))
def test_every_spelling_of_a_factor_has_one_canonical_form_of_the_same_value(millionths, base, lead, trail):
    factor = Decimal(millionths).scaleb(-6)
    written = f"{factor:f}"
    behind = len(written.partition(".")[2])
    longer = "0" * min(lead, 3 - len(written.partition(".")[0])) + written + "0" * min(trail, 6 - behind)
    name = canonical(f"{base}:{longer}")
    assert canonical(name) == name == canonical(f"{base}:{written}")
    assert Decimal(parameter_of(name)) == factor
    assert base_of(name) == base
    assert not parameter_of(name).endswith(".")
    assert "." not in parameter_of(name) or not parameter_of(name).endswith("0")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("hflip", "horizontal_flip"),
        ("vflip", "vertical_flip"),
        ("flip", "horizontal_flip"),
        ("mirror", "horizontal_flip"),
        ("horizontal-flip", "horizontal_flip"),
        ("Horizontal_Flip", "horizontal_flip"),
        ("horisontal_flip", "horizontal_flip"),
        ("rot90", "rotate_90"),
        ("rotate180", "rotate_180"),
        ("rotation_270", "rotate_270"),
        ("bright:1.2", "brightness"),
        ("contrats", "contrast"),
        ("fivecrop", "five_crop"),
        ("zoom:1.2", "scale"),
        ("original", "identity"),
    ],
)
def test_an_unknown_view_is_refused_with_the_nearest_name(name, nearest):
    error = refusal(name)
    assert error.what == f"there is no view {name!r}"
    assert error.fix == f"Nearest: {nearest}"
    assert error.expected == (
        "one of identity, horizontal_flip, vertical_flip, rotate_90, rotate_180, rotate_270, brightness[:F], contrast[:F], "
        "five_crop[:CORNER], scale:F"
    )


@pytest.mark.parametrize("name", ["", "?", ":", "x" * 5000])
def test_any_text_that_is_no_view_is_refused_in_a_short_message(name):
    assert len(str(refusal(name))) < 400


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_a_comma_too_many(name):
    error = refusal(name)
    assert (error.what, error.fix) == ("an empty name of a view", "A comma too many?")


@pytest.mark.parametrize("name", [None, 90, 1.2, ["rotate_90"], b"rotate_90", ("scale", 1.2)])
def test_what_is_no_text_is_no_name(name):
    error = refusal(name)
    assert str(error).startswith("a view is named by a text: expected identity")
    assert error.got == repr(name)


@pytest.mark.parametrize(
    "names",
    [
        ["horizontal_flip", "horizontal_flip"],
        ["identity", "identity"],
        ["brightness", "brightness:0.9"],
        ["contrast:1.10", "contrast"],
        ["five_crop:top_left", "five_crop"],
        ["scale:1.5", "scale:1.50"],
    ],
)
def test_a_view_twice_would_count_twice(names):
    with pytest.raises(StrategyError, match=r"stands twice: got .* It would count twice: name it once"):
        expand(names)


@pytest.mark.parametrize("name", ["horizontal_flip:2", "rotate_90:1", "identity:1", "vertical_flip:"])
def test_a_turn_takes_no_parameter(name):
    base = name.partition(":")[0]
    assert str(refusal(name)) == f"the view {base!r} takes no parameter: got {name!r}. Write {base}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan",
        "inf",
        "-1",
        "+1.2",
        "1e-1",
        "1,2",
        " 1.2",
        "1.2 ",
        "1.",
        "1_0",
        "x",
        "1.2345678",
        "٣",
        "1.2:3",
        "1" * 400,
    ],
)
@pytest.mark.parametrize("base", ["brightness", "contrast", "scale"])
def test_a_factor_is_a_plain_decimal(base, text):
    assert str(refusal(f"{base}:{text}")).startswith(
        f"the factor of a view is no such number: expected {base}:F"
    )


@pytest.mark.parametrize("base", ["brightness", "contrast", "scale"])
@pytest.mark.parametrize("text", ["1", "1.0", "1.000000"])
def test_a_factor_of_one_is_the_identity_once_more(base, text):
    error = refusal(f"{base}:{text}")
    assert error.what == f"{base}:1 changes nothing"
    assert error.fix == "Leave it out: it is identity, which would count twice"


@pytest.mark.parametrize("name", ["brightness:0", "contrast:10.1", "brightness:999", "scale:4.01"])
def test_a_factor_out_of_bounds_is_refused_with_the_bounds(name):
    error = refusal(name)
    assert error.what == "the factor of a view is out of bounds"
    assert ("above 1, at most 4" if "scale" in name else "above 0, at most 10, and not 1") in (
        error.expected or ""
    )


@pytest.mark.parametrize("name", ["scale:0.9", "scale:0"])
def test_a_smaller_scale_is_refused_because_of_its_borders(name):
    assert refusal(name).what == "a smaller picture would need borders, which training never showed"


def test_scale_needs_its_factor():
    assert str(refusal("scale")) == "the view 'scale' needs its factor. Write scale:1.15"


@pytest.mark.parametrize(
    ("corner", "fix"),
    [
        ("topleft", "Nearest: five_crop:top_left"),
        ("bottomright", "Nearest: five_crop:bottom_right"),
        ("center", "The centre is identity: it always looks"),
        ("centre", "The centre is identity: it always looks"),
    ],
)
def test_an_unknown_corner_is_refused_with_the_nearest(corner, fix):
    assert refusal(f"five_crop:{corner}").fix == fix


@pytest.mark.parametrize(
    ("view", "forbidden", "is_so"),
    [
        ("horizontal_flip", ["horizontal_flip"], True),
        ("horizontal_flip", ["vertical_flip"], False),
        ("rotate_90", ["rotate_180", "rotate_270"], False),
        ("brightness:1.2", ["brightness"], True),
        ("brightness:1.2", ["brightness:1.2"], True),
        ("brightness:1.2", ["brightness:1.1", "contrast"], False),
        ("brightness", ["brightness:1.2"], False),
        ("five_crop:top_left", ["five_crop"], True),
        ("five_crop:top_left", ["five_crop:top_right"], False),
        ("scale:2", ["scale"], True),
        ("identity", ["horizontal_flip"], False),
        ("horizontal_flip", [], False),
    ],
)
def test_forbidding_a_base_forbids_all_its_parameters(view, forbidden, is_so):
    assert is_forbidden(view, forbidden) is is_so


@settings(deadline=None)
@given(st.lists(st.sampled_from([*TURNS, "brightness", "contrast:0.5", "five_crop", "scale:2"]), unique=True))
def test_an_expanded_list_holds_each_view_once_and_every_one_in_its_canonical_form(names):
    views = expand(names)
    assert views[0] == "identity"
    assert len(set(views)) == len(views)
    assert all(canonical(view) == view and base_of(view) in BASES for view in views)
