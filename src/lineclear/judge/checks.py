"""Judges each check by itself: its status, the state of its findings, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineclear.judge.exchanged import Unproven, judge_exchanged
from lineclear.judge.flaky import FLAKY, Unsettled, repeated, unrepeated
from lineclear.judge.inputs import Inputs, Item
from lineclear.judge.matching import Stated, match, unmatched
from lineclear.judge.origin import foreign
from lineclear.judge.taken import foreign_report
from lineclear.model.evidence import Evidence, Scope
from lineclear.model.finding import RawFinding
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import CheckResult, FindingCounts
from lineclear.model.words import CheckStatus, Effect, Ended, FindingState, Level, ScopeKind, TreeName, Trust

__all__ = ["Judged", "is_waived", "judge_check"]

_UNKNOWN = FindingCounts(new=None, existing=None, fixed=None)
_BESIDE = (ScopeKind.CHANGED, ScopeKind.SELECTED)  # the base was to be run at the same time
_TRUST = tuple(Trust)  # weakest first


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A check's result with its findings. ``stated`` is None when the check left nothing that may be judged.

    ``flaky`` are those of them that are flaky tests and not waived; ``notes`` what could not be told apart.
    """

    result: CheckResult
    stated: list[Stated] | None
    flaky: Sequence[Stated] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """Findings against the base; ``gap`` says why their state is not known, ``unsettled`` why they mean nothing.

    ``flaky`` are the keys of the findings that are flaky tests.
    """

    stated: list[Stated]
    fixed_known: bool
    gap: str | None
    unsettled: str | None = None
    flaky: frozenset[str] = frozenset()
    notes: Sequence[str] = ()


def judge_check(planned: PlannedCheck, inputs: Inputs, waived: frozenset[str]) -> Judged:
    """Return the result of one planned check. Every way out but the last is something other than passed."""
    early = _not_run(planned, inputs)
    if early is not None:
        return _without_findings(planned, *early, inputs)
    if planned.overlay is not None:
        return _exchanged(planned, planned.overlay, inputs, waived)
    item = inputs.get(planned.id, TreeName.MERGED)
    if item is None:
        return _without_findings(planned, CheckStatus.MISSING, "It left no evidence for the merge result.", inputs)
    broken = _broken(planned, item.evidence, inputs)
    if broken is not None:
        return _without_findings(planned, *broken, inputs)
    evidence = item.evidence
    comparison = _compare(planned, evidence, inputs)
    status, reason = _status(planned, evidence, comparison, inputs, waived)
    counts = _UNKNOWN if status is CheckStatus.ERROR else _counts(comparison)
    return Judged(
        result=_result(planned, status, reason, counts, evidence.measures, inputs),
        stated=comparison.stated,
        flaky=_flaky(comparison, waived),
        notes=comparison.notes,
    )


def is_waived(stated: Stated, waived: frozenset[str]) -> bool:
    """Say whether a waiver in force covers a finding of the merge result.

    Without a state there is no number among equal findings either, so no waiver can be known to be meant for it.
    """
    return stated.state in (FindingState.NEW, FindingState.EXISTING) and stated.fingerprint in waived


def _exchanged(planned: PlannedCheck, overlay: PlannedOverlay, inputs: Inputs, waived: frozenset[str]) -> Judged:
    """Return the result of a check that runs the tests of each tree on the code of the other."""
    first = inputs.get(planned.id, TreeName.OLD_TESTS)
    if first is None:
        return _without_findings(planned, CheckStatus.MISSING, "It left no evidence for the base's tests.", inputs)
    try:
        told = judge_exchanged(planned, overlay, inputs)
    except Unproven as exc:
        status = CheckStatus.TIMEOUT if exc.timeout else CheckStatus.ERROR
        return _without_findings(planned, status, exc.reason, inputs)
    errors = sum(s.raw.level is Level.ERROR and not is_waived(s, waived) for s in told.stated)
    status = CheckStatus.FAILED if errors else CheckStatus.PASSED
    noun = "test of the base fails" if errors == 1 else "tests of the base fail"
    flaky = [s for s in told.stated if s.raw.rule == FLAKY and not is_waived(s, waived)]
    reason = f"{len(flaky)} flaky {'test' if len(flaky) == 1 else 'tests'}." if flaky else None
    if errors:
        reason = f"{errors} {noun} on the change, and nothing explains it."
    counts = FindingCounts(new=len(told.stated), existing=0, fixed=None)
    result = _result(planned, status, reason, counts, first.evidence.measures, inputs)
    return Judged(result=result, stated=told.stated, flaky=flaky, notes=told.notes)


