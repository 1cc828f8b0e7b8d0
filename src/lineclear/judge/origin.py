"""Says whether a piece of evidence is of the tree and the tool that were planned."""

from __future__ import annotations

from lineclear.model.evidence import Evidence
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import Ended

__all__ = ["foreign"]


def foreign(planned: PlannedCheck, evidence: Evidence, tree: str | None) -> str | None:
    """Return what of a piece of evidence is not what was planned, or None."""
    if evidence.subject.tree != tree:
        return f"is about another tree, {evidence.subject.tree[:12]}"
    tool = planned.tool
    if (evidence.tool.name, evidence.tool.lock_digest) != (tool.name, tool.lock_digest):
        return f"comes from a {evidence.tool.name} that is not the one that was planned"
    ran = evidence.ended is Ended.COMPLETED and evidence.taken is None
    if ran and (evidence.exit_code is None or evidence.signal is not None):
        return "says that it completed, and gives no exit code"
    return None
