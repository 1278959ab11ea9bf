"""TorchScript archives: exported through the old exporter and compared with themselves, or refused before they run."""

from __future__ import annotations

import enum
import io
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from truecopy.engine import open_session
from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.torchscript.reader import open_torchscript
from truecopy_export.networks.zip_members import read_members

DATA = Path(__file__).parents[4] / "shared" / "data"
# Making the archives; opening them says nothing (see the last test).
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")


@pytest.fixture
def saved(tmp_path, kinds, pictures):
    def call(kind="logits", *, traced=True, change=lambda module: module, example=None):
        module = change(kinds[kind]())
        if traced:
            made = torch.jit.trace(
                module, pictures(2) if example is None else example, check_trace=False, strict=False
            )
        else:
            made = torch.jit.script(module)
        path = tmp_path / f"{kind}.pt"
        torch.jit.save(made, path)
        return path

    return call


@pytest.mark.filterwarnings("ignore:Converting a tensor")
@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize(
    ("kind", "answer", "names"),
    [("logits", None, ["logits"]), ("dict", "logits", ["logits", "features"]), ("tuple", "output_0", ["output_0", "output_1"])],
)  # fmt: skip
def test_a_module_answers_like_itself_at_every_batch(
    saved, exported, kinds, pictures, kind, answer, names, traced
):
    opened = open_torchscript(saved(kind, traced=traced))
    made = exported(opened.network, answer=answer)
    assert [output.name for output in made.outputs] == names
    assert (made.inputs[0].name, made.inputs[0].shape, made.opset) == ("input", ("batch", 3, 6, 8), 20)
    own = kinds["logits"]()(pictures(7)).detach().numpy()
    graph = open_session(made.graph, "cpu", "fp32", 1).run({"input": pictures(7).numpy()})[made.answer]
    assert np.abs(graph - own).max() <= 1e-5 * np.abs(own).max()


def test_the_notes_say_that_its_exporter_is_deprecated_and_why(saved):
    opened = open_torchscript(saved())
    assert "old exporter (dynamo=False), which torch has deprecated" in opened.network.notes[0]
    assert "a ScriptModule has no Python" in opened.network.notes[0]
    assert (opened.format, opened.architecture) == ("torchscript", "TorchScript Small")


@pytest.mark.filterwarnings("ignore:Converting a tensor")
def test_a_batch_that_was_traced_into_it_is_named_with_what_to_type(saved, exported, pictures):
    opened = open_torchscript(saved("baked", example=pictures(1)))
    with pytest.raises(
        CheckpointError, match=r"batch of 1 was traced into it.* Type --batch 1 \(in Python: batch=1\)"
    ):
        exported(opened.network)
    assert exported(opened.network, batch=1).outputs[0].shape == (1, 5)
    four = open_torchscript(saved("baked", example=pictures(4)))
    with pytest.raises(
        CheckpointError, match=r"batch of 4 was traced into it.* Trace it again with view\(x\.size\(0\), -1\)"
    ):
        exported(four.network)


def test_a_scripted_module_in_training_mode_is_put_into_evaluation_mode(saved, exported, kinds, pictures):
    opened = open_torchscript(saved(traced=False, change=lambda module: module.train()))
    exported(opened.network)
    assert torch.equal(opened.network.answering(pictures(2)), kinds["logits"]()(pictures(2)))


@pytest.mark.filterwarnings("ignore:Converting a tensor")
def test_a_trace_in_training_mode_is_refused_with_the_operator(saved):
    with pytest.raises(
        CheckpointError, match=r"saved in training mode: aten::batch_norm takes .* model\.eval\(\) before"
    ):
        open_torchscript(saved(change=lambda module: module.train()))

    def dropout_alone(module):
        module.drop.train()
        return module

    with pytest.raises(CheckpointError, match="saved in training mode: aten::dropout is active"):
        open_torchscript(saved(change=dropout_alone))


def test_random_numbers_in_forward_are_refused(tmp_path):
    class Noisy(nn.Module):
        def forward(self, images):
            return images.mean((2, 3)) + torch.rand_like(images.mean((2, 3)))

    torch.jit.save(torch.jit.script(Noisy()), tmp_path / "noisy.pt")
    with pytest.raises(CheckpointError, match="aten::rand_like draws random numbers"):
        open_torchscript(tmp_path / "noisy.pt")


@pytest.mark.parametrize(("dtype", "name"), [(torch.float16, "float16"), (torch.float64, "float64")])
def test_other_precisions_are_exported_as_float32_and_said(saved, exported, pictures, dtype, name):
    path = saved(change=lambda module: module.to(dtype), example=pictures(2).to(dtype))
    opened = open_torchscript(path)
    assert f"weights are {name}; they are exported as float32" in opened.network.notes[1]
    assert exported(opened.network).outputs[0].dtype == "float32"


