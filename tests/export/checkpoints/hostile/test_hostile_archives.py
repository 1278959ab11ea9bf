"""Zip archives that say one thing here and another there, or promise more than they hold."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint


@pytest.fixture
def honest(files):
    """(name, bytes) of the members of an archive with {"w": 0, 1, 2, 3}."""
    pickle = b"\x80\x02}" + files.text("w") + files.tensor() + b"s."
    return [("best/data.pkl", pickle), ("best/data/0", torch.arange(4.0).numpy().tobytes())]


def _entries(data: bytes) -> list[int]:
    """Where the entries of the directory begin."""
    places, at = [], data.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at)
        at = data.find(b"PK\x01\x02", at + 1)
    return places


def _end(data: bytes) -> int:
    return data.rindex(b"PK\x05\x06")


def test_the_archive_that_the_others_are_made_from_is_read(files, honest):
    assert choose_weights(read_checkpoint(files.archive(honest))).taken.tensors["w"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "name",
    [
        "../best/data/1",
        "best/../../etc/passwd",
        "/best/data/1",
        "best/data/../../../x",
        "best\\..\\x",
        "other/data/1",
        "BEST/data.pkl",
        "best/",
        "",
    ],
)
def test_a_member_outside_the_one_folder_is_refused_by_name(files, honest, name):
    assert f"got {name!r}" in files.refused(files.archive([*honest, (name, b"x")]))


def test_a_key_that_climbs_out_of_its_folder_finds_no_member(files):
    (files.folder / "secret").write_bytes(bytes(16))
    for key in ("../../secret", str(files.folder / "secret"), "../version", "0/../0", ""):
        pickle = b"\x80\x02}" + files.text("w") + files.tensor(files.storage(key)) + b"s."
        assert f"expected a member data/{key}" in files.refused(files.zipped(pickle))


@pytest.mark.parametrize("twice", ["best/data.pkl", "best/data/0"])
def test_two_members_of_one_name_are_refused(files, honest, twice):
    other = b"\x80\x02" + files.payload() + b"."
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = files.archive([*honest, (twice, other)])
    assert f"got '{twice}', twice" in files.refused(path)


def test_a_name_in_other_letters_is_another_member(files, honest):
    """Some readers compare names without case, and take whichever comes first."""
    other = b"\x80\x02" + files.payload() + b"."
    path = files.archive([("best/DATA.PKL", other), *honest, ("best/Data/0", bytes(16))])
    assert choose_weights(read_checkpoint(path)).taken.tensors["w"].tolist() == [0, 1, 2, 3]
    assert not files.evidence.exists()


@pytest.mark.parametrize("first", [True, False])
def test_a_member_whose_own_header_says_another_name_is_refused(files, honest, first):
    data = files.archive(honest).read_bytes()
    at = data.index(b"best/data.pkl") if first else data.rindex(b"best/data.pkl")
    path = files.written(data[:at] + b"best/Data.pkl" + data[at + 13 :], "best.pt")
    message = files.refused(path)
    assert "its own header and the directory differ" in message or "expected a member data.pkl" in message \
        or "a zip archive that torch.save did not write" in message  # fmt: skip


def test_a_member_whose_own_header_says_compressed_is_refused(files, honest):
    data = bytearray(files.archive(honest).read_bytes())
    data[8] = 8
    assert "its own header and the directory differ" in files.refused(files.written(data, "best.pt"))


def test_sizes_in_a_member_s_own_header_are_not_believed(files, honest):
    data = bytearray(files.archive(honest).read_bytes())
    data[18:26] = struct.pack("<2L", 1 << 31, 1 << 31)
    assert choose_weights(read_checkpoint(files.written(data, "best.pt"))).taken.tensors["w"].tolist() == [
        0,
        1,
        2,
        3,
    ]


def test_an_archive_before_or_behind_the_archive_is_refused(files, honest):
    evil = files.archive([("best/data.pkl", b"\x80\x02" + files.payload() + b"."), honest[1]]).read_bytes()
    good = files.archive(honest).read_bytes()
    assert "does not stand where its end says" in files.refused(files.written(evil + good, "best.pt"))
    assert "does not stand where its end says" in files.refused(files.written(good + evil, "best.pt"))
    assert "bytes stand behind the end" in files.refused(files.written(good + b"x", "best.pt"))


def test_an_archive_hidden_in_the_comment_of_another_is_refused(files, honest):
    evil = files.archive([("best/data.pkl", b"\x80\x02" + files.payload() + b"."), honest[1]]).read_bytes()
    data = bytearray(files.archive(honest).read_bytes())
    data[-2:] = struct.pack("<H", len(evil))
    files.refused(files.written(bytes(data) + evil, "best.pt"))


def test_a_zip64_end_that_contradicts_the_other_is_refused(files, honest):
    data = files.archive(honest).read_bytes()
    at = _end(data)
    length, offset = struct.unpack_from("<2L", data, at + 12)
    for here in (2, 1):
        wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, here, here, length, offset)
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
        path = files.written(data[:at] + wide + locator + data[at:], "best.pt")
        if here == 2:
            assert read_checkpoint(path).format == "pytorch-zip"
        else:
            assert "its two ends differ" in files.refused(path)


@pytest.mark.parametrize("what", ["place of the Zip64 end", "size", "offset"])
def test_absurd_places_and_sizes_are_refused(files, honest, what):
    data = files.archive(honest).read_bytes()
    at, entry = _end(data), _entries(data)[1]
    if what == "place of the Zip64 end":
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 1 << 62, 1)
        data = data[:at] + bytes(56) + locator + data[at:]
    elif what == "size":
        data = data[: entry + 20] + struct.pack("<2L", 1 << 31, 1 << 31) + data[entry + 28 :]
    else:
        data = data[: entry + 42] + struct.pack("<L", 1 << 31) + data[entry + 46 :]
    message = files.refused(files.written(data, "best.pt"))
    assert "damaged or cut short" in message


def test_members_that_share_their_bytes_are_refused(files, honest):
    """A thousand names for one gigabyte are a terabyte."""
    data = files.archive([*honest, ("best/data/1", bytes(16))]).read_bytes()
    second, third = _entries(data)[1:]
    data = data[: third + 42] + data[second + 42 : second + 46] + data[third + 46 :]
    assert "overlaps what follows it" in files.refused(files.written(data, "best.pt"))


@pytest.mark.parametrize(("flag", "said"), [(1, "encrypted"), (0x40, "compressed")])
def test_an_encrypted_member_is_refused(files, honest, flag, said):
    data = bytearray(files.archive(honest).read_bytes())
    data[_entries(data)[0] + 8] = flag
    assert f"got best/data.pkl {said}" in files.refused(files.written(data, "best.pt"))


def test_a_compressed_member_is_refused_before_it_is_unpacked(files, honest):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in honest:
            archive.writestr(name, data)
        with archive.open(zipfile.ZipInfo("best/data/1"), "w") as plain:
            plain.write(b"")
        archive.writestr("best/data/2", bytes(1 << 24), zipfile.ZIP_DEFLATED)
    path = files.written(made.getvalue(), "best.pt")
    assert path.stat().st_size < 1 << 16
    assert (
        "packed again by another tool: expected stored members, got best/data/2 compressed"
        in files.refused(path)
    )


def test_a_storage_of_another_size_than_its_member_is_refused(files):
    for count in (3, 5, 1 << 40, -1):
        pickle = b"\x80\x02}" + files.text("w") + files.tensor(files.storage(count=count)) + b"s."
        assert f"a storage of {count} elements (torch.float32) in 16 bytes" in files.refused(
            files.zipped(pickle)
        )


def test_an_archive_of_a_machine_with_the_other_byte_order_is_read_as_torch_reads_it(files, honest):
    values = torch.arange(4.0).numpy().astype(">f4").tobytes()
    path = files.archive(
        [honest[0], ("best/data/0", values), ("best/byteorder", b"big"), ("best/version", b"3\n")]
    )
    assert torch.load(path, weights_only=True)["w"].tolist() == [0, 1, 2, 3]
    assert choose_weights(read_checkpoint(path)).taken.tensors["w"].tolist() == [0, 1, 2, 3]


def test_a_byte_order_that_is_none_is_refused(files, honest):
    assert "a byte order b'middle'" in files.refused(files.archive([*honest, ("best/byteorder", b"middle")]))


def test_a_damaged_archive_is_refused_with_one_kind_of_error(files, honest):
    """Every byte of a small archive in turn set to 0 and to 255: the same tensor, or a CheckpointError."""
    data = files.archive(honest).read_bytes()
    refused = 0
    for place in range(len(data)):
        for value in (0, 255):
            if data[place] != value:
                path = files.written(data[:place] + bytes([value]) + data[place + 1 :], "best.pt")
                try:
                    tensors = choose_weights(read_checkpoint(path)).taken.tensors
                except CheckpointError:
                    refused += 1
                else:
                    assert tensors["w"].tolist() == [0, 1, 2, 3]
    assert refused > len(data)
