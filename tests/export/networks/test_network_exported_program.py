"""torch.export programs: exported as they are and compared with themselves, or refused before anything of them runs."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.export import Dim

from truecopy.engine import open_session
from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.program.document import checked
from truecopy_export.networks.program.reader import open_exported_program
from truecopy_export.networks.zip_members import read_members, written

MODEL = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"


@pytest.fixture
def saved(tmp_path, kinds, pictures):
    """A program; `free` are the axes left free, with their ranges."""

    def call(kind="logits", *, free=None, change=lambda module: module, example=None):
        module = change(kinds[kind]())
        example = (pictures(2),) if example is None else example
        free = {0: Dim("batch")} if free is None else free
        program = torch.export.export(
            module, example, dynamic_shapes=tuple(free for _ in example) if free else None
        )
        path = tmp_path / f"{kind}.pt2"
        torch.export.save(program, path)
        return path

    return call


@pytest.fixture(scope="module")
def plain(tmp_path_factory, kinds, pictures):
    """The one that is changed, not the changes."""
    path = tmp_path_factory.mktemp("program") / "plain.pt2"
    torch.export.save(
        torch.export.export(kinds["logits"](), (pictures(2),), dynamic_shapes=({0: Dim("batch")},)), path
    )
    return path


@pytest.mark.parametrize(
    ("kind", "answer", "names"),
    [("logits", None, ["logits"]), ("dict", "logits", ["logits", "features"]), ("tuple", "output_1", ["output_0", "output_1"])],
)  # fmt: skip
def test_a_program_answers_like_itself_at_every_batch(saved, exported, kinds, pictures, kind, answer, names):
    opened = open_exported_program(saved(kind))
    made = exported(opened.network, answer=answer)
    (own,) = opened.network.inputs
    assert (own.name, own.layout, own.shape) == ("input", "NCHW", ("batch", 3, 6, 8))
    assert [output.name for output in made.outputs] == names
    assert made.outputs[0].shape[0] == "batch"
    graph = open_session(made.graph, "cpu", "fp32", 1).run({"input": pictures(7).numpy()})[names[0]]
    answer = kinds[kind]()(pictures(7))
    first = next(iter(answer.values())) if kind == "dict" else answer[0] if kind == "tuple" else answer
    wanted = first.detach().numpy()
    assert np.abs(graph - wanted).max() <= 1e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_fixed_batch_stays_and_its_graph_answers_each_place_for_itself(saved, exported, pictures, batch):
    opened = open_exported_program(saved(free={}, example=(pictures(batch),)))
    assert opened.network.inputs[0].shape == (batch, 3, 6, 8)
    assert exported(opened.network, batch=batch).outputs[0].shape == (batch, 5)


def test_a_range_without_one_is_refused_and_says_so(saved, exported):
    opened = open_exported_program(saved(free={0: Dim("batch", min=2, max=64)}))
    with pytest.raises(
        CheckpointError,
        match=r"not take a batch of 1: expected 2 to 64\. Export .* with Dim\(\"batch\"\) from 1 on",
    ):
        exported(opened.network)


def test_a_range_with_an_end_is_no_free_batch_and_one_at_a_time_works(saved, exported):
    opened = open_exported_program(saved(free={0: Dim("batch", min=1, max=4)}))
    with pytest.raises(
        CheckpointError, match=r"does not take a batch of 5: expected 1 to 4\. Type --batch 1 for a graph"
    ):
        exported(opened.network)
    assert exported(opened.network, batch=1).outputs[0].shape == (1, 5)


def test_free_sides_are_named_and_filled_by_the_recipe(saved, exported):
    opened = open_exported_program(saved(free={0: Dim("batch"), 2: Dim("h", min=6), 3: Dim("w", min=6)}))
    assert opened.network.inputs[0].shape == ("batch", 3, "height", "width")
    assert exported(opened.network, size=(7, 9)).inputs[0].shape == ("batch", 3, 7, 9)


@pytest.mark.parametrize(("dtype", "name"), [(torch.float16, "float16"), (torch.float64, "float64")])
def test_other_precisions_are_exported_as_float32_and_said(saved, exported, pictures, dtype, name):
    opened = open_exported_program(
        saved(change=lambda module: module.to(dtype), example=(pictures(2).to(dtype),))
    )
    assert opened.network.inputs[0].dtype == "float32"
    assert f"weights are {name}; they are exported as float32" in opened.network.notes[0]
    assert exported(opened.network).outputs[0].dtype == "float32"


def test_training_mode_is_refused_with_the_operator(saved):
    def dropout_alone(module):
        module.drop.train()
        return module

    with pytest.raises(
        CheckpointError, match=r"exported in training mode: aten\.batch_norm takes .* model\.eval\(\) before"
    ):
        open_exported_program(saved(change=lambda module: module.train()))
    with pytest.raises(
        CheckpointError, match=r"exported in training mode: aten\.dropout is active \(node dropout\)"
    ):
        open_exported_program(saved(change=dropout_alone))


def test_chance_inside_a_block_of_its_own_is_found(tmp_path):
    class Noisy(nn.Module):
        def forward(self, images):
            found = images.mean((2, 3))
            with torch.no_grad():
                noisy = found + torch.randn_like(found)
            return noisy + found

    torch.export.save(
        torch.export.export(Noisy(), (torch.zeros(2, 3, 4, 4, requires_grad=True),)), tmp_path / "noisy.pt2"
    )
    with pytest.raises(CheckpointError, match=r"aten\.randn_like draws random numbers"):
        open_exported_program(tmp_path / "noisy.pt2")


def test_constants_that_are_no_buffers_are_kept(tmp_path, exported):
    class Shifted(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = torch.tensor([1.0, -2.0, 5.0])

        def forward(self, images):
            return images.mean((2, 3)) + self.shift + torch.tensor([0.5, 0.25, 0.125])

    program = torch.export.export(Shifted(), (torch.zeros(2, 3, 6, 8),), dynamic_shapes=({0: Dim("batch")},))
    torch.export.save(program, tmp_path / "shifted.pt2")
    exported(open_exported_program(tmp_path / "shifted.pt2").network)


def test_several_inputs_are_refused_by_their_names(saved, pictures):
    with pytest.raises(
        CheckpointError, match=r"takes several inputs: expected one tensor, got left \(.*\), right \("
    ):
        open_exported_program(saved("two", example=(pictures(2), pictures(2))))


def test_an_output_class_of_a_library_is_read_as_its_keys(saved, changed, exported):
    def to_library(document):
        for entry in document["graph_module"]["module_call_graph"]:
            if entry["signature"]:
                spec = json.loads(entry["signature"]["out_spec"])
                spec[1]["type"] = "transformers.modeling_outputs.ImageClassifierOutput"
                entry["signature"]["out_spec"] = json.dumps(spec)

    opened = open_exported_program(changed(saved("dict"), {MODEL: to_library}))
    assert [one.name for one in exported(opened.network, answer="logits").outputs] == ["logits", "features"]


def test_a_program_saved_on_a_gpu_is_read_on_the_cpu(saved, changed, exported):
    def to_cuda(document):
        for meta in document["graph_module"]["graph"]["tensor_values"].values():
            meta["device"] = {"type": "cuda", "index": 3}

    def weights_to_cuda(document):
        for one in document["config"].values():
            one["tensor_meta"]["device"] = {"type": "cuda", "index": 3}

    exported(open_exported_program(changed(saved(), {MODEL: to_cuda, WEIGHTS: weights_to_cuda})).network)


# --- hostile programs. `{}` is a file that appears where one of them runs.


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def graph(document):
    return document["graph_module"]["graph"]


def first_node(document):
    return graph(document)["nodes"][0]


def rename(document, old, new):
    text = json.dumps(document).replace(f'"{old}"', json.dumps(new))
    document.clear()
    document.update(json.loads(text))


def in_size(text):
    def change(document):
        meta = graph(document)["tensor_values"]["images"]
        meta["sizes"][0] = {"as_expr": {"expr_str": text, "hint": {"as_int": 2}}}

    return change


def in_spec(spec):
    def change(document):
        signature = document["graph_module"]["module_call_graph"][0]["signature"]
        signature["out_spec"] = json.dumps([1, spec])

    return change


CODE = "__import__('pathlib').Path('{}').touch()"
HOSTILE = {
    "a size that sympy would eval": in_size(CODE),
    "a size with a string in a call": in_size("Symbol(" + CODE + ")"),
    "a size of endless digits": in_size("9**9**9"),
    "an operator of the operating system": lambda d: first_node(d).update(target="torch.os.system"),
    "torch.load": lambda d: first_node(d).update(target="torch.load"),
    "an operator that reads files": lambda d: first_node(d).update(target="torch.ops.aten.from_file.default"),
    "an operator of a library that would be loaded": lambda d: first_node(d).update(target="torch.ops.load_library"),
    "an operator that trusts sizes": lambda d: first_node(d).update(target="torch.ops.aten._reshape_alias.default"),
    "an operator that swaps storages": lambda d: first_node(d).update(target="torch.ops.aten.set_.source_Tensor"),
    "a triton kernel": lambda d: first_node(d).update(target="torch.ops.higher_order.triton_kernel_wrapper_functional"),
    "an operator without an overload": lambda d: first_node(d).update(target="torch.ops.aten.relu"),
    "a class of the operators": lambda d: first_node(d).update(target="torch.ops.aten.__class__.__init__"),
    "an extension operator": lambda d: first_node(d).update(target="#aoti:torch.load"),
    "an operator as an argument": lambda d: first_node(d)["inputs"].append({"name": "f", "arg": {"as_operator": "torch.load"}}),
    "a node's name with Python in it": lambda d: rename(d, "conv2d", "a = 1; " + CODE + "; b"),
    "a node's name that is a path into torch": lambda d: rename(d, "conv2d", "torch.load"),
    "a parameter's name with Python in it": lambda d: rename(d, "conv.weight", 'x", ' + CODE + ') or ("'),
    "an argument's name with Python in it": lambda d: first_node(d)["inputs"][0].update(name="x=" + CODE),
    "a name of forward's argument": lambda d: d["graph_module"]["module_call_graph"][0]["signature"].update(
        forward_arg_names=["x=" + CODE]
    ),
    "a spec with an enum of another module": in_spec(
        {"type": "builtins.dict", "context": json.dumps([{"__enum__": True, "fqn": "antigravity:X", "name": "a"}]),
         "children_spec": [{"type": None, "context": None, "children_spec": []}]}
    ),
    "a spec with a default factory of another module": in_spec(
        {"type": "collections.defaultdict", "context": {"default_factory_module": "antigravity",
         "default_factory_name": "geohash", "dict_context": []}, "children_spec": []}
    ),
    "an object of a class": lambda d: graph(d)["custom_obj_values"].update(o={"name": "o", "class_fqn": "__torch__.C"}),
    "an object as an argument": lambda d: first_node(d)["inputs"].append(
        {"name": "o", "arg": {"as_custom_obj": {"name": "o", "class_fqn": "C"}}}
    ),
    "a verifier of its own": lambda d: d.update(verifiers=["os.system"]),
    "a symbol that makes a counter run for ever": lambda d: d["range_constraints"].update(
        u99999999999={"min_val": 0, "max_val": 1}
    ),
    "a number beyond 64 bits": lambda d: d["range_constraints"].update(s0={"min_val": 0, "max_val": 10**40}),
    "a tensor beyond any memory": lambda d: graph(d)["tensor_values"]["images"]["sizes"].append({"as_int": 10**15}),
    "a text where none belongs": lambda d: graph(d).update(extra="text"),
}  # fmt: skip


def filled(document, path):
    """`{}` in every text of it as the path."""
    made = json.loads(json.dumps(document).replace("{}'", f"{path}'"))
    document.clear()
    document.update(made)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_would_run_or_hang_is_refused_and_does_not_run(plain, changed, tmp_path, what, monkeypatch):
    monkeypatch.setitem(sys.modules, "antigravity", None)  # an import of it would fail, and open no browser
    ran = tmp_path / "it-ran"

    def change(document):
        HOSTILE[what](document)
        filled(document, ran)

    with pytest.raises(Blocked):
        open_exported_program(changed(plain, {MODEL: change}))
    assert not ran.exists()


def test_guards_and_notes_of_the_file_are_left_out(plain, changed, exported, tmp_path):
    """Guards are exec'ed by torch; the notes of nodes go into comments of the Python that torch.fx writes."""
    ran = tmp_path / "it-ran"

    def change(document):
        document["guards_code"] = ["L['images'].size(0) > 0 and " + CODE]
        first_node(document)["metadata"]["stack_trace"] = "File 'a', line 1, in b\n  c\r" + CODE
        first_node(document)["metadata"]["source_fn_stack"] = "a,torch.load"
        document["graph_module"]["metadata"] = {"custom": "[1]"}
        filled(document, ran)

    exported(open_exported_program(changed(plain, {MODEL: change})).network)
    assert not ran.exists()


