"""Sealed model files of a few nodes, for any input and any task: no training, answers that one can work out by hand.

A row of features goes through one matrix; a text's ids each choose a row of a matrix; a picture is its columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from truecopy.artifact import compose, graph_sha256
from truecopy.contract import (
    Autoregressive,
    Binary,
    Column,
    Contract,
    Ctc,
    FeatureBlock,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    Impute,
    Input,
    Multiclass,
    Multilabel,
    OneHot,
    Padding,
    Plain,
    Proof,
    Provenance,
    Quantity,
    Regression,
    Resize,
    Sequence,
    Standard,
    Step,
    TableInput,
    Task,
    TextPolicy,
    TokensInput,
    UndoStandard,
    Values,
    Views,
    names_of,
)
from truecopy.contract.feature_flow import widths
from truecopy.contract.requires import lowest_runtime
from truecopy.engine import available_cores
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import open_artifact
from truecopy.proof.stages import record

SIDE = 4  # pixels of a tiny picture, both ways
replace = msgspec.structs.replace

CHARACTERS = ("_", "a", "b", "c", "d", ".")

IMAGE = ImageInput(
    decoder="pillow", color="L", orientation="ignore", alpha="drop", depth16="clip", cmyk="pillow", frame=0
)
STEPS: tuple[Step, ...] = (
    Resize(rule="exact", size=(SIDE, SIDE), kernel="pillow", filter="nearest", pass_order="horizontal"),
    Values(chain=(("div", 255.0),)),
)
TABLE = TableInput(
    columns=(
        Column(name="age", dtype="float64"),
        Column(name="city", dtype="text"),
        Column(name="bmi", dtype="float64"),
        Column(name="remark", dtype="text"),
    ),
    features=(
        FeatureBlock(
            columns=("age", "bmi"),
            dtype="float64",
            chain=(
                Impute(strategy="median", missing=None, fill=(40.0, 25.0)),
                Standard(mean=(40.0, 25.0), scale=(10.0, 5.0)),
            ),
        ),
        FeatureBlock(
            columns=("city",),
            dtype="float64",
            chain=(OneHot(categories=(("Bern", "Basel", "Chur"),), drop=(None,), unknown="error"),),
        ),
    ),
    missing="error",
)
TOKENS = TokensInput(
    ids=len(CHARACTERS),
    text=TextPolicy(split="characters", vocabulary=CHARACTERS, unknown=None, lowercase=True),
    prefix=(),
    suffix=(),
    max_length=12,
    truncation=None,
    padding=None,
)
PADDED = replace(
    TOKENS, max_length=6, truncation="left", padding=Padding(side="right", value=0, length=6), suffix=(5,)
)

MULTICLASS = Multiclass(
    activation="softmax", labels=("low", "middle", "high"), label_ids=None, labels_source="by hand",
    threshold=None, temperature=1.0,
)  # fmt: skip
BINARY = Binary(
    activation="sigmoid", labels=("ham", "spam"), labels_source="by hand", positive=1, threshold=0.5
)
MULTILABEL = Multilabel(
    activation="sigmoid", labels=("red", "green", "blue"), label_ids=None, labels_source="by hand",
    thresholds=(0.5, 0.25, 0.75),
)  # fmt: skip
REGRESSION = Regression(
    values=(
        Quantity(name="price", unit="CHF", clip=(0.0, 900.0)),
        Quantity(name="rooms", unit=None, clip=(None, None)),
    ),
    values_source="by hand",
    undo=(UndoStandard(mean=(500.0, 3.0), scale=(100.0, 1.0)),),
)
CTC = Sequence(
    activation="softmax", labels=("_", "a", "b", "c"), labels_source="by hand", layout="NTC",
    decoding=Ctc(blank=0, collapse=True), joiner="",
)  # fmt: skip
TAGS = Sequence(
    activation="softmax", labels=("O", "NAME", "PLACE"), labels_source="by hand", layout="NTC",
    decoding=Plain(stop=None, ignore=()), joiner=" ",
)  # fmt: skip
WRITER = Sequence(
    activation="softmax", labels=CHARACTERS, labels_source="by hand", layout="NTC",
    decoding=Autoregressive(reads="last_step", stop=5, max_new=8), joiner="",
)  # fmt: skip

UNPROVEN = Proof(
    level="unproven", images=0, labelled=False, provider="cpu", arithmetic="fp32", isa="unknown",
    tensor=None, output=None, decisions=None, accuracy=None,
)  # fmt: skip


class _Network(NamedTuple):
    """nodes from the inputs to `answer`, and to `hidden`, a second output; shapes without the batch axis."""

    nodes: list[Any]
    constants: dict[str, np.ndarray]
    inputs: tuple[GraphInput, ...]
    answer: tuple[int | str, ...]
    hidden: tuple[int | str, ...]


def contract_of(
    given: Input = TABLE, task: Task = REGRESSION, *, batch: int | str = "batch", mask: bool = False,
    proof: Proof = UNPROVEN, weights: np.ndarray | None = None,
) -> tuple[bytes, Contract]:  # fmt: skip
    """The graph's bytes and a contract over it that holds together. `mask`: a second input beside the ids."""
    network = _network(given, task, batch, mask, weights)
    data = _model(network, batch)
    contract = Contract(
        truecopy=1,
        requires="0.3",
        input=given,
        steps=STEPS if isinstance(given, ImageInput) else (),
        graph=Graph(
            inputs=network.inputs,
            outputs=(
                GraphOutput(name="answer", dtype="float32", shape=(batch, *network.answer)),
                GraphOutput(name="hidden", dtype="float32", shape=(batch, *network.hidden)),
            ),
            answer="answer",
            precision="fp32",
            opset=20,
            sha256=graph_sha256(data),
        ),
        task=task,
        views=Views(forbidden=(), relabel={}),
        provenance=Provenance(
            checkpoint=None, architecture=None, recipe="by hand", parent=None,
            versions={"onnx": onnx.__version__}, created="2026-01-02T03:04:05Z",
        ),
        proof=proof,
    )  # fmt: skip
    return data, replace(contract, requires=lowest_runtime(contract))


