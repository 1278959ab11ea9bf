"""The folder of a SavedModel, and its input: refused before TensorFlow is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.export.networks.saved_model_bytes import PLAIN, function, node, program

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.tensorflow import saved_model as reader
from truecopy_export.networks.tensorflow.input import graph_input
from truecopy_export.networks.tensorflow.saved_model import open_saved_model


@pytest.fixture
def never(monkeypatch):
    """TensorFlow is not reached."""

    def reached(*_):
        raise AssertionError("TensorFlow was imported")

    monkeypatch.setattr(reader, "import_tensorflow", reached)


def folder_of(tmp_path: Path, data: bytes = PLAIN) -> Path:
    made = tmp_path / "model"
    (made / "variables").mkdir(parents=True)
    (made / "saved_model.pb").write_bytes(data)
    (made / "variables" / "variables.index").write_bytes(b"index")
    (made / "variables" / "variables.data-00000-of-00001").write_bytes(b"data")
    return made


@pytest.mark.usefixtures("never")
def test_a_hostile_program_is_refused_before_tensorflow_is_imported(tmp_path):
    made = folder_of(tmp_path, program(function("__inference_f", node("WriteFile"))))
    for path in (made, made / "saved_model.pb"):
        with pytest.raises(Blocked, match="WriteFile"):
            open_saved_model(path)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    "name", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
def test_a_link_out_of_the_folder_is_refused(tmp_path, name):
    made = folder_of(tmp_path)
    (tmp_path / "outside").write_bytes((made / name).read_bytes())
    (made / name).unlink()
    (made / name).symlink_to(tmp_path / "outside")
    with pytest.raises(CheckpointError, match="the SavedModel names a link that leads out of the folder"):
        open_saved_model(made)
    (made / name).unlink()
    (made / name).symlink_to(made / "nowhere")
    with pytest.raises(CheckpointError, match="the SavedModel names a file that is not there"):
        open_saved_model(made)
    (made / name).unlink()
    os.mkfifo(made / name)
    with pytest.raises(CheckpointError, match="the SavedModel names something that is no file"):
        open_saved_model(made)


@pytest.mark.usefixtures("never")
def test_variables_that_are_a_link_are_refused(tmp_path):
    made = folder_of(tmp_path)
    (made / "variables").rename(tmp_path / "variables")
    (made / "variables").symlink_to(tmp_path / "variables")
    with pytest.raises(CheckpointError, match="the variables of the SavedModel are a link"):
        open_saved_model(made)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("gone", ["variables.index", "variables.data-00000-of-00001"])
def test_a_missing_file_of_the_variables_is_named(tmp_path, gone):
    made = folder_of(tmp_path)
    (made / "variables" / gone).unlink()
    with pytest.raises(CheckpointError, match="files of the variables are missing") as caught:
        open_saved_model(made)
    assert caught.value.fix == "Copy the whole folder"


@pytest.mark.usefixtures("never")
def test_a_shard_that_the_others_count_on_is_missed(tmp_path):
    made = folder_of(tmp_path)
    (made / "variables" / "variables.data-00000-of-00001").rename(
        made / "variables" / "variables.data-00000-of-00002"
    )
    with pytest.raises(CheckpointError, match=r"expected variables.index and 2 shards"):
        open_saved_model(made)


@pytest.mark.usefixtures("never")
def test_variables_larger_than_one_file_holds_are_refused_unread(tmp_path):
    made = folder_of(tmp_path)
    with (made / "variables" / "variables.data-00000-of-00001").open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(CheckpointError, match=r"the weights are 3.00 GiB"):
        open_saved_model(made)


@pytest.mark.parametrize("missing", ["tensorflow", "tf2onnx", "tf_keras"])
def test_a_library_that_is_not_installed_is_named_with_the_line_that_installs_all(
    tmp_path, monkeypatch, missing
):
    if missing != "tensorflow":
        pytest.importorskip("tensorflow", reason="TensorFlow is not installed (make tensorflow)")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(CheckpointError) as caught:
        open_saved_model(folder_of(tmp_path))
    assert str(caught.value) == f'{missing} is not installed. Type: pip install "truecopy-export[tensorflow]"'


@pytest.mark.parametrize(
    ("shape", "layout", "axes"),
    [
        ((None, 28, 20, 3), "NHWC", ("batch", 28, 20, 3)),
        ((4, None, None, 1), "NHWC", (4, "height", "width", 1)),
        ((None, 3, 28, 20), "NCHW", ("batch", 3, 28, 20)),
        ((None, 7), "NF", ("batch", 7)),
    ],
)
def test_the_input_is_named_after_what_it_takes(shape, layout, axes):
    made = graph_input(shape, "float32", "here")
    assert (made.name, made.layout, made.shape) == ("input", layout, axes)


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((None, 8, 8, 5), "float32"),
        ((None,), "string"),
        ((None, 8, 8, 3), "uint8"),
        ((None, None), "float32"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_shape(shape, dtype):
    with pytest.raises(CheckpointError, match="does not take pictures or rows") as caught:
        graph_input(shape, dtype, "here")
    assert dtype in str(caught.value.got)
