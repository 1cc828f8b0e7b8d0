"""The few words that reports add themselves: how counts, places and long lists read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from lineclear.model.finding import Finding
from lineclear.model.verdict import CheckResult, FindingCounts, Reason, Verdict
from lineclear.model.words import CheckStatus, Enforcement, Outcome, PathKind
from lineclear.report.escape import code_span

__all__ = [
    "DID_NOT_RUN",
    "LIST_CAP",
    "NOT_KNOWN",
    "PATH_KINDS",
    "STATUS",
    "UNFINISHED",
    "capped",
    "controls",
    "counts",
    "known",
    "markdown_place",
    "place",
    "remark",
    "reported_only",
    "standing",
    "told_by_findings",
    "urgency",
]

T = TypeVar("T")

LIST_CAP = 20
NOT_KNOWN = "not known"

STATUS: dict[CheckStatus, str] = {
    CheckStatus.PASSED: "passed",
    CheckStatus.FAILED: "failed",
    CheckStatus.ERROR: "error",
    CheckStatus.SKIPPED: "skipped",
    CheckStatus.MISSING: "missing",
    CheckStatus.TIMEOUT: "timed out",
    CheckStatus.BLIND: "blind",
    CheckStatus.WITHHELD: "withheld",
    CheckStatus.NOT_APPLICABLE: "not applicable",
}

UNFINISHED = frozenset(
    {CheckStatus.ERROR, CheckStatus.MISSING, CheckStatus.TIMEOUT, CheckStatus.BLIND, CheckStatus.WITHHELD}
)
"""The statuses of a check that ought to have answered and did not."""

DID_NOT_RUN = frozenset({CheckStatus.SKIPPED, CheckStatus.NOT_APPLICABLE})
"""The statuses of a check that was not asked: it has no counts, and none are missing."""

PATH_KINDS: dict[PathKind, str] = {
    PathKind.CONTROL_PLANE: "Control plane",
    PathKind.DEPENDENCY: "Dependencies",
    PathKind.API_DOCUMENT: "API documents",
    PathKind.CONFIGURATION: "Configuration",
    PathKind.TEST: "Tests",
    PathKind.SOURCE: "Source",
    PathKind.DATA: "Data",
    PathKind.DOCUMENTATION: "Documentation",
    PathKind.OTHER: "Other",
}
"""How each kind of file reads, in the order in which a reviewer wants to see them."""


def known(count: int | None) -> str:
    """Return a count, or that it is not known: never 0 for what nobody looked at."""
    return NOT_KNOWN if count is None else str(count)


def counts(found: FindingCounts) -> str:
    """Return a check's three counts in words; those that are not known last."""
    words = {"new": found.new, "existing": found.existing, "fixed": found.fixed}
    parts = [f"{count} {word}" for word, count in words.items() if count is not None]
    unknown = [word for word, count in words.items() if count is None]
    if not parts:
        return f"findings {NOT_KNOWN}"
    return ", ".join([*parts, f"{' and '.join(unknown)} {NOT_KNOWN}"] if unknown else parts)


def controls(check: CheckResult) -> str:
    """Return how many of a check's controls it caught."""
    return "none" if check.controls is None else f"{check.controls.caught} of {check.controls.planted}"


def place(finding: Finding) -> str:
    """Return where a finding is: ``path:line``, ``path``, or no one file."""
    if finding.path is None:
        return "no one file"
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"


def markdown_place(finding: Finding) -> str:
    """Return where a finding is, for Markdown."""
    return place(finding) if finding.path is None else code_span(place(finding))


def urgency(check: CheckResult) -> tuple[int, str]:
    """Order checks: no answer, failed, passed, did not run. A list that is cut never hides what is wrong."""
    if check.status in UNFINISHED:
        return (0, check.id)
    if check.status in DID_NOT_RUN:
        return (3, check.id)
    return (2 if check.status is CheckStatus.PASSED else 1, check.id)


def told_by_findings(reason: Reason) -> bool:
    """Say whether a reason is a check's findings: what to do then stands with each of them."""
    return reason.outcome is Outcome.FAIL and reason.source.startswith("check ")


def standing(verdict: Verdict) -> list[str]:
    """Return what limits the verdict as a whole: that it is partial, and that it does not block."""
    lines = []
    if verdict.partial:
        lines.append("Partial: only a part of the contract was selected, so this says nothing about the rest of it.")
    if verdict.enforcement is Enforcement.REPORT:
        until = "" if verdict.enforce_from is None else f" until {verdict.enforce_from}, from that day on enforced"
        lines.append(f"Report mode{until}: judged and shown, but it does not block.")
    return lines


def reported_only(verdict: Verdict) -> frozenset[str]:
    """Return the checks whose findings block nothing, because they or the whole contract are in report mode."""
    all_of_it = verdict.enforcement is Enforcement.REPORT
    return frozenset(c.id for c in verdict.checks if all_of_it or c.enforcement is Enforcement.REPORT)


def remark(check: CheckResult) -> str:
    """Return what a table says beside a check: that it is in report mode and until when, and its reason."""
    if check.enforcement is Enforcement.ENFORCE:
        return check.reason or ""
    until = "" if check.enforce_from is None else f" until {check.enforce_from}"
    return f"Report mode{until}. {check.reason or ''}".rstrip()


def capped(items: Sequence[T], show: Callable[[T], Iterable[str]], cap: int = LIST_CAP) -> list[str]:
    """Return the lines of the first ``cap`` items, and one line that counts the rest."""
    lines = [line for item in items[:cap] for line in show(item)]
    return lines if len(items) <= cap else [*lines, f"- and {len(items) - cap} more"]
