"""A SavedModel's program, checked before TensorFlow sees it: only operators that compute, no circles, no bombs."""

from __future__ import annotations

from pathlib import Path

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.counted import counted

from .operators import ALLOWED, SAVERS
from .wire import ASSET, REGISTERED_SAVER, RESOURCE, SAVEABLES, USER_PROTO, Body, Skimmed, skim

# Elements of all constants together: 2 GiB of float32 is what one ONNX file holds.
MAX_ELEMENTS = 1 << 29
# Nodes of one function with all that it calls put into it.
MAX_NODES = 2_000_000
_SAVE = (
    "Save the network alone: tf.saved_model.save(model, folder, signatures={'serving_default': "
    "tf.function(model, input_signature=[...])}), without tables, files and Python functions"
)
_OBJECTS = {
    ASSET: "an asset (a file that the program reads)",
    RESOURCE: "a resource (a table) with an initializer that runs on loading",
    SAVEABLES: "a saver of its own that runs on loading",
    USER_PROTO: "an object of a registered class",
    REGISTERED_SAVER: "a registered saver",
}


def check_program(data: bytes, where: Path) -> None:
    """data: of `saved_model.pb`.

    Raises:
        Blocked: operators or objects that touch more than tensors.
        CheckpointError: damaged, of TensorFlow 1, too large, or functions that call themselves.
    """
    found = skim(data, where)
    if found.graphs != 1:
        raise CheckpointError(
            "the SavedModel does not hold one network",
            expected="one meta graph",
            got=counted(found.graphs, "meta graph"),
            where=str(where),
            fix="Save it again with tf.saved_model.save",
        )
    _check_operators(found, where)
    for number, what in _OBJECTS.items():
        if number in found.objects:
            raise Blocked("the SavedModel does more than compute", got=what, where=str(where), fix=_SAVE)
    if not found.exported:
        raise CheckpointError(
            "the SavedModel was written by TensorFlow 1: what loading it runs cannot be told from its network",
            where=str(where),
            fix="Where it is trusted: tf.saved_model.save(tf.saved_model.load(folder), new, signatures=...)",
        )
    if found.elements > MAX_ELEMENTS:
        raise CheckpointError(
            "the constants in saved_model.pb are too large",
            expected=f"at most {MAX_ELEMENTS} numbers",
            got=str(found.elements),
            where=str(where),
        )
    _check_calls(found, where)


def _check_operators(found: Skimmed, where: Path) -> None:
    used = {name for body in found.bodies if body.name for name in body.calls} | found.exported
    for body in found.bodies:
        strange = body.operators - ALLOWED
        if strange <= SAVERS and body.name not in used:
            continue
        if strange:
            raise Blocked(
                "the SavedModel holds operators that are not let in: loading and running it would run them",
                expected="operators that compute on tensors",
                got=f"{', '.join(sorted(strange)[:4])} in {body.name or 'its graph'}",
                where=str(where),
                fix=_SAVE,
            )


def _check_calls(found: Skimmed, where: Path) -> None:
    """No function calls itself, and what is put together from all calls stays small."""
    known = {body.name: body for body in found.bodies if body.name}
    sizes: dict[str, int] = {}
    for start in known.values():
        waiting: list[tuple[Body, bool]] = [(start, False)]
        open_: set[str] = set()
        while waiting:
            body, left = waiting.pop()
            called = {name: times for name, times in body.calls.items() if name in known}
            if left:
                open_.discard(body.name)
                sizes[body.name] = body.nodes + sum(times * sizes[name] for name, times in called.items())
                if sizes[body.name] > MAX_NODES:
                    raise CheckpointError(
                        "the functions of the SavedModel unfold to too many nodes",
                        expected=f"at most {MAX_NODES}",
                        got=f"{sizes[body.name]} in {body.name}",
                        where=str(where),
                    )
                continue
            if body.name in sizes:
                continue
            open_.add(body.name)
            waiting.append((body, True))
            for name in called:
                if name in open_:
                    raise CheckpointError(
                        "a function of the SavedModel calls itself", got=name, where=str(where)
                    )
                if name not in sizes:
                    waiting.append((known[name], False))
