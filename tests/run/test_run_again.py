"""What is run again: names on the base, failures that are steady there, and tests that a change brought or edited."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lineclear.battery.adapter import Reading
from lineclear.battery.fingerprints import item_key
from lineclear.model.change import Author, Change, ChangedFile, Revision
from lineclear.model.finding import RawFinding
from lineclear.model.words import AuthorKind, Level, PathKind
from lineclear.run.again import BaseNames, edited_items, failing_items, own_items, steady_items


def change(path: str, old_path: str) -> Change:
    """Return a change that renames one file."""
    revision = Revision(ref="main", commit="a" * 40, tree="b" * 40)
    file = ChangedFile(
        path=path,
        old_path=old_path,
        status="renamed",
        kind=PathKind.TEST,
        added=1,
        deleted=0,
        mode="100644",
        old_mode="100644",
    )
    return Change(
        repository="git.example/acme",
        base=revision,
        head=revision,
        merge_base=None,
        merge_commit="c" * 40,
        merge_tree="d" * 40,
        uncommitted=False,
        commits=1,
        author=Author(kind=AuthorKind.HUMAN),
        files=[file],
        git_version="2",
    )


def reading(failing: Sequence[str | None], passed: Sequence[str] | None = None) -> Reading:
    findings = [
        RawFinding(
            rule="test-failed",
            level=Level.ERROR,
            message="No.",
            path=None,
            key=item_key("pytest", str(item)),
            item=item,
            remedy="Mend.",
            reproduce="pytest",
        )
        for item in failing
    ]
    passing = None if passed is None else tuple(passed)
    return Reading(findings=findings, measures={}, examined=frozenset(), passed=passing)


@pytest.mark.parametrize(("root", "prefix"), [(".", ""), ("libs/core", "libs/core/")])
def test_items_have_the_names_that_the_base_has(root: str, prefix: str) -> None:
    names = BaseNames(change(f"{prefix}tests/new.py", f"{prefix}tests/old.py"), root)
    assert names.item("tests/new.py::test_one[a::b]") == "tests/old.py::test_one[a::b]"
    assert names.item("tests/other.py::test_one") == "tests/other.py::test_one"
    assert names.file("tests/new.py::test_one") == f"{prefix}tests/new.py"
    assert names.path(f"{prefix}tests/new.py") == f"{prefix}tests/old.py"


def test_only_what_fails_there_each_time_is_the_base_s() -> None:
    names = BaseNames(change("new.py", "old.py"), ".")
    merged = reading(["new.py::a", "new.py::b", "new.py::c", None])
    base = reading(["old.py::a", "old.py::b", None], ["old.py::c"])
    assert failing_items(base) == ["old.py::a", "old.py::b"]
    steady = steady_items(base, [reading(["old.py::a"], ["old.py::b"]), None, reading(["old.py::b"], [])])
    assert steady == {"old.py::a"}
    assert own_items(merged, steady, names) == ["new.py::b", "new.py::c"]


def test_an_id_that_the_base_did_not_run_is_brought_by_the_change() -> None:
    names = BaseNames(change("new.py", "old.py"), ".")
    then, now = b"def same(n): pass\ndef other(): pass\n", b"def same(n): pass\ndef other(): assert 0\n"
    items = ["new.py::same[1]", "new.py::same[2]", "new.py::other"]
    edited = edited_items(
        items,
        names,
        before={"old.py": then}.get,
        after={"new.py": now}.get,
        base=reading(["old.py::other"], ["old.py::same[1]"]),
    )
    assert edited == ["new.py::same[2]", "new.py::other"]
