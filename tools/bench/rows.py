"""Rows of a mixed table: our way through a CSV file against its floor, and features against scikit-learn's `transform`.

The floor of a row is `csv.reader` and one bare `session.run`. All ways take turns in one run; best of the rounds.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import truecopy
import truecopy_export
from truecopy.engine import open_session

NUMBERS, TEXTS, ROWS = 14, 6, 2000
CITIES = np.array(["Bern", "Basel", "Chur", "Genf", "Lausanne"], dtype=object)


def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    columns = {f"n{i}": random.normal(50, 10, ROWS) for i in range(NUMBERS)}
    for values in columns.values():
        values[random.random(ROWS) < 0.1] = np.nan
    return pd.DataFrame(columns | {f"t{i}": random.choice(CITIES, ROWS) for i in range(TEXTS)})


def fitted(frame: pd.DataFrame) -> ColumnTransformer:
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    parts = [("numbers", numbers, [f"n{i}" for i in range(NUMBERS)]),
             ("texts", OneHotEncoder(handle_unknown="ignore"), [f"t{i}" for i in range(TEXTS)])]  # fmt: skip
    return ColumnTransformer(parts, sparse_threshold=0).fit(frame)


def main(rounds: int) -> None:
    frame = table()
    columns = fitted(frame)
    features = columns.transform(frame).astype(np.float32)
    network = torch.nn.Sequential(
        torch.nn.Linear(features.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, 2)
    )
    with tempfile.TemporaryDirectory() as folder:
        path, rows = Path(folder) / "model.onnx", Path(folder) / "rows.csv"
        frame.to_csv(rows, index=False)
        truecopy_export.export(network, path, recipe=columns, labels=["no", "yes"], unproven=True)
        compare(path, rows, frame, columns, features, rounds)


def compare(
    path: Path, rows: Path, frame: pd.DataFrame, columns: ColumnTransformer, features: np.ndarray, rounds: int
) -> None:
    model = truecopy.load(path)
    session = open_session(path.read_bytes(), "cpu", "fp32", 1)
    name = model.contract.graph.main_input.name
    dicts = frame.iloc[:200].to_dict("records")

    def floor() -> None:
        with rows.open(newline="") as file:
            for index, _ in enumerate(list(csv.reader(file))[1:]):
                session.run({name: features[index : index + 1]})

    def sklearn_rows() -> None:
        for index in range(200):
            session.run({name: columns.transform(frame.iloc[index : index + 1]).astype(np.float32)})

    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "floor: csv.reader and bare session.run": (ROWS, floor),
        "model.predict(rows.csv)": (ROWS, lambda: model.predict(rows)),
        "model(dict)": (200, lambda: [model(row) for row in dicts]),
        "scikit-learn transform and run, row by row": (200, sklearn_rows),
        "scikit-learn transform, all rows at once, no run": (ROWS, lambda: columns.transform(frame)),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for way, (count, work) in ways.items():
            begin = time.perf_counter()
            work()
            best[way] = min(best[way], (time.perf_counter() - begin) / count)
    bare = best["floor: csv.reader and bare session.run"]
    print(f"{NUMBERS} numbers, {TEXTS} texts, {ROWS} rows")
    for way, seconds in best.items():
        print(f"  {way:52} {1e6 * seconds:8.1f} us a row  {seconds / bare:7.2f} x floor")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
