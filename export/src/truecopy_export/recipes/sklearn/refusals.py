"""Parts of scikit-learn that are not read: what is nearest to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.errors import RecipeError

READ = "SimpleImputer, StandardScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, Pipeline or ColumnTransformer"
_IMPUTER = "SimpleImputer"
_SCALER = "StandardScaler or MinMaxScaler"
_NEAREST: Mapping[str, str] = {
    "IterativeImputer": _IMPUTER,
    "KNNImputer": _IMPUTER,
    "MissingIndicator": "SimpleImputer(strategy='constant')",
    "MaxAbsScaler": _SCALER,
    "Normalizer": _SCALER,
    "PowerTransformer": _SCALER,
    "QuantileTransformer": _SCALER,
    "RobustScaler": _SCALER,
    "Binarizer": "OrdinalEncoder",
    "KBinsDiscretizer": "OrdinalEncoder",
    "LabelEncoder": "OrdinalEncoder",
    "TargetEncoder": "OrdinalEncoder",
    "LabelBinarizer": "OneHotEncoder",
    "MultiLabelBinarizer": "OneHotEncoder",
    "DictVectorizer": "OneHotEncoder",
    "FeatureUnion": "ColumnTransformer, which may take a column twice",
}


def refused(part: Any) -> RecipeError:
    """Why this part is not read."""
    name = type(part).__name__
    if type(part).__module__.partition(".")[0] != "sklearn":
        return RecipeError(
            f"{name} is no class of scikit-learn: its code cannot be read",
            expected=READ,
            fix="Apply it to the table before, in training and in serving, or put it into the network",
        )
    if hasattr(part, "predict"):
        return RecipeError(
            f"{name} predicts: it is the model, not its preprocessing",
            expected=READ,
            fix="Pass pipeline[:-1]; the graph stands in the estimator's place",
        )
    return RecipeError(
        f"{name} cannot be expressed exactly",
        expected=READ,
        fix=f"The nearest is {_NEAREST[name]}; train with that"
        if name in _NEAREST
        else "Put it into the network, where the graph computes it",
    )


def unfitted(part: Any) -> RecipeError:
    return RecipeError(
        f"{type(part).__name__} is not fitted",
        fix="Fit it first (a Pipeline and a ColumnTransformer fit themselves, not the objects that went in: "
        "pass the fitted whole), and pass the object that training used",
    )
