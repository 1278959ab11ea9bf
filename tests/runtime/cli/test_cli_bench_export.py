from __future__ import annotations

from pathlib import Path

import click
import pytest

import truecopy.cli.exporter as exporter_commands


def test_bench_prints_a_table_of_stages(cli, digits: Path, digit_images: list[str]) -> None:
    done = cli("bench", digits, *digit_images[:2], "--repeats", "1", columns=80)
    assert done.code == 0
    for stage in ("decode", "resize and crop", "values", "session.run", "model(image)", "model.stream"):
        assert f" {stage} " in done.out
    assert "…" not in done.out


def test_bench_as_json(cli, digits: Path, digit_images: list[str]) -> None:
    (row,) = cli("bench", digits, digit_images[0], "--repeats", "1", "--json").rows
    assert (row["path"], row["status"], row["images"]) == (str(digits), "ok", 1)
    assert row["stages"]["session.run"]["ratio"] == 1.0


def test_bench_of_a_picture_that_cannot_be_read_is_exit_1(cli, digits: Path) -> None:
    done = cli("bench", digits, "no.png")
    assert done.code == 1
    assert "there is no such file - at no.png" in done.err


@pytest.mark.parametrize("verb", ["export", "attach"])
@pytest.mark.parametrize("arguments", [[], ["best.pt", "--arch", "timm:x"], ["--help"]])
def test_without_the_exporter_its_commands_say_what_to_install(
    verb: str, arguments: list[str], cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter_commands, "entry_points", lambda **_: ())
    done = cli(verb, *arguments)
    assert done.code == 2
    assert f"`truecopy {verb}` comes with the exporter, which is not installed here: pip install truecopy-export" in done.err  # fmt: skip


def test_with_the_exporter_its_command_runs(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @click.argument("checkpoint")
    def export(checkpoint: str) -> int:
        click.echo(f"exported {checkpoint}")
        return 0

    class Entry:
        def load(self) -> click.Command:
            return export

    monkeypatch.setattr(exporter_commands, "entry_points", lambda **_: (Entry(),))
    done = cli("export", "best.pt")
    assert (done.code, done.out) == (0, "exported best.pt\n")


def test_help_of_the_whole_loads_no_array_library(process) -> None:
    done = process("--help", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0
    imported = {line.split(b"|")[-1].strip() for line in done.stderr.splitlines()}
    assert b"click" in imported
    assert imported.isdisjoint({b"numpy", b"cv2", b"PIL", b"onnxruntime", b"rich.console"})
