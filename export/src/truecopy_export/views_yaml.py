"""`--views views.yaml` and `views=`: which views change the meaning, and what a turn does to the labels.

    forbidden: [vertical_flip, brightness]
    relabel:
      horizontal_flip: {left: right, right: left}

Or a list of places for `relabel`: for each output of the view, the index of the label that it stands for.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from truecopy.contract import ImageInput, Input, Task, Views, names_of
from truecopy.contract.kind import kind_of
from truecopy.contract.stated_views import check_views
from truecopy.contract.strict_yaml import parse_yaml, read_bounded
from truecopy.contract.view_names import canonical
from truecopy.errors import ContractError, RecipeError, StrategyError

ViewsSource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]
Moves: TypeAlias = Mapping[str, str] | Sequence[int]

MAX_BYTES = 1 << 20
_FIELDS = ("forbidden", "relabel")


@dataclass(frozen=True)
class ViewsSpec:
    """What was said about views, before the labels are known. relabel: view to label names, or places.

    source: where it was said, for messages.
    """

    forbidden: tuple[str, ...] = ()
    relabel: Mapping[str, Moves] = field(default_factory=dict)
    source: str = "views"

    def __bool__(self) -> bool:
        return bool(self.forbidden or self.relabel)


def read_views(given: ViewsSource | None) -> ViewsSpec:
    """A mapping, or a YAML file with `forbidden` and `relabel`; None says nothing.

    Raises:
        RecipeError: no such file, an unknown field or view (the nearest is named), or a wrong form.
    """
    if given is None:
        return ViewsSpec()
    if isinstance(given, Mapping):
        return _spec(given, "views")
    if not isinstance(given, str | os.PathLike):
        raise RecipeError(
            "`views` is a mapping or a file", expected=_example(), got=repr(given)[:80], where="views"
        )
    path = Path(given)
    data = read_bounded(path, "the views", "the file of views", MAX_BYTES, RecipeError)
    return _spec(parse_yaml(data, path.name, RecipeError), path.name)


def build_views(spec: ViewsSpec, task: Task, given: Input) -> Views:
    """The contract's part, its labels by place.

    Raises:
        RecipeError: an unknown label (the nearest is named), no permutation, or a model that takes no pictures.
    """
    if spec and not isinstance(given, ImageInput):
        raise RecipeError(
            "views are of pictures, and this model takes none",
            got=f"input.kind {kind_of(given)!r}",
            where=spec.source,
            fix="Leave --views out (in Python: views=)",
        )
    names = names_of(task)
    unmoved = tuple(range(len(names)))
    try:
        check_views(Views(forbidden=spec.forbidden, relabel=dict.fromkeys(spec.relabel, unmoved)), task)
    except ContractError as error:
        stated = (error.where or "").replace("$.views", "$").strip("`")
        raise RecipeError.of(error, where=f"{spec.source}:{stated}") from error
    relabel = {
        view: _places(moves, names, f"{spec.source}:$.relabel.{view}") for view, moves in spec.relabel.items()
    }
    return Views(forbidden=spec.forbidden, relabel=relabel)


def _example() -> str:
    return "{forbidden: [vertical_flip], relabel: {horizontal_flip: {left: right, right: left}}}"


def _spec(value: object, source: str) -> ViewsSpec:
    if not isinstance(value, Mapping):
        raise RecipeError("what is said about views", expected=_example(), got=repr(value)[:80], where=source)
    for name in value:
        if name not in _FIELDS:
            raise RecipeError(
                f"views have no field {str(name)[:80]!r}",
                expected=" or ".join(_FIELDS),
                where=source,
                fix=f"Nearest: {difflib.get_close_matches(str(name)[:80], _FIELDS, n=1, cutoff=0.0)[0]}",
            )
    forbidden, relabel = value.get("forbidden", ()), value.get("relabel", {})
    if isinstance(forbidden, str | Mapping) or not isinstance(forbidden, Sequence):
        raise RecipeError(
            "`forbidden` is a list of views",
            expected="[vertical_flip, rotate_180]",
            got=repr(forbidden)[:80],
            where=f"{source}:$.forbidden",
        )
    if not isinstance(relabel, Mapping):
        raise RecipeError(
            "`relabel` says for a view which label stands for which",
            expected="{horizontal_flip: {left: right, right: left}}",
            got=repr(relabel)[:80],
            where=f"{source}:$.relabel",
        )
    listed = tuple(_view(name, f"{source}:$.forbidden[{index}]") for index, name in enumerate(forbidden))
    moved = {
        _view(view, f"{source}:$.relabel"): _moves(view, moves, source) for view, moves in relabel.items()
    }
    return ViewsSpec(listed, moved, source)


def _view(name: object, where: str) -> str:
    try:
        return canonical(name)  # type: ignore[arg-type]  # what is no text is refused there
    except StrategyError as error:
        raise RecipeError.of(error, where=where) from error


def _moves(view: str, moves: object, source: str) -> Moves:
    """Names to names, or a list of places, in plain values."""
    if isinstance(moves, Mapping):
        pairs = dict(moves)
        if all(isinstance(name, str) for pair in pairs.items() for name in pair):
            return pairs
    elif (
        isinstance(moves, Sequence)
        and not isinstance(moves, str)
        and all(isinstance(place, int) and not isinstance(place, bool) for place in moves)
    ):
        return tuple(moves)
    raise RecipeError(
        "`relabel` of a view is names of labels, or places of them",
        expected="{left: right, right: left} or [1, 0, 2]",
        got=repr(moves)[:80],
        where=f"{source}:$.relabel.{view}",
        fix='Put quotes around a label that YAML does not take for a text: "1", "yes"',
    )


def _places(moves: Moves, names: tuple[str, ...], where: str) -> tuple[int, ...]:
    """For each output of the view, the place of the label that it stands for; what is not named stays."""
    if not isinstance(moves, Mapping):
        if sorted(moves) != list(range(len(names))):
            raise RecipeError(
                "the places are no permutation of the labels",
                expected=f"each of 0 to {len(names) - 1} once",
                got=str(list(moves))[:80],
                where=where,
            )
        return tuple(moves)
    order = list(range(len(names)))
    for seen, meant in moves.items():
        order[_place(seen, names, where)] = _place(meant, names, where)
    for place in range(len(names)):
        if order.count(place) != 1:
            lost = names[place]
            what = "nothing" if place not in order else "more than one label"
            raise RecipeError(
                f"`relabel` is no permutation: {what} becomes {lost!r}",
                expected="every label once on each side",
                got=str(dict(moves))[:80],
                where=where,
                fix="Say both ways: {left: right, right: left}",
            )
    return tuple(order)


def _place(label: str, names: tuple[str, ...], where: str) -> int:
    if names.count(label) == 1:
        return names.index(label)
    if label in names:
        raise RecipeError(
            f"more than one output has the label {label!r}", where=where, fix="Give places instead: [1, 0, 2]"
        )
    near = difflib.get_close_matches(label[:80], names, n=1, cutoff=0.0)
    raise RecipeError(
        f"there is no label {label[:80]!r}",
        expected=f"one of the model's {len(names)} labels",
        where=where,
        fix=f"Nearest: {near[0]}",
    )
