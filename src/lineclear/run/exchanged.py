"""Drives the oracle: runs the base's tests on the change's code, and what that makes necessary (docs/gaming.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from lineclear.battery.adapter import Reading
from lineclear.battery.battery import Battery
from lineclear.battery.edits import has_test, is_edited
from lineclear.battery.exchanged import (
    HeadNames,
    Outcomes,
    cannot_load,
    confirmed_items,
    green_items,
    outcomes,
    suspect_items,
)
from lineclear.battery.selection import file_of
from lineclear.change.composed import compose_overlays
from lineclear.change.trees import Scratch
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence, Scope
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import ScopeKind, TreeName
from lineclear.run.plan import speaks_of_tests
from lineclear.run.projects import project_of

__all__ = ["RunOne", "planned_overlays", "run_exchanged"]

RunOne = Callable[[TreeName, Scope, int | None], Awaitable[tuple[Evidence, Reading | None]]]
"""Runs the check once on a tree and writes its evidence; returns that with what was read, None without a result."""

Source = Callable[[TreeName, str], bytes | None]


def planned_overlays(
    contract: EffectiveContract, change: Change, battery: Battery, scratch: Scratch, only: Sequence[str]
) -> dict[str, PlannedOverlay | str]:
    """Return, for each check that exchanges tests, the trees for that, or why it does not apply."""
    wanted = [check for check in contract.checks if battery.definitions[check.use].needs == "overlay"]
    found: dict[str, PlannedOverlay | str] = {}
    if change.merge_commit is None:
        return found
    for check in wanted:
        if only and check.id not in only:
            continue
        project = project_of(check.settings, contract.project)
        before = project.within([entry.path for entry in scratch.entries(change.base.commit)])
        if not any(speaks_of_tests(path) for path in before):
            found[check.id] = "The base has no test."
            continue
        made = compose_overlays(scratch, change, project.root)
        found[check.id] = made or "The change touches no file of the tests, their data or their configuration."
    return found


async def run_exchanged(planned: PlannedCheck, run: RunOne, read: Source, names: HeadNames) -> None:
    """Run the base's tests on the change's code, and where they fail there what tells why.

    What does not pass is run on the base; what passes there once more on both; what is then left in its new text: on
    the merge result, and on the base's code.
    """
    evidence, old = await run(TreeName.OLD_TESTS, Scope(kind=ScopeKind.ALL), None)
    if cannot_load(evidence):
        await run(TreeName.BASE, Scope(kind=ScopeKind.ALL), None)
    suspects = suspect_items(old.findings) if old is not None else []
    if not suspects:
        return
    _, base = await run(TreeName.BASE, _selected(suspects), None)
    if base is None:
        return
    candidates = green_items(suspects, _seen(base))
    base_again: Outcomes | None = None
    old_again: Outcomes | None = None
    if planned.reruns is not None and 0 < len(candidates) <= planned.reruns.most:
        scope = _selected(candidates)
        (_, again), (_, changed) = await asyncio.gather(run(TreeName.BASE, scope, 1), run(TreeName.OLD_TESTS, scope, 1))
        if again is None:
            return
        base_again, old_again = _seen(again), None if changed is None else _seen(changed)
    confirmed = confirmed_items(candidates, base_again, old_again)
    if confirmed:
        scope = _new_text(confirmed, read, names)
        await asyncio.gather(run(TreeName.MERGED, scope, None), run(TreeName.NEW_TESTS, scope, None))


def _new_text(confirmed: Sequence[str], read: Source, names: HeadNames) -> Scope:
    """Return what to run in its new text, and which of it the change edited.

    Where a test's function is not in its file any more, the whole file is run: others may have taken its place.
    """
    items: set[str] = set()
    edited: set[str] = set()
    for item in confirmed:
        before, after = read(TreeName.BASE, names.before(item)), read(TreeName.MERGED, names.path(item))
        chosen = names.item(item) if has_test(item, after) else file_of(names.item(item))
        items.add(chosen)
        if is_edited(item, before, after):
            edited.add(chosen)
    return Scope(kind=ScopeKind.SELECTED, items=sorted(items), edited=sorted(edited))


def _selected(items: Sequence[str]) -> Scope:
    return Scope(kind=ScopeKind.SELECTED, items=list(items))


def _seen(reading: Reading) -> Outcomes:
    return outcomes(reading.findings, reading.passed)
