"""An invented table of mixed columns, one flat ColumnTransformer over it, and a small network."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from torch import nn

SIZES = ["small", "middle", "large"]
CITIES = ["Ulm", "Bonn", "Köln", "a, b"]  # the last one needs quotes in a CSV file


@functools.cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """300 rows of age, income, city and size as `read_csv` gives them, and a class 0, 1 or 2."""
    draw = np.random.default_rng(8)
    count = 300
    frame = pd.DataFrame(
        {
            "age": draw.integers(18, 80, count).astype(float),
            "income": draw.lognormal(7.5, 0.5, count).round(2),
            "city": draw.choice(CITIES, count),
            "size": draw.choice(SIZES, count),
        }
    )
    score = frame["age"] / 30 + frame["size"].map(SIZES.index) - (frame["city"] == "Ulm")
    classes = np.digitize(score, [1.8, 3.0])
    for name in ("age", "income", "city"):
        frame.loc[draw.random(count) < 0.1, name] = None
    return pd.read_csv(io.StringIO(frame.to_csv(index=False))), classes


def transformer(cities: str = "ignore") -> ColumnTransformer:
    """Fitted. cities: `handle_unknown` of the one-hot encoder."""
    frame, _ = table()
    parts = [
        ("num", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
        ("cat", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown=cities)), ["city"]),
        ("ord", OrdinalEncoder(categories=[SIZES]), ["size"]),
    ]  # fmt: skip
    return ColumnTransformer(parts, sparse_threshold=0).fit(frame)


def features(columns: ColumnTransformer, frame: pd.DataFrame) -> np.ndarray:
    return columns.transform(frame).astype(np.float32)


def trained(outputs: int, columns: ColumnTransformer) -> nn.Sequential:
    """Three classes, or with one output: class 2 or not."""
    frame, classes = table()
    inputs = torch.from_numpy(features(columns, frame))
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(inputs.shape[1], 12), nn.ReLU(), nn.Linear(12, outputs))
    optimiser = torch.optim.Adam(module.parameters(), 0.02)
    truth = torch.from_numpy(classes)
    for _ in range(150):
        optimiser.zero_grad()
        answer = module(inputs)
        loss = (
            nn.functional.cross_entropy(answer, truth)
            if outputs == 3
            else nn.functional.binary_cross_entropy_with_logits(answer[:, 0], (truth == 2).float())
        )
        loss.backward()
        optimiser.step()
    return module.eval()


def raw(columns: ColumnTransformer, module: nn.Module, frame: pd.DataFrame) -> np.ndarray:
    """The original's answers, float32 (rows, outputs)."""
    with torch.no_grad():
        return module(torch.from_numpy(features(columns, frame))).numpy()


def write_csv(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False)
    return path