def sealed(
    path: Path, given: Input = TABLE, task: Task = REGRESSION, *, golden: bool = False, **more: Any
) -> Path:
    """Write a sealed file to `path`; the further arguments are those of `contract_of`. `golden`: with its samples."""
    data, contract = contract_of(given, task, **more)
    path.write_bytes(compose(data, contract, ()))
    if golden:
        opened = open_artifact(path, DEFAULT_LIMITS)
        session = opened.session("cpu", available_cores())
        samples = [record(opened.member, session, *one) for one in opened.member.intake.golden()]
        path.write_bytes(compose(data, contract, samples))
    return path


def _network(given: Input, task: Task, batch: int | str, mask: bool, weights: np.ndarray | None) -> _Network:
    numbers = 1 if isinstance(task, Binary) and task.activation == "sigmoid" else len(names_of(task))
    match given:
        case TableInput():
            return _of_rows(sum(widths(given)), numbers, batch, weights)
        case TokensInput():
            return _of_ids(given, task, numbers, batch, mask, weights)
        case ImageInput():
            return _of_pictures(task, numbers, batch, weights)


def _weights(rows: int, columns: int) -> np.ndarray:
    """Whole numbers of both signs, no two columns alike."""
    made: np.ndarray = (np.arange(rows * columns) * 7 % 11 - 5).reshape(rows, columns).astype(np.float32)
    return made


def _of_rows(features: int, numbers: int, batch: int | str, weights: np.ndarray | None) -> _Network:
    """answer = features @ weights; hidden = 2 * features."""
    return _Network(
        [
            helper.make_node("MatMul", ["features", "weights"], ["answer"]),
            helper.make_node("Add", ["features", "features"], ["hidden"]),
        ],
        {"weights": _weights(features, numbers) if weights is None else weights},
        (GraphInput(name="features", dtype="float32", layout="NF", shape=(batch, features)),),
        (numbers,),
        (features,),
    )


