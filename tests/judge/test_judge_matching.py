"""New, existing and fixed: what an edit of real source does to findings, as laws."""

from __future__ import annotations

import random
import textwrap
import time
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_factory import raw
from toy_scanner import scan

from lineclear.battery.fingerprints import item_key
from lineclear.judge.matching import Stated, match, unmatched
from lineclear.model.finding import RawFinding
from lineclear.model.words import FindingState

NEW, EXISTING, FIXED = FindingState.NEW, FindingState.EXISTING, FindingState.FIXED
COLUMNS = ("exact", "node", "none")

BEFORE = '''
import os


def load(path, text, *, flag=False):
    """Read it."""
    first = eval(text)
    second = {'a': eval(text + 'x'), 'b': [1, 2]}
    if flag and eval(text): return first
    # a remark
    return os.path.join(path, str(eval('len(' + text + ')')), first, second)
'''

# What black makes of it at 40 columns, with a magic comma or two.
REFORMATTED = '''
import os


def load(
    path,
    text,
    *,
    flag=False,
):
    """Read it."""
    first = eval(text)  # remarked
    second = {
        "a": eval(
            text + "x",
        ),
        "b": [1, 2],
    }
    if flag and eval(text):
        return first
    # a remark
    return os.path.join(
        path,
        str(
            eval(
                "len("
                + text
                + ")"
            )
        ),
        first,
        second,
    )
'''


def nowhere(_: RawFinding) -> bool:
    """Say of no finding that it stands in a file that was not compared."""
    return False


def pair(
    before: Mapping[str, str], after: Mapping[str, str], *, renames: Mapping[str, str] | None = None, columns: str
) -> list[Stated]:
    """Scan two trees whole and pair what was found."""
    return match(
        scan(after, columns=columns),
        scan(before, columns=columns),
        renames=renames or {},
        unchanged=nowhere,
    )


def states(stated: list[Stated]) -> Counter[FindingState | None]:
    return Counter(item.state for item in stated)


@pytest.mark.parametrize("columns", COLUMNS)
class TestEditsThatKeepTheDefect:
    """Nothing is new after an edit that changes how it is written and not what it does."""

    def test_moving_lines(self, columns: str) -> None:
        after = "# new\nX = 1\n\n" + BEFORE.replace("import os", "import os\nimport sys")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}

    def test_moving_to_another_file(self, columns: str) -> None:
        assert states(pair({"a.py": BEFORE, "b.py": ""}, {"a.py": "", "b.py": BEFORE}, columns=columns)) == {
            EXISTING: 4
        }

    def test_reindenting(self, columns: str) -> None:
        after = "class C:\n" + textwrap.indent(BEFORE, "    ")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}

    def test_renaming_the_file(self, columns: str) -> None:
        stated = pair({"a.py": BEFORE}, {"z.py": BEFORE}, renames={"a.py": "z.py"}, columns=columns)
        assert states(stated) == {EXISTING: 4}

    def test_line_ends_of_another_system(self, columns: str) -> None:
        after = BEFORE.replace("\n", "\r\n")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}

    def test_form_feeds_are_no_line_ends(self, columns: str) -> None:
        after = BEFORE.replace("\n\n\ndef", "\n\n\f\ndef").replace("Read it", "Read\v it")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}

    def test_letters_of_more_than_one_byte(self, columns: str) -> None:
        after = BEFORE.replace("first", "première")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == (
            {EXISTING: 4} if columns != "none" else {EXISTING: 2, NEW: 2, FIXED: 2}
        )

    def test_a_remark_on_the_same_line(self, columns: str) -> None:
        after = BEFORE.replace("eval(text)\n", "eval(text)  # noqa: S307\n")
        assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}


@pytest.mark.parametrize("columns", ["exact", "node"])
def test_reformatting_keeps_findings(columns: str) -> None:
    for before, after in ((BEFORE, REFORMATTED), (REFORMATTED, BEFORE)):
        assert states(pair({"a.py": before}, {"a.py": after}, columns=columns)) == {EXISTING: 4}


@pytest.mark.parametrize("columns", ["exact", "node"])
def test_the_neighbours_in_one_statement_may_change(columns: str) -> None:
    after = BEFORE.replace("'b': [1, 2]}", "'b': [1, 2, 3], 'c': None}").replace("first, second)", "first)")
    assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 4}


