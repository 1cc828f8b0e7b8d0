"""The rules of the oracle that engine and judge share: what was seen of an item, and which names it has where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.battery.adapters.oracle import SKIPPED
from lineclear.battery.edits import has_test
from lineclear.battery.exchanged import (
    HeadNames,
    Outcomes,
    confirmed_items,
    failing_items,
    green_items,
    outcomes,
    suspect_items,
)
from lineclear.battery.fingerprints import item_key
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

FILE = "tests/test_a.py"


def found(item: str | None, rule: str, level: Level = Level.ERROR) -> RawFinding:
    return RawFinding(
        rule=rule, level=level, message="no", path=None, key=item_key("x", rule), item=item, remedy="-", reproduce="-"
    )


def seen(passed: list[str], *findings: RawFinding) -> Outcomes:
    return outcomes(findings, passed)


SEEN = seen(
    [f"{FILE}::test_p", f"{FILE}::test_m[1]", f"{FILE}::T::test_in"],
    found(f"{FILE}::test_f", "test-failed"),
    found(f"{FILE}::test_m[2]", "test-failed"),
    found(f"{FILE}::test_s", SKIPPED, Level.NOTE),
    found("tests/test_b.py", "collection-error"),
    found("tests/test_c.py", SKIPPED, Level.NOTE),
    found(None, "undeclared-service", Level.NOTE),
)


@pytest.mark.parametrize(
    ("item", "word"),
    [
        (f"{FILE}::test_p", "passed"),
        (f"{FILE}::test_f", "failed"),
        (f"{FILE}::test_s", "skipped"),
        (f"{FILE}::test_m[1]", "passed"),
        (f"{FILE}::test_m[3]", "failed"),  # these parameters are not there: one failure is the test's
        (f"{FILE}::test_none", "vanished"),
        (f"{FILE}::test_", "vanished"),  # no beginning of a name is that name
        (f"{FILE}::T", "passed"),
        (FILE, "failed"),
        ("tests/test_b.py::test_x", "uncollected"),
        ("tests/test_b.py", "uncollected"),
        ("tests/test_c.py::test_x", "skipped"),
        ("tests/test_c.py", "skipped"),
        ("tests/test_d.py", "vanished"),
    ],
)
def test_a_word_says_what_became_of_a_test(item: str, word: str) -> None:
    assert SEEN.word(item, item.partition("[")[0]) == word


def test_what_fails_or_is_skipped_is_asked_about() -> None:
    findings = [found("a::t", "test-failed"), found("a::s", SKIPPED, Level.NOTE), found(None, "suite")]
    assert failing_items(findings) == ["a::t"]
    assert suspect_items(findings) == ["a::s", "a::t"]


def test_only_what_passes_on_the_base_twice_and_never_again_on_the_change_is_confirmed() -> None:
    items = ["a.py", "a.py::one", "a.py::two", "b.py::three"]
    base = seen(["a.py::one", "a.py::two"], found("b.py::three", "test-failed"))
    assert green_items(items, base) == ["a.py", "a.py::one", "a.py::two"]
    assert confirmed_items(["a.py::one", "a.py::two"], base, seen(["a.py::two"])) == ["a.py::one"]
    assert confirmed_items(["a.py::one"], seen([]), None) == []
    assert confirmed_items(["a.py::one"], None, None) == ["a.py::one"]
    assert green_items(["a.py"], seen(["a.py::one"], found("a.py", "collection-error"))) == []


@pytest.mark.parametrize(
    ("root", "item", "exact", "chosen"),
    [
        (".", "old.py::t[a::b]", "new.py::t[a::b]", "new.py::t"),
        (".", "same.py::T::t", "same.py::T::t", "same.py::T::t"),
        (".", "old.py", "new.py", "new.py"),
        ("lib", "old.py::t[1]", "moved.py::t[1]", "moved.py::t"),
        (".", "a[1].py::t[2]", "a[1].py::t[2]", "a[1].py::t"),
    ],
)
def test_names_on_the_merge_result_follow_renames(root: str, item: str, exact: str, chosen: str) -> None:
    names = HeadNames(root=root, renames={"old.py": "new.py", "lib/old.py": "lib/moved.py"})
    assert (names.exact(item), names.item(item)) == (exact, chosen)


ITEMS = st.lists(st.sampled_from(["a.py::x", "a.py::x[1]", "a.py::y", "b.py::z", "c.py"]), min_size=1, unique=True)


@given(items=ITEMS, whole=st.booleans(), more=st.booleans())
def test_a_run_is_held_to_cover_its_items_and_nothing_else(items: list[str], whole: bool, more: bool) -> None:
    names = HeadNames(root=".", renames={})
    chosen = {names.item(item).partition("::")[0] if whole else names.item(item) for item in items}
    assert names.are_for(sorted({*chosen, *(["d.py"] if more else [])}), items) is not more
    assert not names.are_for(sorted(chosen)[1:], items) or len(chosen) == 0
    assert not names.are_for([*sorted(chosen), sorted(chosen)[0]], items)


@pytest.mark.parametrize(
    ("item", "source", "there"),
    [
        ("a.py::test_x[1]", b"def test_x(n): pass\n", True),
        ("a.py::T::test_x", b"class T:\n    def test_x(self): pass\n", True),
        ("a.py::T::test_x", b"def test_x(self): pass\n", False),
        ("a.py", b"def test_x(): pass\n", False),
        ("a.py::test_x", b"def (", False),
        ("a.py::test_x", None, False),
    ],
)
def test_a_file_has_the_tests_that_it_defines(item: str, source: bytes | None, there: bool) -> None:
    assert has_test(item, source) is there
