"""What is to be repaired: the findings that the change may have brought, grouped by what caused them."""

from __future__ import annotations

from dataclasses import dataclass

from lineclear.model.finding import Finding
from lineclear.model.verdict import Verdict
from lineclear.model.words import FindingState, Level

__all__ = ["Cause", "causes"]

_SEVERITY = (Level.ERROR, Level.WARNING, Level.NOTE)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Findings of one rule of one check that have the same remedy. ``state`` is new, or null: not compared."""

    check: str
    rule: str
    level: Level
    state: FindingState | None
    remedy: str
    findings: tuple[Finding, ...]

    @property
    def message(self) -> str | None:
        """The message, where all findings have the same."""
        return _shared([finding.message for finding in self.findings])

    @property
    def reproduce(self) -> str | None:
        """The command that reproduces the findings, where it is the same for all."""
        return _shared([finding.reproduce for finding in self.findings])


def causes(verdict: Verdict) -> list[Cause]:
    """Return what is to be repaired: new before not compared, severe before mild.

    Existing and fixed ones are left out, and those that a waiver in force covers.
    """
    groups: dict[tuple[bool, int, str, str, str], list[Finding]] = {}
    for finding in verdict.findings:
        if finding.state in (FindingState.NEW, None) and not finding.waived:
            rank = (finding.state is None, _SEVERITY.index(finding.level))
            groups.setdefault((*rank, finding.check, finding.rule, finding.remedy), []).append(finding)
    return [_cause(groups[key]) for key in sorted(groups)]


def _cause(findings: list[Finding]) -> Cause:
    first = findings[0]
    return Cause(
        check=first.check,
        rule=first.rule,
        level=first.level,
        state=first.state,
        remedy=first.remedy,
        findings=tuple(sorted(findings, key=_where)),
    )


def _where(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.path or "", finding.line or 0, finding.message, finding.fingerprint)


def _shared(values: list[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
