"""The page and its blocks as HTML."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from tests.evaluations import HOSTILE

from truecopy.report import (
    Block,
    Command,
    Facts,
    Folded,
    Picture,
    Pictures,
    Plot,
    Plots,
    Section,
    Table,
    Text,
    page,
    thumbnail,
)
from truecopy.report.svg import Drawing

VOID = {"meta", "link", "img", "br"}


class Elements(HTMLParser):
    """Elements as they open, and whether all close in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def blocks() -> list[Block]:
    uri, size = thumbnail(np.zeros((4, 6, 3), np.uint8))
    drawing = Drawing(10, 10, HOSTILE, ())
    return [
        Text(HOSTILE),
        Facts([(HOSTILE, HOSTILE)]),
        Table(HOSTILE, [HOSTILE, "n"], [[HOSTILE, HOSTILE]], frozenset({1})),
        Plot(HOSTILE, drawing, HOSTILE),
        Plots([Plot(HOSTILE, drawing)]),
        Pictures(
            [Picture(HOSTILE, uri, size, [(HOSTILE, HOSTILE)]), Picture(HOSTILE, None, (0, 0), [], HOSTILE)]
        ),
        Command(HOSTILE),
        Folded(HOSTILE, [Text(HOSTILE)]),
    ]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: type(block).__name__)
def test_every_block_closes_what_it_opens_and_takes_text_as_text(block: Block) -> None:
    elements = Elements(block.html())
    assert elements.open == []
    assert "script" not in {tag for tag, _ in elements.found}
    assert "&lt;script&gt;" in block.html()


def test_the_whole_page_is_whole_and_asks_for_nothing() -> None:
    text = page(HOSTILE, HOSTILE, [Section(HOSTILE, blocks())])
    elements = Elements(text)
    assert elements.open == []
    assert not {"script", "iframe", "object", "form", "base"} & {tag for tag, _ in elements.found}
    addresses = [
        value for _, given in elements.found for key, value in given.items() if key in {"src", "href"}
    ]
    assert all(address is not None and address.startswith(("data:", "#")) for address in addresses)
    assert "url(" not in text
    assert "http:" not in text
    assert "https:" not in text
    assert not any(key.startswith("on") for _, given in elements.found for key in given)


def test_the_policy_allows_nothing_from_outside() -> None:
    (policy,) = [
        given["content"]
        for tag, given in Elements(page("t", "s", [])).found
        if "http-equiv" in given and tag == "meta"
    ]
    assert policy is not None
    assert policy.split("; ")[:3] == ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"]


def test_the_same_arguments_give_the_same_bytes() -> None:
    first, second = (page("t", HOSTILE, [Section("s", blocks())]).encode("utf-8") for _ in range(2))
    assert first == second


def test_the_page_has_a_language_a_viewport_and_headings_in_order() -> None:
    elements = Elements(page("t", "s", [Section("one", []), Section("two", [])])).found
    assert ("html", {"lang": "en"}) in elements
    assert any(given.get("name") == "viewport" for _, given in elements)
    assert [tag for tag, _ in elements if tag in {"h1", "h2"}] == ["h1", "h2", "h2"]
    links = [given["href"] for tag, given in elements if tag == "a"]
    assert links == [f"#{given['id']}" for tag, given in elements if tag == "section"]


def test_numbers_stand_to_the_right_with_their_head() -> None:
    made = Table("c", ["a", "b"], [["x", "1"]], frozenset({1})).html()
    assert '<th scope="col" class="number">b</th>' in made
    assert '<td class="number"><bdi>1</bdi></td>' in made
    assert '<th scope="row" class="text"><bdi>x</bdi></th>' in made


def test_a_row_that_does_not_fit_its_heads_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table("c", ["a", "b"], [["x"]]).html()


@pytest.mark.parametrize(
    ("shape", "size"),
    [((4, 6, 3), (6, 4)), ((320, 640, 3), (160, 80)), ((1000, 1, 1), (1, 160)), ((50, 40, 1), (40, 50))],
)
def test_a_thumbnail_keeps_its_shape_and_is_never_enlarged(
    shape: tuple[int, int, int], size: tuple[int, int]
) -> None:
    uri, made = thumbnail(np.full(shape, 200, np.uint8))
    assert made == size
    assert uri.startswith("data:image/jpeg;base64,")


def test_a_thumbnail_has_the_colours_of_its_pixels() -> None:
    pixels = np.zeros((40, 30, 3), np.uint8)
    pixels[:, :, 0] = 250
    uri, _ = thumbnail(pixels)
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        assert image.format == "JPEG"
        assert image.getexif() == {}
        red, green, blue = np.asarray(image)[20, 15].tolist()
    assert red > 240
    assert max(green, blue) < 10
