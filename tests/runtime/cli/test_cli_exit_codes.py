"""Exit: 0 ok, 1 items failed, 2 usage, 3 refused, 4 proof failed, 5 device, 130 Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import truecopy


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["predict", "--help"], ["seal", "-h"], ["bench", "-h"]]
)
def test_help_is_exit_0(arguments: list[str], cli) -> None:
    done = cli(*arguments)
    assert done.code == 0
    assert done.out.startswith("Usage: truecopy ")
    assert done.err == ""


def test_version_is_exit_0(cli) -> None:
    assert cli("--version").out == f"truecopy, version {truecopy.__version__}\n"


def test_help_lists_every_command_and_the_exit_codes(cli) -> None:
    text = cli("--help").out
    for verb in ("export", "attach", "predict", "inspect", "selftest", "seal", "bench"):
        assert f"\n  {verb} " in text
    assert "130 Ctrl-C" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: truecopy"),
        (["nonsense"], "No such command 'nonsense'"),
        (["predict"], "Missing argument 'MODEL INPUT...'"),
        (["predict", ""], "expected a model file (*.onnx) first, got ''"),
        (["predict", "photos", "one.png"], "expected a model file (*.onnx) first, got 'photos'"),
        (["predict", "one.png"], "expected a model file (*.onnx) first, got 'one.png'"),
        (["predict", "{digits}"], "expected images or folders after the model"),
        (["bench", "{digits}", "a.onnx", "one.png"], "this command takes one model, got "),
        (["predict", "{digits}", "one.png", "--top", "0"], "Invalid value for '--top'"),
        (["predict", "{digits}", "one.png", "--threads", "x"], "Invalid value for '--threads'"),
        (["predict", "{digits}", "one.png", "--probabilities"], "--probabilities goes with --json"),
        (["predict", "{digits}", "one.png", "--bogus"], "No such option"),
        (["bench", "{digits}"], "expected images or folders after the model"),
        (["bench", "{digits}", "{empty}"], "expected images or folders after the model"),
        (["seal", "{digits}"], "Missing option '-o'"),
        (["seal", "{digits}", "-o", "{empty}", "--overwrite"], "is a folder; name the new file"),
        (["inspect"], "Missing argument 'MODEL...'"),
        (["selftest"], "Missing argument 'MODEL...'"),
    ],
)  # fmt: skip
def test_usage_errors_are_exit_2(
    arguments: list[str], message: str, cli, digits: Path, tmp_path: Path
) -> None:
    done = cli(*(argument.format(digits=digits, empty=tmp_path) for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert message in done.err


@pytest.mark.parametrize("verb", [["predict", "MODEL", "one.png"], ["inspect", "MODEL"], ["selftest", "MODEL"],
                                  ["bench", "MODEL", "IMAGE"], ["seal", "MODEL", "-o", "OUT"]])  # fmt: skip
@pytest.mark.parametrize("model", ["absent", "folder", "empty", "image"])
def test_a_refused_model_is_exit_3(
    verb: list[str], model: str, cli, digit_images: list[str], tmp_path: Path
) -> None:
    path = tmp_path / f"{model}.onnx"
    if model == "folder":
        path.mkdir()
    elif model != "absent":
        path.write_bytes(b"" if model == "empty" else Path(digit_images[0]).read_bytes())
    named = {"MODEL": path, "IMAGE": digit_images[0], "OUT": tmp_path / "out.onnx"}
    done = cli(*(named.get(word, word) for word in verb))
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("truecopy: ")
    assert str(path) in done.err
    assert not (tmp_path / "out.onnx").exists()


def test_a_checkpoint_is_exit_3_with_the_export_line(cli) -> None:
    done = cli("predict", "runs/best.pt", "one.png")
    assert done.code == 3
    assert "truecopy export runs/best.pt --arch ... --recipe ..." in done.err


@pytest.mark.parametrize("verb", ["predict", "selftest", "bench"])
def test_a_device_that_is_not_there_is_exit_5(verb: str, cli, digits: Path, digit_images: list[str]) -> None:
    images = [] if verb == "selftest" else digit_images[:1]
    done = cli(verb, digits, *images, "--device", "provider:NoSuchProvider")
    assert (done.code, done.out) == (5, "")
    assert "has no NoSuchProvider" in done.err
    assert "--device cpu" in done.err
    assert cli(verb, digits, *images, "--device", "tpu").code == 5


def test_cuda_where_there_is_none_is_exit_5_and_says_what_to_install(
    cli, digits: Path, digit_images: list[str]
) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    done = cli("predict", digits, digit_images[0], "--device", "cuda")
    assert done.code == 5
    assert "cuda:0 was asked for, but onnxruntime" in done.err
    assert 'pip install "truecopy[gpu]"' in done.err


def test_without_onnx_runtime_it_is_exit_5_and_says_what_to_install(
    cli, digits: Path, digit_images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    done = cli("predict", digits, digit_images[0])
    assert done.code == 5
    assert 'pip install "truecopy[cpu]"' in done.err


def test_a_disk_that_is_full_is_exit_1_in_one_line(process, digits: Path, digit_images: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    for arguments in (["predict", digits, *digit_images, "--json"], ["inspect", digits]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [Path(sys.executable).with_name("truecopy"), *arguments], check=False, stdout=full, stderr=subprocess.PIPE
            )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.startswith(b"truecopy: ")
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("as_json", [True, False])
def test_a_reader_that_has_seen_enough_is_no_error(
    as_json: bool, process: Callable, digits: Path, digit_images: list[str]
) -> None:
    images = 150 * digit_images
    command = [Path(sys.executable).with_name("truecopy"), "predict", digits, *images]
    with subprocess.Popen(
        [*command, "--json"] if as_json else command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        err = running.stderr.read()
    assert running.returncode == 0
    assert b"Traceback" not in err
    assert b"Broken" not in err


@pytest.fixture
def _signals_arrive() -> Iterator[None]:
    """A test run in the background ignores Ctrl-C, and so would the processes that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_signals_arrive")
def test_ctrl_c_is_exit_130(process: Callable, digits: Path, digit_images: list[str]) -> None:
    # More answers than a pipe holds: the command waits for its reader when the signal comes.
    images = 400 * digit_images
    command = [Path(sys.executable).with_name("truecopy"), "predict", digits, *images, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()  # the first answer: it runs
        running.send_signal(signal.SIGINT)
        begin = time.monotonic()
        running.stdout.read()
        err = running.stderr.read()
    assert running.returncode == 130
    assert time.monotonic() - begin < 20
    assert b"Traceback" not in err
