"""Laws of the whole verdict: the same inputs give the same bytes, and less evidence never gives a better answer."""

from __future__ import annotations

import dataclasses
import random

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from judge_factory import (
    ALL,
    BASE,
    CHANGED,
    MERGED,
    SELECTED,
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
    waiver,
)

from lineclear.judge.inputs import Inputs
from lineclear.judge.judge import judge
from lineclear.judge.outcome import PRECEDENCE
from lineclear.model.evidence import Evidence, Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import CheckStatus, Effect, Ended, Enforcement, FindingState, Level, Outcome

MODEST = settings(max_examples=60, deadline=None)

INVARIANTS = [
    invariant('!findings.exists(f, f.state == "new" && f.level == "error")', name="no-new-errors"),
    invariant("findings.size() < 4", name="few", otherwise=Effect.REVIEW),
    invariant("tests.failed == 0", name="tests", applies="tests.failed != null"),
    invariant("change.lines < 400", name="small", otherwise=Effect.WARN),
]
BUDGETS = [budget("change.lines", warn=8, fail=800), budget("findings.size()", review=2, name="findings")]

FINDING = st.builds(
    raw,
    path=st.sampled_from([None, "a.py", "b.py", "z.py"]),
    line=st.integers(1, 3),
    key=st.sampled_from(["k", "l"]),
    context=st.sampled_from([None, "c"]),
    level=st.sampled_from(Level),
)
FINDINGS = st.lists(FINDING, max_size=3)
UNEXAMINED = st.lists(
    st.builds(Unexamined, path=st.sampled_from(["a.py", "z.py"]), reason=st.just("timeout"), partly=st.booleans()),
    max_size=1,
)


@st.composite
def pieces(draw: st.DrawFn, check: PlannedCheck, calm: bool) -> list[Evidence]:
    """Return what a check left on the merge result and on the base, if anything; ``calm``: all of it, and no errors."""
    measures = SUITE if check.suite else None
    scope = check.run.base if check.run is not None else None
    if calm:
        found = [finding for finding in draw(FINDINGS) if finding.level is not Level.ERROR]
        old = [*found, *draw(FINDINGS)]
        whole = evidence(check.id, MERGED, [*found, *old[len(found) :][:1]], measures=measures)
        return [whole, evidence(check.id, BASE, old, scope=scope or SELECTED, measures=measures)]
    ways = [None] * 5 + [Ended.CRASHED, Ended.NOTHING_EXAMINED, Ended.TIMEOUT]
    left = []
    if draw(st.integers(0, 9)):
        how = draw(st.sampled_from(ways))
        whole = evidence(check.id, MERGED, draw(FINDINGS), measures=measures, unexamined=draw(UNEXAMINED))
        left.append(whole if how is None else ended(check.id, MERGED, how))
    if draw(st.integers(0, 4)):
        how = draw(st.sampled_from(ways))
        scope = draw(st.sampled_from([scope or SELECTED, ALL, CHANGED]))
        whole = evidence(check.id, BASE, draw(FINDINGS), scope=scope, measures=measures)
        left.append(whole if how is None else ended(check.id, BASE, how))
    return left


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    """Return inputs of three checks, of which one is a suite and one may be shown only; half of them pass."""
    calm = draw(st.booleans())
    checks = [
        planned("scanner", base=CHANGED),
        planned("suite", suite=True),
        planned(
            "third",
            base=draw(st.sampled_from([None, ALL])),
            selected=draw(st.booleans()),
            applicable=draw(st.booleans()),
            required=draw(st.booleans()),
            enforcement=draw(st.sampled_from(Enforcement)),
        ),
    ]
    waived = draw(st.lists(st.sampled_from([f"{raw(key=key).key[:32]}-0" for key in "kl"]), unique=True, max_size=1))
    return make_inputs(
        checks,
        [piece for check in checks if check.run is not None for piece in draw(pieces(check, calm))],
        change=make_change([changed_file("a.py"), changed_file("b.py", old="z.py")]),
        invariants=draw(st.lists(st.sampled_from(INVARIANTS), unique_by=lambda i: i.id)),
        budgets=draw(st.lists(st.sampled_from(BUDGETS), unique_by=lambda b: b.id)),
        waivers=[waiver(fingerprint=one) for one in waived],
    )


def severity(outcome: Outcome) -> int:
    return len(PRECEDENCE) - PRECEDENCE.index(outcome)


@MODEST
@given(inputs())
def test_the_same_inputs_give_the_same_bytes(given_inputs: Inputs) -> None:
    assert judge(given_inputs).canonical() == judge(given_inputs).canonical()


