"""Members that read one row each in its own way: other columns used, other categories known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from tests.tiny_models import MULTICLASS, TABLE, sealed

import truecopy
from truecopy.contract import FeatureBlock, OneHot
from truecopy.predict import Failure

NUMBERS, CITY = TABLE.features


def cities(unknown: str, *names: str) -> FeatureBlock:
    step = OneHot(categories=(names,), drop=(None,), unknown=unknown)  # type: ignore[arg-type]
    return replace(CITY, chain=(step,))


@pytest.fixture
def member(tmp_path: Path):
    def made(name: str, *features: FeatureBlock) -> Path:
        return sealed(tmp_path / name, replace(TABLE, features=features), MULTICLASS)

    return made


def test_a_column_that_only_one_member_uses_is_read(member, tmp_path):
    one, other = member("one.onnx", NUMBERS), member("other.onnx", NUMBERS, CITY)
    rows = tmp_path / "rows.csv"
    rows.write_text("age,city,bmi,remark\n41,Bern,27,x\n20,Chur,20,y\n")
    table = [{"age": 41, "city": "Bern", "bmi": 27, "remark": "x"}, {"age": 20, "city": "Chur", "bmi": 20, "remark": "y"}]  # fmt: skip
    for paths in ([one, other], [other, one]):
        model = truecopy.load(paths)
        alone = [model(row).probabilities for row in table]
        for many in (rows, table, [list(row.values()) for row in table]):
            assert all(
                np.array_equal(p.probabilities, q) for p, q in zip(model.predict(many), alone, strict=True)
            )


def test_a_word_that_one_member_refuses_is_refused_whoever_comes_first(member, tmp_path):
    """`NA` is a category of one of them; for the other a missing cell may be meant."""
    knows = member("knows.onnx", NUMBERS, cities("error", "Bern", "Basel", "NA"))
    other = member("other.onnx", NUMBERS, cities("zeros", "Bern", "Basel", "Chur"))
    rows = tmp_path / "rows.csv"
    rows.write_text("age,city,bmi,remark\n50,NA,22,x\n50,Bern,22,x\n")
    assert not any(isinstance(result, Failure) for result in truecopy.load(knows).stream(rows))
    for paths in ([knows, other], [other, knows]):
        bad, good = truecopy.load(paths).stream(rows)
        assert isinstance(bad, Failure)
        assert "a word for a missing cell" in str(bad.error)
        assert good.passes == 2