@pytest.mark.parametrize("columns", COLUMNS)
def test_another_argument_is_another_defect(columns: str) -> None:
    after = BEFORE.replace("eval(text)\n", "eval(path)\n")
    assert states(pair({"a.py": BEFORE}, {"a.py": after}, columns=columns)) == {EXISTING: 3, NEW: 1, FIXED: 1}


@pytest.mark.parametrize("columns", COLUMNS)
def test_a_quoted_argument_is_not_a_bare_one(columns: str) -> None:
    stated = pair({"a.py": "eval('text')\n"}, {"a.py": "eval(text)\n"}, columns=columns)
    assert states(stated) == {NEW: 1, FIXED: 1}


PLACES = st.lists(st.sampled_from(["x = 1", "eval(x)", "y = 2", "if y:\n    eval(x)", "z = eval(x)"]), max_size=8)


def source(statements: list[str]) -> str:
    return "".join(f"{statement}\n" for statement in statements)


def total(stated: list[Stated]) -> dict[str, int]:
    count = states(stated)
    return {"new": count[NEW], "existing": count[EXISTING], "fixed": count[FIXED]}


@settings(max_examples=60, deadline=None)
@given(PLACES, st.integers(0, 8), st.sampled_from(COLUMNS[:2]))
def test_one_equal_line_more_is_one_new_finding_and_one_less_is_one_fixed(
    statements: list[str], place: int, columns: str
) -> None:
    more = [*statements[:place], "eval(x)", *statements[place:]]
    existing = len(scan({"a.py": source(statements)}))
    added = pair({"a.py": source(statements)}, {"a.py": source(more)}, columns=columns)
    removed = pair({"a.py": source(more)}, {"a.py": source(statements)}, columns=columns)
    assert total(added) == {"new": 1, "existing": existing, "fixed": 0}
    assert total(removed) == {"new": 0, "existing": existing, "fixed": 1}


FINDINGS = st.lists(
    st.builds(
        raw,
        path=st.sampled_from([None, "a.py", "b.py", "c.py"]),
        line=st.one_of(st.none(), st.integers(1, 4)),
        key=st.sampled_from(["k", "l"]),
        context=st.sampled_from([None, "c", "d"]),
        message=st.sampled_from(["It is wrong.", "It is odd."]),
    ),
    max_size=7,
)
RENAMES: st.SearchStrategy[dict[str, str]] = st.sampled_from([{}, {"a.py": "b.py"}, {"b.py": "c.py"}])


def in_c(finding: RawFinding) -> bool:
    return finding.path == "c.py"


@settings(max_examples=150, deadline=None)
@given(FINDINGS, FINDINGS, RENAMES, st.booleans())
def test_states_are_a_partition_and_the_counts_add_up(
    merged: list[RawFinding], base: list[RawFinding], renames: dict[str, str], partly: bool
) -> None:
    stated = match(merged, base, renames=renames, unchanged=in_c if partly else nowhere)
    count = states(stated)
    kept = sum(map(in_c, merged)) if partly else 0
    assert count[NEW] + count[EXISTING] == len(merged)
    assert count[EXISTING] - kept + count[FIXED] == len(base)
    assert count[None] == 0
    here = [item.raw for item in stated if item.state is not FIXED]
    assert sorted(f.canonical() for f in here) == sorted(f.canonical() for f in merged)
    assert len({item.fingerprint for item in stated}) == len(stated)


