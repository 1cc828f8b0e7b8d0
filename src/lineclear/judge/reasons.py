"""Collects the reasons for an outcome from checks, invariants, budgets and the change itself."""

from __future__ import annotations

from collections.abc import Container, Sequence

from lineclear.judge.checks import Judged
from lineclear.judge.inputs import Inputs
from lineclear.judge.matching import Stated
from lineclear.judge.outcome import PRECEDENCE
from lineclear.judge.standing import Reasons
from lineclear.model.verdict import BudgetResult, CheckResult, InvariantEntry, QuarantineEntry, Reason, WaiverEntry
from lineclear.model.words import CheckStatus, Effect, InvariantResult, Level, Outcome

__all__ = ["FINE", "all_reasons", "conflict_reason", "contract_reasons"]

_LISTED = 3
_DONE = (CheckStatus.PASSED, CheckStatus.FAILED)
_EFFECTS = {Effect.FAIL: Outcome.FAIL, Effect.REVIEW: Outcome.REVIEW}
#: A status that asks for nothing. Every other one does, those of later versions included.
FINE = (CheckStatus.PASSED, CheckStatus.SKIPPED, CheckStatus.NOT_APPLICABLE)


def all_reasons(
    judged: Sequence[Judged],
    invariants: Sequence[InvariantEntry],
    budgets: Sequence[BudgetResult],
    exceptions: Sequence[WaiverEntry | QuarantineEntry],
    excused: Container[str],
    brought: Sequence[Reason] = (),
) -> Reasons:
    """Return the reasons that decide, most severe first, those that are reported, and those that ask for nothing.

    ``excused`` holds the sources without an answer that only the checks left out by ``--only`` could give: the outcome
    comes from what was selected. ``brought`` are those that the change itself gives.
    """
    reasons = Reasons(deciding=list(brought))
    for item in judged:
        if item.result.status not in FINE:
            reasons.add(_of_check(item.result), item.result)
        for asked in _of_flaky(item):
            reasons.add(asked, item.result)
    parts: list[tuple[Reason | None, InvariantEntry | None]] = [(_of_invariant(entry), entry) for entry in invariants]
    parts += [(_of_budget(budget), None) for budget in budgets]
    for reason, entry in parts:
        if reason is not None and reason.source in excused:
            reasons.warnings.append(reason)
        elif reason is not None:
            reasons.add(reason, entry)
    whole = all(item.result.status in _DONE for item in judged)
    for exception in exceptions:
        if exception.state == "expired":
            reasons.add(_of_expired(exception))
        elif exception.state == "unused" and isinstance(exception, WaiverEntry) and exception.fingerprint and whole:
            reasons.add(_of_unused(exception))
    return Reasons(
        deciding=sorted(reasons.deciding, key=_order),
        reported=sorted(reasons.reported, key=_order),
        warnings=sorted(reasons.warnings, key=_order),
    )


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


def contract_reasons(inputs: Inputs) -> list[Reason]:
    """Return the reason of a change whose contract would refuse every change after it, if it is one."""
    if inputs.change.broken_contract is None:
        return []
    return [
        Reason(
            outcome=Outcome.FAIL,
            source="change contract",
            text="The contract that the change brings is not valid: once it is the base's, no change can be judged.",
            todo="Mend what `lineclear contract check` says.",
        )
    ]


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


def _of_flaky(judged: Judged) -> list[Reason]:
    """Return what flaky tests ask for: a person, or nothing where they are quarantined.

    Those that the change brought or edited fail the check, which says so itself.
    """
    known = [stated for stated in judged.flaky if stated.raw.level is Level.NOTE]
    open_ = [stated for stated in judged.flaky if stated.raw.level is Level.WARNING]
    check = judged.result.id
    reasons = []
    if open_:
        reasons.append(
            Reason(
                outcome=Outcome.REVIEW,
                source=f"check {check}",
                text=f"{check}: {_tests(open_)} failed in the suite and passed when run again alone.",
                todo="Find out whether the change makes it flaky; if not, mend it, or quarantine it at the base.",
            )
        )
    if known:
        reasons.append(
            Reason(
                outcome=Outcome.PASS,
                source=f"check {check}",
                text=f"{check}: {_tests(known)} failed in the suite and passed when run again alone; in quarantine.",
                todo="Mend what is in quarantine before it expires.",
            )
        )
    return reasons


def _tests(flaky: Sequence[Stated]) -> str:
    names = [stated.raw.item or "" for stated in flaky]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    noun = "the flaky test" if len(names) == 1 else f"{len(names)} flaky tests,"
    return f"{noun} {', '.join(names[:_LISTED])}{more}"


def _of_expired(exception: WaiverEntry | QuarantineEntry) -> Reason:
    if isinstance(exception, WaiverEntry):
        what, source = f"The waiver for {exception.fingerprint or exception.invariant}", "waivers"
    else:
        what, source = f"The quarantine of {exception.test}", "quarantine"
    return Reason(
        outcome=Outcome.PASS,
        source=source,
        text=f"{what} by {exception.owner} expired on {exception.expires} and has no effect.",
        todo="Remove it from the contract, or renew it there with a new date.",
    )


def _of_unused(waiver: WaiverEntry) -> Reason:
    return Reason(
        outcome=Outcome.PASS,
        source="waivers",
        text=f"The waiver for {waiver.fingerprint} by {waiver.owner} covers nothing that was found.",
        todo="Remove it from the contract: the next finding of that kind would take it.",
    )


def _order(reason: Reason) -> tuple[int, str, str]:
    return (PRECEDENCE.index(reason.outcome), reason.source, reason.text)
