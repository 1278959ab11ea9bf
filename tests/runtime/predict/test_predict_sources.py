from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.errors import AmbiguousChannels, InputError, OutputError, UnreadableInput, Unsupported
from truecopy.predict import Classification, Failure, Model, Strategy


@pytest.fixture(scope="module")
def model(digits: Path) -> Model:
    return truecopy.load(digits, device="cpu", threads=2)


def test_every_committed_digit_is_recognised(model: Model, digit_images: list[str]) -> None:
    assert [model(image).label for image in digit_images] == [Path(image).stem for image in digit_images]


def test_all_kinds_of_source_give_the_same_answer(model: Model, digit_images: list[str]) -> None:
    path = digit_images[0]
    data = Path(path).read_bytes()
    with Image.open(path) as image:
        image.load()
        grey = np.array(image.convert("L"))
        sources: list[Any] = [
            path,
            Path(path),
            data,
            bytearray(data),
            memoryview(data),
            io.BytesIO(data),
            image,
            grey,
        ]
        answers = [model(source) for source in sources]
    with Path(path).open("rb") as stream:
        answers.append(model(stream))
    assert all(np.array_equal(answer.probabilities, answers[0].probabilities) for answer in answers)
    names = [path, path, "<bytes>", "<bytes>", "<bytes>", "<stream>", "<PIL image>", "<array>", "<stream>"]
    assert [answer.source for answer in answers] == names


def test_a_camera_frame_is_the_same_in_either_order(model: Model) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    bgr, rgb = model(frame, color="BGR"), model(frame[:, :, ::-1], color="RGB")
    assert np.array_equal(bgr.probabilities, rgb.probabilities)
    assert not np.array_equal(bgr.probabilities, model(frame, color="RGB").probabilities)


def test_a_frame_that_does_not_say_its_order_is_refused(model: Model) -> None:
    with pytest.raises(AmbiguousChannels, match=r'Say color="RGB" or color="BGR"; a cv2 frame is BGR'):
        model(np.zeros((40, 50, 3), np.uint8))


@pytest.mark.parametrize(
    "source", [None, 3, [], ["a.png"], np.zeros((4, 4), np.float32), io.StringIO("text")]
)
def test_anything_else_is_an_input_error(model: Model, source: Any) -> None:
    with pytest.raises(Unsupported):
        model(source)


def test_a_file_that_is_not_there_is_an_input_error(model: Model) -> None:
    with pytest.raises(UnreadableInput, match=r"there is no such file - at no\.png"):
        model("no.png")


def test_warnings_of_the_picture_stand_in_its_result(model: Model, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (30, 40)).save(tmp_path / "turned.jpg", exif=exif)
    (warning,) = model(tmp_path / "turned.jpg").warnings
    assert "EXIF" in warning


def test_the_graph_is_fed_what_preprocess_gives(member, fake_session, digit_images: list[str]) -> None:
    """Pixel for pixel: the tensor of one call, and of a stream, is `truecopy.preprocess`."""
    session = fake_session(lambda x: np.zeros((len(x), 10), np.float32))
    opened = type(
        "Opened",
        (),
        {
            "member": member(),
            "artifact": SimpleNamespace(path="a.onnx"),
            "session": lambda self, device, threads: session,
        },
    )()
    model = Model.of([opened], Strategy(), "cpu", 1)
    for image in digit_images:
        model(image)
    list(model.stream(digit_images))
    expected = [truecopy.preprocess(image, model.contract) for image in digit_images]
    assert all(fed.shape == (1, 1, 26, 26) for fed in session.feeds)
    assert all(np.array_equal(fed[0], x) for fed, x in zip(session.feeds, 2 * expected, strict=True))


def test_call_predict_and_stream_agree_bit_for_bit(model: Model, digit_images: list[str]) -> None:
    alone = [model(image).probabilities for image in digit_images]
    for many in (model.predict(digit_images), list(model.stream(digit_images))):
        rows = [outcome.probabilities for outcome in many if isinstance(outcome, Classification)]
        assert all(np.array_equal(a, b) for a, b in zip(alone, rows, strict=True))


def test_several_threads_get_the_answers_of_one(model: Model, digit_images: list[str]) -> None:
    images = 6 * digit_images
    with ThreadPoolExecutor(4) as pool:
        called = list(pool.map(model, images))
        streamed = list(pool.map(model.predict, [images] * 4))
    labels = [Path(image).stem for image in images]
    assert [answer.label for answer in called] == labels
    assert all([answer.label for answer in part] == labels for part in streamed)