@MODEST
@given(inputs(), st.randoms(use_true_random=False))
def test_no_order_of_evidence_checks_or_findings_changes_a_byte(given_inputs: Inputs, chance: random.Random) -> None:
    items = list(given_inputs.evidence.items())
    chance.shuffle(items)
    for place, (key, item) in enumerate(items):
        found = item.evidence.findings
        if found is not None:
            mixed = item.evidence.model_copy(update={"findings": chance.sample(found, len(found))})
            items[place] = (key, dataclasses.replace(item, evidence=mixed))
    checks = chance.sample(given_inputs.plan.checks, len(given_inputs.plan.checks))
    shuffled = Inputs(
        change=given_inputs.change,
        contract=given_inputs.contract,
        plan=given_inputs.plan.model_copy(update={"checks": checks}),
        evidence=dict(items),
    )
    assert judge(shuffled).canonical() == judge(given_inputs).canonical()


@MODEST
@given(inputs())
def test_every_finding_is_counted_once_where_its_state_is_known(given_inputs: Inputs) -> None:
    verdict = judge(given_inputs)
    for check in verdict.checks:
        states = [finding.state for finding in verdict.findings if finding.check == check.id]
        counts = check.findings
        if counts.new is not None:
            assert (counts.new, counts.existing) == (
                states.count(FindingState.NEW),
                states.count(FindingState.EXISTING),
            )
        if counts.fixed is not None:
            assert counts.fixed == states.count(FindingState.FIXED)


@MODEST
@given(inputs())
def test_a_pass_is_earned(given_inputs: Inputs) -> None:
    """Where a verdict passes, every check that must run left whole evidence and has no new error."""
    verdict = judge(given_inputs)
    event(verdict.outcome.value)
    if verdict.outcome is not Outcome.PASS:
        return
    for planned_check in given_inputs.plan.checks:
        if planned_check.run is None or not planned_check.required:
            continue
        if planned_check.enforcement is Enforcement.REPORT:
            continue
        item = given_inputs.get(planned_check.id, MERGED)
        assert item is not None
        assert item.evidence.ended is Ended.COMPLETED
        assert not any(
            finding.level is Level.ERROR and finding.state is not FindingState.EXISTING and not finding.waived
            for finding in verdict.findings
            if finding.check == planned_check.id and finding.state is not FindingState.FIXED
        )


@MODEST
@given(inputs(), st.data())
def test_taking_evidence_away_never_makes_the_outcome_better(given_inputs: Inputs, data: st.DataObject) -> None:
    assume(given_inputs.evidence)
    gone = data.draw(st.sampled_from(sorted(given_inputs.evidence)))
    less = {key: item for key, item in given_inputs.evidence.items() if key != gone}
    poorer = dataclasses.replace(given_inputs, evidence=less)
    assert severity(judge(poorer).outcome) >= severity(judge(given_inputs).outcome)


@MODEST
@given(inputs(), st.data())
def test_a_new_error_never_makes_the_outcome_better(given_inputs: Inputs, data: st.DataObject) -> None:
    keys = [key for key, item in given_inputs.evidence.items() if item.evidence.findings is not None]
    keys = [(check, tree) for check, tree in keys if tree is MERGED]
    assume(keys)
    key = data.draw(st.sampled_from(sorted(keys)))
    item = given_inputs.evidence[key]
    extra: RawFinding = raw("a.py", 7, key="never seen", level=Level.ERROR)
    worse = item.evidence.model_copy(update={"findings": [*(item.evidence.findings or []), extra]})
    poorer = dataclasses.replace(
        given_inputs, evidence={**given_inputs.evidence, key: dataclasses.replace(item, evidence=worse)}
    )
    before, after = judge(given_inputs), judge(poorer)
    assert severity(after.outcome) >= severity(before.outcome)
    status = next(check.status for check in after.checks if check.id == key[0])
    assert status is not CheckStatus.PASSED


@MODEST
@given(inputs())
def test_what_was_not_looked_at_is_null(given_inputs: Inputs) -> None:
    for check in judge(given_inputs).checks:
        if check.status not in (CheckStatus.PASSED, CheckStatus.FAILED):
            assert (check.findings.new, check.findings.existing, check.findings.fixed) == (None, None, None)
            assert check.reason
        item = given_inputs.get(check.id, MERGED)
        if item is None or item.evidence.ended is not Ended.COMPLETED:
            assert check.measures is None
