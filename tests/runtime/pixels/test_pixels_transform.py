from __future__ import annotations

import copy
import io
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.errors import AmbiguousChannels, ContractError, TooLarge, UnreadableInput
from truecopy.intake import Transform, preprocess
from truecopy.limits import Limits


@pytest.fixture
def photo(pixels, tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(pixels(47, 33, 3)).save(path)
    return path


def test_it_is_preprocess_for_every_kind_of_source(contract, photo, pixels):
    transform = truecopy.Transform(contract)
    expected = preprocess(photo, contract)
    with Image.open(photo) as opened:
        for source in (photo, str(photo), photo.read_bytes(), io.BytesIO(photo.read_bytes()), opened):
            assert np.array_equal(transform(source).view(np.uint32), expected.view(np.uint32))
    frame = pixels(47, 33, 3)
    assert np.array_equal(transform(frame, "RGB"), expected)
    assert np.array_equal(transform(frame[..., ::-1], color="BGR"), expected)
    with pytest.raises(AmbiguousChannels):
        transform(frame)


@pytest.mark.parametrize(("dtype", "layout"), [("float32", "NCHW"), ("float32", "NHWC"), ("float16", "NCHW")])
def test_the_array_is_the_graphs_and_the_callers_own(
    contract_with, image_input, resize_step, imagenet, graph_input, photo, dtype, layout
):
    shape = (24, 20, 3) if layout == "NHWC" else (3, 24, 20)
    graph = graph_input("batch", *shape, dtype=dtype, layout=layout)
    steps = resize_step("exact", (24, 20)), imagenet
    transform = Transform(contract_with(image_input(), *steps, graph=graph))
    first, second = transform(photo), transform(photo)
    assert (first.shape, first.dtype) == (shape, np.dtype(dtype))
    assert first.flags.c_contiguous
    assert first.flags.writeable
    assert not np.shares_memory(first, second)


def test_a_copy_by_pickle_is_equal_and_small(contract, photo):
    transform = Transform(contract, limits=Limits(max_pixels=5000))
    for other in (pickle.loads(pickle.dumps(transform)), copy.deepcopy(transform)):
        assert other == transform
        assert hash(other) == hash(transform)
        assert other.contract == contract
        assert np.array_equal(other(photo), transform(photo))
    assert len(pickle.dumps(transform)) < 3000
    with pytest.raises(TooLarge):
        pickle.loads(pickle.dumps(Transform(contract, limits=Limits(max_pixels=1000))))(photo)


def test_equality_is_by_contract_and_limits(contract, contract_with, image_input, resize_step, imagenet):
    other = contract_with(image_input(), resize_step("exact", (24, 20)), imagenet)
    assert Transform(contract) == Transform(contract)
    assert Transform(contract) != Transform(other)
    assert Transform(contract) != Transform(contract, limits=Limits(max_pixels=5000))
    assert Transform(contract) != contract
    assert len({Transform(contract), Transform(contract), Transform(other)}) == 2


def test_its_repr_says_what_it_does(contract):
    text = repr(Transform(contract))
    assert text.startswith("Transform(RGB by pillow; resize rule=short size=28 kernel=pillow filter=bicubic")
    assert text.endswith("; float32 CHW 3 x 24 x 20)")


@pytest.mark.parametrize(
    ("mistaken", "fix"),
    [
        ("model.onnx", "got str. Read one from a file: truecopy.Transform(truecopy.read(path).contract)"),
        (SimpleNamespace(contract=1), "Pass its contract: truecopy.Transform(it.contract)"),
        (None, "expected a Contract, got NoneType"),
    ],
)
def test_what_is_no_contract_is_told_how_to_get_one(mistaken, fix):
    with pytest.raises(ContractError) as caught:
        Transform(mistaken)
    assert fix in str(caught.value)


def test_a_contract_that_contradicts_itself_is_refused_at_once(contract_with, image_input, imagenet):
    contract = contract_with(image_input(color="L"), imagenet)
    with pytest.raises(ContractError):
        Transform(contract)
    opencv = contract_with(image_input(decoder="opencv"), imagenet)
    with pytest.raises(ContractError, match="decoder 'opencv' is reproduced with depth16 'shift' only"):
        Transform(opencv)


def test_an_unreadable_picture_is_an_error_with_its_name(contract, tmp_path):
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(UnreadableInput, match=r"empty\.jpg"):
        Transform(contract)(path)


def test_many_threads_share_one(contract, photo):
    transform = Transform(contract)
    expected = transform(photo)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(tensor, expected) for tensor in pool.map(transform, [photo] * 40))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_worker_processes_make_the_same_bits(contract, photo, method):
    transform = Transform(contract)
    expected = transform(photo)
    with multiprocessing.get_context(method).Pool(2) as pool:
        tensors = pool.map_async(transform, [str(photo)] * 6).get(timeout=60)
    assert all(np.array_equal(tensor.view(np.uint32), expected.view(np.uint32)) for tensor in tensors)


def test_it_imports_no_torch_and_sets_no_threads():
    code = (
        "import sys, cv2; cv2.setNumThreads(3); import truecopy; truecopy.Transform;"
        "assert cv2.getNumThreads() == 3; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
