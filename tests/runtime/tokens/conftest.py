from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from truecopy.contract import Contract, GraphInput, Padding, TextPolicy, TokensInput, decode, encode
from truecopy.intake.tokens import TokensIntake
from truecopy.limits import DEFAULT_LIMITS, Limits

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = (ROOT / "docs" / "format.md").read_text("utf-8").split("```json\n")[1].split("```")[0]


def spec(**changes: Any) -> TokensInput:
    """Ids 0 to 8, no text, nothing put around them."""
    plain = {
        "ids": 9, "text": None, "prefix": (), "suffix": (), "max_length": None, "truncation": None, "padding": None,
    }  # fmt: skip
    return TokensInput(**{**plain, **changes})


def letters(vocabulary: str = "ab c", **changes: Any) -> TextPolicy:
    plain = {"split": "characters", "vocabulary": tuple(vocabulary), "unknown": None, "lowercase": False}
    return TextPolicy(**{**plain, **changes})


def intake(given: TokensInput, *feeds: tuple[str, str], limits: Limits = DEFAULT_LIMITS) -> TokensIntake:
    """Of a checked contract. feeds: (what the input takes, its dtype); by default the ids alone."""
    inputs = tuple(
        GraphInput(name=f"in_{feed}", dtype=dtype, layout="NT", shape=("batch", "time"), feed=feed)
        for feed, dtype in feeds or (("ids", "int64"),)
    )
    example = decode(EXAMPLE)
    replace = msgspec.structs.replace
    contract: Contract = replace(
        example,
        input=given,
        steps=(),
        graph=replace(example.graph, inputs=inputs),
        proof=replace(example.proof, subject=None),
    )
    return TokensIntake.of(decode(encode(contract)), limits)


@pytest.fixture(scope="session")
def make_spec() -> Callable[..., TokensInput]:
    return spec


@pytest.fixture(scope="session")
def make_text() -> Callable[..., TextPolicy]:
    return letters


@pytest.fixture(scope="session")
def make_padding() -> Callable[..., Padding]:
    def made(side: str, value: int, length: int) -> Padding:
        return Padding(side=side, value=value, length=length)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def make_intake() -> Callable[..., TokensIntake]:
    return intake
