"""What a key is made of: the text that a tool points at, free of how it is written."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.battery.fingerprints import Region, SourceLines, item_key, logical_line
from lineclear.battery.spelling import normalise


def key(text: str, line: int, *, last: int | None = None, columns: tuple[int, int] | None = None) -> str:
    region = Region(line=line, first=line, last=last or line, columns=columns)
    return SourceLines(text.encode()).key("tool", "rule", region)


def whole(text: str) -> str:
    """Return the key of a match that covers all of a text."""
    lines = text.splitlines()
    return key(text, 1, last=len(lines), columns=(0, len(lines[-1].encode())))


SAME = {
    "quotes": ("f('a')", 'f("a")'),
    "escaped quotes": (r"f('it\'s')", 'f("it\'s")'),
    "a trailing comma": ("f(a, b)", "f(a, b,)"),
    "split over lines": ("f(a, [1, 2], c)", "f(\n    a,\n    [\n        1,\n        2,\n    ],\n    c,\n)"),
    "a continued line": ("x = a + b", "x = a + \\\n    b"),
    "round brackets": ("x = a + b", "x = (\n    a\n    + b\n)"),
    "remarks": ("f(a, b)", "f(  # why\n    a,  # noqa\n    b,\n)"),
    "a block": ("except Exception: pass", "except Exception:\n    pass"),
    "the body of a function": ("def f(a=[]):\n    return a", "def f(\n    a=[],\n):\n    x = 1\n    return a"),
    "the body of a loop": ("for x in y: f(x)", "for x in y:\n    g(x)\n    h(x)"),
    "a slice in a head": ("if x[1:2]: pass", "if x[1:2]:\n    return"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_thing_written_differently_has_one_key(name: str) -> None:
    one, other = (f"try:\n    pass\n{text}\n" if text.startswith("except") else f"{text}\n" for text in SAME[name])
    start = 3 if name == "a block" else 1
    ends = [len(text.rstrip().split("\n")) for text in (one, other)]
    keys = {
        key(text, start, last=end, columns=(0, len(text.rstrip().split("\n")[-1])))
        for text, end in zip((one, other), ends, strict=True)
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f(a)", "f('a')"),
        ("f(a)", "f(b)"),
        ("f(a)", "g(a)"),
        ("f(a, b)", "f(a)"),
        ("f('a#b')", "f('a')"),
        ("x = [1]", "x = {1}"),
        ("if a: pass", "if b: pass"),
        ("if x[1:2]: pass", "if x[1:3]: pass"),
    ],
)
def test_another_thing_has_another_key(one: str, other: str) -> None:
    assert whole(one) != whole(other)


def test_tool_and_rule_are_part_of_the_key() -> None:
    lines, region = SourceLines(b"f(a)\n"), Region(line=1, first=1, last=1)
    assert len({lines.key(tool, rule, region) for tool in "ab" for rule in "cd"}) == 4
    assert len({item_key("a", "b"), item_key("a", "b", ""), item_key("a", "b", "c"), item_key("ab", "", "c")}) == 4


def test_what_stands_beside_the_match_is_no_part_of_the_key() -> None:
    alone, beside = "f(a)\n", "x = [g(b), f(a), {'c': 1}]\n"
    assert key(alone, 1, columns=(0, 4)) == key(beside, 1, columns=(11, 15))


def test_columns_are_bytes() -> None:
    text = "é = f(a)\n"
    assert key(text, 1, columns=(5, 9)) == key("f(a)\n", 1, columns=(0, 4))


def test_what_is_found_in_a_remark_is_not_nothing() -> None:
    one, other = "x = 1  # password: a\n", "x = 1  # password: b\n"
    assert key(one, 1, columns=(7, 20)) != key(other, 1, columns=(7, 20))


@pytest.mark.parametrize("columns", [(5, 5), (9, 3), (99, 999), (0, 99999)])
def test_columns_that_are_none_fall_back_on_the_line(columns: tuple[int, int]) -> None:
    assert key("f(a)\n", 1, columns=columns) == key("f(a)\n", 1)


def test_the_node_of_bandit_is_found_on_the_lines_of_its_statement() -> None:
    """As bandit 1.9.4 reports shell=True: the line of the keyword, the columns of the call."""
    text = "run(\n    cmd,\n    shell=True,\n)\n"
    node = SourceLines(text.encode()).key("t", "r", Region(line=3, first=1, last=4, columns=(0, 1), of_node=True))
    flat = SourceLines(b"x; run(cmd, shell=True)\n").key(
        "t", "r", Region(line=1, first=1, last=1, columns=(3, 23), of_node=True)
    )
    assert node == flat


def test_a_node_that_is_not_there_falls_back_on_the_line() -> None:
    region = Region(line=1, first=1, last=1, columns=(2, 3), of_node=True)
    assert SourceLines(b"f(ab)\n").key("t", "r", region) == SourceLines(b"f(ab)\n").key(
        "t", "r", Region(line=1, first=1, last=1)
    )


def test_without_a_line_that_the_file_has_the_rule_alone_is_the_key() -> None:
    lines = SourceLines(b"x = 1\n")
    far = Region(line=99, first=99, last=99)
    assert lines.key("t", "r", None) == lines.key("t", "r", far) == SourceLines(None).key("t", "r", far)
    assert (lines.context(None), lines.context(99), SourceLines(None).context(1)) == (None, None, None)


def test_other_languages_are_read_until_their_brackets_close() -> None:
    one, other = "f('a', // why\n  b)\ng(c)\n", '  f("a", // why\n b)\nh(d)\n'
    keys = {
        SourceLines(text.encode(), python=False).key("t", "r", Region(line=1, first=1, last=3)) for text in (one, other)
    }
    assert len(keys) == 1
    assert logical_line(["a(", "b)", "c"]) == "a(\nb)"


@pytest.mark.parametrize("text", ["def f(:\n    eval(1\n", "x = '''\n", "\tif x:\n  y\n z\n", "f(\x00)\n"])
def test_files_that_do_not_parse_have_keys_all_the_same(text: str) -> None:
    moved = f"\n\n{text}"
    for line in range(1, len(text.split("\n"))):
        assert key(text, line) == key(moved, line + 2)


def test_a_byte_order_mark_is_no_text() -> None:
    assert key("\ufefff(a)\n", 1, columns=(0, 4)) == key("f(a)\n", 1, columns=(0, 4))


def test_context_is_two_lines_with_text_on_either_side() -> None:
    lines = ["a", "b", "", "c", "X", "", "d", "e", "f"]
    context = SourceLines("\n".join(lines).encode()).context(5)
    same = SourceLines("\n".join(["other", "b", "c", "Y", "d", "", "", "  e"]).encode()).context(4)
    assert context == same
    assert context != SourceLines("\n".join(["b", "c", "X", "e", "d"]).encode()).context(3)


CODE = st.lists(
    st.sampled_from(
        ["f(a)", "x = [1, 2]", "if a: f(b)", "s = 'it'", 't = """two\nlines"""', "# remark", "", "g(\n  c,\n)"]
    ),
    max_size=6,
).map("\n".join)


@settings(max_examples=100, deadline=None)
@given(CODE, CODE, st.sampled_from(["    ", "\t", "        "]))
def test_moving_and_reindenting_keep_every_key(before: str, text: str, indent: str) -> None:
    target = "eval(x, 'y')"
    plain = f"{text}\n{target}\n"
    moved = f"{before}\nif x:\n{indent}pass\n{textwrap.indent(target, indent)}\n{text}\n"
    at = plain.split("\n").index(target) + 1
    then = moved.split("\n").index(indent + target) + 1
    width = len(indent)
    assert key(plain, at, columns=(0, 12)) == key(moved, then, columns=(width, width + 12))
    assert key(plain, at) == key(moved, then)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.integers(1, 6), st.integers(0, 3), st.integers(0, 30), st.integers(0, 30))
def test_any_text_and_any_region_have_a_key(text: str, line: int, more: int, start: int, end: int) -> None:
    for python in (True, False):
        for of_node in (True, False):
            region = Region(line=line, first=line, last=line + more, columns=(start, end), of_node=of_node)
            lines = SourceLines(text.encode("utf-8", "replace"), python=python)
            assert lines.key("t", "r", region) == lines.key("t", "r", region)
            lines.context(line)


@given(st.text(max_size=60).filter(lambda text: not text.endswith("\\")))
@settings(max_examples=60, deadline=None)
def test_white_space_around_a_text_is_folded_away(text: str) -> None:
    assert normalise(f"  {text}\n\t") == normalise(text)


FOLDED = {
    "the prefix of Python 2": ("f(u'a')", 'f("a")'),
    "letter case of a prefix": ("f(B'a', F'{b}')", 'f(b"a", f"{b}")'),
    "one string written as two": ("f('one two')", 'f(\n    "one "\n    "two"\n)'),
    "two strings broken elsewhere": ("f('one ' 'two three')", "f('one two '  # why\n  'three')"),
    "a plain string before a formatted one": ("f(f'a{b}')", 'f("a" f"{b}")'),
    "letter case of numbers": ("f(0XFF, 1E5, 3J)", "f(0xff, 1e5, 3j)"),
    "letter case of escapes": (r"f('\xAB\u00E9')", r'f("\xab\u00e9")'),
    "triple quotes": ("f('''a''')", 'f("""a""")'),
    "brackets of a class": ("class A(): pass", "class A:\n    pass"),
}


@pytest.mark.parametrize("name", FOLDED)
def test_what_formatters_do_to_literals_leaves_the_key(name: str) -> None:
    one, other = FOLDED[name]
    assert whole(one) == whole(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f(b'a')", "f('a')"),
        ("f(f'{a}')", "f('{a}')"),
        ("f('a', 'b')", "f('a' 'b')"),
        ("f('(a)')", "f('a')"),
        ("f('a,]')", "f('a]')"),
        ("f('')", "f()"),
        (r"f('\xab')", r"f('\xac')"),
        ("f('A')", "f('a')"),
        ("f(0xff)", "f(0xfe)"),
    ],
)
def test_literals_that_differ_have_other_keys(one: str, other: str) -> None:
    assert whole(one) != whole(other)


def test_statements_that_share_a_line_and_do_not_any_more_have_one_key() -> None:
    shared, apart = "a = eval(b); c = d\n", "a = eval(b)\nc = d\n"
    assert key(shared, 1, columns=(0, 18)) == key(apart, 1, last=2, columns=(0, 5))


def imported(text: str, message: str = "Mind the pickle module.") -> str:
    return SourceLines(text.encode()).key("t", "r", Region(line=1, first=1, last=text.count("\n") + 1), message)


@pytest.mark.parametrize(
    "text",
    [
        "import os, pickle, sys",
        "import pickle as p",
        "from pickle import dumps, loads",
        "from pickle import (\n    loads,\n    dumps as d,\n)",
        "from pickle import loads",
    ],
)
def test_an_import_that_was_sorted_split_or_merged_has_one_key(text: str) -> None:
    assert imported(text) == imported("import pickle")


def test_what_an_import_is_about_is_no_other_module() -> None:
    assert imported("import os, pickle") != imported("import os, marshal", "Mind the marshal module.")
    assert imported("import pickle.x, os") != imported("import pickle, os")
    assert imported("from a import b, c", "No.") == imported("from a import c, b", "No.")
    assert imported("from a import b", "No.") != imported("from a import c", "No.")


def test_columns_are_counted_in_the_encoding_of_the_file() -> None:
    plain = key("x = 1; f(a)\n", 1, columns=(7, 11))
    latin = "# coding: latin-1\nx = 'éé'; f(a)\n".encode("latin-1")
    scanner = Region(line=2, first=2, last=2, columns=(10, 14))
    node = Region(line=2, first=2, last=2, columns=(12, 16), of_node=True)
    assert {SourceLines(latin).key("tool", "rule", region) for region in (scanner, node)} == {plain}
    shifted = Region(line=1, first=1, last=1, columns=(10, 14))
    broken = SourceLines(b"x = '\xe9\xe9'; f(a)\n").key("tool", "rule", shifted)
    assert broken == plain


@pytest.mark.parametrize("name", ["utf-16", "idna", "zip", "nosuch", "utf-7", "unicode_escape", "hz", "utf-8-sig"])
def test_no_declared_encoding_breaks_the_reader(name: str) -> None:
    content = f"# coding: {name}\nx = 'éé\\x'; f(a) # {'a' * 70}.b\n".encode()
    for columns in ((0, 3), (3, 9), (8, 14)):
        for of_node in (False, True):
            region = Region(line=2, first=2, last=2, columns=columns, of_node=of_node)
            assert SourceLines(content).key("tool", "rule", region)


@pytest.mark.parametrize("text", ['"""' * 9_000, "'" * 20_001, "\\" * 30_000, 'f"' * 15_000, "a " * 30_000])
def test_folding_ends_soon_whatever_the_text(text: str) -> None:
    assert len(normalise(text)) <= len(text)