@settings(max_examples=100, deadline=None)
@given(FINDINGS, FINDINGS, RENAMES, st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(
    merged: list[RawFinding], base: list[RawFinding], renames: dict[str, str], chance: random.Random
) -> None:
    once = match(merged, base, renames=renames, unchanged=in_c)
    alone = unmatched(merged)
    shuffled = chance.sample(merged, len(merged)), chance.sample(base, len(base))
    assert match(*shuffled, renames=renames, unchanged=in_c) == once
    assert unmatched(shuffled[0]) == alone


@settings(max_examples=60, deadline=None)
@given(FINDINGS, RENAMES)
def test_a_tree_compared_with_itself_has_nothing_new(findings: list[RawFinding], renames: dict[str, str]) -> None:
    assert states(match(findings, findings, renames={}, unchanged=in_c)) == Counter(
        {EXISTING: len(findings), FIXED: sum(map(in_c, findings))}
    )


@settings(max_examples=100, deadline=None)
@given(FINDINGS, FINDINGS)
def test_equal_findings_never_hide_a_new_one(merged: list[RawFinding], base: list[RawFinding]) -> None:
    """More findings of one key than the base has: the surplus is new, whatever moved where."""
    stated = match(merged, base, renames={}, unchanged=nowhere)
    for key in {finding.key for finding in merged}:
        surplus = sum(f.key == key for f in merged) - sum(f.key == key for f in base)
        assert sum(item.state is NEW and item.raw.key == key for item in stated) >= surplus


class TestWaivers:
    """A fingerprint in a waiver stays with the finding that it was given for."""

    WAIVED = "def f(x):\n    y = 1\n    y += 1\n    eval(x)\n    y += 2\n    return y\n"

    def fingerprints(self, before: str, after: str) -> dict[int | None, tuple[str, FindingState | None]]:
        stated = pair({"a.py": before}, {"a.py": after}, columns="exact")
        return {item.raw.line: (item.fingerprint, item.state) for item in stated}

    def test_an_equal_one_before_it_takes_the_next_number(self) -> None:
        (given_for,) = [item.fingerprint for item in unmatched(scan({"a.py": self.WAIVED}))]
        after = "def g(x):\n    eval(x)\n\n\n" + self.WAIVED
        found = self.fingerprints(self.WAIVED, after)
        assert found == {8: (given_for, EXISTING), 2: (given_for[:-1] + "1", NEW)}

    def test_in_an_earlier_file_too(self) -> None:
        (given_for,) = [item.fingerprint for item in unmatched(scan({"m.py": self.WAIVED}))]
        stated = pair({"m.py": self.WAIVED}, {"m.py": self.WAIVED, "a.py": "eval(x)\n"}, columns="exact")
        assert {item.raw.path: item.fingerprint for item in stated}["m.py"] == given_for

    def test_the_second_of_two_keeps_its_number_when_the_first_goes(self) -> None:
        two = self.WAIVED + "\n\n" + self.WAIVED.replace("def f", "def g").replace("y += 2", "y += 3")
        first, second = (item.fingerprint for item in unmatched(scan({"a.py": two})))
        after = two.replace("    eval(x)\n", "", 1)
        found = self.fingerprints(two, after)
        assert set(found.values()) == {(first, FIXED), (second, EXISTING)}


class TestItems:
    """Findings about named things (tests, operations, instances) belong to their file."""

    def test_a_failure_fixed_in_one_file_and_brought_in_by_another_is_both(self) -> None:
        key = item_key("pytest", "test-failed", "test_total")
        one, two = (raw(path, 3, context=None).model_copy(update={"key": key}) for path in ("tests/a.py", "tests/b.py"))
        stated = match([two], [one], renames={}, unchanged=nowhere)
        assert {item.raw.path: item.state for item in stated} == {"tests/a.py": FIXED, "tests/b.py": NEW}

    def test_a_renamed_file_takes_its_failures_along(self) -> None:
        one, two = raw("tests/a.py", 3, context=None), raw("tests/b.py", 9, context=None)
        stated = match([two], [one], renames={"tests/a.py": "tests/b.py"}, unchanged=nowhere)
        assert [item.state for item in stated] == [EXISTING]

    def test_what_belongs_to_no_file_is_paired_with_its_like(self) -> None:
        one = raw(None, None, context=None)
        assert states(match([one], [one], renames={}, unchanged=nowhere)) == {EXISTING: 1}


def test_many_equal_findings_are_paired_without_comparing_each_with_each() -> None:
    before = [raw(path=f"old/{number:05}.py", line=1, key="a" * 64) for number in range(4_000)]
    now = [raw(path=f"new/{number:05}.py", line=1, key="a" * 64) for number in range(4_001)]
    started = time.process_time()
    states = Counter(stated.state for stated in match(now, before, renames={}, unchanged=lambda _: False))
    assert time.process_time() - started < 5
    assert states == {EXISTING: 4_000, NEW: 1}
