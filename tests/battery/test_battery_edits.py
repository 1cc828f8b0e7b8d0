"""Whether a change edited a test: its function counts, and what cannot be told counts as edited."""

from __future__ import annotations

import pytest

from lineclear.battery.edits import is_edited

BEFORE = """\
import pytest

LIMIT = 3


def helper():
    return 1


@pytest.mark.parametrize("n", [1])
def test_one(n):
    assert n == helper()


if LIMIT:
    def test_within():
        assert True


class TestAll:
    class TestInner:
        async def test_deep(self):
            assert True

    def test_one(self):
        assert 1
"""
ONE, INNER, METHOD, WITHIN = (
    "t.py::test_one[1]",
    "t.py::TestAll::TestInner::test_deep",
    "t.py::TestAll::test_one",
    "t.py::test_within",
)


@pytest.mark.parametrize(
    ("old", "new", "edited"),
    [
        ("    return 1\n", "    return 2\n", set()),
        ("import pytest\n", "# moved\n\nimport pytest\n", set()),
        ("    assert n == helper()\n", "    # why\n    assert (n == helper())\n", set()),
        ("    assert n == helper()\n", "    assert n == helper() + 0\n", {ONE}),
        ('parametrize("n", [1])', 'parametrize("n", [1, 2])', {ONE}),
        ("        assert 1\n", "        assert 2\n", {METHOD}),
        ("async def test_deep", "def test_deep", {INNER}),
        ("if LIMIT:\n    def test_within():\n        assert True\n", "def test_within():\n    assert 0\n", {WITHIN}),
    ],
)
def test_the_function_s_own_syntax_tree_counts(old: str, new: str, edited: set[str]) -> None:
    assert BEFORE.count(old) == 1
    after = BEFORE.replace(old, new)
    found = {item for item in (ONE, INNER, METHOD, WITHIN) if is_edited(item, BEFORE.encode(), after.encode())}
    assert found == edited


@pytest.mark.parametrize(
    ("before", "after", "edited"),
    [
        (b"x = 1\n", b"x = 1\n", False),
        (None, b"def test_one(): pass\n", True),
        (b"x = 1\n", b"def test_one(): pass\n", True),
        (b"class A(B): pass\n", b"class A(B):\n    x = 1\n", True),
        (b"def test_one(): pass\n", b"def test_one(: pass\n", True),
        (b"def test_one(: pass\n", b"def test_one(): pass\n", True),
        (b"\0", b"def test_one(): pass\n", True),
        (b"def test_one(): pass\n", b"def test_one(): pass\ndef test_one(): assert 0\n", True),
        (b"def test_one(): pass\n", b"(" * 5000 + b"\n", True),
    ],
)
def test_what_is_new_or_cannot_be_told_counts_as_edited(before: bytes | None, after: bytes, edited: bool) -> None:
    assert is_edited("t.py::test_one", before, after) is edited
