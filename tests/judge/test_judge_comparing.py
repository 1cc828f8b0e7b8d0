"""A check that compares the two trees itself: one run, and all that it finds is new."""

from __future__ import annotations

from judge_factory import BASE, MERGED, check_of, evidence, make_inputs, planned, raw

from lineclear.judge.judge import judge
from lineclear.model.evidence import Evidence
from lineclear.model.finding import RawFinding
from lineclear.model.verdict import FindingCounts, Verdict
from lineclear.model.words import CheckStatus, FindingState, Level, Outcome

CHECK = planned("tool").model_copy(update={"comparing": True})


def verdict(*pieces: Evidence) -> Verdict:
    return judge(make_inputs([CHECK], pieces))


def merged(*findings: RawFinding) -> Evidence:
    return evidence("tool", MERGED, findings)


def test_its_findings_are_new_without_a_run_on_the_base() -> None:
    result = verdict(merged(raw()))
    assert check_of(result, "tool").status is CheckStatus.FAILED
    assert [finding.state for finding in result.findings] == [FindingState.NEW]
    assert check_of(result, "tool").findings == FindingCounts(new=1, existing=0, fixed=None)


def test_its_warnings_are_new_too_and_fail_nothing() -> None:
    result = verdict(merged(raw(level=Level.WARNING)))
    assert check_of(result, "tool").status is CheckStatus.PASSED
    assert [finding.state for finding in result.findings] == [FindingState.NEW]


def test_nothing_found_passes() -> None:
    assert check_of(verdict(merged()), "tool").status is CheckStatus.PASSED


def test_evidence_of_the_base_is_no_part_of_it() -> None:
    result = verdict(merged(), evidence("tool", BASE))
    assert check_of(result, "tool").status is CheckStatus.ERROR
    assert result.outcome is Outcome.ERROR
