"""Tells flaky tests from failures, by the runs that repeat what failed (docs/flaky.md).

What fails on the base and passes there when it is run again did not fail there steadily, so it excuses nothing. What
then fails on the merge result only is flaky if it passed in one of the runs that repeat it there, alone; else it is a
failure. A run that did not finish shows no pass; one that is missing, or is of something else, leaves no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from lineclear.battery.fingerprints import item_key
from lineclear.judge.inputs import Inputs
from lineclear.judge.origin import foreign
from lineclear.model.contract import Quarantine
from lineclear.model.evidence import Evidence
from lineclear.model.finding import RawFinding
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import QuarantineEntry
from lineclear.model.words import Ended, Level, ScopeKind, TreeName

__all__ = ["FLAKY", "Repeated", "Unsettled", "quarantine_entries", "quarantined", "repeated", "unrepeated"]

Own = Callable[[Sequence[RawFinding], Sequence[RawFinding]], list[RawFinding]]

FLAKY = "flaky-test"
"""The rule of the finding that a flaky test is."""


class Unsettled(Exception):
    """The runs that repeat what failed are not those that were to be made; ``reason`` is a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class _Again:
    """The runs that repeat some items on one tree; none where there is nothing to repeat, or too much of it."""

    runs: Sequence[Evidence]
    note: str | None = None

    def passes(self, item: str) -> int:
        """Return in how many of the runs an item was seen to pass."""
        return sum(item in (run.passed or ()) for run in self.runs)


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """The findings of both trees after what failed was run again, and what is to be said of it."""

    merged: list[RawFinding]
    base: list[RawFinding]
    notes: list[str]


def repeated(
    planned: PlannedCheck, inputs: Inputs, merged: Sequence[RawFinding], base: Evidence, is_own: Own
) -> Repeated:
    """Return the findings of both trees: of the base those that are steady, of the merge result flaky tests as that.

    ``is_own`` picks, of the findings of the merge result, those that the base's do not have.
    Raises :class:`Unsettled` when the runs are not what they should be, or did not finish on the base.
    """
    before = base.findings or []
    if base.ended is not Ended.COMPLETED or base.scope.kind is not ScopeKind.SELECTED:
        unrepeated(planned, inputs)
        return Repeated(merged=list(merged), base=before, notes=[])
    again = _again(planned, inputs, TreeName.BASE, _items(before))
    for run in again.runs:
        if run.ended is not Ended.COMPLETED:
            raise Unsettled(f"On the base it did not finish when it was run again: {_ended(run)}")
    loose = [finding for finding in before if finding.item is not None and again.passes(finding.item)]
    steady = [finding for finding in before if finding not in loose]
    notes = [f"{again.note}, so whether they fail there each time is not known."] if again.note else []
    notes += [
        f"{finding.item} failed on the base and passed there when it was run again alone: that excuses no failure."
        for finding in loose
    ]
    told, more = _told(planned, inputs, merged, is_own(merged, steady))
    return Repeated(merged=told, base=steady, notes=[*notes, *more])


def unrepeated(planned: PlannedCheck, inputs: Inputs) -> None:
    """Raise :class:`Unsettled` if there is evidence of runs that nothing asked for."""
    for tree in TreeName:
        _again(planned, inputs, tree, [])


def _told(
    planned: PlannedCheck, inputs: Inputs, merged: Sequence[RawFinding], own: Sequence[RawFinding]
) -> tuple[list[RawFinding], list[str]]:
    """Return the findings of the merge result with flaky tests said to be that, and what else is to be said."""
    again = _again(planned, inputs, TreeName.MERGED, _items(own))
    notes = [f"{again.note}, so which of them are flaky is not known."] if again.note else []
    notes += [
        f"{planned.id}, run again, did not finish ({run.ended.value}), which counts as no pass: {_ended(run)}"
        for run in again.runs
        if run.ended is not Ended.COMPLETED
    ]
    edited = {item for run in again.runs for item in run.scope.edited or ()}
    flaky = [finding for finding in own if finding.item is not None and again.passes(finding.item)]
    told = [_flaky(finding, again, edited, inputs) if finding in flaky else finding for finding in merged]
    return told, notes


def _items(findings: Sequence[RawFinding]) -> list[str]:
    return sorted({finding.item for finding in findings if finding.item is not None})


