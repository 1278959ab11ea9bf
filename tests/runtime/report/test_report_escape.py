"""Text of strangers stays text."""

from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from truecopy.report.escape import escaped, escaped_lines, shortened

ANY = st.text(st.characters(), max_size=300)  # with surrogates and controls


@given(ANY)
def test_nothing_of_any_text_is_markup_or_cannot_be_encoded(text: str) -> None:
    made = escaped(text)
    assert not set("<>\"'\n\r") & set(made)
    assert "&" not in html.unescape(made) or "&amp;" in made or "&" in text
    made.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=160))
def test_what_can_be_seen_is_shown_as_it_is(text: str) -> None:
    assert html.unescape(escaped(text)) == text


def test_what_cannot_be_seen_is_written_as_python_writes_it() -> None:
    assert escaped("a\nb\tc\x00\u202ed\udc80\u2028") == r"a\nb\tc\x00\u202ed\udc80\u2028"


def test_joiners_of_scripts_and_emoji_stay() -> None:
    assert escaped("👩\u200d🔬") == "👩\u200d🔬"


def test_quotes_cannot_end_an_attribute() -> None:
    assert escaped("\" onload='x'") == "&quot; onload=&#x27;x&#x27;"


def test_a_long_name_keeps_both_ends() -> None:
    assert shortened("abcdefghij", 5) == "ab…ij"
    assert shortened("abcde", 5) == "abcde"
    assert len(escaped("x" * 10_000)) == 160


def test_lines_of_a_command_stay_lines() -> None:
    assert escaped_lines("a \\\n  <b>") == "a \\\n  &lt;b&gt;"
