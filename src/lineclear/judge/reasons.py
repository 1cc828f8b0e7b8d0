"""Collects the reasons for an outcome from checks, invariants, budgets and the change itself."""

from __future__ import annotations

from collections.abc import Container, Sequence

from lineclear.judge.inputs import Inputs
from lineclear.judge.outcome import PRECEDENCE
from lineclear.model.contract import Waiver
from lineclear.model.verdict import BudgetResult, CheckResult, InvariantEntry, Reason
from lineclear.model.words import CheckStatus, Effect, Enforcement, InvariantResult, Outcome

__all__ = ["FINE", "all_reasons", "blocks", "conflict_reason"]

_EFFECTS = {Effect.FAIL: Outcome.FAIL, Effect.REVIEW: Outcome.REVIEW}
#: A status that asks for nothing. Every other one does, those of later versions included.
FINE = (CheckStatus.PASSED, CheckStatus.SKIPPED, CheckStatus.NOT_APPLICABLE)


def blocks(check: CheckResult) -> bool:
    """Say whether a check may decide the outcome, or is shown only."""
    return check.required and check.enforcement is Enforcement.ENFORCE


def all_reasons(
    checks: Sequence[CheckResult],
    invariants: Sequence[InvariantEntry],
    budgets: Sequence[BudgetResult],
    expired: Sequence[Waiver],
    excused: Container[str],
) -> tuple[list[Reason], list[Reason]]:
    """Return the reasons that decide, most severe first, and the warnings, which ask for nothing.

    ``excused`` holds the sources without an answer that only the checks left out by ``--only`` could give: the outcome
    comes from what was selected.
    """
    reasons: list[Reason] = []
    warnings: list[Reason] = []
    for check in checks:
        if check.status not in FINE:
            (reasons if blocks(check) else warnings).append(_of_check(check))
    for reason in (*map(_of_invariant, invariants), *map(_of_budget, budgets)):
        if reason is not None:
            shown_only = reason.outcome is Outcome.PASS or reason.source in excused
            (warnings if shown_only else reasons).append(reason)
    warnings += [_of_expired(waiver) for waiver in expired]
    return sorted(reasons, key=_order), sorted(warnings, key=_order)


def conflict_reason(inputs: Inputs) -> Reason:
    """Return the one reason of a change that cannot be merged."""
    paths = [conflict.path for conflict in inputs.change.conflicts]
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    where = f"conflict in {', '.join(paths[:3])}{more}" if paths else "could not be merged"
    return Reason(
        outcome=Outcome.FAIL,
        source="change",
        text=f"Base and head {where}.",
        todo=f"Merge {inputs.change.base.ref} into the change, or rebase it, and resolve the conflict.",
    )


def _of_check(check: CheckResult) -> Reason:
    if check.status is CheckStatus.FAILED:
        return Reason(
            outcome=Outcome.FAIL,
            source=f"check {check.id}",
            text=f"{check.id}: {check.reason}",
            todo=f"Mend what it found, then run `lineclear verify --only {check.id}`.",
        )
    if check.status is CheckStatus.WITHHELD and check.effect in _EFFECTS:
        return Reason(
            outcome=_EFFECTS[check.effect],
            source=f"variables {check.id}",
            text=f"{check.id}: {check.reason}",
            todo="Set them where Lineclear runs: as secrets of the repository, which changes from a fork do not get; "
            "for one of those, somebody who has them runs the check.",
        )
    return Reason(
        outcome=Outcome.ERROR,
        source=f"check {check.id}",
        text=f"{check.id} gave no result: {check.reason}",
        todo=f"Mend the cause, then run `lineclear verify --only {check.id}`.",
    )


def _of_invariant(entry: InvariantEntry) -> Reason | None:
    source = f"invariant {entry.id}"
    if entry.result is InvariantResult.BROKEN:
        outcome = _EFFECTS.get(entry.effect, Outcome.PASS)
        return Reason(outcome=outcome, source=source, text=f"{entry.id}: {entry.reason}", todo=entry.remedy)
    if entry.result is InvariantResult.ERROR:
        return Reason(
            outcome=Outcome.ERROR,
            source=source,
            text=f"{entry.id} has no answer. {entry.reason}",
            todo="Mend the check that it needs, or guard the expression with `!= null`.",
        )
    return None


def _of_budget(budget: BudgetResult) -> Reason | None:
    source = f"budget {budget.id}"
    if budget.error is not None:
        return Reason(
            outcome=Outcome.ERROR,
            source=source,
            text=f"{budget.id} has no measure. {budget.error}",
            todo="Mend the check that it needs, or the budget's expression.",
        )
    if budget.exceeded is None:
        return None
    limit = {Effect.WARN: budget.warn, Effect.REVIEW: budget.review, Effect.FAIL: budget.fail}[budget.exceeded]
    return Reason(
        outcome=_EFFECTS.get(budget.exceeded, Outcome.PASS),
        source=source,
        text=f"{budget.id}: {budget.used} is over the limit of {limit} ({budget.of}).",
        todo="Split the change into smaller ones that stand by themselves.",
    )


def _of_expired(waiver: Waiver) -> Reason:
    what = waiver.fingerprint or waiver.invariant
    return Reason(
        outcome=Outcome.PASS,
        source="waivers",
        text=f"The waiver for {what} by {waiver.owner} expired on {waiver.expires.isoformat()} and has no effect.",
        todo="Remove it from the contract, or renew it there with a new date.",
    )


def _order(reason: Reason) -> tuple[int, str, str]:
    return (PRECEDENCE.index(reason.outcome), reason.source, reason.text)