def _not_run(planned: PlannedCheck, inputs: Inputs) -> tuple[CheckStatus, str] | None:
    if inputs.conflict:
        return CheckStatus.SKIPPED, "Base and head conflict, so there is no merge result to run on."
    if not planned.selected:
        return CheckStatus.SKIPPED, planned.reason or "It was left out by --only."
    if not planned.applicable:
        return CheckStatus.NOT_APPLICABLE, planned.reason or "The plan gives no reason."
    if planned.missing:
        names = ", ".join(planned.missing)
        which = f"the variable {names} is" if len(planned.missing) == 1 else f"the variables {names} are"
        return (
            CheckStatus.WITHHELD,
            f"It was not run: {which} not set, and the contract says that the code needs it.",
        )
    return None


def _broken(planned: PlannedCheck, evidence: Evidence, inputs: Inputs) -> tuple[CheckStatus, str] | None:
    """Return why the evidence for the merge result may not be judged, or None when it may."""
    tree = inputs.change.merge_tree
    strange = foreign(planned, evidence, tree) or foreign_report(planned, evidence, inputs.change)
    if strange is not None:
        return CheckStatus.ERROR, f"Its evidence {strange}."
    if evidence.ended is not Ended.COMPLETED:
        status = CheckStatus.TIMEOUT if evidence.ended is Ended.TIMEOUT else CheckStatus.ERROR
        return status, _ended(evidence)
    if planned.selection is None:
        if planned.run is None or evidence.scope.kind is not ScopeKind.ALL:
            return CheckStatus.ERROR, "It examined a part of the merge result where all of it was to be examined."
    elif planned.run is None or evidence.scope != Scope(kind=ScopeKind.SELECTED, items=planned.selection):
        return CheckStatus.ERROR, "It did not examine what was selected of the merge result."
    return None


def _compare(planned: PlannedCheck, evidence: Evidence, inputs: Inputs) -> _Comparison:
    merged = evidence.findings or []
    base = inputs.get(planned.id, TreeName.BASE)
    wanted = planned.run.base if planned.run is not None else None
    if planned.comparing:
        return _compared_itself(planned, inputs, merged, base)
    if base is None and wanted is None and not merged:
        try:
            unrepeated(planned, inputs)
        except Unsettled as exc:
            return _Comparison(stated=[], fixed_known=False, gap=None, unsettled=exc.reason)
        return _Comparison(stated=[], fixed_known=False, gap=None)
    if base is None and evidence.taken is not None and not planned.settings.get("baseFrom"):
        return _Comparison(stated=_all_new(merged), fixed_known=False, gap=None)
    gap = _base_gap(planned, base, wanted, inputs)
    if base is None or gap is not None:
        return _Comparison(stated=unmatched(merged), fixed_known=False, gap=gap)
    before, changed = base.evidence, inputs.changed_paths()

    def unchanged(finding: RawFinding) -> bool:
        return before.scope.kind is ScopeKind.CHANGED and finding.path is not None and finding.path not in changed

    def pair(now: Sequence[RawFinding], then: Sequence[RawFinding]) -> list[Stated]:
        return match(now, then, renames=inputs.renames(), unchanged=unchanged)

    def own(now: Sequence[RawFinding], then: Sequence[RawFinding]) -> list[RawFinding]:
        return [stated.raw for stated in pair(now, then) if stated.state is FindingState.NEW]

    try:
        again = repeated(planned, inputs, merged, before, own)
    except Unsettled as exc:
        return _Comparison(stated=unmatched(merged), fixed_known=False, gap=None, unsettled=exc.reason)
    return _Comparison(
        stated=pair(again.merged, again.base),
        fixed_known=before.ended is Ended.COMPLETED and before.scope.kind is not ScopeKind.SELECTED,
        gap=None,
        flaky=frozenset(finding.key for finding in again.merged if finding not in merged),
        notes=again.notes,
    )


def _compared_itself(
    planned: PlannedCheck, inputs: Inputs, merged: Sequence[RawFinding], base: Item | None
) -> _Comparison:
    """State the findings of a run that compared the two trees; it has no second run that could say otherwise."""
    why = None if base is None else "It compares the trees in one run, and there is evidence of another on the base."
    try:
        unrepeated(planned, inputs)
    except Unsettled as exc:
        why = exc.reason
    if why is not None:
        return _Comparison(stated=unmatched(merged), fixed_known=False, gap=None, unsettled=why)
    return _Comparison(stated=_all_new(merged), fixed_known=False, gap=None)


def _all_new(merged: Sequence[RawFinding]) -> list[Stated]:
    """State the findings of a report that has no counterpart on the base."""
    return match(merged, [], renames={}, unchanged=lambda _: False)


