"""A check that is withheld for want of variables: what it asks for, and what invariants may then say."""

from __future__ import annotations

import pytest
from judge_factory import BASE, MERGED, check_of, evidence, make_inputs, planned, raw

from lineclear.judge.inputs import Inputs
from lineclear.judge.judge import judge
from lineclear.model.contract import Invariant, Variables
from lineclear.model.verdict import Verdict
from lineclear.model.words import CheckStatus, Effect, Enforcement, InvariantResult, Outcome

NONE_NEW = Invariant(
    id="none-new",
    require="findings.size() == 0",
    otherwise=Effect.FAIL,
    message="Something was found.",
    remedy="Mend it.",
)


def withheld(
    when: str = "review", *, required: bool = True, enforcement: Enforcement = Enforcement.ENFORCE, found: bool = False
) -> Verdict:
    """Judge one check that ran beside one that lacks two variables."""
    lacking = planned("suite", required=required, enforcement=enforcement)
    lacking = lacking.model_copy(update={"run": None, "missing": ["A_KEY", "B_KEY"]})
    inputs = make_inputs([planned("tool"), lacking], [evidence("tool", MERGED)])
    if found:
        inputs = make_inputs(
            [planned("tool"), lacking],
            [evidence("tool", MERGED, [raw()]), evidence("tool", BASE)],
        )
    variables = Variables.model_validate({"pass": ["A_KEY", "B_KEY"], "whenMissing": when})
    project = inputs.contract.project.model_copy(update={"env": variables})
    contract = inputs.contract.model_copy(update={"project": project, "invariants": [NONE_NEW]})
    return judge(Inputs(**{**vars(inputs), "contract": contract}))


@pytest.mark.parametrize(("when", "outcome"), [("review", Outcome.REVIEW), ("fail", Outcome.FAIL)])
def test_the_contract_says_what_follows(when: str, outcome: Outcome) -> None:
    verdict = withheld(when)
    check = check_of(verdict, "suite")
    assert (check.status, check.effect) == (CheckStatus.WITHHELD, Effect(when))
    assert "the variables A_KEY, B_KEY are not set" in (check.reason or "")
    assert verdict.outcome is outcome
    assert [reason.source for reason in verdict.reasons] == ["variables suite"]
    assert check_of(verdict, "tool").effect is None


def test_an_invariant_that_would_need_it_is_shown_as_unanswered_and_does_not_hold() -> None:
    verdict = withheld()
    (entry,) = verdict.invariants
    assert entry.result is InvariantResult.ERROR
    assert [warning.source for warning in verdict.warnings] == ["invariant none-new"]


def test_an_invariant_that_is_broken_already_still_is() -> None:
    verdict = withheld(found=True)
    assert verdict.outcome is Outcome.FAIL
    assert "invariant none-new" in [reason.source for reason in verdict.reasons]


@pytest.mark.parametrize("how", ["optional", "reported"])
def test_a_withheld_check_that_may_not_decide_is_shown_and_what_may_decide_is_judged(how: str) -> None:
    """What such a check finds is not among the findings of invariants either."""
    verdict = withheld(required=False) if how == "optional" else withheld(enforcement=Enforcement.REPORT)
    assert (verdict.outcome, verdict.reasons) == (Outcome.PASS, [])
    (shown,) = verdict.warnings if how == "optional" else verdict.reported
    assert shown.source == "variables suite"
    assert verdict.invariants[0].result is InvariantResult.HELD
