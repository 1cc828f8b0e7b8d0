"""No text from a change does anything but be read: in a terminal, in Markdown, in a table."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_law import active, kinds, visible
from verdict_factory import HOSTILE

from lineclear.report.escape import code_span, for_markdown, for_terminal, plain

_CHARACTERS = "`*_[]()<>!#|~@$&:;=-+.\\/{}\"' \n\t1a"
_WORDS = (
    "``` ~~~ http://a.example www. &lt; &#64; ]( @octocat GH-7 #7 <b> <!-- :+1: --- === `x` mailto:a@b.example |---|"
)
_PIECES = st.sampled_from([*_CHARACTERS, *_WORDS.split(), "- ", "1. ", "    x"])
TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join))
LIMIT = 10_000


@given(TEXTS)
@example(HOSTILE)
@example("\x1b\x1b[0m[0m \x9b31m \x1b]0;title\x07 \x1b]8;;http://evil.example\x1b\\x")
def test_a_terminal_is_sent_nothing_that_cannot_be_seen(text: str) -> None:
    shown = for_terminal(text, 80)
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
    assert len(shown) <= 82


@given(TEXTS)
@example("::error::x")
@example("  \x1b[0m::set-output name=x::y")
@example("##[add-mask]x")
def test_a_build_log_is_sent_no_command(text: str) -> None:
    shown = for_terminal(text, 80)
    assert not shown.startswith("::")
    assert "##[" not in shown


@given(TEXTS)
@example(HOSTILE)
@example("``a`` `b``c` `d`@e")
@example("a|b `c|d` |")
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    markdown = for_markdown(text, LIMIT)
    assert active(markdown) == []
    assert _bare(visible(markdown)) == _bare(plain(text, LIMIT))


@given(TEXTS)
@example(HOSTILE)
@example("` |` | `` a` ")
def test_a_code_span_shows_exactly_the_text(text: str) -> None:
    markdown = code_span(text, LIMIT)
    assert active(markdown) == []
    assert visible(markdown).strip() == plain(text, LIMIT)


@given(TEXTS)
@example("a | b `|` \\| c")
def test_no_text_opens_a_table_cell_of_its_own(text: str) -> None:
    table = f"| x | y |\n|---|---|\n| {for_markdown(text, LIMIT)} | {code_span(text, LIMIT)} |\n"
    assert "|" not in for_markdown(text, LIMIT) + code_span(text, LIMIT)
    assert "table_open" in kinds(table)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Fix it; see the docs (twice).", "Fix it; see the docs (twice)."),
        ("assert 1 == 2", "assert 1 == 2"),
        ("Run `lineclear run pytest`, then push.", "Run `lineclear run pytest`, then push."),
        ("The function my_function(a, *b) is unused.", "The function `my_function(a`, `*b`) is unused."),
        ("ping @octocat!", "ping `@octocat`!"),
        ("1. not a list", "`1`. not a list"),
        ("", ""),
    ],
)
def test_ordinary_sentences_stay_readable(text: str, markdown: str) -> None:
    assert for_markdown(text) == markdown


def test_long_text_is_cut_and_says_so() -> None:
    assert plain("x" * 100, 10) == "x" * 9 + "…"
    assert plain("hidden \u202e here", 80) == "hidden \N{REPLACEMENT CHARACTER} here"


def _bare(text: str) -> str:
    """Code spans that the text had already lose their backticks; white space is folded."""
    return "".join(text.replace("`", "").split())
