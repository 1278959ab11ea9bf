"""`python -m tools.demo.diabetes`: the committed table model, `artifacts/diabetes.onnx`, and rows to try it on.

scikit-learn's diabetes table in its own units, with missing cells put in; the target is the progression after a year.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import torch
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import truecopy_export

FOLDER = Path("artifacts")
SHOWN = 12  # rows that are committed beside the model
SEX = {1.0: "male", 2.0: "female"}


def table() -> tuple[pd.DataFrame, pd.Series]:
    """The columns with one cell in ten missing, and the progression."""
    data = load_diabetes(scaled=False, as_frame=True)
    rows = data.data.copy()
    rows["sex"] = rows["sex"].map(SEX).astype(object)
    for place, name in enumerate(rows.columns):
        if name != "sex":
            rows.loc[rows.index % 10 == place, name] = float("nan")
    return rows, data.target


def columns(rows: pd.DataFrame) -> ColumnTransformer:
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    named = [name for name in rows.columns if name != "sex"]
    parts = [("numbers", numbers, named), ("sex", OneHotEncoder(drop="if_binary"), ["sex"])]
    return ColumnTransformer(parts, sparse_threshold=0).fit(rows)


def trained(features: torch.Tensor, target: torch.Tensor) -> torch.nn.Module:
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(features.shape[1], 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    optimiser = torch.optim.Adam(network.parameters(), 0.01, weight_decay=0.01)
    for _ in range(200):
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(network(features), target).backward()
        optimiser.step()
    return network


def main() -> None:
    rows, progression = table()
    recipe = columns(rows)
    scaler = StandardScaler().fit(progression.to_frame().to_numpy())
    network = trained(
        torch.tensor(recipe.transform(rows), dtype=torch.float32),
        torch.tensor(scaler.transform(progression.to_frame().to_numpy()), dtype=torch.float32),
    )
    proof, truth = FOLDER / "diabetes.csv", FOLDER / "diabetes-truth.csv"
    rows.to_csv(proof, index=False)
    progression.to_frame("progression").to_csv(truth, index=False)
    report = truecopy_export.export(
        network,
        FOLDER / "diabetes.onnx",
        recipe=recipe,
        labels=None,
        task={
            "kind": "regression",
            "values": [{"name": "progression", "unit": "points", "clip": [25, 346]}],
            "undo": [scaler],
        },
        proof=proof,
        proof_labels=truth,
        report=False,
        overwrite=True,
    )
    rows[:SHOWN].to_csv(proof, index=False)
    truth.unlink()
    for what, found in report.rows():
        print(f"{what:35} {found}")


if __name__ == "__main__":
    main()