def _of_ids(
    given: TokensInput, task: Task, numbers: int, batch: int | str, mask: bool, weights: np.ndarray | None
) -> _Network:
    """hidden = the row of weights that each id chooses (0 where the mask is 0); answer = these, or their sum.

    Without `weights` a sequence answers every id with the next token.
    """
    length = "length" if given.padding is None else given.padding.length
    if weights is None:
        follows = isinstance(task, Sequence)
        weights = 9 * np.eye(given.ids, numbers, 1, np.float32) if follows else _weights(given.ids, numbers)
    inputs = [GraphInput(name="ids", dtype="int64", layout="NT", shape=(batch, length), feed="ids")]
    nodes = [helper.make_node("Gather", ["weights", "ids"], ["chosen"], axis=0)]
    constants = {"weights": weights, "one": np.array([1], np.int64), "two": np.array([2], np.int64)}
    if mask:
        inputs.append(GraphInput(name="mask", dtype="int64", layout="NT", shape=(batch, length), feed="mask"))
        nodes += [
            helper.make_node("Unsqueeze", ["mask", "two"], ["wide"]),
            helper.make_node("Cast", ["wide"], ["factor"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["chosen", "factor"], ["hidden"]),
        ]
    else:
        nodes.append(helper.make_node("Identity", ["chosen"], ["hidden"]))
    steps = isinstance(task, Sequence) and task.layout == "NTC"
    if steps:
        nodes.append(helper.make_node("Identity", ["hidden"], ["answer"]))
    else:
        nodes.append(helper.make_node("ReduceSum", ["hidden", "one"], ["answer"], keepdims=0))
    answer = (length, numbers) if steps else (numbers,)
    return _Network(nodes, constants, tuple(inputs), answer, (length, numbers))


def _of_pictures(task: Task, numbers: int, batch: int | str, weights: np.ndarray | None) -> _Network:
    """hidden = the mean of each column, 0 to 1; answer = hidden @ weights, or of a sequence its brightness as a token:
    token k where a column is about k / (tokens - 1).
    """
    mean = helper.make_node("ReduceMean", ["picture", "axes"], ["hidden"], keepdims=0)
    constants = {"axes": np.array([1, 2], np.int64)}
    taken = (GraphInput(name="picture", dtype="float32", layout="NCHW", shape=(batch, 1, SIDE, SIDE)),)
    if not isinstance(task, Sequence):
        nodes = [mean, helper.make_node("MatMul", ["hidden", "weights"], ["answer"])]
        constants["weights"] = _weights(SIDE, numbers) if weights is None else weights
        return _Network(nodes, constants, taken, (numbers,), (SIDE,))
    nodes = [
        mean,
        helper.make_node("Unsqueeze", ["hidden", "two"], ["column"]),
        helper.make_node("Sub", ["column", "levels"], ["apart"]),
        helper.make_node("Mul", ["apart", "apart"], ["squared"]),
        helper.make_node("Mul", ["squared", "sharpness"], ["answer"]),
    ]
    constants |= {
        "two": np.array([2], np.int64),
        "levels": np.linspace(0, 1, numbers, dtype=np.float32),
        "sharpness": np.array(-100, np.float32),
    }
    return _Network(nodes, constants, taken, (SIDE, numbers), (SIDE,))


def _model(network: _Network, batch: int | str) -> bytes:
    types = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}
    graph = helper.make_graph(
        network.nodes,
        "tiny",
        [helper.make_tensor_value_info(one.name, types[one.dtype], one.shape) for one in network.inputs],
        [
            helper.make_tensor_value_info("answer", TensorProto.FLOAT, (batch, *network.answer)),
            helper.make_tensor_value_info("hidden", TensorProto.FLOAT, (batch, *network.hidden)),
        ],
        [numpy_helper.from_array(array, name) for name, array in network.constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    data: bytes = model.SerializeToString()
    return data
