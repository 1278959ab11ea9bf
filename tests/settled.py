"""What settings come to, for tests of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from truecopy.config import Asked, Setting, settle
from truecopy.errors import StrategyError

Write = Callable[[str], str]


def settings_of(asked: Asked) -> dict[str, Setting]:
    return {setting.name: setting for setting in settle(asked).settings}


def refused(asked: Asked, *parts: str, kind: type[Exception] = StrategyError) -> None:
    with pytest.raises(kind) as caught:
        settle(asked)
    for part in parts:
        assert part in str(caught.value)
