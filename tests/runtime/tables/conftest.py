from __future__ import annotations

from types import SimpleNamespace

import pytest

from truecopy.contract import (
    Column,
    FeatureBlock,
    GraphInput,
    Impute,
    OneHot,
    Ordinal,
    Standard,
    TableInput,
)
from truecopy.contract.feature_flow import widths
from truecopy.intake.table import TableIntake
from truecopy.limits import Limits


def small_table() -> TableInput:
    """Two numbers, one of them imputed, a colour, a size in order, and a column that is read by nobody."""
    return TableInput(
        columns=(
            Column(name="age", dtype="float64"),
            Column(name="rooms", dtype="int64"),
            Column(name="note", dtype="text"),
            Column(name="colour", dtype="text"),
            Column(name="size", dtype="text"),
        ),
        features=(
            FeatureBlock(
                columns=("age",),
                dtype="float64",
                chain=(
                    Impute(strategy="mean", missing=None, fill=(30.5,)),
                    Standard(mean=(30.0,), scale=(4.0,)),
                ),
            ),
            FeatureBlock(columns=("rooms",), dtype="float64", chain=()),
            FeatureBlock(
                columns=("colour",),
                dtype="float64",
                chain=(OneHot(categories=(("blue", "red"),), drop=(None,), unknown="error"),),
            ),
            FeatureBlock(
                columns=("size",),
                dtype="float64",
                chain=(
                    Ordinal(
                        categories=(("S", "M", "L"),), unknown="value", unknown_value=-1.0, missing_value=None
                    ),
                ),
            ),
        ),
        missing="error",
    )


@pytest.fixture
def table():
    return small_table()


@pytest.fixture
def row():
    return {"age": 34.0, "rooms": 3, "note": "x", "colour": "red", "size": "L"}


@pytest.fixture
def intake_of():
    """The intake of a table input, before a graph that takes its features in `dtype`."""

    def made(spec: TableInput, dtype: str = "float32", **limits: int) -> TableIntake:
        graph_input = GraphInput(name="x", dtype=dtype, layout="NF", shape=("batch", sum(widths(spec))))
        contract = SimpleNamespace(input=spec, graph=SimpleNamespace(inputs=(graph_input,)))
        return TableIntake.of(contract, Limits(**limits))

    return made


@pytest.fixture
def intake(intake_of, table):
    return intake_of(table)
