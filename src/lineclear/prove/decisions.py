"""The decision log: each decision of one verification, in the order in which they follow from each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lineclear.model.base import Model, compact_json, sha256
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.finding import Finding
from lineclear.model.plan import Plan, PlannedCheck
from lineclear.model.verdict import (
    BudgetResult,
    CheckResult,
    InvariantEntry,
    QuarantineEntry,
    Reason,
    Verdict,
    WaiverEntry,
)
from lineclear.model.words import Enforcement
from lineclear.prove.merkle import merkle_root

__all__ = ["Decision", "DecisionKind", "Log", "decisions", "write_log"]


class DecisionKind(StrEnum):
    """What was decided, in the order of the log."""

    CONTRACT = "contract"
    INHERITED = "inherited"
    ENFORCEMENT = "enforcement"
    REVISION = "revision"
    MERGE = "merge"
    AUTHOR = "author"
    PLAN = "plan"
    CHECK = "check"
    FINDING = "finding"
    INVARIANT = "invariant"
    BUDGET = "budget"
    WAIVER = "waiver"
    QUARANTINE = "quarantine"
    REASON = "reason"
    REPORTED = "reported"
    WARNING = "warning"
    OUTCOME = "outcome"


class Decision(Model):
    """One decision: about what, the word that was decided, why, and the digest of what it is about.

    ``digest`` is a contract's SHA-256, a revision's git tree, a finding's fingerprint; null for the others.
    """

    kind: DecisionKind
    about: str
    decided: str
    reason: str | None = None
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Log:
    """A log as bytes, one line a decision, with what the verdict's statement names of it.

    The leaves of the tree are the raw bytes of each line, without the newline that ends it.
    """

    data: bytes
    sha256: str
    merkle_root: str
    tree_size: int


def decisions(change: Change, contract: EffectiveContract, plan: Plan, verdict: Verdict) -> list[Decision]:
    """Return each decision of one verification, in order. Equal arguments give equal decisions."""
    return [
        *_of_contract(contract, verdict),
        *_of_change(change),
        *(_of_plan(check) for check in plan.checks),
        *_of_checks(verdict),
        *_of_invariants(verdict),
        *(_of_budget(budget) for budget in verdict.budgets),
        *(_of_waiver(waiver) for waiver in verdict.waivers),
        *(_of_quarantine(entry) for entry in verdict.quarantine),
        *(_of_reason(DecisionKind.REASON, reason) for reason in verdict.reasons),
        *(_of_reason(DecisionKind.REPORTED, reason) for reason in verdict.reported),
        *(_of_reason(DecisionKind.WARNING, reason) for reason in verdict.warnings),
        Decision(
            kind=DecisionKind.OUTCOME,
            about="partial verdict" if verdict.partial else "verdict",
            decided=verdict.outcome.value,
            reason=verdict.summary,
        ),
    ]


def write_log(entries: Iterable[Decision]) -> Log:
    """Return the log's bytes (JSON lines, each with a newline at its end) with its digests."""
    lines = [compact_json(entry.model_dump(mode="json", by_alias=True)) for entry in entries]
    data = b"".join(line + b"\n" for line in lines)
    return Log(data=data, sha256=sha256(data), merkle_root=merkle_root(lines), tree_size=len(lines))


def _of_contract(contract: EffectiveContract, verdict: Verdict) -> Iterator[Decision]:
    kind = DecisionKind.CONTRACT
    yield Decision(kind=kind, about=contract.uri, decided=contract.source.value, digest=contract.digest)
    for parent in contract.extends:
        yield Decision(kind=DecisionKind.INHERITED, about=parent.uri, decided="read", digest=parent.digest)
    yield Decision(kind=DecisionKind.ENFORCEMENT, about=contract.uri, decided=verdict.enforcement.value)
    parts: list[CheckResult | InvariantEntry] = [*verdict.checks, *verdict.invariants]
    for part in parts:
        if part.enforcement is Enforcement.REPORT:
            reason = None if part.enforce_from is None else f"Enforced from {part.enforce_from} on."
            yield Decision(kind=DecisionKind.ENFORCEMENT, about=part.id, decided="report", reason=reason)


def _of_change(change: Change) -> Iterator[Decision]:
    for name, revision in (("base", change.base), ("head", change.head)):
        yield Decision(
            kind=DecisionKind.REVISION,
            about=name,
            decided=revision.commit,
            reason=f"{revision.ref} was asked for.",
            digest=revision.tree,
        )
    paths = ", ".join(conflict.path for conflict in change.conflicts)
    yield Decision(
        kind=DecisionKind.MERGE,
        about=change.merge_commit or "base and head",
        decided="conflict" if change.merge_tree is None else "merged",
        reason=f"Both sides changed {paths}." if paths else None,
        digest=change.merge_tree,
    )
    yield Decision(
        kind=DecisionKind.AUTHOR,
        about=change.author.login or "author",
        decided=change.author.kind.value,
        reason="; ".join(change.author.signals) or None,
    )


def _of_plan(check: PlannedCheck) -> Decision:
    if not check.selected:
        decided = "skipped"
    elif not check.applicable:
        decided = "notApplicable"
    else:
        decided = "notRun" if check.run is None else "planned"
    return Decision(kind=DecisionKind.PLAN, about=check.id, decided=decided, reason=check.reason)


def _of_checks(verdict: Verdict) -> Iterator[Decision]:
    for check in verdict.checks:
        yield Decision(kind=DecisionKind.CHECK, about=check.id, decided=check.status.value, reason=check.reason)
    for finding in verdict.findings:
        yield Decision(
            kind=DecisionKind.FINDING,
            about=finding.check,
            decided="unknown" if finding.state is None else finding.state.value,
            reason=f"{finding.level.value} {finding.rule}{_place(finding)}{', waived' if finding.waived else ''}",
            digest=finding.fingerprint,
        )


def _place(finding: Finding) -> str:
    if finding.path is None:
        return ""
    return f" at {finding.path}" + (f":{finding.line}" if finding.line is not None else "")


def _of_invariants(verdict: Verdict) -> Iterator[Decision]:
    for entry in verdict.invariants:
        kind = DecisionKind.INVARIANT
        yield Decision(kind=kind, about=entry.id, decided=entry.result.value, reason=entry.reason)


def _of_budget(budget: BudgetResult) -> Decision:
    if budget.used is None:
        decided, reason = "unmeasured", budget.error
    else:
        decided = "within" if budget.exceeded is None else budget.exceeded.value
        limits = {"warn": budget.warn, "review": budget.review, "fail": budget.fail}
        stated = ", ".join(f"{name} above {limit}" for name, limit in limits.items() if limit is not None)
        reason = f"{budget.used} used; {stated or 'no limit'}"
    return Decision(kind=DecisionKind.BUDGET, about=budget.id, decided=decided, reason=reason)


def _of_waiver(waiver: WaiverEntry) -> Decision:
    return Decision(
        kind=DecisionKind.WAIVER,
        about=waiver.invariant or waiver.fingerprint or "nothing",
        decided=waiver.state,
        reason=f"{waiver.owner} until {waiver.expires}: {waiver.reason}",
    )


def _of_quarantine(entry: QuarantineEntry) -> Decision:
    reason = f"{entry.owner} until {entry.expires}: {entry.reason}"
    return Decision(kind=DecisionKind.QUARANTINE, about=entry.test, decided=entry.state, reason=reason)


def _of_reason(kind: DecisionKind, reason: Reason) -> Decision:
    return Decision(kind=kind, about=reason.source, decided=reason.outcome.value, reason=reason.text)
