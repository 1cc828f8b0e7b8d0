"""Says where a reason belongs: it decides the outcome, it is reported, or it only warns (docs/contracts.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineclear.model.verdict import CheckResult, InvariantEntry, Reason
from lineclear.model.words import Enforcement, Outcome

__all__ = ["Reasons", "blocks"]


def blocks(check: CheckResult) -> bool:
    """Say whether a check may decide the outcome. Its findings are then what invariants call ``findings``."""
    return check.required and check.enforcement is Enforcement.ENFORCE


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """All reasons of a verdict: those that decide, those of what is in report mode, and those that ask for nothing."""

    deciding: list[Reason] = field(default_factory=list)
    reported: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)

    def add(self, reason: Reason, part: CheckResult | InvariantEntry | None = None) -> None:
        """Put a reason where it belongs. ``part`` is the check or invariant that gives it; without one it decides."""
        optional = isinstance(part, CheckResult) and not part.required
        if optional or reason.outcome is Outcome.PASS:
            self.warnings.append(reason)
        elif part is not None and part.enforcement is Enforcement.REPORT:
            since = f", enforced from {part.enforce_from} on" if part.enforce_from is not None else ""
            self.reported.append(
                reason.model_copy(update={"text": f"{reason.text.removesuffix('.')} (in report mode{since})."})
            )
        else:
            self.deciding.append(reason)