def _again(planned: PlannedCheck, inputs: Inputs, tree: TreeName, items: list[str]) -> _Again:
    """Return the runs that repeat some items, held to what was to be run. Raises :class:`Unsettled`."""
    reruns, where = planned.reruns, "merge result" if tree is TreeName.MERGED else "base"
    wanted = reruns is not None and 0 < len(items) <= reruns.most
    runs: list[Evidence] = []
    for number in range(1, (reruns.times if reruns is not None else 0) + 1):
        piece = inputs.again.get((planned.id, tree, number))
        if (piece is not None) != wanted:
            what = "is no evidence that" if wanted else "is evidence, and no reason, that"
            raise Unsettled(f"There {what} it was run again on the {where} ({number} of {reruns and reruns.times}).")
        if piece is not None:
            _hold(planned, inputs, piece.evidence, items, runs)
            runs.append(piece.evidence)
    too_many = reruns is not None and len(items) > reruns.most
    counted = f"{len(items)} tests of {planned.id} fail on the {where}, more than are run again"
    return _Again(runs=runs, note=f"{counted} ({reruns.most})" if too_many and reruns is not None else None)


def _hold(planned: PlannedCheck, inputs: Inputs, run: Evidence, items: list[str], before: Sequence[Evidence]) -> None:
    """Raise :class:`Unsettled` unless a run is of the items, the tree and the tool that it is to be of."""
    expected = inputs.change.base.tree if run.tree is TreeName.BASE else inputs.change.merge_tree
    what = foreign(planned, run, expected)
    if what is None and (run.scope.kind is not ScopeKind.SELECTED or run.scope.items != items):
        what = "is of other tests than those that failed"
    if what is None and not set(run.passed or ()) | set(run.scope.edited or ()) <= set(items):
        what = "speaks of tests that it was not to run"
    if what is None and any(other.scope != run.scope for other in before):
        what = "does not say the same of the change as the run before"
    if what is not None:
        raise Unsettled(f"Its evidence of being run again ({run.again} on the {run.tree.value} tree) {what}.")


def _flaky(finding: RawFinding, again: _Again, edited: set[str], inputs: Inputs) -> RawFinding:
    """Return the finding of a flaky test in place of its failure. It has a key of its own: so no waiver covers both."""
    item = finding.item or ""
    known = quarantined(inputs, item)
    said = (
        f"{item} is flaky: it failed in the suite and passed when it was run again alone "
        f"({again.passes(item)} of {len(again.runs)} times)"
    )
    if item in edited:
        level, more = Level.ERROR, ", and this change brought or edited it"
        remedy = "Make the test say the same each time: look for time, order, randomness and state that tests share."
    elif known is not None:
        level, more = Level.NOTE, f", and {known.owner} has it in quarantine until {known.expires.isoformat()}"
        remedy = f"Nothing to do in this change: {known.reason}"
    else:
        level, more = Level.WARNING, ""
        remedy = (
            "Find out whether the change makes it flaky. If it was so before, mend it, or let its owner put it into "
            "`quarantine` in the contract at the base."
        )
    update = {
        "rule": FLAKY,
        "level": level,
        "message": f"{said}{more}. {finding.message}",
        "key": item_key(FLAKY, finding.rule, finding.key),
        "remedy": remedy,
    }
    return finding.model_copy(update=update)


def quarantined(inputs: Inputs, item: str) -> Quarantine | None:
    """Return the entry in force that names a test, or the test whose parameters are in its id."""
    names = (item, item.partition("[")[0])
    return next((e for e in inputs.contract.quarantine if e.test in names and inputs.today <= e.expires), None)


def quarantine_entries(inputs: Inputs, flaky: Sequence[str]) -> list[QuarantineEntry]:
    """Return what became of every quarantined test, given the tests that were flaky."""
    used = [quarantined(inputs, item) for item in flaky]

    def state(entry: Quarantine) -> Literal["used", "unused", "expired"]:
        if inputs.today > entry.expires:
            return "expired"
        return "used" if entry in used else "unused"

    return [
        QuarantineEntry(
            test=entry.test,
            reason=entry.reason,
            owner=entry.owner,
            expires=entry.expires.isoformat(),
            state=state(entry),
        )
        for entry in inputs.contract.quarantine
    ]


def _ended(run: Evidence) -> str:
    return run.problem.sentence() if run.problem is not None else f"It ended as {run.ended.value}."
