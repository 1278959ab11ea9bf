"""What two older scikit-learns made of random tables, replayed without them: documents, rows, their own values."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from tools.tables.compare import differing, features

from truecopy.contract import TableInput
from truecopy.contract.codec import convert

FILE = Path(__file__).with_name("recorded.json.gz")
RECORDED = json.loads(gzip.decompress(FILE.read_bytes()))
VERSIONS = ("1.5.2", "1.7.2")


def values(entry):
    flat = np.frombuffer(base64.b64decode(entry["values"]), "<f8")
    return flat.reshape(len(entry["rows"]), entry["features"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_table_makes_the_librarys_own_bits(version):
    entries = [entry for entry in RECORDED if entry["version"] == version]
    wrong = {}
    compared = 0
    for entry in entries:
        expected = values(entry)
        count = differing(expected, features(convert(entry["input"], TableInput), entry["rows"]))
        compared += expected.size
        if count:
            wrong[entry["case"]] = count
    assert wrong == {}
    assert compared > 5000


def test_the_record_holds_every_shape_of_object_in_both_versions():
    shapes = {
        version: {entry["shape"] for entry in RECORDED if entry["version"] == version} for version in VERSIONS
    }
    assert shapes["1.5.2"] == shapes["1.7.2"]
    assert len(shapes["1.5.2"]) == 5


def test_the_older_scalers_of_float32_rows_are_recorded_too():
    """Up to scikit-learn 1.7 `X -= self.mean_` computes in float64: their constants are not rounded to float32."""
    blocks = [
        block for entry in RECORDED for block in entry["input"]["features"] if block["dtype"] == "float32"
    ]
    means = [number for block in blocks for step in block["chain"] for number in step.get("mean") or ()]
    assert any(number != float(np.float32(number)) for number in means)
