"""Which axes of an output are the batch and the length: those that go with them in two runs."""

from __future__ import annotations

from truecopy.contract import GraphInput


def named_axes(
    name: str, shapes: list[tuple[int, ...]], fed: list[tuple[int, ...]], first: GraphInput
) -> tuple[int | str, ...]:
    """`shapes` of one output in one or two runs, `fed` the shapes of the first input in them.

    An axis that never changes is a number; one that is the batch, or a sequence's length, in every run has that name;
    any other that changes is called after the output. An axis of a fixed batch or length is a number.
    """
    if any(len(shape) != len(shapes[0]) for shape in shapes):
        return tuple(f"{name}_{index}" for index in range(len(shapes[0])))
    known = [(0, "batch")] if isinstance(first.shape[0], str) else []
    if first.layout == "NT" and isinstance(first.shape[1], str):
        known.append((1, "length"))
    axes: list[int | str] = []
    for index, sizes in enumerate(zip(*shapes, strict=True)):
        free = [axis for place, axis in known if sizes == tuple(shape[place] for shape in fed)]
        if free and (len(set(sizes)) > 1 or len(shapes) == 1):
            axes.append(free[0])
        elif len(set(sizes)) == 1:
            axes.append(int(sizes[0]))
        else:
            axes.append(f"{name}_{index}")
    return tuple(axes)
