"""The oracle's judgement: what a test's new text must show before the failure of its old one is explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_factory import (
    ALL,
    BASE,
    MERGED,
    SELECTED,
    changed_file,
    check_of,
    ended,
    evidence,
    make_change,
    make_inputs,
    raw,
    waiver,
)
from judge_factory import planned as plan

from lineclear.judge.judge import judge
from lineclear.model.contract import Quarantine
from lineclear.model.definition import Reruns
from lineclear.model.evidence import Evidence, Scope, Subject
from lineclear.model.finding import RawFinding
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import Verdict
from lineclear.model.words import CheckStatus, Ended, Level, Outcome, TreeName

OLD, NEW = TreeName.OLD_TESTS, TreeName.NEW_TESTS
TREES = {OLD: Subject(tree="1" * 40, commit="2" * 40), NEW: Subject(tree="3" * 40, commit="4" * 40)}
TEST = "test_a.py::test_one"
ASSERTS = "AssertionError: assert 5 == 4"


def planned(*, steering: Sequence[str] = (), gone: Sequence[str] = (), most: int = 3) -> PlannedCheck:
    overlay = PlannedOverlay(
        old_tests=TREES[OLD], new_tests=TREES[NEW], differs=["test_a.py"], steering=list(steering), gone=list(gone)
    )
    return plan("oracle", reruns=Reruns(times=1, most=most)).model_copy(update={"overlay": overlay})


def found(item: str, word: str, message: str = ASSERTS) -> RawFinding:
    if word == "skipped":
        return raw(None, None, key=item, rule="test-skipped", level=Level.NOTE, message="skipped", item=item)
    rule = "test-failed" if "::" in item else "collection-error"
    return raw(item.partition("::")[0], None, key=item, context=None, rule=rule, message=message, item=item)


def seen(
    tree: TreeName,
    words: Mapping[str, str],
    items: Sequence[str] | None = None,
    *,
    again: int | None = None,
    edited: Sequence[str] | None = None,
    message: str = ASSERTS,
) -> Evidence:
    """Return a run in which tests ended as some words say; what vanished is in none of its lists."""
    findings = [found(item, word, message) for item, word in words.items() if word in ("failed", "skipped")]
    piece = evidence("oracle", MERGED if tree in TREES else tree, findings)
    whole = items is None
    update = {
        "tree": tree,
        "again": again,
        "subject": TREES.get(tree, piece.subject),
        "scope": Scope(kind=ALL)
        if whole
        else Scope(kind=SELECTED, items=sorted(items or ()), edited=None if edited is None else sorted(edited)),
        "passed": None if whole else sorted(item for item, word in words.items() if word == "passed"),
    }
    return piece.model_copy(update=update)


def runs(
    *,
    base: str = "passed",
    base_again: str = "passed",
    old_again: str = "failed",
    merged: str | None = None,
    on_base: str = "failed",
    edited: bool = True,
    old_message: str = ASSERTS,
    new_message: str = ASSERTS,
) -> list[Evidence]:
    """Return what the runs of one failing test leave, as far as they are to be made."""
    pieces = [seen(OLD, {TEST: "failed"}, message=old_message), seen(BASE, {TEST: base}, [TEST])]
    if base == "passed":
        pieces.append(seen(BASE, {TEST: base_again}, [TEST], again=1))
        pieces.append(seen(OLD, {TEST: old_again}, [TEST], again=1))
    if merged is not None:
        named = [TEST] if edited else []
        pieces.append(seen(MERGED, {TEST: merged}, [TEST], edited=named))
        pieces.append(seen(NEW, {TEST: on_base}, [TEST], edited=named, message=new_message))
    return pieces


def judged(pieces: Sequence[Evidence], check: PlannedCheck | None = None, **more: object) -> Verdict:
    return judge(make_inputs([check or planned()], pieces, **more))  # type: ignore[arg-type]  # passed on as it is


def one(verdict: Verdict) -> tuple[str, str]:
    (finding,) = verdict.findings
    return finding.rule, finding.level.value


def test_tests_that_pass_on_the_changed_code_leave_nothing_to_say() -> None:
    verdict = judged([seen(OLD, {TEST: "passed"})])
    assert (check_of(verdict, "oracle").status, verdict.findings) == (CheckStatus.PASSED, [])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"merged": "passed", "on_base": "failed"}, ("changed-behaviour", "note")),
        ({"merged": "passed", "on_base": "passed"}, ("old-test-fails", "error")),
        ({"merged": "passed", "on_base": "passed", "edited": False}, ("old-test-fails", "error")),
        ({"merged": "passed", "on_base": "skipped"}, ("old-test-fails", "error")),
        ({"merged": "passed", "on_base": "vanished"}, ("changed-interface", "warning")),
        ({"merged": "passed", "new_message": "NameError: name 'new' is not defined"}, ("changed-interface", "warning")),
        ({"merged": "passed", "edited": False}, ("changed-expectation", "warning")),
        ({"merged": "failed"}, ("old-test-fails", "error")),
        ({"merged": "skipped"}, ("old-test-skipped", "error")),
        ({"merged": "vanished", "on_base": "vanished"}, ("old-test-vanished", "error")),
        ({"merged": "vanished", "old_message": "ImportError: cannot import name 'x'"}, ("old-test-vanished", "error")),
    ],
)
def test_a_failure_is_explained_by_what_the_new_text_shows(how: dict[str, str], expected: tuple[str, str]) -> None:
    verdict = judged(runs(**how))  # type: ignore[arg-type]  # the words are those of the cases above
    assert one(verdict) == expected
    status = CheckStatus.FAILED if expected[1] == "error" else CheckStatus.PASSED
    assert check_of(verdict, "oracle").status is status
    assert (verdict.outcome is Outcome.FAIL) is (expected[1] == "error")


def test_nothing_unedited_is_explained_while_hooks_or_configuration_differ() -> None:
    check = planned(steering=["conftest.py"])
    assert one(judged(runs(merged="passed", edited=False), check)) == ("old-test-fails", "error")
    assert one(judged(runs(merged="passed"), check)) == ("changed-behaviour", "note")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("ImportError: cannot import name 'double' from 'pkg'", "removed-with-code"),
        ("ModuleNotFoundError: No module named 'pkg.double'", "removed-with-code"),
        ("TypeError: f() got an unexpected keyword argument 'double'", "removed-with-code"),
        ("AssertionError: assert 'double' == 4", "old-test-vanished"),
        ("ImportError: cannot import name 'other' from 'pkg'", "old-test-vanished"),
    ],
)
def test_a_test_may_go_with_the_code_that_it_misses(message: str, expected: str) -> None:
    verdict = judged(runs(merged="vanished", on_base="vanished", old_message=message), planned(gone=["double"]))
    assert one(verdict)[0] == expected


def test_a_test_that_the_changed_code_makes_skip_itself_is_no_pass() -> None:
    def skipping(base: str, merged: str) -> list[Evidence]:
        pieces = [seen(OLD, {TEST: "skipped"}), seen(BASE, {TEST: base}, [TEST])]
        if base == "passed":
            pieces += [seen(BASE, {TEST: base}, [TEST], again=1), seen(OLD, {TEST: "skipped"}, [TEST], again=1)]
            pieces += [seen(tree, {TEST: merged}, [TEST], edited=[]) for tree in (MERGED, NEW)]
        return pieces

    assert judged(skipping("skipped", "skipped")).findings == []
    assert one(judged(skipping("passed", "skipped"))) == ("old-test-skipped", "error")
    assert one(judged(skipping("passed", "passed"))) == ("old-test-fails", "error")


def test_a_test_may_do_without_a_name_that_is_gone_from_the_code() -> None:
    message = "AttributeError: module 'code' has no attribute 'double'"
    pieces = runs(merged="passed", on_base="passed", old_message=message)
    assert one(judged(pieces, planned(gone=["double"]))) == ("changed-interface", "warning")
    assert one(judged(pieces)) == ("old-test-fails", "error")


def test_a_test_that_fails_on_the_base_says_nothing_of_the_change() -> None:
    verdict = judged(runs(base="failed"))
    assert (check_of(verdict, "oracle").status, verdict.findings) == (CheckStatus.PASSED, [])
    assert f"oracle says nothing of tests of the base that fail on the base too: {TEST}." in verdict.not_established


def test_a_test_that_is_flaky_on_the_base_is_abstained_from() -> None:
    verdict = judged(runs(base_again="failed"))
    assert verdict.findings == []
    assert f"oracle says nothing of tests of the base that are flaky on the base: {TEST}." in verdict.not_established


def test_a_test_that_is_flaky_on_the_change_alone_asks_for_a_person() -> None:
    verdict = judged(runs(old_again="passed"))
    assert (one(verdict), verdict.outcome) == (("flaky-test", "warning"), Outcome.REVIEW)
    known = Quarantine(test=TEST, reason="Slow.", owner="@qa", expires=dt.date(2026, 12, 31))
    quarantined = judged(runs(old_again="passed"), quarantine=[known])
    assert (one(quarantined), quarantined.outcome) == (("flaky-test", "note"), Outcome.PASS)


def test_more_failures_than_are_repeated_count_as_they_are() -> None:
    names = [f"test_a.py::test_{number}" for number in range(4)]
    bad, good = dict.fromkeys(names, "failed"), dict.fromkeys(names, "passed")
    pieces = [seen(OLD, bad), seen(BASE, good, names), seen(MERGED, good, names, edited=[])]
    verdict = judged([*pieces, seen(NEW, good, names, edited=[])])
    assert [finding.rule for finding in verdict.findings] == ["old-test-fails"] * 4
    assert "4 of the base's tests fail on the change, too many to run each again (3)." in verdict.not_established


def test_a_parametrised_test_is_the_test_that_it_was() -> None:
    now = {f"{TEST}[1]": "passed", f"{TEST}[2]": "passed"}
    then = {f"{TEST}[1]": "passed", f"{TEST}[2]": "failed"}
    pieces = [*runs(), seen(MERGED, now, [TEST], edited=[TEST]), seen(NEW, then, [TEST], edited=[TEST])]
    assert one(judged(pieces)) == ("changed-behaviour", "note")
    same = [*runs(), seen(MERGED, now, [TEST], edited=[TEST]), seen(NEW, now, [TEST], edited=[TEST])]
    assert one(judged(same)) == ("old-test-fails", "error")


def test_a_renamed_file_has_the_tests_of_the_old_one() -> None:
    change = make_change([changed_file("test_b.py", old="test_a.py"), changed_file("a.py")])
    moved = "test_b.py::test_one"
    pieces = [*runs(), seen(MERGED, {moved: "passed"}, [moved], edited=[moved])]
    pieces.append(seen(NEW, {moved: "failed"}, [moved], edited=[moved]))
    assert one(judged(pieces, change=change)) == ("changed-behaviour", "note")


@pytest.mark.parametrize(
    ("then", "message", "expected"),
    [
        ("failed", ASSERTS, ("test-replaced", "warning")),
        ("failed", "ImportError: cannot import name 'new'", ("old-test-vanished", "error")),
        ("passed", ASSERTS, ("old-test-vanished", "error")),
    ],
)
def test_another_test_of_the_file_may_take_its_place(then: str, message: str, expected: tuple[str, str]) -> None:
    other = "test_a.py::test_two"
    pieces = [*runs(), seen(MERGED, {other: "passed"}, ["test_a.py"], edited=[])]
    pieces.append(seen(NEW, {other: then}, ["test_a.py"], edited=[], message=message))
    assert one(judged(pieces)) == expected


def test_a_file_that_cannot_be_collected_is_explained_by_its_new_text_and_what_is_lost_is_said() -> None:
    file, tests = "test_a.py", [TEST, "test_a.py::test_two"]
    pieces = [
        seen(OLD, {file: "failed"}, message="ImportError: cannot import name 'one'"),
        seen(BASE, dict.fromkeys(tests, "passed"), [file]),
        seen(BASE, dict.fromkeys(tests, "passed"), [file], again=1),
        seen(OLD, {file: "failed"}, [file], again=1),
        seen(MERGED, {TEST: "passed"}, [file], edited=[file]),
        seen(NEW, {file: "failed"}, [file], edited=[file]),
    ]
    verdict = judged(pieces)
    assert one(verdict) == ("changed-interface", "warning")
    assert "1 of its 2 tests no longer pass, or are gone" in verdict.findings[0].message
    gutted = [*pieces[:-1], seen(NEW, {TEST: "passed"}, [file], edited=[file])]
    assert one(judged(gutted)) == ("old-test-fails", "error")


@pytest.mark.parametrize(
    ("tree", "again", "how", "status"),
    [
        (OLD, None, Ended.TIMEOUT, CheckStatus.TIMEOUT),
        (OLD, None, Ended.CRASHED, CheckStatus.ERROR),
        (BASE, None, Ended.CRASHED, CheckStatus.ERROR),
        (BASE, 1, Ended.TIMEOUT, CheckStatus.TIMEOUT),
        (MERGED, None, Ended.BAD_REPORT, CheckStatus.ERROR),
        (NEW, None, Ended.NO_REPORT, CheckStatus.ERROR),
    ],
)
def test_a_run_without_a_result_is_no_pass(tree: TreeName, again: int | None, how: Ended, status: CheckStatus) -> None:
    pieces = [
        broken(piece, how) if (piece.tree, piece.again) == (tree, again) else piece for piece in runs(merged="passed")
    ]
    verdict = judged(pieces)
    assert (check_of(verdict, "oracle").status, verdict.outcome) == (status, Outcome.ERROR)


def test_a_second_run_that_crashes_on_the_changed_code_shows_no_pass() -> None:
    pieces = [
        broken(piece, Ended.CRASHED) if (piece.tree, piece.again) == (OLD, 1) else piece
        for piece in runs(merged="passed", on_base="passed")
    ]
    assert one(judged(pieces)) == ("old-test-fails", "error")


def broken(piece: Evidence, how: Ended) -> Evidence:
    kept = {name: getattr(piece, name) for name in ("tree", "again", "subject", "scope")}
    return ended("oracle", BASE, how).model_copy(update=kept)


def test_a_waiver_at_the_base_covers_a_failure_that_nothing_explains() -> None:
    pieces = runs(merged="passed", on_base="passed")
    (finding,) = judged(pieces).findings
    verdict = judged(pieces, waivers=[waiver(fingerprint=finding.fingerprint)])
    assert (verdict.findings[0].waived, verdict.outcome) == (True, Outcome.PASS)


WORDS = st.sampled_from(["passed", "failed", "skipped", "vanished"])


@settings(deadline=None)
@given(
    merged=WORDS,
    on_base=WORDS,
    edited=st.booleans(),
    steering=st.sampled_from([(), ("conftest.py",)]),
    message=st.sampled_from([ASSERTS, "NameError: name 'x' is not defined"]),
)
def test_only_a_new_text_that_passes_and_does_not_pass_on_the_base_explains_anything(
    merged: str, on_base: str, edited: bool, steering: tuple[str, ...], message: str
) -> None:
    pieces = runs(merged=merged, on_base=on_base, edited=edited, new_message=message)
    verdict = judged(pieces, planned(steering=steering))
    shows = merged == "passed" and on_base in ("failed", "vanished") and (edited or not steering)
    assert (verdict.outcome is Outcome.PASS) is shows
    assert len(verdict.findings) == 1, "nothing that fails is silent"
