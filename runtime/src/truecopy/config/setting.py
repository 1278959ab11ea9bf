"""One setting, and why it is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

# In the order of precedence. `inferred`: from what else the file states. `not used`: the file states it, but the strategy
# does not ask for it.
Source: TypeAlias = Literal["argument", "file", "inferred", "artifact", "default", "not used"]


@dataclass(frozen=True, slots=True)
class Setting:
    """name: its place in the file, `tta.augmentations`. value: plain JSON data. shadowed: what it overrode."""

    name: str
    value: Any
    source: Source
    shadowed: tuple[tuple[Source, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "setting": self.name,
            "value": self.value,
            "from": self.source,
            "overrode": [{"from": source, "value": value} for source, value in self.shadowed],
        }


def decide(name: str, argument: Any, file: Any, default: Any, *, used: bool = True) -> Setting | None:
    """The call before the file before the default; None where nobody states what is not used."""
    if not used:
        return None if file is None else Setting(name, file, "not used")
    said: list[tuple[Source, Any]] = []
    if argument is not None:
        said.append(("argument", argument))
    if file is not None:
        said.append(("file", file))
    if not said:
        return None if default is None else Setting(name, default, "default")
    (source, value), *shadowed = said
    return Setting(name, value, source, tuple(shadowed))
