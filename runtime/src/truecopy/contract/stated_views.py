"""What a contract says about views: names that exist, in their one spelling; labels that a turn moves."""

from __future__ import annotations

from truecopy.errors import ContractError, StrategyError

from .document import Views
from .tasks import Regression, Sequence, Task, names_of
from .view_names import IDENTITY, TURNS, canonical, is_forbidden


def check_views(views: Views, task: Task) -> None:
    """Refuse names of no view, and permutations that none can cause.

    Raises:
        ContractError: names the JSON path.
    """
    for index, name in enumerate(views.forbidden):
        _check_name(name, f"`$.views.forbidden[{index}]`")
    _check_repeats(views.forbidden)
    _check_task(views, task)
    for name, order in views.relabel.items():
        where = f"`$.views.relabel.{name}`"
        _check_name(name, where)
        _check_turn(name, views, where)
        count = len(names_of(task))
        if sorted(order) != list(range(count)):
            raise ContractError(f"not a permutation of the {count} labels", where=where)


def _check_name(name: str, where: str) -> None:
    try:
        spelt = canonical(name)
    except StrategyError as error:
        raise ContractError.of(error, where=where) from error
    if spelt != name:
        raise ContractError(
            "a view has one spelling in a contract", expected=repr(spelt), got=repr(name), where=where
        )
    if name == IDENTITY:
        raise ContractError(
            "`identity` is the picture itself: it always looks, and moves nothing",
            where=where,
            fix="Leave it out",
        )


def _check_repeats(forbidden: tuple[str, ...]) -> None:
    for index, name in enumerate(forbidden):
        if name in forbidden[:index]:
            raise ContractError(f"the view {name!r} stands twice", where=f"`$.views.forbidden[{index}]`")


def _check_task(views: Views, task: Task) -> None:
    if views.relabel and isinstance(task, Regression | Sequence):
        raise ContractError(
            "a view changes the order of labels, and this task has none that change places",
            expected="an empty object for a regression or a sequence",
            got=", ".join(map(repr, views.relabel)),
            where="`$.views.relabel`",
        )


def _check_turn(name: str, views: Views, where: str) -> None:
    if name not in TURNS:
        raise ContractError(
            f"the view {name!r} moves no labels: only a flip or a rotation makes left of right",
            expected=" or ".join(TURNS),
            where=where,
        )
    if is_forbidden(name, views.forbidden):
        raise ContractError(
            f"the view {name!r} is forbidden and moves labels: say one of the two",
            where=where,
            fix="Take it out of `views.forbidden` if the labels that it moves are all that it changes",
        )