def test_predict_raises_the_first_error_or_puts_it_in_its_place(
    model: Model, digit_images: list[str]
) -> None:
    sources: list[Any] = [digit_images[0], "no.png", digit_images[1], b"no image", digit_images[2]]
    with pytest.raises(UnreadableInput, match=r"no\.png"):
        model.predict(sources)
    outcomes = model.predict(sources, on_error="yield")
    assert [type(outcome) for outcome in outcomes] == [
        Classification,
        Failure,
        Classification,
        Failure,
        Classification,
    ]
    assert [outcome.source for outcome in outcomes] == [digit_images[0], "no.png", digit_images[1], "<bytes>", digit_images[2]]  # fmt: skip
    assert all(isinstance(outcome.error, InputError) for outcome in outcomes if isinstance(outcome, Failure))


def test_one_bad_file_changes_no_other_answer(model: Model, digit_images: list[str]) -> None:
    clean = model.predict(digit_images)
    for place in (0, 5, len(digit_images)):
        sources = [*digit_images[:place], b"\x89PNG broken", *digit_images[place:]]
        outcomes = list(model.stream(sources))
        assert isinstance(outcomes.pop(place), Failure)
        assert all(
            np.array_equal(a.probabilities, b.probabilities) for a, b in zip(clean, outcomes, strict=True)
        )


def test_nan_for_one_picture_is_the_failure_of_that_picture(fake_model, digit_images: list[str]) -> None:
    dark = np.zeros((26, 26), np.uint8)

    def answer(x: np.ndarray) -> np.ndarray:
        rows = np.zeros((len(x), 10), np.float32)
        rows[(x == x.min()).all(axis=(1, 2, 3))] = np.nan
        return rows

    for device in ("cpu", "cuda:0"):
        outcomes = list(fake_model(answer, device=device).stream([digit_images[0], dark, digit_images[1]]))
        assert [type(outcome) for outcome in outcomes] == [Classification, Failure, Classification]
        assert isinstance(outcomes[1].error, OutputError)


@pytest.mark.parametrize(
    "one",
    [
        "a.png",
        Path("a.png"),
        b"bytes",
        bytearray(b"bytes"),
        memoryview(b"bytes"),
        io.BytesIO(b"bytes"),
        np.zeros((40, 50, 3), np.uint8),
        Image.new("L", (3, 3)),
        None,
    ],
    ids=lambda one: type(one).__name__,
)
def test_one_image_is_no_list_of_images(model: Model, one: Any) -> None:
    for many in (model.predict, model.stream):
        with pytest.raises(
            Unsupported, match=r"this is no list of images: .*got one \w+\. Put it into a list: \[source\]"
        ):
            many(one)


@pytest.mark.parametrize("on_error", ["ignore", "", None])
def test_an_unknown_on_error_is_told_at_the_call(model: Model, on_error: Any) -> None:
    with pytest.raises(ValueError, match="on_error is 'raise' or 'yield', not "):
        model.stream([], on_error=on_error)


def test_sources_may_be_any_sequence_set_or_generator(model: Model, digit_images: list[str]) -> None:
    class Folder:
        """The old protocol, as data sets have it."""

        def __getitem__(self, index: int) -> str:
            return digit_images[index]

    sources: list[Callable[[], Any]] = [lambda: iter(digit_images), lambda: tuple(digit_images), Folder,
                                        lambda: (image for image in digit_images), lambda: dict.fromkeys(digit_images)]  # fmt: skip
    for source in sources:
        assert [answer.source for answer in model.predict(source())] == digit_images


def test_no_sources_give_no_results(model: Model) -> None:
    assert model.predict([]) == []
    assert list(model.stream(iter(()))) == []


@pytest.mark.parametrize("kind", [str, Path])
def test_a_folder_is_no_list_of_images_and_is_told_how_to_be_listed(
    model: Model, tmp_path: Path, kind: Any
) -> None:
    with pytest.raises(Unsupported) as caught:
        model.predict(kind(tmp_path))
    assert f"sorted(pathlib.Path({str(tmp_path)!r}).iterdir())" in str(caught.value)
    with pytest.raises(Unsupported, match=r"Put it into a list: \[source\]"):
        model.predict("no\0such")
