"""Do the parts of a contract agree with one another? All that types alone cannot say."""

from __future__ import annotations

from truecopy.errors import ContractError

from .document import Contract, GraphInput, GraphOutput
from .steps import CenterCrop, Pad, Resize, Step, SwapRB, Values


def check(contract: Contract) -> None:
    """Refuse a contract that contradicts itself.

    Raises:
        ContractError: names the JSON path.
    """
    check_steps(contract.steps, contract.input.channels, contract.input.color)
    _check_graph_input(contract.graph.inputs[0], contract.input.channels)
    _check_canvas(contract.steps, contract.graph.inputs[0])
    answer = _answer(contract)
    _check_labels(contract, answer)
    _check_relabel(contract)


def check_steps(steps: tuple[Step, ...], channels: int, color: str) -> None:
    """Steps hold together by themselves: `values` is last and there once, constants fit the channels."""
    if not steps or not isinstance(steps[-1], Values):
        raise ContractError(
            "the last step must be `values`: the graph takes numbers, not pixels", where="`$.steps`"
        )
    for index, step in enumerate(steps):
        where = f"`$.steps[{index}]`"
        match step:
            case Values(chain=chain):
                if index != len(steps) - 1:
                    raise ContractError("`values` ends the chain; nothing may follow", where=where)
                for op, constant in chain:
                    _check_per_channel(constant, channels, f"constants of {op}", where)
            case CenterCrop(fill=fill) | Pad(fill=fill):
                _check_per_channel(fill, channels, "values of fill", where)
            case SwapRB() if channels != 3:
                raise ContractError("swap_rb needs three channels", got=f"color {color!r}", where=where)
            case _:
                pass


def _check_per_channel(constant: object, channels: int, what: str, where: str) -> None:
    if isinstance(constant, tuple) and len(constant) != channels:
        raise ContractError(
            f"wrong number of {what}", expected=f"{channels}", got=f"{len(constant)}", where=where
        )


def _check_graph_input(graph_input: GraphInput, channels: int) -> None:
    if graph_input.channels != channels:
        raise ContractError(
            f"input {graph_input.name!r} has {graph_input.channels} channels, but `input.color` gives {channels}",
            where="`$.graph.inputs[0].shape`",
        )


def _check_canvas(steps: tuple[Step, ...], graph_input: GraphInput) -> None:
    """The size that the steps leave, where it is known, is the size that the graph takes."""
    size = canvas_size(steps)
    for known, wanted in zip(size or (), graph_input.size, strict=False):
        if isinstance(wanted, int) and known != wanted:
            raise ContractError(
                f"the steps make {size[0]} x {size[1]} pixels, the graph takes "  # type: ignore[index]
                f"{graph_input.size[0]} x {graph_input.size[1]}",
                where="`$.steps`",
            )


def canvas_size(steps: tuple[Step, ...]) -> tuple[int, int] | None:
    """(height, width) after all steps, or None where it depends on the picture."""
    size: tuple[int, int] | None = None
    for step in steps:
        match step:
            case Resize(rule="exact", size=(int() as height, int() as width)):
                size = (height, width)
            case Resize():
                size = None
            case CenterCrop(size=cropped):
                size = cropped
            case Pad(top=top, bottom=bottom, left=left, right=right) if size:
                size = (size[0] + top + bottom, size[1] + left + right)
            case _:
                pass
    return size


def _answer(contract: Contract) -> GraphOutput:
    names = [output.name for output in contract.graph.outputs]
    if contract.graph.answer not in names:
        raise ContractError(
            "the answer is no output of the graph",
            expected=f"one of {', '.join(map(repr, names))}",
            got=repr(contract.graph.answer),
            where="`$.graph.answer`",
        )
    return contract.graph.outputs[names.index(contract.graph.answer)]


def _check_labels(contract: Contract, answer: GraphOutput) -> None:
    classes = answer.classes
    if classes is None:
        raise ContractError(
            "a multiclass answer is one row of fixed length per image",
            expected="(batch, classes)",
            got=f"shape {list(answer.shape)}",
            where="`$.graph.outputs`",
        )
    if len(contract.task.labels) != classes:
        raise ContractError(
            f"{len(contract.task.labels)} labels for {classes} outputs of {answer.name!r}",
            where="`$.task.labels`",
            fix="Give one label per output, in the order of the outputs",
        )


def _check_relabel(contract: Contract) -> None:
    count = len(contract.task.labels)
    for view, order in contract.views.relabel.items():
        if sorted(order) != list(range(count)):
            raise ContractError(f"not a permutation of the {count} labels", where=f"`$.views.relabel.{view}`")
