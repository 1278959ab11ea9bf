"""The table of EMA layouts: which trainer keeps its averaged weights where, and what makes a file one of its.

Each row was read from the trainer's public source, which is named above it. A row with `taken=True` is certain:
its keys are those of one trainer, so it is chosen unasked where the numbers agree. The others are refused until
`--ema FIELD` says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from truecopy_export.checkpoints.unwrap import WRAPPER_KEYS
from truecopy_export.checkpoints.weights import TOP_LEVEL

Holds = Literal["state dict", "AveragedModel", "state dict list", "parameter list", "twins"]
LISTS: frozenset[Holds] = frozenset({"state dict list", "parameter list"})


@dataclass(frozen=True)
class Layout:
    """One row. All but `name`, `values` and `note` are dotted fields; `*` is any one name, the same in all.

    `holds` is what must stand at `ema` for the row to be recognised. `marks` must exist, `absent` must not, and
    `values` must stand at the top of the file as they are. `raw` are alternatives, first found first taken; a list
    takes its names from there.
    `counter` counts updates, `begun` is False before the first one. `stored` is where the raw weights are kept while
    the average stands in the usual key. `swapped`: the usual key holds the average. `waits`: the average is stored
    before averaging begins, when the raw weights are all there is.
    `equal` is why the two sets may be equal value for value.
    """

    name: str
    ema: str
    raw: tuple[str, ...] = ()
    counter: str | None = None
    begun: str | None = None
    stored: str | None = None
    marks: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    holds: Holds = "state dict"
    swapped: bool = False
    waits: bool = False
    taken: bool = False
    note: str = ""
    equal: str = ""

    @property
    def said(self) -> str:
        """For a sentence: `layout timm`, or that there is none."""
        return self.name if self.name == UNKNOWN else f"layout {self.name}"


UNKNOWN = "no layout known here, but the name says average"
_RAW = ("state_dict", "model")
_OLD_BUFFERS = "older versions never copied the buffers"
_STEPS = (
    "its counter counts training steps, also those before update_after_step, in which it copies the model"
)
_TWINS = "the averaged and the raw names may stand either way round, by the order of the hooks"
_ALONE = "nothing in the file can be compared with it"

# The name of the one row whose average lacks its BatchNorm statistics; `stochastic.py` decides about it.
STOCHASTIC = "Lightning StochasticWeightAveraging"

# Order matters: a row claims its fields, so the special stands before the general.
LAYOUTS: tuple[Layout, ...] = (
    # mmengine hooks/ema_hook.py: swapped on save, so the key called ema holds the raw weights.
    Layout("mmengine EMAHook", ema="state_dict", raw=("ema_state_dict",), counter="ema_state_dict.steps",
           marks=("ema_state_dict.steps",), swapped=True, waits=True, taken=True),
    # lightning callbacks/weight_averaging.py: swapped on save.
    Layout("Lightning WeightAveraging", ema="state_dict", raw=("current_model_state",),
           counter="averaging_state.n_averaged", marks=("current_model_state",), swapped=True, taken=True,
           equal="after fit Lightning has copied the average into the model, so a file saved then holds it twice"),
    # pytorch/vision references/classification/train.py and utils.py (ExponentialMovingAverage is an AveragedModel).
    Layout("torchvision reference script", ema="model_ema", raw=("model",), counter="model_ema.n_averaged",
           marks=("model",), holds="AveragedModel", taken=True),
    # torch optim/swa_utils.py, saved alone or under a key of the script's own.
    Layout("torch AveragedModel", ema=TOP_LEVEL, counter="n_averaged", holds="AveragedModel", taken=True),
    Layout("torch AveragedModel", ema="*", raw=WRAPPER_KEYS, counter="*.n_averaged", holds="AveragedModel", taken=True),
    # timm utils/checkpoint_saver.py, models/_helpers.py
    Layout("timm", ema="state_dict_ema", raw=_RAW, taken=True),
    # deit main.py, ConvNeXt utils.py; timm reads these keys too.
    Layout("DeiT and ConvNeXt scripts", ema="model_ema", raw=("model", "state_dict"), taken=True),
    # mmcv/runner/hooks/ema.py
    Layout("mmcv 1.x EMAHook", ema="state_dict", holds="twins", note=_TWINS),
    Layout("mmcv 1.x EMAHook", ema=TOP_LEVEL, holds="twins", note=_TWINS),
    # lightning callbacks/stochastic_weight_avg.py: a deep copy of the module is there from setup on.
    Layout(STOCHASTIC, ema="callbacks.*.average_model_state", raw=("state_dict",), counter="callbacks.*.n_averaged",
           marks=("callbacks.*.n_averaged",), waits=True, taken=True,
           note="its buffers, such as BatchNorm statistics, are those from before the training"),
    # The callback that was passed around before Lightning had one of its own: EMA.on_save_checkpoint().
    Layout("a Lightning EMA callback", ema="callbacks.*.ema_state_dict", raw=("state_dict",),
           begun="callbacks.*._ema_state_dict_ready", taken=True),
    # nemo/collections/common/callbacks/ema.py of 2022: zip(pl_module.state_dict().values(), ema_weights).
    Layout("NeMo EMA (2022)", ema="callbacks.*.ema_weights", raw=("state_dict",), counter="callbacks.*.cur_step",
           holds="state dict list", taken=True),
    Layout("NeMo EMA (2022)", ema="ema_weights", raw=("state_dict",), counter="cur_step", holds="state dict list",
           taken=True),
    # The same file later, EMAOptimizer.state_dict(): zip(all_parameters(), ema). In NAME-EMA.ckpt both are the average.
    Layout("NeMo EMA optimizer", ema="optimizer_states.*.ema", raw=("state_dict",),
           counter="optimizer_states.*.current_step", holds="parameter list", taken=True),
    # torch_ema/ema.py, state_dict(): its state alone, or beside the model's.
    Layout("torch_ema", ema="shadow_params", raw=WRAPPER_KEYS, counter="num_updates", stored="collected_params",
           holds="parameter list", taken=True),
    Layout("torch_ema", ema="*.shadow_params", raw=WRAPPER_KEYS, counter="*.num_updates", stored="*.collected_params",
           holds="parameter list", taken=True),
    # ema_pytorch/ema_pytorch.py: `step` also counts the steps before `initted`.
    Layout("ema-pytorch", ema="ema_model", raw=("online_model", *WRAPPER_KEYS), counter="step", begun="initted",
           marks=("initted",), taken=True, note=_STEPS),
    Layout("ema-pytorch", ema="*.ema_model", raw=("*.online_model", *WRAPPER_KEYS), counter="*.step", begun="*.initted",
           marks=("*.initted",), taken=True, note=_STEPS),
    Layout("ema-pytorch", ema="ema_model", raw=("online_model", *WRAPPER_KEYS), counter="step", note=_OLD_BUFFERS),
    Layout("ema-pytorch", ema="*.ema_model", raw=("*.online_model", *WRAPPER_KEYS), counter="*.step", note=_OLD_BUFFERS),
    # RT-DETR src/optim/ema.py, ModelEMA.state_dict(); D-FINE and DEIM keep it.
    Layout("RT-DETR family", ema="ema.module", raw=("model",), counter="ema.updates", marks=("ema.updates",), taken=True),
    Layout("RT-DETR family", ema="ema.module", raw=("model",)),
    # ultralytics utils/torch_utils.py, strip_optimizer(): model = ema, then everything of the training is None.
    Layout("a finished Ultralytics training", ema="model", values=(("epoch", -1), ("ema", None), ("updates", None)),
           taken=True, note=f"the average took the place of the model when the training ended; {_ALONE}"),
    # ultralytics engine/trainer.py, save_model(): model is None; YOLOv5 and YOLOv7 stored both.
    Layout("Ultralytics while training", ema="ema", raw=("model",), counter="updates", marks=("updates",), taken=True),
    Layout("Ultralytics style", ema="ema", raw=WRAPPER_KEYS),
    # super_gradients training/sg_trainer/sg_trainer.py, _save_checkpoint(): ckpt_best.pth and ckpt_latest.pth ...
    Layout("super-gradients", ema="ema_net", raw=("net",), taken=True),
    # ... and average_model.pth, whose `net` was replaced and whose optimizer state was taken out.
    Layout("super-gradients average_model", ema="net", marks=("acc", "epoch", "_best_ckpt_metrics"),
           absent=("ema_net", "optimizer_state_dict"), taken=True,
           note=f"net is the average of the best checkpoints, because no optimizer state stands beside it; {_ALONE}"),
    # basicsr models/base_model.py, save_network()
    Layout("BasicSR", ema="params_ema", raw=("params",), taken=True),
    # yolox/core/trainer.py, save_ckpt(): ema_model.ema if use_model_ema else model; exp.ema is True by default.
    Layout("YOLOX", ema="model", marks=("start_epoch", "best_ap"), absent=("ema",), taken=True,
           note=f"YOLOX stores its average as model unless exp.ema was switched off, which the file does not say; {_ALONE}"),
    # dino main_dino.py, ibot main_ibot.py. Without their loss a teacher may be another network (distillation).
    Layout("DINO", ema="teacher", raw=("student",), marks=("dino_loss",), taken=True),
    Layout("iBOT", ema="teacher", raw=("student",), marks=("ibot_loss",), taken=True),
    Layout("DINO", ema="teacher", raw=("student",),
           note="without a dino_loss the teacher may be another network than an average of the student"),
)  # fmt: skip