def test_a_pickled_weight_or_constant_is_refused_and_not_unpickled(plain, changed, tmp_path):
    ran = tmp_path / "it-ran"
    buffer = io.BytesIO()
    torch.save(Runs(ran), buffer)

    def pickled(document):
        next(iter(document["config"].values()))["use_pickle"] = True

    with pytest.raises(Blocked, match="a pickled tensor or object: unpickling it would run code"):
        open_exported_program(changed(plain, {WEIGHTS: pickled, "data/weights/weight_0": buffer.getvalue()}))
    for name, data in (("opaque_obj_0", pickle.dumps(Runs(ran))), ("custom_obj_0", buffer.getvalue())):
        one = {"path_name": name, "is_param": False, "use_pickle": True, "tensor_meta": None}
        constants = json.dumps({"config": {"o": one}}).encode()
        with pytest.raises(Blocked):
            open_exported_program(
                changed(
                    plain,
                    {"data/constants/model_constants_config.json": constants, f"data/constants/{name}": data},
                )
            )
    assert not ran.exists()


def test_pickles_and_libraries_that_nobody_needs_are_not_opened(plain, changed, exported, tmp_path):
    """Example inputs (torch falls back to unpickling what weights_only refuses), and compiled code, which it would load."""
    ran = tmp_path / "it-ran"
    buffer = io.BytesIO()
    torch.save(Runs(ran), buffer)
    members = {
        "data/sample_inputs/model.pt": buffer.getvalue(),
        "data/aotinductor/model/evil.wrapper.so": b"\x7fELF",
        "models/other.json": b"{",
        "extra/notes": b"\xff",
    }
    exported(open_exported_program(changed(plain, members)).network)
    assert not ran.exists()


