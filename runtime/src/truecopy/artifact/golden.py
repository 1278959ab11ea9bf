"""Golden samples: an input, and what every stage made of it where the file was exported."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType

from truecopy.contract.codec import convert
from truecopy.contract.fields import Sha256
from truecopy.contract.strict_json import dumps, loads
from truecopy.errors import ContractError
from truecopy.limits import DEFAULT_LIMITS, Limits


class _Stored(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    bytes: str
    decode: Sha256
    canvas: Sha256
    tensor: Sha256
    output: str
    canvas_png: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class GoldenSample(Struct, frozen=True, kw_only=True):
    """`encoded`: the image file, a row as JSON, a text or ids. `decode`, `canvas`, `tensor`: digests of the stages
    (`truecopy.digest`).

    `output`: the answer's row for this item, float32, flat: (outputs,), or steps x tokens of a sequence. `canvas_png`: the
    canvas itself, where its bits depend on the host's CPU (OpenCV's bicubic): another host is held to it within a bound.
    `text`: what was generated, where the answer is asked for token by token; `output` is the first pass then.
    """

    name: str
    encoded: bytes
    decode: str
    canvas: str
    tensor: str
    output: np.ndarray
    canvas_png: bytes | None = None
    text: str | None = None


def encode_golden(samples: Sequence[GoldenSample], limits: Limits = DEFAULT_LIMITS) -> str:
    """Canonical JSON of the samples.

    Raises:
        ContractError: longer than the limit.
    """
    rows = [_row(sample) for sample in samples]
    try:
        convert(rows, list[_Stored], "list of golden samples", "golden:$")
        text = dumps(rows)
        length = len(text.encode())
    except UnicodeEncodeError as error:
        raise ContractError(f"the golden samples cannot be written as JSON: {error}") from error
    if length > limits.max_golden_bytes:
        raise ContractError(
            "the golden samples are too long",
            expected=f"at most {limits.max_golden_bytes} bytes",
            got=f"{length}",
            fix="Embed fewer or smaller images (--golden N)",
        )
    return text


def _row(sample: GoldenSample) -> dict[str, str]:
    row = {
        "name": sample.name,
        "bytes": base64.b64encode(sample.encoded).decode(),
        "decode": sample.decode,
        "canvas": sample.canvas,
        "tensor": sample.tensor,
        "output": base64.b64encode(sample.output.astype("<f4").tobytes()).decode(),
    }
    if sample.canvas_png is not None:
        row["canvas_png"] = base64.b64encode(sample.canvas_png).decode()
    if sample.text is not None:
        row["text"] = sample.text
    return row


def decode_golden(text: str, limits: Limits = DEFAULT_LIMITS) -> tuple[GoldenSample, ...]:
    """Parse the samples.

    Raises:
        ContractError: not strict JSON, unknown fields, no base64, or no float32.
    """
    rows = loads(text, max_bytes=limits.max_golden_bytes, max_depth=4, what="list of golden samples")
    stored: list[_Stored] = convert(rows, list[_Stored], "list of golden samples", "golden:$")
    return tuple(_sample(row, index) for index, row in enumerate(stored))


def _sample(row: _Stored, index: int) -> GoldenSample:
    try:
        encoded = base64.b64decode(row.bytes, validate=True)
        output = np.frombuffer(base64.b64decode(row.output, validate=True), "<f4").astype(np.float32)
        canvas = None if row.canvas_png is UNSET else base64.b64decode(row.canvas_png, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ContractError(f"golden sample {row.name!r}: {error}", where=f"`golden:$[{index}]`") from error
    output.setflags(write=False)
    return GoldenSample(
        name=row.name,
        encoded=encoded,
        decode=row.decode,
        canvas=row.canvas,
        tensor=row.tensor,
        output=output,
        canvas_png=canvas,
        text=None if row.text is UNSET else row.text,
    )
