"""A pickle that runs code is refused wherever it stands in a file, and the code does not run."""

from __future__ import annotations

import copyreg
import io
import pickle
import struct

import pytest
import torch

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint
from truecopy_export.checkpoints.pytorch.bad_pickle import BadPickle
from truecopy_export.checkpoints.pytorch.listed import LISTED
from truecopy_export.checkpoints.pytorch.plain_pickle import PlainPickle


def test_the_hand_made_files_are_read_and_the_payload_works_where_it_is_unpickled(files):
    """The control: without it, nothing below would show anything."""
    honest = b"\x80\x02}" + files.text("w") + files.tensor() + b"s."
    for path in (files.zipped(honest), files.legacy()):
        assert choose_weights(read_checkpoint(path)).taken.tensors["w"].tolist() == [0, 1, 2, 3]
        assert torch.load(path, weights_only=True)["w"].tolist() == [0, 1, 2, 3]
    pickle.loads(b"\x80\x02" + files.payload() + b".")
    assert files.evidence.is_dir()


FORMS = {
    "global and reduce": lambda f: b"\x80\x02" + f.payload() + b".",
    "protocol 0": lambda f: f.payload() + b".",
    "as a value": lambda f: b"\x80\x02}" + f.text("w") + f.payload() + b"s.",
    "as a key": lambda f: b"\x80\x02}" + f.payload() + b"Ns.",
    "thrown away": lambda f: b"\x80\x02" + f.payload() + b"0}" + f.text("w") + f.tensor() + b"s.",
    "thrown away with a mark": lambda f: b"\x80\x02(" + f.payload() + b"1}" + f.text("w") + f.tensor() + b"s.",
    "in the memo only": lambda f: b"\x80\x02" + f.payload() + b"q\x000}.",
    "stack global": lambda f: b"\x80\x04" + f.text("os") + f.text("mkdir") + b"\x93" + f.text(str(f.evidence)) + b"\x85R.",
    "in a frame": lambda f: b"\x80\x05\x95" + struct.pack("<Q", len(f.payload()) + 1) + f.payload() + b".",
    "name made by a call": lambda f: b"\x80\x04" + f.text("os") + b"c_codecs\nencode\n" + f.text("mkdir") + b"\x85R\x93.",
    "name out of the memo": lambda f: b"\x80\x04" + f.text("mkdir") + b"\x940" + f.text("os") + b"h\x00\x93.",
    "name doubled": lambda f: b"\x80\x04" + f.text("os") + b"2\x93.",
    "inst": lambda f: b"(" + f.text(str(f.evidence)) + b"ios\nmkdir\n.",
    "obj": lambda f: b"(cos\nmkdir\n" + f.text(str(f.evidence)) + b"o.",
    "newobj": lambda f: b"\x80\x02cos\nmkdir\n" + f.text(str(f.evidence)) + b"\x85\x81.",
    "newobj with names": lambda f: b"\x80\x04cos\nmkdir\n" + f.text(str(f.evidence)) + b"\x85}\x92.",
    "build": lambda f: b"\x80\x02cos\nmkdir\n}" + f.text("a") + b"Nsb.",
    "as a persistent id": lambda f: b"\x80\x02" + f.payload() + b"Q.",
    "in a persistent id": lambda f: b"\x80\x02(" + f.text("storage") + f.payload() + f.text("0") + f.text("cpu") + b"K\x04tQ.",
    "as a storage": lambda f: b"\x80\x02" + f.tensor(f.payload()) + b".",
    "as a size": lambda f: b"\x80\x02" + f.tensor(size=f.payload()) + b".",
    "as a rebuild function": lambda f: b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(cos\nmkdir\nctorch\nTensor\n"
    + f.text(str(f.evidence)) + b"\x85NtR.",
    "as a parameter's state": lambda f: b"\x80\x02ctorch._utils\n_rebuild_parameter_with_state\n(" + f.tensor()
    + b"\x88ccollections\nOrderedDict\n)R" + f.payload() + b"tR.",
    "through getattr": lambda f: b"\x80\x02cbuiltins\ngetattr\n(cos\npath\n" + f.text("join") + b"tR.",
    "through a pickle in the pickle": lambda f: b"\x80\x02cpickle\nloads\n" + b"C" + bytes([len(f.payload()) + 1]) + f.payload()
    + b".\x85R.",
    "through a storage in the pickle": lambda f: b"\x80\x02ctorch.storage\n_load_from_bytes\n" + b"C"
    + bytes([len(f.payload()) + 1]) + f.payload() + b".\x85R.",
    "through eval": lambda f: b"\x80\x02c__builtin__\neval\n" + f.text("1") + b"\x85R.",
    "as an attribute of an object": lambda f: b"\x80\x02cargparse\nNamespace\n)\x81}" + f.text("a") + f.payload() + b"sb.",
    "as the class of a set item": lambda f: b"\x80\x04\x8f(" + f.payload() + b"\x90.",
    "as the state of an unknown object": lambda f: b"\x80\x02cmy.module\nThing\n)\x81" + f.payload() + b"b.",
    "before damage": lambda f: b"\x80\x02" + f.payload() + b"\xff.",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("container", ["zip", "legacy"])
def test_code_in_any_form_is_named_and_does_not_run(files, container, form):
    files.old = container == "legacy"
    content = FORMS[form](files)
    path = files.zipped(content) if container == "zip" else files.legacy(content)
    message = files.refused(path, CheckpointError if form.startswith("name ") else Blocked)
    assert "os." in message or "pickle.loads" in message or "_load_from_bytes" in message or "eval" in message \
        or form == "name made by a call"  # fmt: skip


@pytest.mark.parametrize("width", [1, 2, 4])
def test_an_extension_code_is_not_looked_up(files, width):
    import os

    copyreg.add_extension("os", "mkdir", 0x51)
    try:
        opcode = {1: b"\x82\x51", 2: b"\x83\x51\x00", 4: b"\x84\x51\x00\x00\x00"}[width]
        content = b"\x80\x02" + opcode + files.text(str(files.evidence)) + b"\x85R."
        assert "(copyreg extension 81)" in files.refused(files.zipped(content), Blocked)
        pickle.loads(content)
        assert os.path.isdir(files.evidence)  # noqa: PTH112 - the control: pickle would have run it
    finally:
        copyreg.remove_extension("os", "mkdir", 0x51)


@pytest.mark.parametrize("part", ["magic", "protocol", "system", "content", "keys"])
def test_code_in_any_pickle_of_a_legacy_file_is_named_and_does_not_run(files, part):
    honest = {
        "magic": b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
        "protocol": b"M\xe9\x03",
        "system": b"}",
        "content": b"}",
        "keys": b"]",
    }
    # The payload runs, is thrown away, and the value that belongs there follows. The magic stands within the first bytes.
    poisoned = b"\x80\x02" + files.payload() + b"0" + honest[part] + b"."
    if part == "magic":
        poisoned = b"\x80\x02" + honest[part] + files.payload() + b"0."
    path = files.legacy(b"\x80\x02}.", **{part: poisoned}) if part != "content" else files.legacy(poisoned)
    assert "got os.mkdir" in files.refused(path, Blocked)


@pytest.mark.parametrize(
    "member",
    ["best/other.pkl", "best/code/model.py", "best/.data/x.pkl", "best/data/1", "best/extra/data.pkl"],
)
def test_a_pickle_in_another_member_is_never_opened(files, member):
    honest = b"\x80\x02}" + files.text("w") + files.tensor() + b"s."
    path = files.zipped(honest, [(member, b"\x80\x02" + files.payload() + b".")])
    assert choose_weights(read_checkpoint(path)).taken.tensors["w"].tolist() == [0, 1, 2, 3]
    assert not files.evidence.exists()


def test_a_second_pickle_behind_the_first_is_refused_unread(files):
    honest = b"\x80\x02}" + files.text("w") + files.tensor() + b"s."
    path = files.zipped(honest + b"\x80\x02" + files.payload() + b".")
    assert "bytes behind the end of the pickle" in files.refused(path)


def test_bytes_behind_the_last_storage_of_a_legacy_file_are_refused(files):
    whole = files.legacy().read_bytes()
    assert "bytes behind the last storage" in files.refused(files.written(whole + b"\x80", "two.pth"))


def test_a_storage_that_a_legacy_file_does_not_hold_is_not_read_from_old_memory(files):
    """torch.load gives whatever stood in memory there, without a word."""
    path = files.legacy(keys=b"\x80\x02].", data=b"")
    assert torch.load(path, weights_only=True)["w"].shape == (4,)
    assert "not those that the pickle names" in files.refused(path)


@pytest.mark.parametrize("part", ["magic", "protocol", "keys"])
def test_a_tensor_in_the_place_of_a_number_or_a_list_is_refused(files, part):
    files.old = True
    head = {"magic": b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x190", "keys": b"]"}.get(part, b"")
    wrong = b"\x80\x02" + head + files.tensor() + (b"a." if part == "keys" else b".")
    files.refused(files.legacy(**{part: wrong}))


def test_a_class_cannot_be_changed_through_a_state(files):
    import argparse

    before = dict(vars(argparse.Namespace))
    slots = b"N}" + files.text("__init__") + b"Ns\x86b"
    for name in (b"cargparse\nNamespace\n", b"cmmengine.logging.history_buffer\nHistoryBuffer\n"):
        files.refused(files.zipped(b"\x80\x02" + name + slots + b"."))
    assert dict(vars(argparse.Namespace)) == before


def test_no_attribute_hides_a_method_of_what_is_read(files):
    """torch.load sets whatever attributes a state dict says; one named `items` would be called in its place."""
    state = b"}" + files.text("items") + b"Ns"
    ordered = b"ccollections\nOrderedDict\n)R" + state + b"b" + files.text("w") + files.tensor() + b"s"
    content = read_checkpoint(files.zipped(b"\x80\x02" + ordered + b".")).content
    assert [name for name, _ in content.items()] == ["w"]

    hides = b"}" + files.text("detach") + b"Ns"
    parameter = b"ctorch._utils\n_rebuild_parameter_with_state\n(" + files.tensor() + b"\x88N" + hides + b"tR"
    path = files.zipped(b"\x80\x02}" + files.text("w") + parameter + b"s.")
    assert choose_weights(read_checkpoint(path)).taken.tensors["w"].tolist() == [0, 1, 2, 3]


def test_tuples_in_tuples_as_a_key_do_not_end_the_process(files):
    """The hash of a tuple nests in C as deep as the tuples do: a hundred thousand of them are a crash."""
    deep = b")" + b"\x85" * 200_000
    for content in (
        b"}" + deep + b"Ns",
        b"\x8f(" + deep + b"\x90",
        b"ccollections\nOrderedDict\n](" + deep + b"Nta\x85R",
    ):
        assert "a key that no checkpoint has: a tuple in a tuple" in files.refused(
            files.zipped(b"\x80\x04" + content + b".")
        )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([k * ((1 << 61) - 1) for k in range(1, 200_000)], "a key that no checkpoint has: a int in a int"),
        ([tuple(-1 - (k >> b & 1) for b in range(17)) for k in range(1 << 17)], "a key of 17 parts"),
        (
            [complex(-1000003 * k, k) for k in range(10)],
            "a key that no checkpoint has: a complex in a complex",
        ),
    ],
    ids=["numbers", "tuples", "complex numbers"],
)
def test_keys_chosen_to_share_one_hash_do_not_hang(files, keys, said):
    assert len({hash(key) for key in keys}) == 1
    assert said in files.refused(files.zipped(pickle.dumps(dict.fromkeys(keys[:3]), 2)))


