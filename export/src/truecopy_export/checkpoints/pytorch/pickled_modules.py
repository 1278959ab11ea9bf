"""Whole pickled modules, read by running what the file says. Only where the user asked for that: --unsafe-pickle.

Source of what Ultralytics saves: ultralytics 8.4.190 `engine/trainer.py` (save_model), `utils/torch_utils.py`
(strip_optimizer), `nn/modules/head.py` (Classify). It is AGPL: told by class and attribute names, never imported here.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.foreign import SAVE
from truecopy_export.checkpoints.recognise import recognise
from truecopy_export.checkpoints.weights import TOP_LEVEL

from .archive import Archive

_DEPTH = 3  # mappings in mappings: {"ema": {"module": network}} is the deepest known


def read_unsafely(path: Path) -> tuple[Mapping[str, Any], Mapping[str, nn.Module]]:
    """Run the pickle of a file that torch.save wrote, with the current folder on `sys.path`.

    Returns the content with state dicts in the places of modules, and the modules by dotted field, out of the wrappers of
    DataParallel, torch.compile and AveragedModel, float32, in eval mode; a file that is one module itself: TOP_LEVEL.

    Raises:
        CheckpointError: damaged, a class that is not here (it is named), or no dictionary and no module.
    """
    where = str(path)
    if recognise(path) == "pytorch-zip":
        with path.open("rb") as file:
            Archive(file, where).check_sums()  # torch.load does not look at them
    loaded = _run(path)
    modules: dict[str, nn.Module] = {}
    if isinstance(loaded, nn.Module):
        return _state_dict(loaded, TOP_LEVEL, modules), modules
    if not isinstance(loaded, Mapping) or not all(isinstance(key, str) for key in loaded):
        raise CheckpointError(
            "The checkpoint holds no network and no dictionary of names",
            got=f"{type(loaded).__module__}.{type(loaded).__qualname__}",
            where=where,
            fix=SAVE,
        )
    return _replaced(loaded, "", _DEPTH, modules), modules


@contextmanager
def _current_folder() -> Iterator[None]:
    """The current folder first on `sys.path`, and only here: later imports are none of the file's business."""
    folder = str(Path.cwd())
    if folder in sys.path:
        yield
        return
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:  # the file's own code may have taken it off
            sys.path.remove(folder)


def _run(path: Path) -> object:
    with warnings.catch_warnings(), _current_folder():
        # torch warns of sources that changed since (every version of its own modules did); the answer is compared below.
        warnings.simplefilter("ignore")
        try:
            return torch.load(path, map_location="cpu", weights_only=False)
        except (ImportError, AttributeError) as error:
            raise _missing(error, str(path)) from error
        except Exception as error:
            # The file's own code raises whatever it likes.
            raise CheckpointError(
                "Unpickling the checkpoint failed",
                got=f"{type(error).__name__}: {_first_line(error)}",
                where=str(path),
                fix=SAVE,
            ) from error


def _missing(error: ImportError | AttributeError, where: str) -> CheckpointError:
    """What the pickle asks for and is not here, and where it comes from."""
    name = error.name if isinstance(error, ModuleNotFoundError) and error.name else _attribute(error)
    package = name.partition(".")[0]
    if package == "ultralytics" or name.startswith(("models.yolo", "models.common")):
        return CheckpointError(
            "The checkpoint is a pickled module of Ultralytics, and its package is not installed",
            got=_first_line(error),
            where=where,
            fix="pip install ultralytics (its licence is AGPL-3.0, which is why Truecopy does not depend on it); a file of the "
            "older yolov5 takes that repository as the current folder",
        )
    if package == "__main__":
        fix = f"The class stood in the training script itself: put it into a file of its own. {SAVE}"
    elif package not in sys.modules and not _is_there(package):
        fix = f"Install the package that has {package!r}, or call from the folder that holds it. {SAVE}"
    else:
        fix = f"Install the version of {package!r} that the file was made with. {SAVE}"
    return CheckpointError(
        f"Unpickling the checkpoint takes {name}, which is not here",
        got=_first_line(error),
        where=where,
        fix=fix,
    )


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # no name of a module at all
        return False


def _attribute(error: ImportError | AttributeError) -> str:
    """The dotted name out of "Can't get attribute 'Net' on <module 'nets' from ...>"."""
    found = re.search(r"attribute '([^']+)' on <module '([^']+)'", str(error))
    if found is not None:
        return f"{found[2]}.{found[1]}"
    return getattr(error, "name", None) or _first_line(error)


def _replaced(value: Any, field: str, depth: int, modules: dict[str, nn.Module]) -> Any:
    if isinstance(value, nn.Module):
        return _state_dict(value, field, modules)
    if type(value) is dict and depth > 0:
        return {
            key: _replaced(inner, f"{field}.{key}".removeprefix("."), depth - 1, modules)
            for key, inner in value.items()
        }
    return value


def _state_dict(module: nn.Module, field: str, modules: dict[str, nn.Module]) -> Mapping[str, Any]:
    """The names as the file has them, wrappers' prefixes and counters included; the network itself goes to `modules`."""
    name = type(module).__name__
    if type(module).__module__ == "ultralytics.nn.tasks" and name != "ClassificationModel":
        raise CheckpointError(
            "The checkpoint is a network of Ultralytics that is no classifier",
            expected="ClassificationModel (yolo...-cls)",
            got=name,
            where=field,
            fix="Truecopy exports classifiers, regressors and sequence models; no detection, no segmentation",
        )
    state = dict(module.state_dict())
    plain = module
    while isinstance(inner := getattr(plain, "_orig_mod", None) or _wrapped(plain), nn.Module):
        plain = inner
    for part in plain.modules():
        # Ultralytics' head answers with (probabilities, logits) in eval mode, and with the probabilities alone in export
        # mode; versions before 8.3 always with those.
        if type(part).__name__ == "Classify" and type(part).__module__.startswith("ultralytics."):
            part.export = True
    modules[field] = plain.float().eval()
    return state


def _wrapped(module: nn.Module) -> nn.Module | None:
    wrappers = (nn.DataParallel, nn.parallel.DistributedDataParallel, torch.optim.swa_utils.AveragedModel)
    return module.module if isinstance(module, wrappers) else None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
