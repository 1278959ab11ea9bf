"""Whole pickled modules: refused with every name and both ways out, read only where the user says so."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
import torch

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.checkpoints import choose_weights, load_into, read_checkpoint
from truecopy_export.checkpoints.pytorch.blocked import refuse_blocked
from truecopy_export.checkpoints.pytorch.pickled_modules import read_unsafely
from truecopy_export.checkpoints.weights import TOP_LEVEL

IMAGES = torch.linspace(-1, 1, 2 * 3 * 5 * 6).view(2, 3, 5, 6)


def save(content: object, path: Path, zipped: bool = True) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the legacy writer warns of its own storages
        torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_whole_module_is_refused_and_every_name_and_both_ways_out_are_said(tmp_path, make_network, zipped):
    path = save(make_network(), tmp_path / "model.pt", zipped)
    with pytest.raises(Blocked) as caught:
        read_checkpoint(path)
    message = str(caught.value)
    assert "holds a whole pickled module: unpickling it would run code" in message
    for name in ("container.Sequential", "conv.Conv2d", "batchnorm.BatchNorm2d", "linear.Linear"):
        assert f"torch.nn.modules.{name}" in message
    assert 'torch.save(model.state_dict(), "weights.pth")' in message
    assert "--unsafe-pickle, which RUNS CODE from the file with your rights" in message


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_file_that_is_one_module_is_read_when_the_user_says_so(tmp_path, make_network, zipped):
    network = make_network().eval()
    checkpoint = read_checkpoint(save(network, tmp_path / "model.pt", zipped), unsafe_pickle=True)
    choice = choose_weights(checkpoint)
    assert (choice.taken.kind, choice.taken.field) == ("raw", TOP_LEVEL)
    module = checkpoint.modules[choice.taken.field]
    assert load_into(module, choice.taken, "model") == ()
    assert torch.equal(module(IMAGES), network(IMAGES))


def test_modules_in_a_dictionary_leave_their_state_dicts_there(tmp_path, make_network):
    content = {"epoch": 7, "model": make_network(1), "ema": {"module": make_network(2).half(), "updates": 5}}
    found, modules = read_unsafely(save(content, tmp_path / "best.pt"))
    assert sorted(modules) == ["ema.module", "model"]
    assert found["epoch"] == 7
    assert list(found["model"]) == list(make_network().state_dict())
    assert found["ema"]["module"]["0.weight"].dtype == torch.float16  # as it is in the file
    assert modules["ema.module"][0].weight.dtype == torch.float32
    assert not modules["model"].training


def test_a_module_that_was_saved_in_half_precision_answers_in_float32(tmp_path, make_network):
    checkpoint = read_checkpoint(
        save({"model": make_network().half()}, tmp_path / "best.pt"), unsafe_pickle=True
    )
    choice = choose_weights(checkpoint)
    assert any("cast from float16 to float32" in line for line in choice.report)
    module = checkpoint.modules["model"]
    load_into(module, choice.taken, "best.pt")
    assert torch.equal(module(IMAGES), make_network().half().float().eval()(IMAGES))


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")  # torch.compile's own imports
@pytest.mark.parametrize("wrapper", ["DataParallel", "compile", "AveragedModel"])
def test_a_network_comes_out_of_its_wrapper_and_its_names_fit(tmp_path, make_network, wrapper):
    network = make_network().eval()
    wrapped = {
        "DataParallel": torch.nn.DataParallel,
        "compile": torch.compile,
        "AveragedModel": torch.optim.swa_utils.AveragedModel,
    }[wrapper](network)
    if wrapper == "AveragedModel":
        wrapped.update_parameters(network)
    checkpoint = read_checkpoint(save(wrapped, tmp_path / "model.pt"), unsafe_pickle=True)
    choice = choose_weights(checkpoint)
    module = checkpoint.modules[choice.taken.field]
    assert type(module) is torch.nn.Sequential
    assert load_into(module, choice.taken, "model") == ()
    assert torch.equal(module(IMAGES), network(IMAGES))
    assert choice.taken.kind == ("ema" if wrapper == "AveragedModel" else "raw")


def test_an_average_of_modules_that_was_never_updated_is_still_found_out(tmp_path, make_network):
    averaged = torch.optim.swa_utils.AveragedModel(make_network())
    checkpoint = read_checkpoint(save(averaged, tmp_path / "model.pt"), unsafe_pickle=True)
    with pytest.raises(CheckpointError, match="never updated"):
        choose_weights(checkpoint)


def test_a_damaged_archive_is_refused_before_its_code_runs(tmp_path, make_network):
    path = save(make_network(), tmp_path / "model.pt")
    data = bytearray(path.read_bytes())
    weights = make_network().state_dict()["0.weight"].numpy().tobytes()
    data[data.index(weights) + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"the checksum does not fit the bytes: got member .*data/0"):
        read_checkpoint(path, unsafe_pickle=True)


_NET = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 2)
"""
_WRITE = """
import here, gone, emptied
for module in (here, gone, emptied):
    torch.save(module.Net(), module.__name__ + ".pt")
torch.save(Net(), "script.pt")
"""
_READ = """
from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import read_checkpoint
for name in ("here", "gone", "emptied", "script"):
    try:
        (module,) = read_checkpoint(name + ".pt", unsafe_pickle=True).modules.values()
        print(name, type(module).__module__, type(module).__qualname__)
    except CheckpointError as error:
        print(name, error)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, str]:
    """What a process in the folder of the files says of each: a class of a file that is here, that is gone, that lost the
    class, and of the training script itself.
    """
    folder = tmp_path_factory.mktemp("project")
    for name in ("here", "gone", "emptied"):
        (folder / f"{name}.py").write_text(_NET)
    _python(folder, "-c", _NET + _WRITE)
    (folder / "gone.py").unlink()
    (folder / "emptied.py").write_text("")
    # A script elsewhere has its own folder on the path, and not the current one: as the installed command is run.
    script = tmp_path_factory.mktemp("bin") / "read.py"
    script.write_text(_READ)
    lines = _python(folder, str(script)).splitlines()
    return {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}


def _python(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_class_of_the_current_folder_is_found_there(outcomes):
    assert outcomes["here"] == "here Net"


def test_a_class_whose_file_is_not_here_is_named_with_what_to_do(outcomes):
    message = outcomes["gone"]
    assert "Unpickling the checkpoint takes gone, which is not here: got No module named 'gone'" in message
    assert "Install the package that has 'gone', or call from the folder that holds it" in message
    assert "torch.save(model.state_dict()" in message


def test_a_class_that_its_file_no_longer_has_is_named(outcomes):
    assert "takes emptied.Net, which is not here" in outcomes["emptied"]
    assert "Install the version of 'emptied' that the file was made with" in outcomes["emptied"]


def test_a_class_of_the_training_script_itself_is_named(outcomes):
    assert "takes __main__.Net, which is not here" in outcomes["script"]
    assert "put it into a file of its own" in outcomes["script"]


class Fails:
    def __reduce__(self):
        return (int, ("no number",))


def test_code_that_fails_is_a_checkpoint_error(tmp_path):
    with pytest.raises(
        CheckpointError, match=r"Unpickling the checkpoint failed: got ValueError: invalid literal"
    ):
        read_checkpoint(save({"x": Fails()}, tmp_path / "best.pt"), unsafe_pickle=True)


def test_a_file_with_neither_network_nor_names_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"no network and no dictionary of names: got builtins\.list"):
        read_checkpoint(save([torch.ones(2)], tmp_path / "best.pt"), unsafe_pickle=True)


ULTRALYTICS = b"cultralytics.nn.tasks\nClassificationModel\n)\x81}X\x05\x00\x00\x00modelctorch.nn.modules.conv\nConv2d\n)\x81sb"


def _ultralytics(tmp_path: Path, network: bytes = ULTRALYTICS) -> Path:
    """As Ultralytics saves it, less the layers: the class is asked for, and is not here."""
    with zipfile.ZipFile(tmp_path / "best.pt", "w") as archive:
        archive.writestr("best/data.pkl", b"\x80\x02}X\x05\x00\x00\x00model" + network + b"s.")
        archive.writestr("best/version", b"3\n")
    return tmp_path / "best.pt"


def test_an_ultralytics_file_is_recognised_without_being_unpickled(tmp_path):
    before = "ultralytics" in sys.modules
    with pytest.raises(Blocked) as caught:
        read_checkpoint(_ultralytics(tmp_path))
    assert "a whole pickled module (Ultralytics saves its best.pt and last.pt so)" in str(caught.value)
    assert caught.value.got == "torch.nn.modules.conv.Conv2d, ultralytics.nn.tasks.ClassificationModel"
    assert "pip install ultralytics; its licence is AGPL-3.0" in str(caught.value)
    assert ("ultralytics" in sys.modules) == before


def test_a_network_of_ultralytics_that_is_no_classifier_is_named(tmp_path):
    with pytest.raises(Blocked, match=r"a network of Ultralytics that is no classifier \(DetectionModel\)"):
        read_checkpoint(_ultralytics(tmp_path, ULTRALYTICS.replace(b"Classification", b"Detection")))


def test_without_the_package_the_error_says_which_one_and_why_it_is_no_dependency(tmp_path):
    if importlib.util.find_spec("ultralytics") is not None:
        pytest.skip("ultralytics is installed here")
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(_ultralytics(tmp_path), unsafe_pickle=True)
    assert "a pickled module of Ultralytics, and its package is not installed" in str(caught.value)
    assert (
        "pip install ultralytics (its licence is AGPL-3.0, which is why Truecopy does not depend on it)"
        in str(caught.value)
    )


def test_no_names_are_no_refusal():
    refuse_blocked(set(), "best.pt")
    with pytest.raises(Blocked, match="objects of Python classes"):
        refuse_blocked({"my.Config"}, "best.pt")


def test_names_without_end_do_not_fill_the_screen():
    names = {f"my.Config{number:04}" for number in range(1000)} | {"a" * 1000}
    with pytest.raises(Blocked, match=r"my\.Config0198 and 801 more") as caught:
        refuse_blocked(names, "best.pt")
    assert "a" * 200 + "..., my.Config0000" in str(caught.value)
    assert len(str(caught.value)) < 5000
