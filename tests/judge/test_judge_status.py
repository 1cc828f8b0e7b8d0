"""The status of one check: every way to `passed` is earned, and every other way has its sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from judge_factory import (
    ALL,
    BASE,
    CHANGED,
    MERGED,
    SELECTED,
    changed_file,
    check_of,
    ended,
    evidence,
    make_change,
    make_inputs,
    planned,
    raw,
    run,
    waiver,
)

from lineclear.judge.inputs import Inputs
from lineclear.judge.judge import judge
from lineclear.model.evidence import Evidence, Subject, Tool, Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.verdict import FindingCounts, Verdict
from lineclear.model.words import CheckStatus, Ended, Enforcement, FindingState, Level, Outcome, ScopeKind, Trust

NOT_KNOWN = FindingCounts(new=None, existing=None, fixed=None)
NOTE = raw(level=Level.NOTE, key="note")


def verdict_of_one(
    *pieces: Evidence, base: ScopeKind | None = None, waived: str | None = None, suite: bool = False
) -> Verdict:
    """Judge a contract of one check."""
    waivers = [] if waived is None else [waiver(fingerprint=waived)]
    return judge(make_inputs([planned("tool", base=base, suite=suite)], pieces, waivers=waivers))


def fingerprint(finding: RawFinding, number: int = 0) -> str:
    return f"{finding.key[:32]}-{number}"


def test_a_check_passes_when_it_looked_at_all_and_found_nothing() -> None:
    verdict = verdict_of_one(evidence("tool", MERGED), evidence("tool", BASE, scope=CHANGED), base=CHANGED)
    check = check_of(verdict, "tool")
    assert (check.status, check.reason) == (CheckStatus.PASSED, None)
    assert check.findings == FindingCounts(new=0, existing=0, fixed=0)
    assert (verdict.outcome, verdict.reasons, verdict.warnings) == (Outcome.PASS, [], [])


def test_a_check_without_evidence_is_missing() -> None:
    check = check_of(verdict_of_one(), "tool")
    assert (check.status, check.reason) == (CheckStatus.MISSING, "It left no evidence for the merge result.")
    assert (check.findings, check.measures, check.evidence) == (NOT_KNOWN, None, [])


def test_evidence_for_the_base_alone_is_missing_evidence() -> None:
    check = check_of(verdict_of_one(evidence("tool", BASE)), "tool")
    assert check.status is CheckStatus.MISSING
    assert len(check.evidence) == 1


@pytest.mark.parametrize("how", [how for how in Ended if how is not Ended.COMPLETED])
def test_a_run_that_did_not_complete_is_never_a_pass(how: Ended) -> None:
    verdict = verdict_of_one(ended("tool", MERGED, how), evidence("tool", BASE))
    check = check_of(verdict, "tool")
    assert check.status is (CheckStatus.TIMEOUT if how is Ended.TIMEOUT else CheckStatus.ERROR)
    assert check.reason == "it fell over (check tool). Pick it up."
    assert (check.findings, check.measures) == (NOT_KNOWN, None)
    assert verdict.outcome is Outcome.ERROR


FOREIGN: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "another tree": (
        lambda e: e.model_copy(update={"subject": Subject(tree="0" * 40, commit="1" * 40)}),
        "Its evidence is about another tree, 000000000000.",
    ),
    "another lock": (
        lambda e: e.model_copy(update={"tool": Tool(name="tool", version="1.0", lock_digest="9" * 64)}),
        "Its evidence comes from a tool that is not the one that was planned.",
    ),
    "another tool": (
        lambda e: e.model_copy(update={"tool": Tool(name="fool", version="1.0", lock_digest=e.tool.lock_digest)}),
        "Its evidence comes from a fool that is not the one that was planned.",
    ),
    "no exit code": (
        lambda e: e.model_copy(update={"exit_code": None}),
        "Its evidence says that it completed, and gives no exit code.",
    ),
    "a signal": (
        lambda e: e.model_copy(update={"signal": 9}),
        "Its evidence says that it completed, and gives no exit code.",
    ),
    "a part": (
        lambda _: evidence("tool", MERGED, scope=CHANGED),
        "It examined a part of the merge result where all of it was to be examined.",
    ),
    "named items": (
        lambda _: evidence("tool", MERGED, scope=SELECTED),
        "It examined a part of the merge result where all of it was to be examined.",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_evidence_of_something_else_is_an_error(name: str) -> None:
    change, reason = FOREIGN[name]
    verdict = verdict_of_one(change(evidence("tool", MERGED)), evidence("tool", BASE))
    check = check_of(verdict, "tool")
    assert (check.status, check.reason, check.findings) == (CheckStatus.ERROR, reason, NOT_KNOWN)
    assert verdict.outcome is Outcome.ERROR


def test_evidence_for_a_check_that_the_plan_does_not_run_is_an_error() -> None:
    unrun = planned("tool").model_copy(update={"run": None})
    assert check_of(judge(make_inputs([unrun], run("tool"))), "tool").status is CheckStatus.ERROR


def test_the_version_that_the_project_installed_is_no_other_tool() -> None:
    piece = evidence("tool", MERGED)
    installed = piece.model_copy(update={"tool": piece.tool.model_copy(update={"version": "8.1"})})
    assert check_of(verdict_of_one(installed), "tool").status is CheckStatus.PASSED


@pytest.mark.parametrize(
    ("finding", "status"),
    [
        (raw(level=Level.ERROR), CheckStatus.FAILED),
        (raw(level=Level.WARNING), CheckStatus.PASSED),
        (raw(level=Level.NOTE), CheckStatus.PASSED),
    ],
)
def test_only_new_findings_of_level_error_fail_a_check(finding: RawFinding, status: CheckStatus) -> None:
    check = check_of(verdict_of_one(*run("tool", [finding])), "tool")
    assert check.status is status
    assert check.findings == FindingCounts(new=1, existing=0, fixed=0)


@pytest.mark.parametrize(("count", "reason"), [(1, "1 new error-level finding."), (2, "2 new error-level findings.")])
def test_the_reason_counts_what_fails_the_check_and_nothing_else(count: int, reason: str) -> None:
    errors = [raw(line=number + 1, key=str(number)) for number in range(count)]
    assert check_of(verdict_of_one(*run("tool", [*errors, NOTE])), "tool").reason == reason


def test_findings_that_the_base_has_pass() -> None:
    check = check_of(verdict_of_one(*run("tool", [raw()], [raw(line=9), raw(key="gone")])), "tool")
    assert (check.status, check.findings) == (CheckStatus.PASSED, FindingCounts(new=0, existing=1, fixed=1))


def test_the_check_is_trusted_as_far_as_its_weakest_evidence() -> None:
    pieces = [evidence("tool", MERGED), evidence("tool", BASE, trust=Trust.CLAIMED)]
    assert check_of(verdict_of_one(*pieces), "tool").trust is Trust.CLAIMED


class TestBaseGaps:
    """What happens when the base gave nothing to compare with."""

    @pytest.mark.parametrize(
        ("base", "reason"),
        [
            ([], "It left no evidence for the base."),
            ([ended("tool", BASE)], "On the base it did not finish: it fell over (check tool). Pick it up."),
            ([evidence("tool", BASE, scope=SELECTED)], "It examined less of the base than was planned."),
            (
                [evidence("tool", BASE).model_copy(update={"subject": Subject(tree="0" * 40, commit="1" * 40)})],
                "Its evidence for the base is about another tree, 000000000000.",
            ),
            (
                [evidence("tool", BASE).model_copy(update={"tool": Tool(name="x", version=None, lock_digest=None)})],
                "Its evidence for the base comes from a x that is not the one that was planned.",
            ),
        ],
    )
    @pytest.mark.parametrize("scope", [CHANGED, ALL])
    def test_an_error_level_finding_is_neither_new_nor_old_without_the_base(
        self, base: list[Evidence], reason: str, scope: ScopeKind
    ) -> None:
        verdict = verdict_of_one(evidence("tool", MERGED, [raw()]), *base, base=scope)
        check = check_of(verdict, "tool")
        assert (check.status, check.findings) == (CheckStatus.ERROR, NOT_KNOWN)
        assert check.reason == f"Whether its findings are new is not known. {reason}"
        assert [finding.state for finding in verdict.findings] == [None]

    def test_a_scanner_whose_base_run_is_missing_is_an_error_even_when_it_found_nothing(self) -> None:
        assert check_of(verdict_of_one(evidence("tool", MERGED), base=CHANGED), "tool").status is CheckStatus.ERROR

    def test_a_check_that_found_nothing_needs_no_base(self) -> None:
        check = check_of(verdict_of_one(evidence("tool", MERGED)), "tool")
        assert (check.status, check.findings) == (CheckStatus.PASSED, FindingCounts(new=0, existing=0, fixed=None))

    def test_without_an_error_level_finding_nothing_fails_but_what_is_new_is_not_known(self) -> None:
        verdict = verdict_of_one(evidence("tool", MERGED, [NOTE]), ended("tool", BASE), base=ALL)
        assert (check_of(verdict, "tool").status, check_of(verdict, "tool").findings) == (CheckStatus.PASSED, NOT_KNOWN)
        assert "Which findings of tool are new is not known: the base gave no result to compare with." in (
            verdict.not_established
        )
        assert not any("0 new" in line for line in verdict.established)

    @pytest.mark.parametrize("scope", [None, ALL])
    def test_where_the_base_has_nothing_to_examine_everything_is_new(self, scope: ScopeKind | None) -> None:
        pieces = [evidence("tool", MERGED, [raw()]), ended("tool", BASE, Ended.NOTHING_EXAMINED)]
        check = check_of(verdict_of_one(*pieces, base=scope), "tool")
        assert (check.status, check.findings) == (CheckStatus.FAILED, FindingCounts(new=1, existing=0, fixed=None))

    def test_changed_files_alone_do_not_stand_for_a_base_that_was_to_be_run_on_items(self) -> None:
        """A test in a file that the change leaves alone fails because of the change: it is not existing."""
        pieces = [evidence("tool", MERGED, [raw("test_x.py")]), evidence("tool", BASE, scope=CHANGED)]
        check = check_of(verdict_of_one(*pieces, suite=True), "tool")
        assert check.status is CheckStatus.ERROR

    def test_what_was_fixed_is_not_known_when_only_items_were_run_on_the_base(self) -> None:
        pieces = [evidence("tool", MERGED, [raw()]), evidence("tool", BASE, [raw()], scope=SELECTED)]
        check = check_of(verdict_of_one(*pieces), "tool")
        assert (check.status, check.findings) == (CheckStatus.PASSED, FindingCounts(new=0, existing=1, fixed=None))

    def test_all_of_the_base_is_enough_where_the_changed_files_were_planned(self) -> None:
        assert check_of(verdict_of_one(*run("tool"), base=CHANGED), "tool").status is CheckStatus.PASSED


class TestUnexamined:
    """Changed files that a check should have looked into."""

    def judged(self, item: Unexamined, *findings: RawFinding, waived: str | None = None) -> Verdict:
        pieces = [evidence("tool", MERGED, findings, unexamined=[item]), evidence("tool", BASE, scope=CHANGED)]
        return verdict_of_one(*pieces, base=CHANGED, waived=waived)

    def test_a_changed_file_that_was_not_examined_is_an_error(self) -> None:
        check = check_of(self.judged(Unexamined(path="a.py", reason="timeout")), "tool")
        assert check.status is CheckStatus.ERROR
        assert check.reason == "It did not examine a.py, which the change touches (timeout)."
        assert check.findings == NOT_KNOWN

    def test_another_finding_in_the_same_file_does_not_make_it_examined(self) -> None:
        for finding in (NOTE, raw(level=Level.ERROR)):
            assert self.judged(Unexamined(path="a.py", reason="timeout"), finding).outcome is Outcome.ERROR

    def test_several_are_counted(self) -> None:
        items = [Unexamined(path=path, reason="timeout") for path in ("c.py", "a.py", "b.py")]
        pieces = [evidence("tool", MERGED, unexamined=items), evidence("tool", BASE, scope=CHANGED)]
        check = check_of(verdict_of_one(*pieces, base=CHANGED), "tool")
        assert check.reason == "It did not examine a.py and 2 more, which the change touches (timeout)."

    def test_a_file_that_the_change_leaves_alone_does_not_decide_and_is_named(self) -> None:
        verdict = self.judged(Unexamined(path="z.py", reason="timeout"))
        assert check_of(verdict, "tool").status is CheckStatus.PASSED
        assert "tool did not examine z.py." in verdict.not_established

    def test_a_file_that_was_read_in_part_does_not_decide_and_is_named(self) -> None:
        verdict = self.judged(Unexamined(path="a.py", reason="odd syntax", partly=True))
        assert check_of(verdict, "tool").status is CheckStatus.PASSED
        assert "tool could read only parts of a.py." in verdict.not_established

    def test_a_finding_that_says_so_fails_instead(self) -> None:
        broken = raw(rule="unparsable", context=None)
        verdict = self.judged(Unexamined(path="a.py", reason="unparsable"), broken)
        assert check_of(verdict, "tool").status is CheckStatus.FAILED
        assert "tool did not examine a.py." in verdict.not_established

    def test_a_waived_one_passes_and_is_still_named(self) -> None:
        broken = raw(rule="unparsable", context=None)
        verdict = self.judged(Unexamined(path="a.py", reason="unparsable"), broken, waived=fingerprint(broken))
        assert check_of(verdict, "tool").status is CheckStatus.PASSED
        assert "tool did not examine a.py." in verdict.not_established


class TestNotRun:
    """Checks that did not run: left out, not applicable, or without a merge result."""

    def test_a_check_left_out_is_skipped_and_the_verdict_is_partial(self) -> None:
        inputs = make_inputs([planned("other", selected=False), planned("tool")], run("tool"))
        verdict = judge(inputs)
        assert check_of(verdict, "other").status is CheckStatus.SKIPPED
        assert (verdict.partial, verdict.outcome) == (True, Outcome.PASS)
        assert "other: skipped. It was left out by --only." in verdict.not_established

    def test_a_plan_cannot_leave_out_a_check_and_call_itself_whole(self) -> None:
        inputs = make_inputs([planned("other", selected=False), planned("tool")], run("tool"))
        whole = Inputs(
            change=inputs.change,
            contract=inputs.contract,
            plan=inputs.plan.model_copy(update={"partial": False}),
            evidence=inputs.evidence,
        )
        assert judge(whole).partial

    def test_a_check_that_does_not_apply_keeps_the_reason_of_the_plan(self) -> None:
        verdict = judge(make_inputs([planned("tool", applicable=False)]))
        check = check_of(verdict, "tool")
        assert (check.status, check.reason) == (CheckStatus.NOT_APPLICABLE, "The change touches no file of it.")
        assert verdict.summary == "No check applied to this change, so nothing was examined."

    def test_a_conflict_fails_and_says_nothing_of_the_checks(self) -> None:
        inputs = make_inputs([planned("tool")], change=make_change(conflicts=["b.py", "a.py"]))
        verdict = judge(inputs)
        assert verdict.outcome is Outcome.FAIL
        assert [(f.check, f.rule, f.path, f.state) for f in verdict.findings] == [
            ("change", "merge-conflict", path, FindingState.NEW) for path in ("b.py", "a.py")
        ]
        assert check_of(verdict, "tool").status is CheckStatus.SKIPPED
        assert (check_of(verdict, "tool").findings, verdict.moved, verdict.established) == (NOT_KNOWN, None, [])
        assert verdict.summary == "Base and head conflict in 2 files, so nothing could be examined."
        assert [reason.text for reason in verdict.reasons] == ["Base and head conflict in b.py, a.py."]

    def test_a_merge_that_failed_without_a_path_reads_well(self) -> None:
        verdict = judge(make_inputs(change=make_change(conflicts=[])))
        assert verdict.outcome is Outcome.FAIL
        assert verdict.summary == "Base and head could not be merged, so nothing could be examined."
        assert [reason.text for reason in verdict.reasons] == ["Base and head could not be merged."]


class TestNotBlocking:
    """Checks that are shown only."""

    @pytest.mark.parametrize(
        ("pieces", "asks"),
        [(run("tool", [raw()]), Outcome.FAIL), ([], Outcome.ERROR), ([ended("tool", MERGED)], Outcome.ERROR)],
        ids=["failed", "missing", "crashed"],
    )
    def test_they_warn_and_the_summary_does_not_call_them_fine(self, pieces: list[Evidence], asks: Outcome) -> None:
        verdict = judge(make_inputs([planned("tool", required=False)], pieces))
        assert (verdict.outcome, verdict.reasons, verdict.reported) == (Outcome.PASS, [], [])
        assert [warning.outcome for warning in verdict.warnings] == [asks]
        assert verdict.summary == ("No check passed, and none of them may block. tool did not pass and may not block.")


def test_precedence_is_error_then_fail_then_review_then_pass() -> None:
    failing, crashed = run("a", [raw()]), [ended("b", MERGED)]
    checks = [planned("a"), planned("b")]
    verdict = judge(make_inputs(checks, [*failing, *crashed]))
    assert verdict.outcome is Outcome.ERROR
    assert [reason.outcome for reason in verdict.reasons] == [Outcome.ERROR, Outcome.FAIL]


def test_report_mode_keeps_the_outcome() -> None:
    verdict = judge(make_inputs([planned("tool")], enforcement=Enforcement.REPORT))
    assert (verdict.outcome, verdict.enforcement) == (Outcome.ERROR, Enforcement.REPORT)


def test_an_empty_change_says_so() -> None:
    change = make_change([])
    piece = evidence("tool", MERGED)
    same = piece.model_copy(update={"subject": Subject(tree=change.base.tree, commit=change.base.commit)})
    verdict = judge(make_inputs([planned("tool")], [same], change=change))
    assert verdict.summary == "The change is empty. 1 check passed on the merge result."
    assert verdict.moved == []


def test_renamed_files_keep_their_findings() -> None:
    change = make_change([changed_file("new.py", old="old.py")])
    pieces = [evidence("tool", MERGED, [raw("new.py")]), evidence("tool", BASE, [raw("old.py")], scope=CHANGED)]
    verdict = judge(make_inputs([planned("tool", base=CHANGED)], pieces, change=change))
    assert [finding.state for finding in verdict.findings] == [FindingState.EXISTING]


def test_what_was_selected_is_judged_and_the_verdict_is_partial_even_where_the_plan_does_not_say_so() -> None:
    part = planned("tool", base=SELECTED, selection=["a.py"])
    pieces = [evidence("tool", MERGED, scope=SELECTED), evidence("tool", BASE, scope=SELECTED)]
    verdict = judge(make_inputs([part], pieces))
    assert check_of(verdict, "tool").status is CheckStatus.PASSED
    assert (verdict.outcome, verdict.partial) == (Outcome.PASS, True)
    assert check_of(verdict, "tool").findings == FindingCounts(new=0, existing=0, fixed=None)


@pytest.mark.parametrize("scope", [ALL, CHANGED, SELECTED])
def test_evidence_for_another_part_than_was_selected_is_an_error(scope: ScopeKind) -> None:
    part = planned("tool", base=SELECTED, selection=["a.py", "b.py"])
    pieces = [evidence("tool", MERGED, scope=scope), evidence("tool", BASE, scope=SELECTED)]
    check = check_of(judge(make_inputs([part], pieces)), "tool")
    assert (check.status, check.reason) == (
        CheckStatus.ERROR,
        "It did not examine what was selected of the merge result.",
    )


def test_a_selected_part_without_its_counterpart_on_the_base_is_an_error() -> None:
    part = planned("tool", base=SELECTED, selection=["a.py"])
    check = check_of(judge(make_inputs([part], [evidence("tool", MERGED, scope=SELECTED)])), "tool")
    assert check.status is CheckStatus.ERROR