def test_a_program_with_pickled_weights_of_an_older_torch_says_what_to_type(plain, tmp_path):
    members = {
        name: data for name, data in read_members(plain).items() if not name.startswith("data/weights/")
    }
    old = tmp_path / "old.pt2"
    old.write_bytes(written(members | {"data/weights/model.pt": b"x"}).getvalue())
    with pytest.raises(
        CheckpointError,
        match=r"saved by a torch below 2\.9.* torch\.export\.save\(torch\.export\.load\(FILE\)",
    ):
        open_exported_program(old)


@pytest.mark.parametrize(
    "change",
    [
        lambda meta: meta["sizes"].__setitem__(0, {"as_int": 400}),
        lambda meta: meta["strides"].__setitem__(0, {"as_int": 10**12}),
        lambda meta: meta["strides"].__setitem__(0, {"as_int": -1}),
        lambda meta: meta.update(storage_offset={"as_int": 7}),
        lambda meta: meta.update(dtype=99),
        lambda meta: meta.update(layout=1),
        lambda meta: meta.pop("sizes"),
    ],
)
def test_a_tensor_outside_its_bytes_is_refused_before_torch_reads_it(plain, changed, change):
    with pytest.raises(CheckpointError, match="tensor"):
        open_exported_program(
            changed(
                plain, {WEIGHTS: lambda document: change(document["config"]["conv.weight"]["tensor_meta"])}
            )
        )


