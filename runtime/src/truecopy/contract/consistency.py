"""Do the parts of a contract agree with one another? All that types alone cannot say."""

from __future__ import annotations

from collections.abc import Mapping

from truecopy.errors import ContractError

from .agreement import check_answer, check_batch
from .document import Contract, ImageInput
from .flow import Flow, flow
from .graph import GraphInput, GraphOutput
from .inputs import check_table, check_tokens, only_input
from .stated_views import check_views
from .steps import Step
from .tables import TableInput
from .tasks import Autoregressive, Sequence
from .tokens import TokensInput


def check(contract: Contract) -> None:
    """Refuse a contract that contradicts itself.

    Raises:
        ContractError: names the JSON path.
    """
    match contract.input:
        case ImageInput() as image:
            _check_image(contract, image)
        case TableInput() as table:
            _check_no_steps(contract, "a table")
            check_table(table, contract.graph.inputs)
        case TokensInput() as tokens:
            _check_no_steps(contract, "tokens")
            check_tokens(tokens, contract.graph.inputs)
    answer = _answer(contract)
    check_answer(contract.task, answer)
    check_batch(contract.task, contract.graph.main_input, answer)
    _check_generation(contract)
    check_views(contract.views, contract.task)


def _check_image(contract: Contract, image: ImageInput) -> None:
    _check_input(image)
    made = check_steps(contract.steps, image.channels)
    graph_input = only_input(contract.graph.inputs, ("NCHW", "NHWC"), "an image")
    if graph_input.channels != made.channels:
        raise ContractError(
            f"input {graph_input.name!r} has {graph_input.channels} channels, but the steps make {made.channels} "
            f"of `input.color` {image.color}",
            where="`$.graph.inputs[0].shape`",
        )
    _check_canvas(made.size, graph_input)


def _check_no_steps(contract: Contract, what: str) -> None:
    if contract.steps:
        raise ContractError(f"steps are for pictures; {what} takes none", where="`$.steps`")


def _check_generation(contract: Contract) -> None:
    """Only ids can be put behind ids."""
    task = contract.task
    if not isinstance(task, Sequence) or not isinstance(task.decoding, Autoregressive):
        return
    if not isinstance(contract.input, TokensInput):
        raise ContractError(
            "autoregressive decoding puts tokens behind tokens, and the input is none of them",
            expected="input.kind tokens", where="`$.task.decoding`",
        )  # fmt: skip
    if contract.input.suffix:
        raise ContractError(
            "autoregressive decoding puts tokens at the end, and `suffix` closes it",
            expected="no suffix",
            got=str(list(contract.input.suffix)),
            where="`$.input.suffix`",
        )
    if len(task.labels) > contract.input.ids:
        raise ContractError(
            f"{len(task.labels)} tokens come out, and ids below {contract.input.ids} go in",
            where="`$.task.labels`",
        )
    if contract.input.text is not None:
        _check_vocabulary(task.labels, contract.input.text.vocabulary)


def _check_vocabulary(labels: tuple[str, ...], vocabulary: tuple[str, ...]) -> None:
    """What is answered is put behind what was given: one id is one token on both sides."""
    for place, (label, token) in enumerate(zip(labels, vocabulary, strict=False)):
        if label != token:
            raise ContractError(
                f"id {place} is one token in the answer and another in the input, and answers are fed back",
                expected=f"{token!r}, as `$.input.text.vocabulary[{place}]` says",
                got=repr(label),
                where=f"`$.task.labels[{place}]`",
                fix="Give the labels in the order of the vocabulary",
            )


def check_steps(steps: tuple[Step, ...], channels: int) -> Flow:
    """What the steps make of a picture of `channels` channels; they fit one another and end in numbers.

    Raises:
        ContractError: names the JSON path.
    """
    made = flow(steps, channels)
    if made.dtype != "float32":
        raise ContractError("the steps must end in numbers: the graph takes no pixels", where="`$.steps`",
                            fix="End them with `values`")  # fmt: skip
    return made


# What cv2.imdecode and decode_image(mode="RGB") always do: a contract that says otherwise describes no decoder.
_FIXED_BY_DECODER: Mapping[str, Mapping[str, str]] = {
    "pillow": {"cmyk": "pillow"},
    "opencv": {"alpha": "drop", "depth16": "shift", "cmyk": "opencv"},
    "torchvision": {"color": "RGB", "alpha": "drop", "cmyk": "pillow"},
}


def _check_input(image: ImageInput) -> None:
    for field, only in _FIXED_BY_DECODER[image.decoder].items():
        stated = getattr(image, field)
        if stated != only:
            raise ContractError(
                f"decoder {image.decoder!r} is reproduced with {field} {only!r} only",
                got=repr(stated),
                where=f"`$.input.{field}`",
                fix=f"Say {field}: {only}, or another decoder",
            )


def _check_canvas(size: tuple[int, int] | None, graph_input: GraphInput) -> None:
    """The size that the steps leave, where it is known, is the size that the graph takes."""
    for known, wanted in zip(size or (), graph_input.size, strict=False):
        if isinstance(wanted, int) and known != wanted:
            raise ContractError(
                f"the steps make {size[0]} x {size[1]} pixels, the graph takes "  # type: ignore[index]
                f"{graph_input.size[0]} x {graph_input.size[1]}",
                where="`$.steps`",
            )


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
