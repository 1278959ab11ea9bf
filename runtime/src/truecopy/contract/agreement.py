"""Does the answer have the shape that the task reads, one number for every name?"""

from __future__ import annotations

from truecopy.errors import ContractError

from .graph import GraphInput, GraphOutput
from .kind import kind_of
from .tasks import Binary, Multiclass, Multilabel, Regression, Sequence, Task, names_of


def check_answer(task: Task, answer: GraphOutput) -> None:
    """The task reads this output.

    Raises:
        ContractError: another number of axes, or of outputs than names; names the JSON path.
    """
    if answer.dtype not in ("float32", "float16", "float64"):
        raise ContractError(
            f"the answer {answer.name!r} is {answer.dtype}",
            expected="floating point",
            where="`$.graph.outputs`",
        )
    match task:
        case Sequence():
            _check_sequence(task, answer)
        case Binary():
            _check_binary(task, answer)
        case Multiclass() | Multilabel() | Regression():
            _check_row(task, answer)


def check_batch(task: Task, graph_input: GraphInput, answer: GraphOutput) -> None:
    """An answer for as many items as went in: where its batch is fixed, it is the input's.

    A free batch of the answer says nothing: shapes of foreign graphs are often not worked out.

    Raises:
        ContractError: names the JSON path.
    """
    axis = task.layout.index("N") if isinstance(task, Sequence) else 0
    found, fed = answer.shape[axis], graph_input.batch
    if isinstance(found, int) and found != fed:
        raise ContractError(
            f"the answer {answer.name!r} is for another number of items than input {graph_input.name!r} takes",
            expected="a free batch" if fed is None else f"a batch of {fed}",
            got=f"shape {list(answer.shape)}",
            where="`$.graph.outputs`",
        )


def _check_row(task: Multiclass | Multilabel | Regression, answer: GraphOutput) -> None:
    names = len(names_of(task))
    found = _row(task, answer)
    if names != found:
        what, field = ("values", "values") if isinstance(task, Regression) else ("labels", "labels")
        raise ContractError(
            f"{names} {what} for {found} outputs of {answer.name!r}",
            where=f"`$.task.{field}`",
            fix=f"Give one {what[:-1]} per output, in the order of the outputs",
        )


def _check_binary(task: Binary, answer: GraphOutput) -> None:
    found = _row(task, answer)
    wanted = {"sigmoid": (1,), "softmax": (2,), "none": (1, 2)}[task.activation]
    if found not in wanted:
        raise ContractError(
            f"a binary answer under activation {task.activation!r} has {' or '.join(map(str, wanted))} outputs",
            got=f"{found} outputs of {answer.name!r}",
            where="`$.task.activation`",
            fix="One output: sigmoid. Two: softmax. More: another task, such as multiclass or multilabel",
        )


def _row(task: Task, answer: GraphOutput) -> int:
    """Numbers per item."""
    kind = kind_of(task)
    if answer.classes is None:
        raise ContractError(
            f"a {kind} answer is one row of fixed length per item",
            expected="(batch, classes)" if kind == "multiclass" else "(batch, numbers)",
            got=f"shape {list(answer.shape)}",
            where="`$.graph.outputs`",
        )
    return answer.classes


def _check_sequence(task: Sequence, answer: GraphOutput) -> None:
    if len(answer.shape) != len(task.layout):
        raise ContractError(
            f"a sequence answer of layout {task.layout} has {len(task.layout)} axes",
            got=f"shape {list(answer.shape)}",
            where="`$.task.layout`",
        )
    tokens = answer.shape[task.layout.index("C")]
    if tokens != len(task.labels):
        raise ContractError(
            f"{len(task.labels)} labels for {tokens} outputs of {answer.name!r}",
            where="`$.task.labels`",
            fix="Give one token per output, in the order of the outputs, the blank among them",
        )
