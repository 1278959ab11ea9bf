"""Types of fields that several parts of the document share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

# `$` of Python also stands before a last line feed: the length shuts that out.
Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Difference: TypeAlias = Annotated[float, Meta(ge=0.0)]
Name: TypeAlias = Annotated[str, Meta(min_length=1)]
Axis: TypeAlias = Annotated[int, Meta(ge=1)] | Name
