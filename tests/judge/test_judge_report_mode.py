"""Report mode: what it asks for is judged and shown, and decides nothing, until its day has come."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_factory import (
    MERGED,
    SUITE,
    budget,
    check_of,
    ended,
    evidence,
    invariant,
    make_inputs,
    planned,
    raw,
    run,
    waiver,
)

from lineclear.judge.judge import judge
from lineclear.judge.outcome import PRECEDENCE, exit_code
from lineclear.model.evidence import Evidence
from lineclear.model.verdict import Verdict
from lineclear.model.words import CheckStatus, Effect, Enforcement, InvariantResult, Level, Outcome

REPORT, ENFORCE = Enforcement.REPORT, Enforcement.ENFORCE
NO_NEW = '!findings.exists(f, f.state == "new" && f.level == "error")'
BAD = [("failed", run("tool", [raw()]), Outcome.FAIL), ("missing", [], Outcome.ERROR)]
BAD += [("crashed", [ended("tool", MERGED)], Outcome.ERROR)]


@pytest.mark.parametrize(("pieces", "asks"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
class TestCheck:
    def test_its_reasons_are_listed_apart_and_decide_nothing(self, pieces: list[Evidence], asks: Outcome) -> None:
        good = planned("good")
        verdict = judge(make_inputs([good, planned("tool", enforcement=REPORT)], [*run("good"), *pieces]))
        assert (verdict.outcome, verdict.reported_outcome) == (Outcome.PASS, asks)
        assert (verdict.reasons, verdict.warnings) == ([], [])
        (reason,) = verdict.reported
        assert (reason.outcome, reason.source) == (asks, "check tool")
        assert reason.text.endswith(" (in report mode).")
        assert verdict.summary == (
            f"1 check passed on the merge result. In report mode, tool would make it {asks.value}."
        )
        assert exit_code(verdict.outcome, verdict.enforcement) == 0

    def test_no_invariant_is_broken_or_without_an_answer_by_it(self, pieces: list[Evidence], asks: Outcome) -> None:
        law = invariant(NO_NEW)
        for may_not_block in (planned("tool", enforcement=REPORT), planned("tool", required=False)):
            verdict = judge(make_inputs([may_not_block], pieces, invariants=[law]))
            assert verdict.invariants[0].result is InvariantResult.HELD
            assert verdict.outcome is Outcome.PASS
        verdict = judge(make_inputs([planned("tool")], pieces, invariants=[law]))
        assert verdict.invariants[0].result is not InvariantResult.HELD
        assert verdict.outcome is asks

    def test_from_its_day_on_it_is_enforced(self, pieces: list[Evidence], asks: Outcome) -> None:
        check = planned("tool", enforce_from="2026-03-01")
        before = judge(make_inputs([check], pieces, now="2026-02-28T23:59:59Z"))
        assert (before.outcome, before.reported_outcome) == (Outcome.PASS, asks)
        assert before.reported[0].text.endswith("(in report mode, enforced from 2026-03-01 on).")
        assert (before.checks[0].enforcement, before.checks[0].enforce_from) == (REPORT, "2026-03-01")
        after = judge(make_inputs([check], pieces, now="2026-03-01T00:00:00Z"))
        assert (after.outcome, after.reported, after.checks[0].enforcement) == (asks, [], ENFORCE)

    def test_one_that_is_not_required_only_warns(self, pieces: list[Evidence], asks: Outcome) -> None:
        verdict = judge(make_inputs([planned("tool", required=False, enforcement=REPORT)], pieces))
        assert (verdict.outcome, verdict.reported_outcome, verdict.reported) == (Outcome.PASS, Outcome.PASS, [])
        assert [warning.outcome for warning in verdict.warnings] == [asks]


def test_its_findings_stay_in_the_verdict_and_its_error_is_not_established() -> None:
    verdict = judge(make_inputs([planned("tool", enforcement=REPORT)], run("tool", [raw()])))
    assert [finding.level for finding in verdict.findings] == [Level.ERROR]
    assert check_of(verdict, "tool").status is CheckStatus.FAILED
    verdict = judge(make_inputs([planned("tool", enforcement=REPORT)], [ended("tool", MERGED)]))
    assert any(line.startswith("tool: error.") for line in verdict.not_established)


class TestInvariant:
    @pytest.mark.parametrize(
        ("effect", "asks"), [(Effect.FAIL, Outcome.FAIL), (Effect.REVIEW, Outcome.REVIEW), (Effect.WARN, Outcome.PASS)]
    )
    def test_it_is_reported_until_its_day(self, effect: Effect, asks: Outcome) -> None:
        law = invariant("false", otherwise=effect, enforce_from="2026-03-01")
        before = judge(make_inputs(invariants=[law], now="2026-02-28T12:00:00Z"))
        assert (before.outcome, before.reported_outcome) == (Outcome.PASS, asks)
        assert before.invariants[0].result is InvariantResult.BROKEN
        assert (before.invariants[0].enforcement, before.invariants[0].enforce_from) == (REPORT, "2026-03-01")
        said = before.warnings if effect is Effect.WARN else before.reported
        assert [reason.source for reason in said] == ["invariant must-hold"]
        assert "no invariant is broken" not in before.summary
        after = judge(make_inputs(invariants=[law], now="2026-03-01T12:00:00Z"))
        assert after.outcome is asks

    def test_one_without_an_answer_is_reported_too(self) -> None:
        verdict = judge(make_inputs(invariants=[invariant("tests.failed == 0", enforcement=REPORT)]))
        assert (verdict.outcome, verdict.reported_outcome) == (Outcome.PASS, Outcome.ERROR)

    @pytest.mark.parametrize("piece", [evidence("suite", MERGED, measures=SUITE), ended("suite", MERGED)])
    def test_one_that_asks_what_only_checks_in_report_mode_know_is_in_report_mode(self, piece: Evidence) -> None:
        suite = planned("suite", suite=True, enforcement=REPORT)
        verdict = judge(make_inputs([suite], [piece], invariants=[invariant("tests.collected > 0")]))
        assert (verdict.outcome, verdict.reported_outcome) == (Outcome.PASS, Outcome.ERROR)
        assert (verdict.invariants[0].result, verdict.invariants[0].enforcement) == (InvariantResult.ERROR, REPORT)
        guarded = invariant("tests.collected == null || tests.collected > 0")
        assert judge(make_inputs([suite], [piece], invariants=[guarded])).invariants[0].result is InvariantResult.HELD

    def test_a_budget_that_asks_that_only_warns(self) -> None:
        suite = planned("suite", suite=True, enforcement=REPORT)
        pieces = [evidence("suite", MERGED, measures=SUITE)]
        verdict = judge(make_inputs([suite], pieces, budgets=[budget("tests.collected", fail=1)]))
        assert (verdict.outcome, [w.source for w in verdict.warnings]) == (Outcome.PASS, ["budget size"])

    def test_a_suite_in_report_mode_takes_nothing_from_one_that_is_enforced(self) -> None:
        checks = [planned("suite", suite=True), planned("slow", suite=True, enforcement=REPORT)]
        pieces = [evidence("suite", MERGED, measures=SUITE), ended("slow", MERGED)]
        verdict = judge(make_inputs(checks, pieces, invariants=[invariant("tests.collected == 3")]))
        assert verdict.invariants[0].result is InvariantResult.HELD

    def test_a_policy_can_ask_for_the_checks_that_may_block(self) -> None:
        text = 'checks.all(c, c.status == "passed" || !c.required || c.enforcement == "report")'
        checks = [planned("tool", enforcement=REPORT), planned("other", required=False)]
        assert judge(make_inputs(checks, invariants=[invariant(text)])).outcome is Outcome.PASS


class TestContract:
    def test_the_outcome_stays_as_judged_and_the_code_is_0_until_the_day(self) -> None:
        pieces = run("tool", [raw()])
        before, after = (
            judge(make_inputs([planned("tool")], pieces, enforce_from="2026-03-01", now=f"{day}T12:00:00Z"))
            for day in ("2026-02-28", "2026-03-01")
        )
        assert (before.outcome, before.enforcement, before.enforce_from) == (Outcome.FAIL, REPORT, "2026-03-01")
        assert (after.outcome, after.enforcement) == (Outcome.FAIL, ENFORCE)
        assert [exit_code(v.outcome, v.enforcement) for v in (before, after)] == [0, 1]


class TestUnusedWaivers:
    WAIVER = waiver(fingerprint=f"{raw().key[:32]}-0")

    def warned(self, verdict: Verdict) -> bool:
        return any("covers nothing that was found" in warning.text for warning in verdict.warnings)

    def test_one_that_covers_nothing_is_said(self) -> None:
        verdict = judge(make_inputs([planned("tool")], run("tool"), waivers=[self.WAIVER]))
        assert (self.warned(verdict), verdict.outcome) == (True, Outcome.PASS)
        used = judge(make_inputs([planned("tool")], run("tool", [raw()]), waivers=[self.WAIVER]))
        assert (self.warned(used), used.waivers[0].state) == (False, "used")

    def test_one_whose_finding_nobody_looked_for_is_not(self) -> None:
        for check, pieces in (
            (planned("tool"), [ended("tool", MERGED)]),
            (planned("tool", selected=False), []),
            (planned("tool", applicable=False), []),
        ):
            assert not self.warned(judge(make_inputs([check], pieces, waivers=[self.WAIVER])))

    def test_one_for_an_invariant_waits_for_its_change(self) -> None:
        inputs = make_inputs(invariants=[invariant("true")], waivers=[waiver(invariant="must-hold")])
        assert judge(inputs).warnings == []


STATES = st.sampled_from([case[1:] for case in BAD] + [(run("tool"), Outcome.PASS)])


@settings(max_examples=40, deadline=None)
@given(STATES, st.booleans(), st.sampled_from(Effect))
def test_report_mode_never_makes_the_outcome_worse_and_hides_nothing(
    state: tuple[list[Evidence], Outcome], holds: bool, effect: Effect
) -> None:
    """What is in report mode asks for exactly what it would ask for if it were enforced."""
    law = invariant("true" if holds else "false", otherwise=effect)
    enforced = judge(make_inputs([planned("tool")], state[0], invariants=[law]))
    quiet = law.model_copy(update={"enforcement": REPORT})
    reported = judge(make_inputs([planned("tool", enforcement=REPORT)], state[0], invariants=[quiet]))
    assert reported.outcome is Outcome.PASS
    assert reported.reported_outcome is enforced.outcome is enforced.reported_outcome
    assert [r.source for r in reported.reported] == [r.source for r in enforced.reasons]
    assert PRECEDENCE.index(reported.outcome) >= PRECEDENCE.index(enforced.outcome)


def test_the_contract_and_the_plan_agree_on_the_day() -> None:
    inputs = make_inputs([planned("tool", enforce_from="2026-03-01")], run("tool"))
    other = inputs.plan.model_copy(update={"checks": [planned("tool", enforce_from="2026-04-01")]})
    with pytest.raises(Exception, match="the plan does not hold the check 'tool' as the contract has it"):
        dataclasses.replace(inputs, plan=other)