def test_a_module_of_several_inputs_is_refused_by_their_names(saved, pictures):
    with pytest.raises(CheckpointError, match="takes several inputs: expected one tensor, got left, right"):
        open_torchscript(saved("two", traced=False))


def test_a_device_in_the_code_becomes_the_cpu_and_is_said(tmp_path, changed, exported):
    class There(nn.Module):
        def forward(self, images):
            return images.mean((2, 3)) + torch.ones(3, device=torch.device("cpu"))

    torch.jit.save(torch.jit.trace(There(), torch.zeros(2, 3, 6, 8)), tmp_path / "there.pt")
    ((name, text),) = [
        item for item in read_members(tmp_path / "there.pt").items() if item[0].endswith(".py")
    ]
    assert text.count(b'torch.device("cpu")') == 1
    moved = text.replace(b'torch.device("cpu")', b'torch.device("cuda:1")')
    opened = open_torchscript(changed(tmp_path / "there.pt", {name: moved}))
    assert opened.network.notes[-1] == "its code names the device cuda; it runs on the CPU here"
    exported(opened.network)


class Layout(enum.Enum):
    FIRST = "first"
    LAST = "last"


class OfLayout(nn.Module):
    def __init__(self):
        super().__init__()
        self.layout = Layout.LAST
        self.sizes = [2, 3]
        self.names = {"a": 1.5}

    def forward(self, images):
        if self.layout == Layout.LAST:
            return images.mean((2, 3)) * self.names["a"]
        return images.mean(self.sizes)


def test_enums_lists_and_dicts_in_a_module_are_read(tmp_path, exported, pictures):
    torch.jit.save(torch.jit.script(OfLayout()), tmp_path / "layout.pt")
    opened = open_torchscript(tmp_path / "layout.pt")
    exported(opened.network)
    assert torch.equal(opened.network.answering(pictures(2)), OfLayout()(pictures(2)))


def test_a_module_optimised_for_one_processor_is_refused_with_the_reason(tmp_path, kinds):
    made = torch.jit.optimize_for_inference(torch.jit.script(kinds["logits"]()))
    torch.jit.save(made, tmp_path / "optimised.pt")
    with pytest.raises(
        CheckpointError, match=r"optimised for the processor .* before torch\.jit\.optimize_for_inference"
    ):
        open_torchscript(tmp_path / "optimised.pt")


def test_opening_running_and_exporting_warns_of_nothing(saved, exported, capfd):
    path = saved("dict", traced=False)
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exported(open_torchscript(path).network, answer="logits")
    assert capfd.readouterr() == ("", "")


def test_what_the_old_exporter_cannot_do_is_said_in_a_line(tmp_path, exported, capfd):
    class Unknown(nn.Module):
        def forward(self, images):
            return torch.special.bessel_j0(images).mean((2, 3))

    torch.jit.save(torch.jit.script(Unknown()), tmp_path / "unknown.pt")
    opened = open_torchscript(tmp_path / "unknown.pt")
    capfd.readouterr()
    with pytest.raises(
        CheckpointError, match=r"old exporter cannot export .*aten::special_bessel_j0.* from its own code"
    ):
        exported(opened.network)
    assert capfd.readouterr().out == ""  # it prints the whole graph, from C++


def test_loops_over_sizes_and_constants_are_let_through(tmp_path, exported):
    class Loops(nn.Module):
        def forward(self, images):
            found = images.mean((2, 3))
            for number in range(3):
                found = found + number
            for _ in range(images.size(2) - 1):
                found = found * 1.5
            return found

    torch.jit.save(torch.jit.script(Loops()), tmp_path / "loops.pt")
    exported(open_torchscript(tmp_path / "loops.pt").network)


# --- the real files


def test_the_float_demo_is_exported_and_keeps_its_accuracy(exported):
    path = DATA / "weights" / "cifar10_quant_demo" / "model_fp32.pt"
    if not path.is_file():
        pytest.skip("the shared data (../shared/data) is not here")
    opened = open_torchscript(path)
    made = exported(opened.network, size=(32, 32))
    graph = open_session(made.graph, "cpu", "fp32", 1)
    photos = sorted((DATA / "cifar10" / "test").glob("*/*"))[::4]
    labels = sorted({photo.parent.name for photo in photos})
    array = np.stack([np.asarray(Image.open(photo).convert("RGB")) for photo in photos])
    array = ((array.transpose(0, 3, 1, 2).astype(np.float32) / 255) - 0.5) / 0.5
    logits = graph.run({"input": array})["logits"]
    with torch.no_grad():
        own = opened.network.answering(torch.from_numpy(array)).numpy()
    assert np.abs(logits - own).max() <= 1e-4 * np.abs(own).max()
    assert np.array_equal(logits.argmax(1), own.argmax(1))
    right = np.mean(
        [labels[index] == photo.parent.name for index, photo in zip(logits.argmax(1), photos, strict=True)]
    )
    assert right == pytest.approx(0.752, abs=0.04)


