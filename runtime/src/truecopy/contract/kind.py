"""The tag by which a part of the document says which of its kinds it is."""

from __future__ import annotations

from msgspec import Struct


def kind_of(part: Struct) -> str:
    """`image`, `table`, `multiclass`, `sequence`, `standard`, ...: what stands at `kind`, `op` or `rule`."""
    return str(part.__struct_config__.tag)