def test_deep_and_cyclic_values_beside_the_weights_harm_nothing(files):
    deep = b"]" * 300_000 + b"a" * 299_999
    cycle = b"]q\x00h\x00a"
    weights = files.text("w") + files.tensor() + b"s"
    path = files.zipped(
        b"\x80\x02}" + weights + files.text("deep") + deep + b"s" + files.text("cycle") + cycle + b"s."
    )
    checkpoint = read_checkpoint(path)
    assert checkpoint.content["cycle"][0] is checkpoint.content["cycle"]
    wrapped = files.zipped(
        b"\x80\x02}" + files.text("model") + b"}" + weights + b"s" + files.text("deep") + deep + b"s."
    )
    assert choose_weights(read_checkpoint(wrapped)).taken.tensors["w"].tolist() == [0, 1, 2, 3]


def test_a_dictionary_that_holds_itself_is_searched_to_an_end(files):
    path = files.zipped(b"\x80\x02}q\x00" + files.text("model") + b"h\x00s.")
    with pytest.raises(CheckpointError, match="holds no model weights"):
        choose_weights(read_checkpoint(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x02}", "pickle exhausted before seeing STOP"),
        (b"\x80\x02.", "it ends with 0 values in the place of one"),
        (b"\x80\x02}}.", "it ends with 2 values in the place of one"),
        (b"\x80\x05\x97.", "the opcode NEXT_BUFFER"),
        (b"\x80\x02h\x05.", "the opcode BINGET takes what was not put there"),
        (b"\x80\x02NNR.", "a call of a NoneType"),
        (b"\x80\x02ctorch\nfloat32\n)R.", "a call of a dtype"),
        (b"\x80\x02](NNu.", "items by key for a list"),
        (b"\x80\x02}(NNe.", "items for a dict"),
        (b"\x80\x02NNb.", "a state for a NoneType"),
        (
            b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\x00\x00\x00\x00\x04\x85R.",
            "an array of bytes without the bytes",
        ),
        (
            b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x06\x00\x00\x00idna.x\x86R.",
            "an encoding that pickle never uses",
        ),
        (b"\x80\x02\x8b" + struct.pack("<i", 10_000) + bytes(9_999) + b"\x01.", "a number of 79993 bits"),
        (b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b".", "but only"),
        (
            b"\x80\x04\x8d" + struct.pack("<Q", 1 << 63) + b".",
            "an opcode that cannot be read: unicodestring8 byte count",
        ),
        (b"L" + b"9" * 5000 + b"L\n.", "an opcode that cannot be read: Exceeds the limit"),
        (b"I" + b"9" * 2000 + b"\n.", "a number of 6644 bits"),
        (b"\x80\x02}X\x03\x00\x00\x00\xed\xa0\x80Ns.", r"a name that is no text: '\ud800'"),
        (b"\x80\x02cos\nmk\x1b[2Jdir\n.", r"got 'os.mk\x1b[2Jdir'"),
        (b"\x80\x02cos mkdir\nx\n.", "got os.mkdir x"),
    ],
)
def test_a_pickle_that_asks_for_what_no_state_dict_needs_is_refused_and_says_what(files, content, said):
    assert said in files.refused(files.zipped(content))


