"""The decision table: every row of the EMA layouts in three states, and which set is taken, or that none is.

trained: the average differs from the raw weights and was updated. never updated: it still is the initial network.
equal: it equals the raw weights value for value. The contents are those of the trainers' own saving lines, whose
source is named; files that the real libraries write stand in the other tests of the layouts.
"""

from __future__ import annotations

import pytest
import torch

from truecopy.errors import AmbiguousEma
from truecopy_export.checkpoints import choose_weights

State = dict[str, torch.Tensor]
LIGHTNING = {"pytorch-lightning_version": "2.6.6", "epoch": 3, "global_step": 9}
BATCH_NORM = ("bn.running_mean", "bn.running_var", "bn.num_batches_tracked")


def network(seed: int, tracked: int) -> State:
    """In the order of a state dict: parameters of a layer, then its buffers. tracked 0: the initial statistics."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "conv.weight": torch.randn(4, 3, 3, 3, generator=generator),
        "bn.weight": torch.ones(4) + seed / 10,
        "bn.bias": torch.zeros(4) + seed / 10,
        "bn.running_mean": torch.full((4,), seed / 10 if tracked else 0.0),
        "bn.running_var": torch.full((4,), 1.0 + seed / 10 if tracked else 1.0),
        "bn.num_batches_tracked": torch.tensor(tracked),
        "fc.weight": torch.randn(5, 4, generator=generator),
        "fc.bias": torch.full((5,), seed / 10),
    }


def between(raw: State, other: State) -> State:
    return {
        name: 0.9 * tensor + 0.1 * other[name] if tensor.is_floating_point() else tensor
        for name, tensor in raw.items()
    }


RAW = network(1, 9)
AVERAGES = {"trained": between(RAW, network(2, 9)), "never updated": network(3, 0), "equal": dict(RAW)}


def prefixed(state: State, prefix: str = "module.") -> State:
    return {prefix + name: tensor for name, tensor in state.items()}


def parameters_by_name(state: State) -> State:
    return {name: tensor for name, tensor in state.items() if name not in BATCH_NORM}


def parameters(state: State) -> list[torch.Tensor]:
    return [*parameters_by_name(state).values()]


def half(state: State) -> State:
    return {name: t.half() if t.is_floating_point() else t for name, t in state.items()}


def twins(raw: State, ema: State) -> State:
    return {
        **raw,
        **{f"ema_{name.replace('.', '_')}": t for name, t in ema.items() if name not in BATCH_NORM},
    }


def swa(raw: State, ema: State, n: int, strip=dict) -> dict:
    # lightning callbacks/stochastic_weight_avg.py, state_dict(); the buffers of the average are the initial ones.
    state = strip({**ema, **{name: network(3, 0)[name] for name in BATCH_NORM}})
    callback = {
        "n_averaged": n,
        "latest_update_epoch": n,
        "scheduler_state": None,
        "average_model_state": state,
    }
    return {**LIGHTNING, "state_dict": strip(raw), "callbacks": {"StochasticWeightAveraging": callback}}


# Name -> (content of the file from raw, ema and a counter, what is expected in the three states). Expected is the
# field and what is said about it, or what stands in the refusal.
INITIAL = "refused: The BatchNorm statistics at"
EQUAL = "refused: value for value, and no counter says"
UNTRAINED = "refused: is the untrained initial weights"
SAID = "refused: must be said"
TABLE = {
    "timm": (
        lambda raw, ema, n: {"epoch": 1, "arch": "net", "state_dict": raw, "state_dict_ema": ema, "metric": 80.0},
        ("ema state_dict_ema", INITIAL, EQUAL),
    ),
    "DeiT and ConvNeXt scripts": (  # deit main.py, ConvNeXt utils.py
        lambda raw, ema, n: {"model": raw, "epoch": 1, "model_ema": ema},
        ("ema model_ema", INITIAL, EQUAL),
    ),
    "Swin scripts": (  # utils.py, save_checkpoint()
        lambda raw, ema, n: {"model": raw, "optimizer": {}, "lr_scheduler": {}, "max_accuracy": 81.0, "epoch": 1},
        ("raw model", "raw model", "raw model"),
    ),
    "torchvision reference script": (
        lambda raw, ema, n: {"model": raw, "epoch": 1, "model_ema": {"n_averaged": torch.tensor(n), **prefixed(ema)}},
        ("ema model_ema", UNTRAINED, "ema model_ema"),
    ),
    "torch AveragedModel": (
        lambda raw, ema, n: {"n_averaged": torch.tensor(n), **prefixed(ema)},
        ("ema (top level)", UNTRAINED, "ema (top level)"),
    ),
    "Ultralytics while training": (  # engine/trainer.py, save_model()
        lambda raw, ema, n: {"epoch": 3, "model": None, "ema": half(ema), "updates": n, "train_args": {}},
        ("ema ema", UNTRAINED, "ema ema"),
    ),
    "YOLOv5 while training": (
        lambda raw, ema, n: {"epoch": 3, "model": half(raw), "ema": half(ema), "updates": n, "opt": {}},
        ("ema ema", UNTRAINED, "ema ema"),
    ),
    "a finished Ultralytics training": (  # utils/torch_utils.py, strip_optimizer()
        lambda raw, ema, n: {
            "epoch": -1, "model": half(ema), "ema": None, "updates": None, "optimizer": None, "train_args": {}
        },
        ("ema model", "ema model", "ema model"),
    ),
    "mmengine EMAHook": (  # hooks/ema_hook.py: until it begins, the average is a copy of the model
        lambda raw, ema, n: {
            "meta": {}, "state_dict": ema if n else raw,
            "ema_state_dict": {"steps": torch.tensor(n), **prefixed(raw)},
        },
        ("ema state_dict", "raw ema_state_dict", "ema state_dict"),
    ),
    "mmcv 1.x EMAHook": (lambda raw, ema, n: {"meta": {}, "state_dict": twins(raw, ema)}, (SAID, SAID, SAID)),
    "Lightning WeightAveraging": (
        lambda raw, ema, n: {
            **LIGHTNING, "state_dict": prefixed(ema, "net."), "current_model_state": prefixed(raw, "net."),
            "averaging_state": {"n_averaged": torch.tensor(n)},
        },
        ("ema state_dict", UNTRAINED, "ema state_dict"),
    ),
    "Lightning WeightAveraging outside fit": (
        lambda raw, ema, n: {
            **LIGHTNING, "state_dict": prefixed(raw, "net."), "callbacks": {"WeightAveraging": {"latest_update_step": n}}
        },
        ("raw state_dict", "raw state_dict", "raw state_dict"),
    ),
    "Lightning StochasticWeightAveraging with BatchNorm": (
        swa, ("refused: was never given its BatchNorm statistics", "raw state_dict", "ema state_dict"),
    ),
    "Lightning StochasticWeightAveraging without BatchNorm": (
        lambda raw, ema, n: swa(raw, ema, n, parameters_by_name),
        ("ema callbacks.StochasticWeightAveraging.average_model_state", "raw state_dict", "ema state_dict"),
    ),
    "a Lightning EMA callback": (
        lambda raw, ema, n: {
            **LIGHTNING, "state_dict": raw,
            "callbacks": {"EMA": {"ema_state_dict": ema, "_ema_state_dict_ready": bool(n)}},
        },
        ("ema callbacks.EMA.ema_state_dict", UNTRAINED, EQUAL),
    ),
    "NeMo EMA (2022)": (  # nemo/collections/common/callbacks/ema.py, state_dict(): in state dict order
        lambda raw, ema, n: {
            **LIGHTNING, "state_dict": raw, "callbacks": {"EMA": {"cur_step": n, "ema_weights": [*ema.values()]}}
        },
        ("ema callbacks.EMA.ema_weights", UNTRAINED, "ema callbacks.EMA.ema_weights"),
    ),
    "NeMo EMA optimizer": (  # the same file later, EMAOptimizer.state_dict(): in the order of the parameters
        lambda raw, ema, n: {
            **LIGHTNING, "state_dict": raw,
            "optimizer_states": [{"opt": {}, "ema": tuple(parameters(ema)), "current_step": n, "decay": 0.9}],
        },
        ("ema optimizer_states.0.ema", UNTRAINED, "ema optimizer_states.0.ema"),
    ),
    "super-gradients": (  # training/sg_trainer/sg_trainer.py, _save_checkpoint()
        lambda raw, ema, n: {
            "net": raw, "acc": 0.9, "epoch": 1, "_best_ckpt_metrics": {}, "optimizer_state_dict": {"state": {}},
            "ema_net": ema,
        },
        ("ema ema_net", INITIAL, EQUAL),
    ),
    "super-gradients without an average": (
        lambda raw, ema, n: {
            "net": raw, "acc": 0.9, "epoch": 1, "_best_ckpt_metrics": {}, "optimizer_state_dict": {"state": {}}
        },
        ("raw net", "raw net", "raw net"),
    ),
    "super-gradients average_model": (
        lambda raw, ema, n: {"net": ema, "acc": 0.9, "epoch": 1, "metrics": {}, "_best_ckpt_metrics": {}},
        ("ema net", "ema net", "ema net"),
    ),
    "ema-pytorch": (  # `step` also counts before `initted`
        lambda raw, ema, n: {
            "initted": torch.tensor(bool(n)), "step": torch.tensor(n + 4),
            **prefixed(raw, "online_model."), **prefixed(ema, "ema_model."),
        },
        ("ema ema_model", UNTRAINED, "ema ema_model"),
    ),
    "ema-pytorch beside the model": (  # include_online_model=False
        lambda raw, ema, n: {
            "model": raw,
            "ema": {"initted": torch.tensor([bool(n)]), "step": torch.tensor([n]), **prefixed(ema, "ema_model.")},
        },
        ("ema ema.ema_model", UNTRAINED, "ema ema.ema_model"),
    ),
    "torch_ema": (  # torch_ema/ema.py, state_dict()
        lambda raw, ema, n: {
            "model": raw,
            "ema": {"decay": 0.9, "num_updates": n, "shadow_params": parameters(ema), "collected_params": None},
        },
        ("ema ema.shadow_params", UNTRAINED, "ema ema.shadow_params"),
    ),
    "torch_ema without its counter": (  # use_num_updates=False
        lambda raw, ema, n: {"model": raw, "ema": {"num_updates": None, "shadow_params": parameters(ema)}},
        ("ema ema.shadow_params", "ema ema.shadow_params", EQUAL),
    ),
    "RT-DETR family": (
        lambda raw, ema, n: {"model": raw, "ema": {"module": ema, "updates": n}, "last_epoch": 3},
        ("ema ema.module", UNTRAINED, "ema ema.module"),
    ),
    "YOLOX": (  # yolox/core/trainer.py, save_ckpt()
        lambda raw, ema, n: {"start_epoch": 3, "model": ema, "optimizer": {}, "best_ap": 0.4, "curr_ap": 0.4},
        ("ema model", "ema model", "ema model"),
    ),
    "DINO": (  # main_dino.py
        lambda raw, ema, n: {"student": prefixed(raw), "teacher": ema, "epoch": 3, "dino_loss": {"center": RAW["fc.bias"]}},
        ("ema teacher", INITIAL, EQUAL),
    ),
    "a teacher without a DINO loss": (lambda raw, ema, n: {"student": raw, "teacher": ema}, (SAID, SAID, SAID)),
    "BasicSR": (  # models/base_model.py, save_network()
        lambda raw, ema, n: {"params": raw, "params_ema": ema},
        ("ema params_ema", INITIAL, EQUAL),
    ),
    "Hugging Face Trainer": (lambda raw, ema, n: raw, ("raw (top level)",) * 3),
    "fastai": (lambda raw, ema, n: {"model": raw, "opt": {}}, ("raw model",) * 3),
    "model and ema of an unknown script": (lambda raw, ema, n: {"model": raw, "ema": ema}, (SAID, SAID, SAID)),
}  # fmt: skip

HALF = {"Ultralytics while training", "YOLOv5 while training", "a finished Ultralytics training"}
ROWS = [
    pytest.param(name, content, state, outcome, id=f"{name} | {state} | {outcome}")
    for name, (content, outcomes) in TABLE.items()
    for state, outcome in zip(AVERAGES, outcomes, strict=True)
]


@pytest.mark.parametrize(("name", "content", "state", "outcome"), ROWS)
def test_each_row_in_each_state_is_taken_or_refused(saved, name, content, state, outcome):
    ema = AVERAGES[state]
    checkpoint = saved(content(RAW, ema, 0 if state == "never updated" else 5))
    kind, _, said = outcome.partition(" ")
    if kind == "refused:":
        with pytest.raises(AmbiguousEma) as caught:
            choose_weights(checkpoint)
        assert said in str(caught.value)
        assert caught.value.fix
        return

    choice = choose_weights(checkpoint)

    assert (choice.taken.kind, choice.taken.field) == (kind, said)
    assert any(line.startswith(f"taken: {said}") for line in choice.report)
    meant = parameters_by_name(ema if kind == "ema" else RAW)
    if name in HALF:
        meant = {name: tensor.half().float() for name, tensor in meant.items()}
    taken = parameters_by_name(choice.taken.tensors)
    assert list(taken) == list(meant)
    assert all(torch.equal(taken[each], meant[each]) for each in meant)