def test_the_int8_demo_is_refused_because_its_operators_are_quantised():
    path = DATA / "weights" / "cifar10_quant_demo" / "model_int8.pt"
    if not path.is_file():
        pytest.skip("the shared data (../shared/data) is not here")
    with pytest.raises(
        CheckpointError, match=r"the network is quantised: .* got .*quantized.* Give the float network"
    ):
        open_torchscript(path)


# --- hostile archives: nothing of them runs


def hostile(line: str) -> bytes:
    """The class of `saved`'s archive with this line in forward()."""
    return (
        "class Small(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
        "  def forward(self: __torch__.Small,\n    x: Tensor) -> Tensor:\n"
        f"{line}\n    return x\n"
    ).encode()


@pytest.fixture
def bare(tmp_path):
    class Small(nn.Module):
        def forward(self, x):
            return x

    path = tmp_path / "bare.pt"
    torch.jit.save(torch.jit.script(Small()), path)
    names = [name for name in read_members(path) if name.startswith("code/") and name.endswith(".py")]
    return path, names[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('    y = torch.from_file("/etc/passwd", False, 10, dtype=1)', "aten::from_file"),
        ('    y = ("/etc/passwd").from_file(False, 10)', "aten::from_file"),
        ("    f = torch.from_file", "aten::from_file"),
        ("    y = torch._reshape_alias(x, [1000000000], [1])", "aten::_reshape_alias"),
        ("    y = (x).resize_([1000000000])", "aten::resize_"),
        ("    y = torch.set_(x, x)", "aten::set_"),
        ("    torch.manual_seed(1)", "aten::manual_seed"),
        ('    torch.save(x, "{}")', "aten::save"),
        ('    ops.aten.save(x, "{}")', "aten::save"),
        ('    print("{}")', "print"),
        ("    y = ops.mylib.run(x)", "mylib::run"),
        ("    y = ops.prim.rpc_sync(x)", "prim::rpc_sync"),
        ("    y = ops.prim.PythonOp(x)", "prim::PythonOp"),
        ("    y = fork(x)", "fork"),
        ("    y = __torch__.torch.classes.mylib.Runner(x)", "custom class classes.mylib.Runner"),
        ("    while True:\n      x = torch.add(x, 1)", "a while loop"),
        ("    for i in range(10000000):\n      x = torch.add(x, 1)", "1,000,000 turns"),
        ("    for i in range(int(torch.sum(x))):\n      x = torch.add(x, 1)", "no constant and no size"),
        ("    for i in x:\n      x = torch.add(x, 1)", "not over a range"),
        ("    n = torch.mul(torch.len(x), 1000000)\n    for i in range(n):\n      x = torch.add(x, 1)", "no constant"),
    ],
)  # fmt: skip
def test_code_that_does_more_than_compute_is_named_and_not_run(bare, changed, tmp_path, line, said):
    path, name = bare
    trace_of_it = tmp_path / "it-ran"
    with pytest.raises(Blocked, match="more than compute: it is not run") as caught:
        open_torchscript(changed(path, {name: hostile(line.replace("{}", str(trace_of_it)))}))
    assert said in str(caught.value)
    assert not trace_of_it.exists()


