"""Holds reports that other jobs made to this verification, and says of them what they are and are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lineclear.judge.inputs import Inputs
from lineclear.model.change import Change
from lineclear.model.evidence import Evidence, Taken
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import CheckResult
from lineclear.model.words import Ended, TreeName

__all__ = ["about_the_head", "foreign_report", "not_established_by", "origin_of"]

_SETTING = {TreeName.MERGED: "from", TreeName.BASE: "baseFrom"}


def foreign_report(planned: PlannedCheck, evidence: Evidence, change: Change) -> str | None:
    """Return what is wrong with where completed evidence comes from, or None: run here or taken, as was planned."""
    if evidence.ended is not Ended.COMPLETED:
        return None
    taken, stated = evidence.taken, planned.settings.get(_SETTING[evidence.tree]) or None
    if (taken is None) != (stated is None):
        return "was taken from a report of another job, against the plan" if taken is not None else "was not taken"
    if taken is None:
        return None
    if taken.source != str(stated):
        return f"was taken from {taken.source}, which the plan does not name"
    if evidence.tree is TreeName.BASE:
        return None if taken.tree == change.base.tree else "was taken from a report about another base"
    of_head = (taken.commit, taken.tree) == (change.head.commit, change.head.tree)
    if change.uncommitted or not (of_head or taken.tree == change.merge_tree):
        return "was taken from a report about another change"
    return None


def origin_of(check: CheckResult, inputs: Inputs) -> str | None:
    """Return the words for evidence that was taken from elsewhere, None for what was run."""
    taken = _taken(check, inputs)
    if taken is None:
        return None
    return f"{check.id} ran nothing: its evidence is taken from a report of another job for {taken.commit[:12]}"


def about_the_head(inputs: Inputs, done: Sequence[CheckResult]) -> list[str]:
    """Return the checks whose report is about the head, where that is not what will land."""
    tree = inputs.change.merge_tree
    return [check.id for check in done if (taken := _taken(check, inputs)) is not None and taken.tree != tree]


def not_established_by(inputs: Inputs, done: Sequence[CheckResult]) -> Iterator[str]:
    """Yield what a report of another job leaves open, in words."""
    for check in done:
        taken = _taken(check, inputs)
        if taken is None:
            continue
        yield f"{check.id}: that the report of another job is what its tool wrote was not checked ({taken.source})."
        if taken.tree != inputs.change.merge_tree:
            yield f"{check.id}: the report is about the head {taken.commit[:12]}, not about the merge result."
        if inputs.get(check.id, TreeName.BASE) is None:
            yield f"{check.id}: no report of the base was given, so every finding counts as new."


def _taken(check: CheckResult, inputs: Inputs) -> Taken | None:
    item = inputs.get(check.id, TreeName.MERGED)
    return item.evidence.taken if item is not None else None
