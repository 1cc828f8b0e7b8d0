"""The verdict: the answer for one change, derived from inputs and evidence and from nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lineclear.model.base import Model
from lineclear.model.change import Author, Revision
from lineclear.model.contract import Inherited
from lineclear.model.finding import Finding
from lineclear.model.words import (
    CheckStatus,
    ContractSource,
    Effect,
    Enforcement,
    InvariantResult,
    Outcome,
    PathKind,
    Trust,
)

__all__ = [
    "BudgetResult",
    "CheckResult",
    "Controls",
    "EvidenceRef",
    "FindingCounts",
    "InvariantEntry",
    "Moved",
    "QuarantineEntry",
    "Reason",
    "Verdict",
    "VerdictChange",
    "VerdictContract",
    "WaiverEntry",
]


class VerdictChange(Model):
    """The change that was judged. ``merge_tree`` is null on a merge conflict."""

    repository: str
    pull_request: int | None
    base: Revision
    head: Revision
    merge_tree: str | None
    uncommitted: bool
    author: Author


class VerdictContract(Model):
    """The contract that it was judged by."""

    source: ContractSource
    uri: str
    digest: str
    extends: list[Inherited]


class Controls(Model):
    """Samples that the check must catch; null on a check that carries none."""

    planted: int
    caught: int


class FindingCounts(Model):
    """How many findings a check has against the base. Null: not looked at, so not known."""

    new: int | None
    existing: int | None
    fixed: int | None


class EvidenceRef(Model):
    """A piece of evidence: its path in the bundle and the SHA-256 of its bytes."""

    path: str
    digest: str


class CheckResult(Model):
    """One check's part of the verdict. ``reason`` is a sentence for every status but ``passed``.

    A check that passed has one too where tests were flaky. ``enforcement`` is what was in effect on the day of the
    verdict; ``enforce_from`` the day on which it is or was enforced, where the contract names one. ``effect`` says what
    follows where the check is withheld, for want of variables that the contract passes to it.
    """

    id: str
    title: str
    required: bool
    enforcement: Enforcement
    enforce_from: str | None = None
    status: CheckStatus
    effect: Effect | None = None
    reason: str | None
    trust: Trust
    controls: Controls | None
    findings: FindingCounts
    measures: dict[str, int] | None
    cached: bool
    evidence: list[EvidenceRef]


class InvariantEntry(Model):
    """One invariant's part of the verdict. It is in report mode too while it asks only what such checks know."""

    id: str
    effect: Effect
    enforcement: Enforcement = Enforcement.ENFORCE
    enforce_from: str | None = None
    result: InvariantResult
    expression: str
    reason: str | None
    remedy: str


class BudgetResult(Model):
    """One budget's part of the verdict. ``used`` and ``exceeded`` are null when it could not be measured."""

    id: str
    of: str
    used: int | None
    warn: int | None
    review: int | None
    fail: int | None
    exceeded: Effect | None
    error: str | None


class WaiverEntry(Model):
    """One waiver's part of the verdict: whether it was in force, and what it was used for."""

    fingerprint: str | None
    invariant: str | None
    reason: str
    owner: str
    expires: str
    state: Literal["used", "unused", "expired"]


class QuarantineEntry(Model):
    """One quarantined test's part of the verdict: whether it was in force, and whether the test was flaky."""

    test: str
    reason: str
    owner: str
    expires: str
    state: Literal["used", "unused", "expired"]


class Reason(Model):
    """One reason for the outcome: the outcome it asks for, who says so, what was found, what to do."""

    outcome: Outcome
    source: str
    text: str
    todo: str


class Moved(Model):
    """What moved, by what the files are to the system. Null paths never occur: every changed file is in one."""

    kind: PathKind
    files: int
    paths: list[str]


class Verdict(Model):
    """The answer.

    ``outcome`` and ``reasons`` (all of them, most severe first) are of what is enforced. ``reported`` are the reasons
    of checks and invariants in report mode, and ``reported_outcome`` is what the outcome would be if those were
    enforced too. With ``enforcement`` report, which is the whole contract's, the outcome stays as judged and blocks
    nothing. ``summary`` is one sentence. ``warnings`` ask for nothing.
    ``moved`` is null when base and head could not be merged. ``established`` and ``not_established`` are the
    sentences every report ends with.
    """

    schema_version: Literal[1] = 1
    outcome: Outcome
    reported_outcome: Outcome
    enforcement: Enforcement
    enforce_from: str | None = None
    partial: bool
    summary: str
    reasons: list[Reason]
    reported: list[Reason] = Field(default_factory=list)
    warnings: list[Reason]
    change: VerdictChange
    contract: VerdictContract
    checks: list[CheckResult]
    invariants: list[InvariantEntry]
    findings: list[Finding]
    budgets: list[BudgetResult]
    waivers: list[WaiverEntry]
    quarantine: list[QuarantineEntry] = Field(default_factory=list)
    moved: list[Moved] | None
    established: list[str]
    not_established: list[str]
