"""scikit-learn's diabetes table with missing values put in: pipeline, target scalers and a small network."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_diabetes
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from torch import nn


@functools.cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """442 rows of ten numbers with every twelfth cell missing, and the progression of the illness in points."""
    frame, target = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    holes = np.random.default_rng(3).random(frame.shape) < 1 / 12
    return frame.astype(np.float64).mask(holes), target.to_numpy(np.float64)


@dataclass(frozen=True)
class Fitted:
    """What a training script has at its end."""

    pipeline: Pipeline
    target: StandardScaler | Pipeline
    network: nn.Module

    def answer(self, frame: pd.DataFrame) -> np.ndarray:
        """The original's answers in points, float64 (rows,)."""
        features = torch.from_numpy(self.pipeline.transform(frame).astype(np.float32))
        with torch.no_grad():
            scaled = self.network(features).numpy().astype(np.float64)
        return self.target.inverse_transform(scaled)[:, 0]


def fitted(target: StandardScaler | Pipeline, steps: int = 150) -> Fitted:
    frame, points = table()
    pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    features = torch.from_numpy(pipeline.fit_transform(frame).astype(np.float32))
    wanted = torch.from_numpy(target.fit_transform(points[:, np.newaxis]).astype(np.float32))
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 1))
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.mse_loss(network(features), wanted).backward()
        optimiser.step()
    return Fitted(pipeline, target, network.eval())


def log_then_standard() -> Pipeline:
    """Training took log1p, then scaled."""
    return make_pipeline(
        FunctionTransformer(np.log1p, inverse_func=np.expm1, check_inverse=False), StandardScaler()
    )
