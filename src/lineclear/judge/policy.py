"""Asks the contract's invariants and budgets, and says which waivers are in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from lineclear.contract.cel import Bound, Environment, EvaluationError, Program
from lineclear.judge.inputs import Inputs
from lineclear.model.contract import Budget, Invariant, Waiver
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import BudgetResult, InvariantEntry, WaiverEntry
from lineclear.model.words import Effect, Enforcement, InvariantResult

__all__ = ["Ground", "ask_budgets", "ask_invariants", "in_force", "left_out", "waiver_entries"]

Value = TypeVar("Value", bool, int)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What answers stand on.

    ``facts`` is None when there are none, and ``why`` says why. ``gaps`` names the checks that were to give a result
    and gave none. ``unknown`` are the variables that do not say all because of the checks that ``--only`` left out,
    ``shown_only`` those without a value because the checks that would give it may not block.
    """

    facts: Bound | None
    why: str = ""
    gaps: Sequence[str] = ()
    unknown: frozenset[str] = frozenset()
    shown_only: frozenset[str] = frozenset()


class _Unanswered(Exception):
    """An expression has no value that may be relied on.

    ``excused``: only because checks were left out. ``shown_only``: it asks what only checks that may not block know.
    """

    def __init__(self, reason: str, *, excused: bool = False, shown_only: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.excused = excused
        self.shown_only = shown_only


def in_force(inputs: Inputs) -> list[Waiver]:
    """Return the waivers that have not expired on the day of the plan (the last day counts)."""
    return [waiver for waiver in inputs.contract.waivers if inputs.today <= waiver.expires]


def waiver_entries(inputs: Inputs, *, fingerprints: frozenset[str], invariants: frozenset[str]) -> list[WaiverEntry]:
    """Return what became of every waiver, given the fingerprints and the invariants that were waived."""
    valid = in_force(inputs)

    def state(waiver: Waiver) -> Literal["used", "unused", "expired"]:
        if waiver not in valid:
            return "expired"
        return "used" if waiver.fingerprint in fingerprints or waiver.invariant in invariants else "unused"

    return [
        WaiverEntry(
            fingerprint=waiver.fingerprint,
            invariant=waiver.invariant,
            reason=waiver.reason,
            owner=waiver.owner,
            expires=waiver.expires.isoformat(),
            state=state(waiver),
        )
        for waiver in inputs.contract.waivers
    ]


def left_out(inputs: Inputs) -> frozenset[str]:
    """Return the facts that do not say all there is: checks that apply, or parts of one, were left out or withheld.

    A withheld check that may not decide leaves a gap instead: else nothing would ask for anything.
    """
    missing = [p for p in inputs.plan.checks if p.applicable and (_left_out(p) or _withheld(p, inputs))]
    if not missing:
        return frozenset()
    return frozenset({"findings", "checks", *({"tests"} if any(planned.suite for planned in missing) else ())})


def _left_out(planned: PlannedCheck) -> bool:
    return not planned.selected or planned.selection is not None


def _withheld(planned: PlannedCheck, inputs: Inputs) -> bool:
    in_effect = inputs.enforcement(planned.enforcement, planned.enforce_from)
    return bool(planned.missing) and planned.required and in_effect is Enforcement.ENFORCE


def ask_invariants(
    inputs: Inputs, environment: Environment, ground: Ground
) -> tuple[list[InvariantEntry], frozenset[str]]:
    """Ask every invariant, and name those that have no answer only because checks were left out.

    One that cannot be answered is an error, never held: a fact is null, a check that ``findings`` need gave no result.
    """
    waived = {waiver.invariant for waiver in in_force(inputs)}
    entries, excused = [], set()
    for invariant in inputs.contract.invariants:
        enforcement = inputs.enforcement(invariant.enforcement, invariant.enforce_from)
        try:
            result, reason = _answer(invariant, environment, ground)
        except _Unanswered as exc:
            result, reason = InvariantResult.ERROR, exc.reason
            enforcement = Enforcement.REPORT if exc.shown_only else enforcement
            excused |= {invariant.id} if exc.excused else set()
        if result is InvariantResult.BROKEN and invariant.id in waived:
            result = InvariantResult.WAIVED
        entries.append(
            InvariantEntry(
                id=invariant.id,
                effect=invariant.otherwise,
                enforcement=enforcement,
                enforce_from=invariant.enforce_from.isoformat() if invariant.enforce_from is not None else None,
                result=result,
                expression=invariant.require,
                reason=reason,
                remedy=invariant.remedy,
            )
        )
    return entries, frozenset(excused)


def ask_budgets(inputs: Inputs, environment: Environment, ground: Ground) -> tuple[list[BudgetResult], frozenset[str]]:
    """Measure every budget, and name those that have no measure only because checks were left out.

    One that cannot be measured has an error and no use.
    """
    results, excused = [], set()
    for budget in inputs.contract.budgets:
        used, error = None, None
        try:
            program = environment.compile(budget.of, expected=int, where=f"budget {budget.id}")
            used = _value(program, ground)
            _refuse_unknown(program, ground)
        except _Unanswered as exc:
            used, error = None, exc.reason
            excused |= {budget.id} if exc.excused or exc.shown_only else set()
        results.append(
            BudgetResult(
                id=budget.id,
                of=budget.of,
                used=used,
                warn=budget.warn,
                review=budget.review,
                fail=budget.fail,
                exceeded=_exceeded(budget, used),
                error=error,
            )
        )
    return results, frozenset(excused)


def _answer(invariant: Invariant, environment: Environment, ground: Ground) -> tuple[InvariantResult, str | None]:
    where = f"invariant {invariant.id}"
    if invariant.applies is not None:
        applies = environment.compile(invariant.applies, expected=bool, where=where)
        if not _value(applies, ground):
            _refuse_unknown(applies, ground)
            return InvariantResult.HELD, "It does not apply to this change."
    require = environment.compile(invariant.require, expected=bool, where=where)
    if not _value(require, ground):
        # Broken by what was selected; the checks that were left out cannot mend that.
        return InvariantResult.BROKEN, invariant.message
    _refuse_unknown(require, ground)
    return InvariantResult.HELD, None


def _value(program: Program[Value], ground: Ground) -> Value:
    if ground.facts is None:
        raise _Unanswered(ground.why)
    if ground.gaps and "findings" in program.names:
        raise _Unanswered(f"It speaks of findings, and {' and '.join(ground.gaps)} gave no result.")
    if program.names & ground.unknown - {"findings"}:
        _refuse_unknown(program, ground)
    try:
        return program.evaluate(ground.facts)
    except EvaluationError as exc:
        shown_only = bool(program.names & ground.shown_only)
        raise _Unanswered(f"It cannot be evaluated: {str(exc).rstrip('.')}.", shown_only=shown_only) from exc


def _refuse_unknown(program: Program[Value], ground: Ground) -> None:
    unknown = sorted(program.names & ground.unknown)
    if unknown:
        raise _Unanswered(f"It speaks of {' and '.join(unknown)}, and some checks were left out.", excused=True)


def _exceeded(budget: Budget, used: int | None) -> Effect | None:
    if used is None:
        return None
    limits = ((Effect.FAIL, budget.fail), (Effect.REVIEW, budget.review), (Effect.WARN, budget.warn))
    return next((effect for effect, limit in limits if limit is not None and used > limit), None)