def test_what_is_named_in_the_closed_list_opens_and_changes_nothing():
    """Called with everything that a pickle can pass: no error but BadPickle's, no file, no import, no change of state."""
    import sys

    odd = [
        (),
        (None,),
        ("a",),
        (1 << 40,),
        ([],),
        ({},),
        ("a", "b"),
        ([1], 2),
        (b"x", "y", 1),
        ((1, 2), {}, None, "w", 5),
    ]
    before = set(sys.modules)
    machine = PlainPickle(LISTED, lambda identity: identity, 1 << 20)
    for name, made in LISTED.items():
        for arguments in odd if callable(made) else ():
            module, _, last = name.rpartition(".")
            code = f"c{module}\n{last}\n".encode() + pickle.dumps(arguments, 2)[2:-1] + b"R."
            try:
                machine.load(io.BytesIO(code))
            except BadPickle:
                continue
    assert machine.unknown == set()
    assert set(sys.modules) <= before


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (b"\x8a\x05\x00\x00\x00\x00\x01K\x02\x86", "a int in a tuple"),
        (b"G\x00\x00\x00\x00\x00\x00\x00\x00\x85", "a float in a tuple"),
        (b"(K\x01K\x02\x91", "a int in a frozenset"),
        (b"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\x00\x00\x00i1\x85RC\x01a\x86R\x85", "a int8 in a tuple"),
        (b"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\x00\x00\x00c8\x85RC\x08aaaaaaaa\x86R", "complex64 in a"),
    ],
)  # fmt: skip
def test_numbers_that_can_be_chosen_to_share_a_hash_are_no_part_of_a_key(files, key, said):
    for content in (b"}" + key + b"Ns", b"\x8f(" + key + b"\x90"):
        assert said in files.refused(files.zipped(b"\x80\x04" + content + b"."))


def test_small_numbers_and_texts_in_a_tuple_and_texts_in_a_frozenset_are_keys(files):
    key = (4294967295, -1, "a", None)
    content = pickle.dumps({"keys": {key: 1, frozenset({"a", "b"}): 2}}, 4)
    assert read_checkpoint(files.zipped(content)).content["keys"] == {key: 1, frozenset({"a", "b"}): 2}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"NN", "it ends with 2 values in the place of one"),
        (b"(N", "it ends with 1 values in the place of one"),
        (b"a", "the opcode APPEND takes what was not put there"),
        (b"h\x07", "the opcode BINGET takes what was not put there"),
        (b"}]Ns", "the opcode SETITEM takes what does not fit it"),
        (b"ccollections\nOrderedDict\n]K\x01\x85a\x85R", "a container made of no pairs"),
        (b"X\x01\x00\x00\x00\xff", "a text that is no text"),
    ],
)
def test_what_is_wrong_with_a_pickle_is_said_in_words(files, content, said):
    message = files.refused(files.zipped(b"\x80\x02" + content + b"."))
    assert said in message
    assert "Error" not in message
