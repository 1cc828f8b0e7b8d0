"""Glob patterns."""

from __future__ import annotations

import fnmatch
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.contract.globs import matches, problem


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/*.py", "src/deep/a.py", True),
        ("src/**/*.py", "src/a.py", True),
        ("src/**/*.py", "lib/src/a.py", False),
        ("web/**", "web/a/b.js", True),
        ("web/**", "web", False),
        ("web/**", "website/a", False),
        ("**", "a/b", True),
        ("**/a/**/b", "a/b", True),
        ("**/a/**/b", "x/a/y/z/b", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[]]", "]", True),
        ("[!]]", "]", False),
        ("[[]*", "[x", True),
        ("[a-]", "-", True),
        ("*.PY", "a.py", False),
        ("*", ".hidden", True),
        ("*", "", True),
        ("a.c", "abc", False),
        ("(a|b)+$", "(a|b)+$", True),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


@pytest.mark.parametrize("pattern", ["", "/a", "a/", "a//b", "./a", "a/../b", "**.py", "a**", "[a", "a\\b", "x/[!]"])
def test_a_pattern_with_a_problem_says_so_and_means_no_path(pattern: str) -> None:
    assert problem(pattern)
    assert not matches(pattern, pattern)


def test_no_pattern_takes_long() -> None:
    started = time.process_time()
    assert not matches("/".join(["**", "a*"] * 200 + ["b"]), "/".join(["a" * 20] * 300))
    assert not matches("*a" * 500 + "b", "a" * 2000)
    assert time.process_time() - started < 2


_NAMES = st.text(alphabet="ab.-]", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=5).map("/".join)
_PIECES = st.one_of(st.just("**"), st.text(alphabet="ab*?.", min_size=1, max_size=5)).filter(
    lambda piece: piece == "**" or ("**" not in piece and piece not in (".", ".."))
)
_PATTERNS = st.lists(_PIECES, min_size=1, max_size=5).map("/".join)


@settings(deadline=None)
@given(_PATTERNS, _PATHS)
def test_matching_agrees_with_the_regular_expression(pattern: str, path: str) -> None:
    expression = ""
    for index, piece in enumerate(pieces := pattern.split("/")):
        last = index == len(pieces) - 1
        if piece == "**":
            expression += "[^/]+(/[^/]+)*" if last else "([^/]+/)*"
        else:
            expression += re.sub(r"\\?[*]", "[^/]*", re.escape(piece)).replace(r"\?", "[^/]") + ("" if last else "/")
    assert matches(pattern, path) is (re.fullmatch(expression, path) is not None)


@settings(deadline=None)
@given(
    st.text(alphabet="ab[]!-*?", max_size=8).filter(lambda text: "**" not in text),
    st.text(alphabet="ab]-!", min_size=1),
)
def test_within_a_name_matching_agrees_with_fnmatch(pattern: str, name: str) -> None:
    if problem(pattern) is None and "--" not in pattern and not re.search(r"\[!?[^]]*[b\]!]-[^]]", pattern):
        assert matches(pattern, name) is fnmatch.fnmatchcase(name, pattern)


@settings(deadline=None)
@given(_PATHS)
def test_every_path_is_meant_by_two_stars_and_by_itself(path: str) -> None:
    assert matches("**", path)
    assert matches(path.replace("[", "[[]"), path)
