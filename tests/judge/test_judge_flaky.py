"""Flaky tests: what runs that repeat a failure say of it, and that no such run ever makes it a silent pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_factory import (
    ALL,
    BASE,
    MERGED,
    SELECTED,
    SUITE,
    changed_file,
    check_of,
    ended,
    evidence,
    invariant,
    make_change,
    make_inputs,
    planned,
    raw,
    waiver,
)

from lineclear.judge.inputs import Inputs
from lineclear.judge.judge import judge
from lineclear.judge.outcome import PRECEDENCE
from lineclear.model.contract import Quarantine
from lineclear.model.definition import Reruns
from lineclear.model.evidence import Evidence, Scope
from lineclear.model.finding import RawFinding
from lineclear.model.words import CheckStatus, Ended, Enforcement, FindingState, Level, Outcome, TreeName

ONE, TWO = "a.py::test_one", "a.py::test_two[x]"
NEW, EXISTING = FindingState.NEW, FindingState.EXISTING
CHECK = planned("suite", suite=True, reruns=Reruns(times=2, most=3))


def failed(item: str) -> RawFinding:
    path, _, name = item.partition("::")
    return raw(path, None, key=name, context=None, rule="test-failed", message=f"{item} failed: no.", item=item)


def first(tree: TreeName, items: Sequence[str], passed: Sequence[str] = ()) -> Evidence:
    piece = evidence("suite", tree, map(failed, items), measures=SUITE, scope=ALL if tree is MERGED else SELECTED)
    return piece if tree is MERGED else piece.model_copy(update={"passed": list(passed)})


def again(
    number: int,
    items: Sequence[str],
    passed: Sequence[str] = (),
    *,
    tree: TreeName = MERGED,
    edited: Sequence[str] | None = (),
    how: Ended | None = None,
) -> Evidence:
    """Return what a run left that repeats ``items``: those that did not pass failed, unless it ended otherwise."""
    failing = [failed(item) for item in items if item not in passed]
    piece = evidence("suite", tree, failing, measures=SUITE) if how is None else ended("suite", tree, how)
    update = {
        "again": number,
        "scope": Scope(kind=SELECTED, items=sorted(items), edited=None if edited is None else sorted(edited)),
        "passed": sorted(passed) if how is None else None,
    }
    return piece.model_copy(update=update)


def entry(test: str, expires: str = "2026-12-31") -> Quarantine:
    return Quarantine(test=test, reason="Slow clock.", owner="@qa", expires=dt.date.fromisoformat(expires))


def flaky_once(*, edited: Sequence[str] = ()) -> list[Evidence]:
    """Return a suite in which one test failed, and passed in the second run that repeats it."""
    runs = [again(1, [ONE], edited=edited), again(2, [ONE], [ONE], edited=edited)]
    return [first(MERGED, [ONE]), first(BASE, [], [ONE]), *runs]


class TestOneTest:
    def test_one_pass_in_two_runs_is_flaky_and_asks_for_a_person(self) -> None:
        verdict = judge(make_inputs([CHECK], flaky_once()))
        (finding,) = verdict.findings
        assert (finding.rule, finding.level, finding.state, finding.item) == ("flaky-test", Level.WARNING, NEW, ONE)
        assert "passed when it was run again alone (1 of 2 times)" in finding.message
        assert finding.message.endswith(f"{ONE} failed: no.")
        assert (verdict.outcome, check_of(verdict, "suite").status) == (Outcome.REVIEW, CheckStatus.PASSED)
        assert verdict.summary == "A person must look: suite has 1 flaky test."
        assert [reason.source for reason in verdict.reasons] == ["check suite"]

    def test_no_pass_is_a_failure(self) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [], [ONE]), again(1, [ONE]), again(2, [ONE])]
        verdict = judge(make_inputs([CHECK], pieces))
        assert [(f.rule, f.state) for f in verdict.findings] == [("test-failed", NEW)]
        assert verdict.outcome is Outcome.FAIL

    @pytest.mark.parametrize("how", [Ended.CRASHED, Ended.TIMEOUT, Ended.NO_REPORT, Ended.NO_ENVIRONMENT])
    def test_a_run_that_did_not_finish_is_no_pass(self, how: Ended) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [], [ONE]), again(1, [ONE], how=how), again(2, [ONE], how=how)]
        verdict = judge(make_inputs([CHECK], pieces))
        assert (verdict.outcome, verdict.findings[0].rule) == (Outcome.FAIL, "test-failed")
        assert sum("counts as no pass" in line for line in verdict.not_established) == 2

    def test_one_that_the_change_brought_or_edited_fails(self) -> None:
        for quarantine in ([], [entry(ONE)]):
            verdict = judge(make_inputs([CHECK], flaky_once(edited=[ONE]), quarantine=quarantine))
            assert (verdict.outcome, verdict.findings[0].level) == (Outcome.FAIL, Level.ERROR)
            assert "this change brought or edited it" in verdict.findings[0].message
            assert check_of(verdict, "suite").reason == (
                "1 new error-level finding, 1 of them a flaky test of the change's own."
            )

    @pytest.mark.parametrize(
        ("item", "test", "expires", "outcome", "state"),
        [
            (ONE, ONE, "2026-01-02", Outcome.PASS, "used"),
            (ONE, ONE, "2026-01-01", Outcome.REVIEW, "expired"),
            (ONE, TWO, "2026-12-31", Outcome.REVIEW, "unused"),
            (TWO, "a.py::test_two", "2026-12-31", Outcome.PASS, "used"),
            (TWO, "a.py::test_two[y]", "2026-12-31", Outcome.REVIEW, "unused"),
        ],
    )
    def test_quarantine_is_by_name_and_until_its_day(
        self, item: str, test: str, expires: str, outcome: Outcome, state: str
    ) -> None:
        pieces = [first(MERGED, [item]), first(BASE, [], [item]), again(1, [item]), again(2, [item], [item])]
        verdict = judge(make_inputs([CHECK], pieces, quarantine=[entry(test, expires)]))
        assert (verdict.outcome, [one.state for one in verdict.quarantine]) == (outcome, [state])
        texts = [warning.text for warning in verdict.warnings]
        assert any("in quarantine" in text for text in texts) == (state == "used")
        assert any("expired on 2026-01-01" in text for text in texts) == (state == "expired")
        assert verdict.findings[0].rule == "flaky-test"

    def test_quarantine_covers_no_test_that_fails_each_time(self) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [], [ONE]), again(1, [ONE]), again(2, [ONE])]
        assert judge(make_inputs([CHECK], pieces, quarantine=[entry(ONE)])).outcome is Outcome.FAIL

    def test_a_waiver_for_the_failure_is_none_for_the_flaky_test_and_the_other_way_round(self) -> None:
        print_of_failure = f"{failed(ONE).key[:32]}-0"
        flaky = judge(make_inputs([CHECK], flaky_once(), waivers=[waiver(fingerprint=print_of_failure)]))
        assert flaky.outcome is Outcome.REVIEW
        print_of_flaky = flaky.findings[0].fingerprint
        assert print_of_flaky != print_of_failure
        waived = judge(make_inputs([CHECK], flaky_once(), waivers=[waiver(fingerprint=print_of_flaky)]))
        assert (waived.outcome, waived.findings[0].waived) == (Outcome.PASS, True)
        pieces = [first(MERGED, [ONE]), first(BASE, [], [ONE]), again(1, [ONE]), again(2, [ONE])]
        broken = make_inputs([CHECK], pieces, waivers=[waiver(fingerprint=print_of_flaky)])
        assert judge(broken).outcome is Outcome.FAIL

    def test_invariants_can_speak_of_it(self) -> None:
        none = invariant('!findings.exists(f, f.rule == "flaky-test" && f.state == "new")')
        assert judge(make_inputs([CHECK], flaky_once(), invariants=[none])).outcome is Outcome.FAIL

    def test_in_a_check_that_may_not_block_it_does_not(self) -> None:
        optional = CHECK.model_copy(update={"required": False})
        verdict = judge(make_inputs([optional], flaky_once()))
        assert (verdict.outcome, [w.outcome for w in verdict.warnings]) == (Outcome.PASS, [Outcome.REVIEW])
        reported = CHECK.model_copy(update={"enforcement": Enforcement.REPORT})
        verdict = judge(make_inputs([reported], flaky_once()))
        assert (verdict.outcome, verdict.reported_outcome) == (Outcome.PASS, Outcome.REVIEW)


class TestBase:
    def test_what_fails_on_the_base_each_time_is_existing(self) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [ONE])]
        pieces += [again(number, [ONE], tree=BASE, edited=None) for number in (1, 2)]
        verdict = judge(make_inputs([CHECK], pieces))
        assert (verdict.outcome, verdict.findings[0].state) == (Outcome.PASS, EXISTING)

    @pytest.mark.parametrize(
        ("passed", "rule", "outcome"),
        [([], "test-failed", Outcome.FAIL), ([ONE], "flaky-test", Outcome.REVIEW)],
    )
    def test_what_passes_there_again_excuses_nothing(self, passed: list[str], rule: str, outcome: Outcome) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [ONE])]
        pieces += [again(1, [ONE], tree=BASE, edited=None), again(2, [ONE], [ONE], tree=BASE, edited=None)]
        pieces += [again(1, [ONE]), again(2, [ONE], passed)]
        verdict = judge(make_inputs([CHECK], pieces))
        assert [(f.rule, f.state) for f in verdict.findings] == [(rule, NEW)]
        assert verdict.outcome is outcome
        assert any(line.startswith(f"{ONE} failed on the base and passed there") for line in verdict.not_established)

    def test_a_renamed_file_has_its_old_name_there(self) -> None:
        change = make_change([changed_file("a.py", old="old.py")])
        old = ONE.replace("a.py", "old.py")
        pieces = [first(MERGED, [ONE]), first(BASE, [old])]
        steady = [again(number, [old], tree=BASE, edited=None) for number in (1, 2)]
        assert judge(make_inputs([CHECK], [*pieces, *steady], change=change)).outcome is Outcome.PASS

    def test_a_run_again_that_does_not_finish_there_settles_nothing(self) -> None:
        pieces = [first(MERGED, [ONE]), first(BASE, [ONE])]
        pieces += [again(1, [ONE], tree=BASE, edited=None), again(2, [ONE], tree=BASE, edited=None, how=Ended.TIMEOUT)]
        verdict = judge(make_inputs([CHECK], pieces))
        assert verdict.outcome is Outcome.ERROR
        assert "did not finish when it was run again" in (check_of(verdict, "suite").reason or "")


class TestWhatIsNotAsPlanned:
    @pytest.mark.parametrize("drop", [2, 3])
    def test_missing_evidence_is_an_error(self, drop: int) -> None:
        pieces = flaky_once()
        del pieces[drop]
        verdict = judge(make_inputs([CHECK], pieces))
        assert (verdict.outcome, check_of(verdict, "suite").status) == (Outcome.ERROR, CheckStatus.ERROR)
        assert [f.rule for f in verdict.findings] == ["test-failed"]

    @pytest.mark.parametrize(
        ("update", "said"),
        [
            ({"subject": first(BASE, []).subject}, "is about another tree"),
            ({"tool": CHECK.tool.model_copy(update={"lock_digest": "0" * 64})}, "not the one that was planned"),
            ({"exit_code": None}, "gives no exit code"),
            ({"scope": Scope(kind=ALL)}, "is of other tests"),
            ({"scope": Scope(kind=SELECTED, items=[ONE, TWO], edited=[])}, "is of other tests"),
            ({"scope": Scope(kind=SELECTED, items=[ONE], edited=[ONE])}, "does not say the same of the change"),
            ({"passed": [ONE, TWO]}, "speaks of tests that it was not to run"),
        ],
    )
    def test_foreign_evidence_is_an_error_and_never_flaky(self, update: dict[str, object], said: str) -> None:
        *rest, last = flaky_once()
        verdict = judge(make_inputs([CHECK], [*rest, last.model_copy(update=update)]))
        assert verdict.outcome is Outcome.ERROR
        assert said in (check_of(verdict, "suite").reason or "")
        assert "flaky-test" not in {f.rule for f in verdict.findings}

    def test_runs_that_nothing_asked_for_are_an_error(self) -> None:
        stray = [again(1, [ONE], [ONE]), again(2, [ONE], [ONE])]
        for pieces in ([first(MERGED, [])], [first(MERGED, []), first(BASE, [])]):
            verdict = judge(make_inputs([CHECK], [*pieces, *stray]))
            assert verdict.outcome is Outcome.ERROR
            assert "and no reason" in (check_of(verdict, "suite").reason or "")

    def test_too_many_failures_are_not_run_again_and_it_is_said(self) -> None:
        items = [f"a.py::test_{n}" for n in range(4)]
        verdict = judge(make_inputs([CHECK], [first(MERGED, items), first(BASE, [], items)]))
        assert verdict.outcome is Outcome.FAIL
        said = "4 tests of suite fail on the merge result, more than are run again (3), so which of them are flaky is "
        assert f"{said}not known." in verdict.not_established
        both = judge(make_inputs([CHECK], [first(MERGED, items), first(BASE, items)]))
        assert both.outcome is Outcome.PASS
        assert any("whether they fail there each time is not known" in line for line in both.not_established)


ITEMS = [f"a.py::test_{n}[{n}]" for n in range(3)]


@st.composite
def suites(draw: st.DrawFn) -> Inputs:
    """Return inputs of a suite with whatever happened to three tests, all runs being what they have to be."""
    merged = sorted(draw(st.sets(st.sampled_from(ITEMS))))
    if not merged:
        return make_inputs([CHECK], [first(MERGED, [])])
    base = sorted(draw(st.sets(st.sampled_from(merged))))
    passes = st.sets(st.sampled_from(ITEMS))
    pieces = [first(MERGED, merged), first(BASE, base, [item for item in merged if item not in base])]
    loose: set[str] = set()
    for number in (1, 2) if base else ():
        passed = draw(passes) & set(base)
        loose |= passed
        pieces.append(again(number, base, sorted(passed), tree=BASE, edited=None))
    own = [item for item in merged if item not in base or item in loose]
    edited = sorted(draw(passes) & set(own))
    for number in (1, 2) if own else ():
        how = draw(st.sampled_from([None, None, Ended.CRASHED]))
        pieces.append(
            again(number, own, sorted(draw(passes) & set(own)) if how is None else (), edited=edited, how=how)
        )
    return make_inputs([CHECK], pieces, quarantine=[entry(item) for item in sorted(draw(passes))])


def severity(outcome: Outcome) -> int:
    return len(PRECEDENCE) - PRECEDENCE.index(outcome)


MODEST = settings(max_examples=80, deadline=None)


@MODEST
@given(suites())
def test_a_flaky_test_is_never_a_silent_pass(inputs: Inputs) -> None:
    verdict = judge(inputs)
    assert verdict.outcome is not Outcome.ERROR
    flaky = [finding for finding in verdict.findings if finding.rule == "flaky-test"]
    spoken = " ".join(reason.text for reason in (*verdict.reasons, *verdict.warnings))
    for finding in flaky:
        assert finding.state is NEW
        assert finding.item is not None
        assert finding.item in spoken or (finding.level is Level.ERROR and verdict.outcome is Outcome.FAIL)
    if any(finding.level is not Level.NOTE for finding in flaky):
        assert verdict.outcome is not Outcome.PASS


@MODEST
@given(suites())
def test_no_failure_disappears(inputs: Inputs) -> None:
    failing = {finding.item for finding in inputs.evidence["suite", MERGED].evidence.findings or []}
    found = {finding.item for finding in judge(inputs).findings if finding.state is not FindingState.FIXED}
    assert failing <= found


@MODEST
@given(suites(), st.sampled_from([*ITEMS, "a.py::test_0"]))
def test_a_quarantine_never_makes_the_outcome_worse(inputs: Inputs, test: str) -> None:
    contract = inputs.contract.model_copy(update={"quarantine": [*inputs.contract.quarantine, entry(test)]})
    after = judge(dataclasses.replace(inputs, contract=contract))
    assert severity(after.outcome) <= severity(judge(inputs).outcome)


@MODEST
@given(suites(), st.data())
def test_taking_a_run_away_is_an_error(inputs: Inputs, data: st.DataObject) -> None:
    if inputs.again:
        gone = data.draw(st.sampled_from(sorted(inputs.again)))
        less = {key: item for key, item in inputs.again.items() if key != gone}
        assert judge(dataclasses.replace(inputs, again=less)).outcome is Outcome.ERROR
