"""What the judge judges: the inputs and the evidence of one bundle, as values that do not contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from lineclear.errors import BundleError
from lineclear.model.bundle import CHANGE, PLAN
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveCheck, EffectiveContract
from lineclear.model.enforcement import enforced_on
from lineclear.model.evidence import Evidence
from lineclear.model.plan import Plan, PlannedCheck
from lineclear.model.verdict import EvidenceRef
from lineclear.model.words import Enforcement, ScopeKind, TreeName

__all__ = ["Inputs", "Item"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One piece of evidence with its place in the bundle."""

    evidence: Evidence
    ref: EvidenceRef


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that a verdict may depend on. Raises :class:`BundleError` where its parts contradict each other.

    ``again`` has the runs that repeat what failed, by their number.
    """

    change: Change
    contract: EffectiveContract
    plan: Plan
    evidence: dict[tuple[str, TreeName], Item]
    again: dict[tuple[str, TreeName, int], Item] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, where in (
            *_of_change(self.change),
            *_of_plan(self.plan, self.contract),
            *_of_evidence(self.evidence, self.again),
        ):
            raise BundleError(what, where=where, todo="Make the bundle anew; if it stays so, report it as a defect.")

    @property
    def conflict(self) -> bool:
        """Whether base and head could not be merged."""
        return self.change.merge_tree is None

    @property
    def partial(self) -> bool:
        """Whether checks or parts of one were left out, which the plan says and its checks say too."""
        left_out = any(not planned.selected or planned.selection is not None for planned in self.plan.checks)
        return self.plan.partial or left_out

    @property
    def today(self) -> dt.date:
        """The day of the plan in UTC."""
        return _moment(self.plan.now).date()

    def enforcement(self, stated: Enforcement, enforce_from: dt.date | None) -> Enforcement:
        """Return what is in effect on the day of the plan."""
        return enforced_on(self.today, stated, enforce_from)

    def runs(self, check: str) -> list[Item]:
        """Return every run of a check: those on the base, then those on the merge result, first runs first."""
        items = []
        for tree in TreeName:
            first = self.get(check, tree)
            later = {key[2]: item for key, item in self.again.items() if key[:2] == (check, tree)}
            items += [*([first] if first is not None else []), *(later[number] for number in sorted(later))]
        return items

    def get(self, check: str, tree: TreeName) -> Item | None:
        """Return the evidence of one run, or None when there is none."""
        return self.evidence.get((check, tree))

    def renames(self) -> dict[str, str]:
        """Return old path → new path of the renamed files."""
        return {f.old_path: f.path for f in self.change.files or () if f.old_path is not None}

    def changed_paths(self) -> frozenset[str]:
        """Return the paths of the merge result that the change touches."""
        return frozenset(f.path for f in self.change.files or ())


def _of_change(change: Change) -> Iterator[tuple[str, str]]:
    if (change.merge_tree is None) != (change.files is None):
        yield "a change has a merge result if and only if its files are known", CHANGE
    if (change.merge_tree is None) < bool(change.conflicts):
        yield "the change has conflicts and a merge result", CHANGE
    if change.files == [] and change.merge_tree != change.base.tree:
        yield "the change touches no file, and its merge result is not the base's tree", CHANGE


def _of_plan(plan: Plan, contract: EffectiveContract) -> Iterator[tuple[str, str]]:
    """Hold the plan against the contract, which alone says what must run and how."""
    try:
        _moment(plan.now)
    except ValueError:
        yield f"the plan's time {plan.now!r} is no RFC 3339 time", PLAN
    wanted = [_asked(check) for check in contract.checks]
    planned = [_asked(check) for check in plan.checks]
    for check in wanted:
        if planned.count(check) != 1:
            yield f"the plan does not hold the check {check[0]!r} as the contract has it", PLAN
    for part in plan.checks:
        if part.run is not None and (part.run.merged is ScopeKind.ALL) != (part.selection is None):
            yield f"the plan of {part.id} does not agree with itself about what was selected", PLAN
    if len(planned) != len(wanted):
        yield f"the plan has {len(planned)} checks, the contract {len(wanted)}", PLAN


def _of_evidence(
    evidence: dict[tuple[str, TreeName], Item], again: dict[tuple[str, TreeName, int], Item]
) -> Iterator[tuple[str, str]]:
    first: dict[tuple[str, TreeName, int | None], Item] = {(*key, None): item for key, item in evidence.items()}
    later: dict[tuple[str, TreeName, int | None], Item] = {(*key[:2], key[2]): item for key, item in again.items()}
    for place, item in {**first, **later}.items():
        run = item.evidence
        if (run.check, run.tree, run.again) != place:
            number = "" if run.again is None else f", run again ({run.again})"
            yield f"the evidence is about {run.check} on {run.tree.value}{number}", item.ref.path


def _asked(check: EffectiveCheck | PlannedCheck) -> tuple[object, ...]:
    return check.id, check.use, check.settings, check.required, check.enforcement, check.enforce_from, check.seconds


def _moment(now: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(now)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