def test_a_weight_of_no_bytes_is_not_filled_with_zeros(plain, changed):
    with pytest.raises(CheckpointError, match="a tensor of the program is cut short: got 0 bytes"):
        open_exported_program(changed(plain, {"data/weights/weight_0": b""}))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"graph_module": 1}', b"null"])
def test_what_is_no_program_is_refused(plain, changed, data):
    with pytest.raises(CheckpointError):
        open_exported_program(changed(plain, {MODEL: data}))


def test_a_flipped_bit_is_named_with_its_member(plain, tmp_path):
    path = tmp_path / "flipped.pt2"
    data = bytearray(plain.read_bytes())
    data[bytes(data).index(read_members(plain)["data/weights/weight_0"]) + 5] ^= 4
    path.write_bytes(data)
    with pytest.raises(
        CheckpointError, match=r"damaged or cut short: .* got bytes of member .*weights/weight_0 that"
    ):
        open_exported_program(path)


def test_a_checked_document_is_what_it_was_but_for_notes(plain):
    document = json.loads(read_members(plain)[MODEL])
    made = checked(document, "a.pt2")
    assert made["guards_code"] == []
    assert [node["target"] for node in graph(made)["nodes"]] == [
        node["target"] for node in graph(document)["nodes"]
    ]
    assert graph(made)["tensor_values"] == graph(document)["tensor_values"]
    assert all(node["metadata"] == {} for node in graph(made)["nodes"])


