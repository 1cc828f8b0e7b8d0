"""Invariants, budgets and waivers: answered only where there is an answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from judge_factory import (
    MERGED,
    SUITE,
    budget,
    changed_file,
    ended,
    evidence,
    invariant,
    make_change,
    make_inputs,
    planned,
    raw,
    run,
    waiver,
)

from lineclear.judge.judge import judge
from lineclear.model.contract import Budget, Invariant, Waiver
from lineclear.model.evidence import Evidence
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import BudgetResult, InvariantEntry, Verdict
from lineclear.model.words import AuthorKind, Effect, InvariantResult, Level, Outcome

HELD, BROKEN, ERROR, WAIVED = (
    InvariantResult.HELD,
    InvariantResult.BROKEN,
    InvariantResult.ERROR,
    InvariantResult.WAIVED,
)
NO_NEW = 'findings.all(f, f.state != "new")'
CLEAN = ([planned("tool")], run("tool"))


def asked(
    entry: Invariant,
    checks: Sequence[PlannedCheck] = CLEAN[0],
    pieces: Sequence[Evidence] = CLEAN[1],
    *,
    waivers: Sequence[Waiver] = (),
    kind: AuthorKind = AuthorKind.AGENT,
) -> tuple[InvariantEntry, Verdict]:
    verdict = judge(make_inputs(checks, pieces, invariants=[entry], waivers=waivers, change=make_change(kind=kind)))
    return verdict.invariants[0], verdict


class TestInvariants:
    def test_one_that_holds(self) -> None:
        entry, verdict = asked(invariant(NO_NEW))
        assert (entry.result, entry.reason, verdict.outcome) == (HELD, None, Outcome.PASS)
        assert "1 invariant of the contract held." in verdict.established

    @pytest.mark.parametrize(
        ("effect", "outcome"),
        [(Effect.FAIL, Outcome.FAIL), (Effect.REVIEW, Outcome.REVIEW), (Effect.WARN, Outcome.PASS)],
    )
    def test_one_that_is_broken_has_its_effect(self, effect: Effect, outcome: Outcome) -> None:
        entry, verdict = asked(invariant("change.lines == 0", otherwise=effect))
        assert (entry.result, entry.reason, verdict.outcome) == (BROKEN, "It does not.", outcome)
        said = verdict.warnings if effect is Effect.WARN else verdict.reasons
        assert [(reason.outcome, reason.source) for reason in said] == [(outcome, "invariant must-hold")]

    def test_one_that_does_not_apply_holds_and_is_not_counted_as_asked(self) -> None:
        entry, verdict = asked(invariant("false", applies='change.author.kind != "human"'), kind=AuthorKind.HUMAN)
        assert (entry.result, entry.reason) == (HELD, "It does not apply to this change.")
        assert not any("invariant" in line for line in verdict.established)

    def test_unknown_authors_count_as_agents_where_the_contract_says_not_human(self) -> None:
        entry, _ = asked(invariant("false", applies='change.author.kind != "human"'), kind=AuthorKind.UNKNOWN)
        assert entry.result is BROKEN

    @pytest.mark.parametrize(
        "text", ["tests.failed == 0", "tests.failed != 3", "tests.collected >= 0", 'checks[7].status == "passed"']
    )
    def test_a_fact_that_was_not_measured_is_an_error_and_never_held(self, text: str) -> None:
        entry, verdict = asked(invariant(text))
        assert entry.result is ERROR
        assert entry.reason is not None
        assert entry.reason.startswith("It cannot be evaluated: ")
        assert entry.reason.endswith(".")
        assert not entry.reason.endswith("..")
        assert verdict.outcome is Outcome.ERROR
        assert "The invariant must-hold has no answer." in verdict.not_established

    def test_the_state_of_a_finding_that_was_not_compared_is_such_a_fact(self) -> None:
        pieces = [evidence("tool", MERGED, [raw(level=Level.NOTE)])]
        entry, verdict = asked(invariant(NO_NEW), CLEAN[0], pieces)
        assert (entry.result, verdict.outcome) == (ERROR, Outcome.ERROR)

    def test_a_guard_gives_an_answer(self) -> None:
        assert asked(invariant("tests.failed == null || tests.failed == 0"))[0].result is HELD

    def test_findings_are_not_all_there_is_while_a_check_gave_no_result(self) -> None:
        entry, verdict = asked(invariant(NO_NEW), CLEAN[0], [ended("tool", MERGED)])
        assert entry.reason == "It speaks of findings, and tool gave no result."
        assert entry.result is ERROR
        assert [reason.source for reason in verdict.reasons] == ["check tool", "invariant must-hold"]

    def test_one_that_speaks_of_the_change_alone_is_answered_all_the_same(self) -> None:
        entry, _ = asked(invariant("change.lines > 0"), CLEAN[0], [ended("tool", MERGED)])
        assert entry.result is HELD

    def test_one_that_does_not_apply_needs_no_findings(self) -> None:
        entry, _ = asked(invariant(NO_NEW, applies='change.author.kind == "human"'), CLEAN[0], [ended("tool", MERGED)])
        assert entry.result is HELD

    def test_fixed_and_waived_findings_are_no_findings_of_the_change(self) -> None:
        waived = waiver(fingerprint=f"{raw().key[:32]}-0")
        pieces = run("tool", [raw()], [raw(key="gone")])
        assert asked(invariant("findings.size() == 0"), CLEAN[0], pieces, waivers=[waived])[0].result is HELD

    def test_the_paths_of_renamed_files_are_both_there(self) -> None:
        change = make_change([changed_file("new.py", old=".github/old.py")])
        inputs = make_inputs(invariants=[invariant('!change.paths.exists(p, p.startsWith(".github/"))')], change=change)
        assert judge(inputs).invariants[0].result is BROKEN

    def test_nothing_is_asked_on_a_conflict(self) -> None:
        inputs = make_inputs(
            [planned("tool")],
            invariants=[invariant("change.lines == 0")],
            budgets=[budget("change.lines", fail=1)],
            change=make_change(conflicts=["a.py"]),
        )
        verdict = judge(inputs)
        reason = "It was not asked: base and head conflict, so there are no facts."
        assert [(entry.result, entry.reason) for entry in verdict.invariants] == [(ERROR, reason)]
        assert [(item.used, item.error) for item in verdict.budgets] == [(None, reason)]
        assert [item.source for item in verdict.reasons] == ["change"]


class TestSuites:
    """The facts about tests add up over all suites, or are unknown."""

    def suites(self, *pieces: Evidence, left_out: bool = False) -> tuple[InvariantResult, str | None]:
        checks = [planned("unit", suite=True), planned("web", suite=True, selected=not left_out)]
        entry, _ = asked(invariant("tests.collected == 6"), checks, pieces)
        return entry.result, entry.reason

    def test_they_add_up(self) -> None:
        pieces = [evidence(name, MERGED, measures=SUITE) for name in ("unit", "web")]
        assert self.suites(*pieces) == (HELD, None)

    def test_one_suite_without_a_count_leaves_all_unknown(self) -> None:
        counted = evidence("unit", MERGED, measures=SUITE)
        assert self.suites(counted, evidence("web", MERGED, measures={"testsCollected": 3}))[0] is ERROR
        assert self.suites(counted, ended("web", MERGED))[0] is ERROR
        assert self.suites(counted)[0] is ERROR

    def test_a_suite_that_does_not_apply_leaves_the_others(self) -> None:
        checks = [planned("unit", suite=True), planned("web", suite=True, applicable=False)]
        pieces = [evidence("unit", MERGED, measures=SUITE)]
        assert asked(invariant("tests.skipped == 1"), checks, pieces)[0].result is HELD


class TestPartial:
    """With ``--only`` the answer comes from what was selected, and nothing else is claimed."""

    CHECKS = (planned("other", selected=False), planned("tool"))

    @pytest.mark.parametrize(
        "text", [NO_NEW, 'checks.all(c, c.status == "passed")', 'checks.exists(c, c.id == "tool")']
    )
    def test_what_needs_the_checks_left_out_is_not_answered_and_only_warns(self, text: str) -> None:
        entry, verdict = asked(invariant(text), self.CHECKS, run("tool"))
        assert entry.result is ERROR
        assert entry.reason is not None
        assert entry.reason.endswith("and some checks were left out.")
        assert (verdict.outcome, verdict.reasons) == (Outcome.PASS, [])
        assert [warning.source for warning in verdict.warnings] == ["invariant must-hold"]

    def test_what_a_selected_check_found_breaks_it(self) -> None:
        pieces = run("tool", [raw(level=Level.NOTE)])
        entry, verdict = asked(invariant(NO_NEW), self.CHECKS, pieces)
        assert (entry.result, verdict.outcome) == (BROKEN, Outcome.FAIL)

    def test_what_does_not_need_them_is_asked(self) -> None:
        entry, verdict = asked(invariant("change.lines == 0"), self.CHECKS, run("tool"))
        assert (entry.result, verdict.outcome) == (BROKEN, Outcome.FAIL)

    def test_an_error_of_its_own_is_not_excused(self) -> None:
        entry, verdict = asked(invariant("1 / (change.lines - change.lines) == 1"), self.CHECKS, run("tool"))
        assert (entry.result, verdict.outcome) == (ERROR, Outcome.ERROR)

    def test_a_selected_check_that_crashed_is_not_excused(self) -> None:
        entry, verdict = asked(invariant(NO_NEW), self.CHECKS, [ended("tool", MERGED)])
        assert (entry.result, verdict.outcome) == (ERROR, Outcome.ERROR)
        assert "invariant must-hold" in [reason.source for reason in verdict.reasons]

    def test_a_suite_left_out_leaves_the_tests_unknown_and_a_selected_one_does_not(self) -> None:
        suite, scanner = planned("unit", suite=True), planned("scan")
        pieces = [evidence("unit", MERGED, measures=SUITE)]
        left = [scanner.model_copy(update={"selected": False, "run": None}), suite]
        assert asked(invariant("tests.failed == 0"), left, pieces)[0].result is HELD
        left = [scanner, suite.model_copy(update={"selected": False, "run": None})]
        _, verdict = asked(invariant("tests.failed == 0"), left, [evidence("scan", MERGED)])
        assert (verdict.outcome, len(verdict.warnings)) == (Outcome.PASS, 1)

    @pytest.mark.parametrize("of", ["findings.size()", "checks.size()"])
    def test_budgets_are_excused_in_the_same_way(self, of: str) -> None:
        verdict = judge(make_inputs(self.CHECKS, run("tool"), budgets=[budget(of, fail=0)]))
        assert verdict.budgets[0].used is None
        assert (verdict.outcome, [warning.source for warning in verdict.warnings]) == (Outcome.PASS, ["budget size"])

    def test_a_check_left_out_that_does_not_apply_takes_nothing_away(self) -> None:
        checks = [planned("other", selected=False, applicable=False), planned("tool")]
        assert asked(invariant(NO_NEW), checks, run("tool"))[0].result is HELD


class TestBudgets:
    """``change.lines`` is 12: three files of four lines."""

    def measured(self, item: Budget, *pieces: Evidence) -> tuple[BudgetResult, Verdict]:
        verdict = judge(make_inputs(CLEAN[0], pieces or CLEAN[1], budgets=[item]))
        return verdict.budgets[0], verdict

    @pytest.mark.parametrize(
        ("item", "exceeded", "outcome"),
        [
            (budget("change.lines", warn=12, review=12, fail=12), None, Outcome.PASS),
            (budget("change.lines", warn=11, review=12, fail=12), Effect.WARN, Outcome.PASS),
            (budget("change.lines", warn=11, review=11, fail=12), Effect.REVIEW, Outcome.REVIEW),
            (budget("change.lines", warn=11, review=11, fail=11), Effect.FAIL, Outcome.FAIL),
            (budget("change.lines", fail=0), Effect.FAIL, Outcome.FAIL),
            (budget("change.lines"), None, Outcome.PASS),
        ],
    )
    def test_a_limit_is_exceeded_by_what_is_over_it(
        self, item: Budget, exceeded: Effect | None, outcome: Outcome
    ) -> None:
        result, verdict = self.measured(item)
        assert (result.used, result.exceeded, result.error) == (12, exceeded, None)
        assert verdict.outcome is outcome

    def test_one_that_cannot_be_measured_is_an_error(self) -> None:
        result, verdict = self.measured(budget("tests.failed", fail=0))
        assert (result.used, result.exceeded) == (None, None)
        assert result.error is not None
        assert verdict.outcome is Outcome.ERROR

    def test_one_that_counts_findings_is_an_error_while_some_are_missing(self) -> None:
        result, verdict = self.measured(budget("findings.size()", fail=0), ended("tool", MERGED))
        assert (result.used, result.error) == (None, "It speaks of findings, and tool gave no result.")
        assert "budget size" in [reason.source for reason in verdict.reasons]


class TestWaivers:
    FINGERPRINT = f"{raw().key[:32]}-0"

    @pytest.mark.parametrize(
        ("expires", "now", "state"),
        [
            ("2026-01-02", "2026-01-02T23:59:59Z", "used"),
            ("2026-01-01", "2026-01-02T00:00:00Z", "expired"),
            ("2026-01-01", "2026-01-02T03:00:00+14:00", "used"),
            ("2026-01-02", "2026-01-02T23:00:00-05:00", "expired"),
            ("2026-01-02", "2026-01-02T23:59:59", "used"),
        ],
    )
    def test_the_last_day_counts_and_days_are_those_of_utc(self, expires: str, now: str, state: str) -> None:
        verdict = judge(
            make_inputs(
                CLEAN[0],
                run("tool", [raw()]),
                waivers=[waiver(fingerprint=self.FINGERPRINT, expires=expires)],
                now=now,
            )
        )
        assert [entry.state for entry in verdict.waivers] == [state]
        assert verdict.outcome is (Outcome.PASS if state == "used" else Outcome.FAIL)
        assert [finding.waived for finding in verdict.findings] == [state == "used"]
        assert len(verdict.warnings) == (state == "expired")

    def test_an_invariant_is_waived_only_when_it_is_broken(self) -> None:
        excuse = waiver(invariant="must-hold")
        entry, verdict = asked(invariant("change.lines == 0"), waivers=[excuse])
        assert (entry.result, verdict.outcome, verdict.waivers[0].state) == (WAIVED, Outcome.PASS, "used")
        entry, verdict = asked(invariant("change.lines == 12"), waivers=[excuse])
        assert (entry.result, verdict.waivers[0].state) == (HELD, "unused")

    def test_no_waiver_turns_an_error_into_an_answer(self) -> None:
        entry, verdict = asked(invariant("tests.failed == 0"), waivers=[waiver(invariant="must-hold")])
        assert (entry.result, verdict.outcome) == (ERROR, Outcome.ERROR)

    def test_an_expired_one_for_an_invariant_does_not_hold(self) -> None:
        old = waiver(invariant="must-hold", expires="2025-12-31")
        entry, verdict = asked(invariant("change.lines == 0"), waivers=[old])
        assert (entry.result, verdict.outcome) == (BROKEN, Outcome.FAIL)
        assert verdict.warnings[0].text == (
            "The waiver for must-hold by @team expired on 2025-12-31 and has no effect."
        )

    def test_a_waiver_covers_one_finding_and_not_its_equal(self) -> None:
        verdict = judge(
            make_inputs(CLEAN[0], run("tool", [raw(), raw(line=2)]), waivers=[waiver(fingerprint=self.FINGERPRINT)])
        )
        assert [finding.waived for finding in verdict.findings] == [True, False]
        assert verdict.checks[0].reason == "1 new error-level finding."
        assert verdict.summary == "tool has 1 new error-level finding."

    def test_one_for_a_finding_that_is_gone_is_unused(self) -> None:
        verdict = judge(make_inputs(CLEAN[0], run("tool", [], [raw()]), waivers=[waiver(fingerprint=self.FINGERPRINT)]))
        assert [finding.waived for finding in verdict.findings] == [False]
        assert verdict.waivers[0].state == "unused"

    def test_without_the_base_nobody_knows_which_of_equal_findings_is_waived(self) -> None:
        """The base may have had the one that the waiver is for, and this one be new."""
        excuse = waiver(fingerprint=self.FINGERPRINT)
        verdict = judge(make_inputs(CLEAN[0], run("tool", [raw()], None), waivers=[excuse]))
        assert verdict.outcome is Outcome.ERROR
        assert [(finding.state, finding.waived) for finding in verdict.findings] == [(None, False)]
        assert verdict.waivers[0].state == "unused"
