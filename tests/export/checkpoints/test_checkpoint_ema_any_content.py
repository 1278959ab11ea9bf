"""Whatever stands under the keys of the table, the answer is a choice that holds, or a typed refusal with a fix."""

from __future__ import annotations

from pathlib import Path

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints import Checkpoint, choose_weights
from truecopy_export.checkpoints.choosing.layouts import LAYOUTS

PARTS = sorted(
    {
        part
        for layout in LAYOUTS
        for field in (layout.ema, *layout.raw, *layout.marks, *filter(None, (layout.counter, layout.stored, layout.begun)))
        for part in field.split(".")
        if part != "*" and "(" not in part
    }
    | {"callbacks", "EMA", "epoch", "optimizer_states", "model_state_dict", "best"}
)  # fmt: skip


def state(seed: int, prefix: str) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    plain = {
        "conv.weight": torch.randn(2, 3, generator=generator),
        "bn.running_mean": torch.full((2,), float(seed)),
        "fc.weight": torch.randn(3, 2, generator=generator),
    }
    return {prefix + name: tensor for name, tensor in plain.items()}


states = st.builds(
    state, st.integers(0, 3), st.sampled_from(["", "module.", "net.", "ema_model.", "online_model."])
)
lists = st.builds(lambda values: [*values.values()], states)
scalars = st.one_of(
    st.none(), st.integers(-1, 3), st.booleans(), st.text(max_size=2), st.floats(),
    st.integers(0, 2).map(torch.tensor), st.booleans().map(torch.tensor), st.just(torch.ones(2, 2)),
)  # fmt: skip
values = st.recursive(
    st.one_of(scalars, states, lists),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(PARTS), inner, max_size=4)
    ),
    max_leaves=8,
)
contents = st.builds(
    lambda named, more: {**named, **more},
    st.dictionaries(st.sampled_from(PARTS), values, max_size=5),
    st.one_of(st.just({}), states, states.map(lambda plain: {**plain, "n_averaged": torch.tensor(3)})),
)


@settings(deadline=None, max_examples=300)
@given(content=contents, ema=st.one_of(st.just("auto"), st.just("raw"), st.sampled_from(PARTS)))
def test_any_content_ends_in_a_choice_or_a_typed_refusal(content, ema):
    checkpoint = Checkpoint(Path("best.pt"), "best.pt", "0" * 64, "pytorch-zip", content)
    try:
        choice = choose_weights(checkpoint, ema)
    except CheckpointError as error:
        # A refusal for want of an answer says what to type.
        assert error.fix or not isinstance(error, AmbiguousEma)  # noqa: PT017
        return
    assert choice.taken.tensors
    assert choice.taken is choice.raw or choice.taken is choice.ema
    assert any(line.startswith("taken: ") for line in choice.report)
    assert all(bool(torch.isfinite(tensor).all()) for tensor in choice.taken.tensors.values())
    if choice.taken.kind == "ema" and ema == "auto":
        assert choice.taken.counter != 0
        assert choice.taken.counter is not None or choice.taken.distance != 0.0