def _base_gap(planned: PlannedCheck, base: Item | None, wanted: ScopeKind | None, inputs: Inputs) -> str | None:
    """Return why findings cannot be compared with the base, or None when they can.

    Where the base has nothing that the check could examine (no schema, no test), whatever is found is new.
    """
    if base is None:
        return "It left no evidence for the base."
    evidence = base.evidence
    tree = inputs.change.base.tree
    strange = foreign(planned, evidence, tree) or foreign_report(planned, evidence, inputs.change)
    if strange is not None:
        return f"Its evidence for the base {strange}."
    if evidence.ended is Ended.NOTHING_EXAMINED:
        return None
    if evidence.ended is not Ended.COMPLETED:
        return f"On the base it did not finish: {_ended(evidence)}"
    # What was asked of the base on items alone must not be read as if the rest of it were clean, or as it was.
    enough = {ScopeKind.ALL, ScopeKind.SELECTED if wanted is None else wanted}
    if evidence.scope.kind not in enough:
        return "It examined less of the base than was planned."
    return None


def _ended(evidence: Evidence) -> str:
    return evidence.problem.sentence() if evidence.problem is not None else f"It ended as {evidence.ended.value}."


def _status(
    planned: PlannedCheck, evidence: Evidence, comparison: _Comparison, inputs: Inputs, waived: frozenset[str]
) -> tuple[CheckStatus, str | None]:
    missed = _missed(evidence, inputs)
    if missed:
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        path, why = missed[0]
        return CheckStatus.ERROR, f"It did not examine {path}{more}, which the change touches ({why})."
    if comparison.unsettled is not None:
        return CheckStatus.ERROR, f"What failed in it is not settled. {comparison.unsettled}"
    errors = [s for s in comparison.stated if s.raw.level is Level.ERROR and not is_waived(s, waived)]
    if comparison.gap is not None and (errors or planned.run is None or planned.run.base in _BESIDE):
        return CheckStatus.ERROR, f"Whether its findings are new is not known. {comparison.gap}"
    new = sum(s.state is FindingState.NEW for s in errors)
    if new:
        own = sum(s in _flaky(comparison, waived) for s in errors)
        brought = f", {own} of them {'a flaky test' if own == 1 else 'flaky tests'} of the change's own" if own else ""
        return CheckStatus.FAILED, f"{new} new error-level {'finding' if new == 1 else 'findings'}{brought}."
    flaky = len(_flaky(comparison, waived))
    return CheckStatus.PASSED, f"{flaky} flaky {'test' if flaky == 1 else 'tests'}." if flaky else None


def _flaky(comparison: _Comparison, waived: frozenset[str]) -> list[Stated]:
    return [
        stated
        for stated in comparison.stated
        if stated.raw.rule == FLAKY and stated.raw.key in comparison.flaky and not is_waived(stated, waived)
    ]


def _missed(evidence: Evidence, inputs: Inputs) -> list[tuple[str, str]]:
    """Return the changed files that were not examined, and why; not those of which a finding says just that."""
    said = {(finding.path, finding.rule) for finding in evidence.findings or []}
    changed = inputs.changed_paths()
    return sorted(
        (item.path, item.reason)
        for item in evidence.unexamined or []
        if item.path in changed and not item.partly and (item.path, item.reason) not in said
    )


def _counts(comparison: _Comparison) -> FindingCounts:
    if comparison.gap is not None or comparison.unsettled is not None:
        return _UNKNOWN
    states = [s.state for s in comparison.stated]
    return FindingCounts(
        new=states.count(FindingState.NEW),
        existing=states.count(FindingState.EXISTING),
        fixed=states.count(FindingState.FIXED) if comparison.fixed_known else None,
    )


def _without_findings(planned: PlannedCheck, status: CheckStatus, reason: str, inputs: Inputs) -> Judged:
    return Judged(result=_result(planned, status, reason, _UNKNOWN, None, inputs), stated=None)


def _result(
    planned: PlannedCheck,
    status: CheckStatus,
    reason: str | None,
    counts: FindingCounts,
    measures: dict[str, int] | None,
    inputs: Inputs,
) -> CheckResult:
    runs = inputs.runs(planned.id)
    return CheckResult(
        id=planned.id,
        title=planned.title,
        required=planned.required,
        enforcement=inputs.enforcement(planned.enforcement, planned.enforce_from),
        enforce_from=planned.enforce_from.isoformat() if planned.enforce_from is not None else None,
        status=status,
        effect=Effect(inputs.contract.project.env.when_missing) if status is CheckStatus.WITHHELD else None,
        reason=reason,
        trust=min([planned.trust, *(item.evidence.trust for item in runs)], key=_TRUST.index),
        controls=None,
        findings=counts,
        measures=measures,
        cached=False,
        evidence=[item.ref for item in runs],
    )