@pytest.mark.parametrize(
    "document",
    [
        {"graph": {"dtype": 1, "sizes": 5}},
        {"graph": {"in_spec": "\ud800"}},
        {"in_spec": json.dumps([1, {"type": ["a"], "context": None, "children_spec": []}])},
        {"in_spec": json.dumps([1, {"type": "builtins.dict", "context": "\ud800", "children_spec": []}])},
        {"dtype": 1, "sizes": None},
        {"nodes": {1: 2}},
    ],
)
def test_values_of_another_kind_are_refused_by_type(document):
    with pytest.raises(CheckpointError):
        checked(document, "a.pt2")


FUZZ = """
import json, random, sys
from pathlib import Path
import torch
from truecopy.errors import CheckpointError
from truecopy_export.networks.program.reader import open_exported_program
from truecopy_export.networks.zip_members import read_members, written
source, target = Path(sys.argv[1]), Path(sys.argv[2])
members, chance, refused = dict(read_members(source)), random.Random(11), 0
VALUES = [0, -1, 1, 2**31, 2**62, 1.5, None, True, "x", "s0", [], {}, "torch.ops.aten.relu.default"]
def places(value):
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(inside):
        yield value, key
        yield from places(part)
names = ["models/model.json", "data/weights/model_weights_config.json"]
for _ in range(60):
    name = chance.choice(names)
    document = json.loads(members[name])
    holder, key = chance.choice(list(places(document)))
    others = list(places(document))
    holder[key] = chance.choice([chance.choice(VALUES), *(a[b] for a, b in [chance.choice(others)])])
    changed = dict(members)
    try:
        changed[name] = json.dumps(document).encode()
    except ValueError:
        continue
    target.write_bytes(written(changed).getvalue())
    try:
        network = open_exported_program(target).network
        network.answering(torch.zeros(2, 3, 6, 8))
    except CheckpointError:
        refused += 1
    except (RuntimeError, TypeError, IndexError, ValueError, NotImplementedError):
        pass  # of the operators, on arguments that they do not take; trace() makes a typed error of it
print("refused", refused)
"""


def test_no_changed_program_ends_the_process(plain, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FUZZ, str(plain), str(tmp_path / "fuzzed.pt2")],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) > 10