def test_a_class_that_runs_code_while_it_is_loaded_is_refused(tmp_path):
    class Waking(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.zeros(3)

        @torch.jit.export
        def __getstate__(self):
            return self.weight, self.training

        @torch.jit.export
        def __setstate__(self, state: tuple[torch.Tensor, bool]):
            self.weight = state[0] + 1
            self.training = state[1]

        def forward(self, x):
            return x + self.weight

    torch.jit.save(torch.jit.script(Waking()), tmp_path / "waking.pt")
    with pytest.raises(Blocked, match=r"__[gs]etstate__, which runs while the file is loaded"):
        open_torchscript(tmp_path / "waking.pt")


@pytest.mark.parametrize(
    "text",
    [b"import os\n", b"x = f'{1}'\n", b"def f():\n\tpass\n", b"x = 1  # type: int\n", b"x = '''a'''\n", b"\xff", b"(" * 500,
     b"x = lambda: 1\n", b"if True:\n"],
)  # fmt: skip
def test_source_that_torch_never_prints_is_refused(bare, changed, text):
    path, name = bare
    with pytest.raises(
        CheckpointError, match=r"not what torch\.jit\.save writes|written by torch below 1\.2"
    ):
        open_torchscript(changed(path, {name: text}))


@pytest.mark.parametrize("member", ["data.pkl", "constants.pkl"])
@pytest.mark.parametrize(
    "call", [b"cos\nsystem\n", b"cbuiltins\neval\n", b"ctorch\nload\n", b"c__builtin__\nexec\n"]
)
def test_a_pickle_that_asks_for_a_function_is_named_and_not_loaded(saved, changed, tmp_path, member, call):
    trace_of_it = tmp_path / "it-ran"
    command = f"touch {trace_of_it}".encode()
    pickle = b"\x80\x02" + call + b"(X" + len(command).to_bytes(4, "little") + command + b"tR."
    with pytest.raises(Blocked, match="asks for a name that no TorchScript of plain tensors has") as caught:
        open_torchscript(changed(saved(), {member: pickle}))
    assert call.split(b"\n")[1].decode() in str(caught.value)
    assert not trace_of_it.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The first weight is 4 x 3 x 3 x 3 floats: a size, a stride, an offset and a storage beyond its 432 bytes.
        (b"(K\x04K\x03K\x03K\x03t", b"(K\x7fK\x03K\x03K\x03t"),
        (b"(K\x1bK\tK\x03K\x01t", b"(K\x7fK\tK\x03K\x01t"),
        (b"(K\x1bK\tK\x03K\x01t", b"(J\xff\xff\xff\xffK\tK\x03K\x01t"),
        (b"Kl", b"K\xff"),
    ],
)  # fmt: skip
def test_a_tensor_outside_its_storage_is_refused_before_torch_reads_it(saved, changed, old, new):
    path = saved()
    data = read_members(path)["data.pkl"]
    assert old in data
    with pytest.raises(CheckpointError, match="the archive's tensors are damaged"):
        open_torchscript(changed(path, {"data.pkl": data.replace(old, new, 1)}))


@pytest.mark.parametrize(
    "pickle", [b"", b"\x80\x02", b"\x80\x02N", b"\x80\x02Nr\xff\xff\xff\xff.", b"\x80\x02V1\n.", b"N."]
)
def test_a_damaged_pickle_is_refused(saved, changed, pickle):
    with pytest.raises(CheckpointError):
        open_torchscript(changed(saved(), {"data.pkl": pickle}))


def test_a_flipped_bit_is_named_with_its_member(saved):
    path = saved()
    data = bytearray(path.read_bytes())
    weights = read_members(path)["data/0"]
    data[bytes(data).index(weights) + 5] ^= 4
    path.write_bytes(data)
    with pytest.raises(
        CheckpointError, match=r"damaged or cut short: .* got bytes of member .*data/0 that its checksum"
    ):
        open_torchscript(path)


def test_source_that_unpacks_to_gigabytes_is_refused(saved, tmp_path):
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in read_members(saved()).items():
            archive.writestr(f"a/{name}", b" " * (65 << 20) if name.endswith(".py") else data)
    with pytest.raises(CheckpointError, match="unpacks to more than 64 MiB"):
        open_torchscript(bomb)


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(0, 100_000))
def test_an_archive_cut_short_anywhere_is_refused(tmp_path_factory, cut):
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Flatten(), torch.zeros(2, 3, 4)), buffer)
    data = buffer.getvalue()
    path = tmp_path_factory.getbasetemp() / "cut.pt"
    path.write_bytes(data[: cut % len(data)])
    with pytest.raises(CheckpointError):
        open_torchscript(path)


FUZZ = """
import random, sys
from pathlib import Path
import torch
from truecopy.errors import CheckpointError
from truecopy_export.networks.torchscript.reader import open_torchscript
from truecopy_export.networks.zip_members import read_members, written
source, target = Path(sys.argv[1]), Path(sys.argv[2])
members, chance, refused = dict(read_members(source)), random.Random(7), 0
names = [name for name in members if name.endswith((".pkl", ".py"))]
for _ in range(120):
    changed = dict(members)
    name = chance.choice(names)
    data = bytearray(changed[name])
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(data))
        data[at] = chance.randrange(256)
    changed[name] = bytes(data)
    target.write_bytes(written(changed).getvalue())
    try:
        network = open_torchscript(target).network
    except CheckpointError:
        refused += 1
        continue
    try:
        network.answering(torch.zeros(1, 3, 6, 8))
    except Exception:
        pass
print("refused", refused)
"""


def test_no_changed_archive_ends_the_process(saved, tmp_path):
    """With checksums that fit: the bytes reach the checks, and what passes them torch's C++ reader."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FUZZ, str(saved(traced=False)), str(tmp_path / "fuzzed.pt")],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) > 60
