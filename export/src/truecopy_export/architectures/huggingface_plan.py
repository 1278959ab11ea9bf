"""A checked config and its class: built without memory, built for the weights, or filled by the library itself.

Source: transformers 5.23 `modeling_utils.py` PreTrainedModel._from_config, from_pretrained.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from truecopy.errors import CheckpointError, Keys
from truecopy_export.recipes.library import import_library

from .bounded import bounded

if TYPE_CHECKING:
    import torch


class Plan:
    """config: as `huggingface_config.screened` lets it through. where: its file, for messages."""

    def __init__(self, model_type: str, name: str, config: Mapping[str, Any], where: str) -> None:
        self._name, self._where = name, where
        home = import_library("transformers.models.auto.configuration_auto", CheckpointError)
        self._config = self._built(lambda: home.CONFIG_MAPPING[model_type].from_dict(dict(config)))
        self._class: Any = getattr(import_library("transformers", CheckpointError), name)

    def on_meta(self) -> Any:
        """Names and shapes only (meta device), counted while they are made.

        Raises:
            CheckpointError: too large, or the library cannot build it.
        """
        import torch

        with bounded(self._where), torch.device("meta"):
            return self.build()

    def build(self) -> Any:
        """Fresh weights, float32, plain attention.

        Raises:
            CheckpointError: the library cannot build it.
        """
        return self._built(lambda: self._class._from_config(copy.deepcopy(self._config), **_running()))

    def load(self, tensors: Mapping[str, torch.Tensor]) -> tuple[Any, Mapping[str, Any]]:
        """What the library makes of these tensors, and what it says about them: `missing_keys`, `unexpected_keys`,
        `mismatched_keys` (name, shape, shape in the model). What is missing is random in it.

        Raises:
            Keys: it cannot convert them.
        """
        try:
            model, said = self._class.from_pretrained(
                None,
                config=copy.deepcopy(self._config),
                state_dict=dict(tensors),
                local_files_only=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,
                **_running(),
            )
        except Exception as error:  # whatever the library makes of a person's file
            raise self._unconverted(f"{type(error).__name__}: {error}") from error
        for message in said.get("error_msgs") or ():
            raise self._unconverted(str(message))
        return model, said

    def _unconverted(self, got: str) -> Keys:
        return Keys(
            "transformers cannot convert the weights to its own names",
            got=" ".join(got.split())[:300],
            where=self._where,
            fix="Install the transformers that they were saved by",
        )

    def _built(self, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except CheckpointError:
            raise
        except Exception as error:  # whatever the library makes of a person's file
            raise CheckpointError(
                f"transformers cannot build {self._name} from the config",
                got=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}",
                where=self._where,
                fix="Install the transformers that it was saved by (transformers_version in the config)",
            ) from error


def _running() -> dict[str, Any]:
    import torch

    return {"attn_implementation": "eager", "dtype": torch.float32}
