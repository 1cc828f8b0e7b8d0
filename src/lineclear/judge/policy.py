"""Asks the contract's invariants and budgets, and says which waivers are in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from lineclear.contract.cel import Bound, Environment, EvaluationError
from lineclear.judge.inputs import Inputs
from lineclear.model.contract import Budget, Invariant, Waiver
from lineclear.model.verdict import BudgetResult, InvariantEntry, WaiverEntry
from lineclear.model.words import Effect, InvariantResult

__all__ = ["ask_budgets", "ask_invariants", "in_force", "waiver_entries"]

_UNMERGED = "Not asked: base and head conflict, so there are no facts."


def in_force(inputs: Inputs) -> list[Waiver]:
    """Return the waivers that have not expired on the day of the plan (the last day counts)."""
    today = dt.datetime.fromisoformat(inputs.plan.now).date()
    return [waiver for waiver in inputs.contract.waivers if today <= waiver.expires]


def waiver_entries(inputs: Inputs, used: frozenset[str]) -> list[WaiverEntry]:
    """Return what became of every waiver; ``used`` holds the fingerprints and invariants that were waived."""
    valid = in_force(inputs)

    def state(waiver: Waiver) -> str:
        if waiver not in valid:
            return "expired"
        return "used" if (waiver.fingerprint or waiver.invariant) in used else "unused"

    return [
        WaiverEntry.model_validate(
            {
                "fingerprint": waiver.fingerprint,
                "invariant": waiver.invariant,
                "reason": waiver.reason,
                "owner": waiver.owner,
                "expires": waiver.expires.isoformat(),
                "state": state(waiver),
            }
        )
        for waiver in inputs.contract.waivers
    ]


def ask_invariants(
    inputs: Inputs, environment: Environment, facts: Bound | None, gaps: Sequence[str]
) -> list[InvariantEntry]:
    """Ask every invariant. One that cannot be answered is an error, never held.

    ``facts`` is None when base and head conflict. ``gaps`` names the checks without a result: an invariant that
    speaks of findings cannot be answered while some of them are missing.
    """
    waived = {waiver.invariant for waiver in in_force(inputs)}
    return [
        _entry(invariant, *_answer(invariant, environment, facts, gaps), waived=invariant.id in waived)
        for invariant in inputs.contract.invariants
    ]


def ask_budgets(inputs: Inputs, environment: Environment, facts: Bound | None) -> list[BudgetResult]:
    """Measure every budget; one that cannot be measured has an error and no use."""
    return [_budget(budget, environment, facts) for budget in inputs.contract.budgets]


def _answer(
    invariant: Invariant, environment: Environment, facts: Bound | None, gaps: Sequence[str]
) -> tuple[InvariantResult, str | None]:
    if facts is None:
        return InvariantResult.ERROR, _UNMERGED
    where = f"invariant {invariant.id}"
    require = environment.compile(invariant.require, expected=bool, where=where)
    applies = None if invariant.applies is None else environment.compile(invariant.applies, expected=bool, where=where)
    names = require.names | (applies.names if applies is not None else frozenset())
    if gaps and "findings" in names:
        return InvariantResult.ERROR, f"It speaks of findings, and {', '.join(gaps)} gave no result."
    try:
        if applies is not None and not applies.evaluate(facts):
            return InvariantResult.HELD, "It does not apply to this change."
        return (InvariantResult.HELD, None) if require.evaluate(facts) else (InvariantResult.BROKEN, invariant.message)
    except EvaluationError as exc:
        return InvariantResult.ERROR, f"It could not be answered: {exc}"


def _entry(invariant: Invariant, result: InvariantResult, reason: str | None, *, waived: bool) -> InvariantEntry:
    if waived and result is InvariantResult.BROKEN:
        result = InvariantResult.WAIVED
    return InvariantEntry(
        id=invariant.id,
        effect=invariant.otherwise,
        result=result,
        expression=invariant.require,
        reason=reason,
        remedy=invariant.remedy,
    )


def _budget(budget: Budget, environment: Environment, facts: Bound | None) -> BudgetResult:
    used, error = None, None
    if facts is None:
        error = _UNMERGED
    else:
        try:
            used = int(environment.compile(budget.of, expected=int, where=f"budget {budget.id}").evaluate(facts))
        except EvaluationError as exc:
            error = f"It could not be measured: {exc}"
    return BudgetResult(
        id=budget.id,
        of=budget.of,
        used=used,
        warn=budget.warn,
        review=budget.review,
        fail=budget.fail,
        exceeded=_exceeded(budget, used),
        error=error,
    )


def _exceeded(budget: Budget, used: int | None) -> Effect | None:
    if used is None:
        return None
    limits = ((Effect.FAIL, budget.fail), (Effect.REVIEW, budget.review), (Effect.WARN, budget.warn))
    return next((effect for effect, limit in limits if limit is not None and used > limit), None)
