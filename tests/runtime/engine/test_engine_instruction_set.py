"""The instruction set, read from what the kernel says."""

from __future__ import annotations

import platform

import pytest

from truecopy.engine import instruction_set


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu sse2 avx2 avx512f avx512_vnni\n", "avx512_vnni"),
        ("flags : fpu avx2 amx_int8 avx512_vnni\n", "amx_int8"),
        ("flags : fpu sse2 avx2 avx_vnni\n", "avx_vnni"),
        ("flags : fpu avx2\nflags : fpu avx512f\n", "avx2"),
        ("Features\t: fp asimd asimddp\n", "asimddp"),
        ("Features : fp asimd i8mm sve2\n", "sve2"),
        ("flags : fpu sse2\n", platform.machine()),
        ("flags : avx2x\n", platform.machine()),
        ("", platform.machine()),
    ],
)
def test_the_best_known_name_is_taken(tmp_path, text, expected):
    (tmp_path / "cpuinfo").write_text(text)
    assert instruction_set(tmp_path / "cpuinfo") == expected


def test_without_the_kernel_s_word_the_machine_is_named(tmp_path, monkeypatch):
    assert instruction_set(tmp_path / "nowhere") == platform.machine()
    monkeypatch.setattr(platform, "machine", lambda: "")
    assert instruction_set(tmp_path / "nowhere") == "unknown"
