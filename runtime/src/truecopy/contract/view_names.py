"""Names of test-time views: `horizontal_flip`, `brightness:1.2`, `five_crop`. Pure words; the pixels stand in `pixels/views`.

A view has one spelling, its canonical one, which contracts and results hold: `brightness:1.20` is `brightness:1.2`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from truecopy.errors import StrategyError

IDENTITY = "identity"
TURNS = ("horizontal_flip", "vertical_flip", "rotate_90", "rotate_180", "rotate_270")
TONES = ("brightness", "contrast")
FIVE_CROP = "five_crop"
CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")
SCALE = "scale"
BASES = (IDENTITY, *TURNS, *TONES, FIVE_CROP, SCALE)

# What a bare tone stands for: the darker and the brighter, the flatter and the stronger view.
BOTH_FACTORS = ("0.9", "1.1")

_SPELLINGS = f"{IDENTITY}, {', '.join(TURNS)}, brightness[:F], contrast[:F], five_crop[:CORNER], scale:F"
_FACTOR = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})")
# Words of other libraries that are too far from ours for a comparison letter by letter.
_ELSEWHERE: Mapping[str, str] = {
    "flip": "horizontal_flip",
    "fliplr": "horizontal_flip",
    "hflip": "horizontal_flip",
    "mirror": "horizontal_flip",
    "flipud": "vertical_flip",
    "vflip": "vertical_flip",
    "multiply": "brightness",
    "crop": FIVE_CROP,
    "resize": SCALE,
    "zoom": SCALE,
    "none": IDENTITY,
    "original": IDENTITY,
}


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Views in the order in which they are looked at: `identity`, then the user's order; each a name of one view.

    `brightness` and `contrast` stand for their 0.9 and 1.1 views. `five_crop` stands for its four corners: `identity` is
    the fifth, the centre, so the mean over all is the one of torchvision's `FiveCrop`.

    Raises:
        StrategyError: no such view (the nearest is named), a wrong parameter, or one view twice.
    """
    given: list[str] = []
    for name in names:
        for view in _views_of(canonical(name)):
            if view in given:
                raise StrategyError(
                    f"the view {view!r} stands twice",
                    got=repr(name),
                    fix="It would count twice: name it once",
                )
            given.append(view)
    return (IDENTITY, *(view for view in given if view != IDENTITY))


def canonical(name: str) -> str:
    """The one spelling of a view, or of a base that stands for several: `brightness`, `five_crop`, `scale`.

    Factors are the shortest decimal: `scale:1.10` is `scale:1.1`.

    Raises:
        StrategyError: no such view (the nearest is named), or a wrong parameter.
    """
    if not isinstance(name, str):
        raise StrategyError("a view is named by a text", expected=_SPELLINGS, got=repr(name)[:80])
    if not name.strip():
        raise StrategyError(
            "an empty name of a view",
            expected=f"one of {_SPELLINGS}",
            got=repr(name[:80]),
            fix="A comma too many?",
        )
    base, colon, parameter = name.partition(":")
    if base not in BASES:
        raise StrategyError(
            f"there is no view {name[:80]!r}",
            expected=f"one of {_SPELLINGS}",
            fix=f"Nearest: {_nearest(base)}",
        )
    if not colon:
        return base
    if base == FIVE_CROP:
        return f"{base}:{_corner(name, parameter)}"
    if base in TONES or base == SCALE:
        return f"{base}:{_factor(name, base, parameter)}"
    raise StrategyError(f"the view {base!r} takes no parameter", got=repr(name[:80]), fix=f"Write {base}")


def base_of(view: str) -> str:
    """`brightness` of `brightness:1.2`."""
    return view.partition(":")[0]


def parameter_of(view: str) -> str:
    """`1.2` of `brightness:1.2`, `top_left` of `five_crop:top_left`; empty where a view has none."""
    return view.partition(":")[2]


def is_forbidden(view: str, forbidden: Iterable[str]) -> bool:
    """Does the list name the view, or its base? `brightness` forbids every `brightness:F`, `five_crop` its corners;
    `brightness:1.2` forbids that one alone. All names are canonical.
    """
    return any(entry in (view, base_of(view)) for entry in forbidden)


def _views_of(name: str) -> tuple[str, ...]:
    """The views that a canonical name stands for."""
    if name in TONES:
        return tuple(f"{name}:{factor}" for factor in BOTH_FACTORS)
    if name == FIVE_CROP:
        return tuple(f"{name}:{corner}" for corner in CORNERS)
    if name == SCALE:
        raise StrategyError(f"the view {SCALE!r} needs its factor", fix="Write scale:1.15")
    return (name,)


def _nearest(word: str) -> str:
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(plain[:80], (*BASES, *_ELSEWHERE), n=1, cutoff=0.0)[0]
    return _ELSEWHERE.get(near, near)


def _corner(name: str, corner: str) -> str:
    if corner not in CORNERS:
        near = difflib.get_close_matches(corner[:80], (*CORNERS, "center", "centre"), n=1, cutoff=0.0)[0]
        fix = (
            f"Nearest: {FIVE_CROP}:{near}"
            if near in CORNERS
            else f"The centre is {IDENTITY}: it always looks"
        )
        raise StrategyError(
            f"{FIVE_CROP} has no such corner", expected=" or ".join(CORNERS), got=repr(name[:80]), fix=fix
        )
    return corner


def _factor(name: str, base: str, text: str) -> str:
    """The shortest decimal, within what the view can do."""
    scaled = base == SCALE
    bounds = "above 1, at most 4" if scaled else "above 0, at most 10, and not 1"
    expected = f"{base}:F with a decimal {bounds}, such as {base}:1.2"
    number = Decimal(text) if _FACTOR.fullmatch(text) else None
    if number is None:
        fix = "At most 6 digits stand behind the point"
        raise StrategyError(
            "the factor of a view is no such number", expected=expected, got=repr(name[:80]), fix=fix
        )
    if number == 1:
        raise StrategyError(
            f"{base}:1 changes nothing", expected=expected, got=repr(name),
            fix=f"Leave it out: it is {IDENTITY}, which would count twice",
        )  # fmt: skip
    if scaled and number < 1:
        raise StrategyError(
            "a smaller picture would need borders, which training never showed",
            expected=expected,
            got=repr(name),
        )
    if not 0 < number <= (4 if scaled else 10):
        raise StrategyError("the factor of a view is out of bounds", expected=expected, got=repr(name))
    return f"{number.normalize():f}"
