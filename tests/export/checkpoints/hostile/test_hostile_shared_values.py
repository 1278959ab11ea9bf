"""One value that stands in many places, or in itself: looked at once, and never written out."""

from __future__ import annotations

import time

import pytest

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint
from truecopy_export.checkpoints.choosing.fields import at
from truecopy_export.checkpoints.unwrap import state_dict_in
from truecopy_export.window.look import look_into

_SECONDS = 20


def _doubled(first: bytes, times: int) -> bytes:
    """Opcodes that leave a list which holds one list twice, and so on."""
    return first + b"q\x00" + b"".join(
        b"0]h" + bytes([index]) + b"ah" + bytes([index]) + b"aq" + bytes([index + 1]) for index in range(times)
    )  # fmt: skip


def _optimizer(files) -> bytes:
    return b"}(" + files.text("param_groups") + b"N" + files.text("state") + b"Nu"


@pytest.mark.parametrize(
    ("maker", "said"),
    [
        (b"ctorch.serialization\n_get_layout\n%s\x85R", "a layout without a name"),
        (b"ctorch\ndevice\n%s\x85R", "a device without a name"),
    ],
)
def test_what_is_no_name_is_not_written_out(files, maker, said):
    values = _doubled(b"]", 34)
    assert said in files.refused(files.zipped(b"\x80\x02}" + files.text("a") + maker % values + b"s."))


@pytest.mark.parametrize(
    "maker",
    [
        b"ctorch._utils\n_rebuild_sparse_tensor\n%sN\x86R",
        b"ctorch._utils\n_rebuild_meta_tensor_no_storage\n%s)\x86R",
        b"ctorch._utils\n_rebuild_wrapper_subclass\n%s\x85R",
        b"ctorch._utils\n_rebuild_device_tensor_from_numpy\nN(N%stR",
    ],
)
def test_a_tensor_that_is_not_made_is_named_without_what_it_was_given(files, maker):
    values = _doubled(b"]", 34)
    content = maker.replace(b"N(N%st", b"(NN%st") % values
    path = files.zipped(b"\x80\x02}" + files.text("w") + content + b"s.")
    with pytest.raises(CheckpointError, match="a list"):
        choose_weights(read_checkpoint(path))


def test_an_optimizer_in_lists_of_lists_is_looked_for_in_one_list_only(files):
    started = time.monotonic()
    values = _doubled(_optimizer(files), 60)
    window = look_into(str(files.zipped(b"\x80\x02}" + files.text("a") + values + b"s.")))
    assert "none stand under a key that is known" in str(window.refusal)
    alone = look_into(str(files.zipped(b"\x80\x02}" + files.text("a") + b"]" + _optimizer(files) + b"as.")))
    assert "only the state of an optimizer, at a" in str(alone.refusal)
    assert time.monotonic() - started < _SECONDS


def test_a_list_that_holds_itself_is_no_weights(files):
    window = look_into(str(files.zipped(b"\x80\x02}" + files.text("a") + b"]q\x00h\x00as.")))
    assert "The checkpoint holds no model weights" in str(window.refusal)


def _layers(width: int, depth: int) -> dict[str, object]:
    value: dict[str, object] = {"x": 1}
    for _ in range(depth):
        value = {f"name{number}": value for number in range(width)}
    return value


def test_one_dictionary_under_thousands_of_names_is_walked_once(saved, make_network):
    started = time.monotonic()
    content = {"state_dict": make_network().state_dict(), "callbacks": _layers(2000, 4), **_layers(2000, 4)}
    choice = choose_weights(saved(content))
    assert choice.taken.field == "state_dict"
    assert time.monotonic() - started < _SECONDS


def test_one_set_under_thousands_of_names_of_averages_is_refused(saved, make_network):
    state = make_network().state_dict()
    content = {"state_dict": state, **{f"ema_{number}": state for number in range(3000)}}
    with pytest.raises(CheckpointError, match="more sets of averaged weights than can be told apart"):
        choose_weights(saved(content))


def test_a_field_through_a_dictionary_in_itself_ends():
    """Every way to split the field into keys was tried, 2 to the 60th of them."""
    content: dict[str, object] = {}
    content["a"] = content["a.a"] = content
    assert at(content, ".".join("a" * 60) + ".b") is None
    assert at(content, "a." * 100_000 + "b") is None
    wrapped: dict[str, object] = {}
    wrapped["model"] = wrapped["net"] = wrapped["module"] = wrapped
    assert state_dict_in(wrapped, 60) is None


def test_sizes_by_the_hundred_thousand_are_not_multiplied(files):
    """The product of so many numbers takes minutes."""
    started = time.monotonic()
    side = b"\x8a\x07" + (1 << 54).to_bytes(7, "little")
    sizes = b"(" + side * 100_000 + b"tq\x00"
    content = files.tensor(size=sizes, stride=b"h\x00")
    assert "a tensor of absurd size" in files.refused(files.zipped(b"\x80\x02" + content + b"."))
    assert time.monotonic() - started < _SECONDS
