"""Runs the planned checks in parallel: each on the merge result, and on the base as far as it needs it."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.adapter import Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.battery import Battery
from lineclear.battery.exchanged import HeadNames
from lineclear.errors import LineclearError
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence, Problem, Scope
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import Plan, PlannedCheck
from lineclear.model.words import Ended, ScopeKind, TreeName
from lineclear.run.again import BaseNames, edited_items, failing_items, own_items, steady_items
from lineclear.run.check_data import CheckData
from lineclear.run.exchanged import run_exchanged
from lineclear.run.one import execute, own_error, write_evidence
from lineclear.run.preparation import Preparation, Run
from lineclear.run.progress import Progress, RunEnded, RunStarted, RunWaiting, Wait
from lineclear.run.project_services import ProjectServices
from lineclear.run.projects import ProjectEnvironments
from lineclear.run.secrets import MASKED
from lineclear.run.taken import Elsewhere, is_taken
from lineclear.run.workspaces import Trees, Workspaces

__all__ = ["run_plan"]


async def run_plan(
    plan: Plan,
    contract: EffectiveContract,
    battery: Battery,
    *,
    checks: Path,
    trees: Trees,
    scratch: Path,
    bundle: Path,
    elsewhere: Elsewhere,
    jobs: int,
    progress: Progress,
) -> None:
    """Run every planned check and write its evidence below ``bundle``. One check's end never ends another's.

    ``checks`` is the folder of definitions, ``scratch`` one for everything that is thrown away, ``elsewhere`` where
    reports of other jobs are looked for, ``jobs`` how many runs may go on at the same time.
    """
    workspaces = Workspaces(trees, scratch)
    running = [planned for planned in plan.checks if planned.run is not None]
    provides: dict[str, Path] = {}
    for planned in running:
        for package, requirements in battery.definitions[planned.use].provides.items():
            provides[package] = checks / requirements
    scheduler = _Scheduler(
        battery=battery,
        preparation=Preparation(
            data=CheckData(shipped=checks, own=battery.own, workspaces=workspaces),
            trees=trees,
            workspaces=workspaces,
            projects=ProjectEnvironments(trees, workspaces, provides),
            project=contract.project,
            services=ProjectServices(contract.project.services),
            elsewhere=elsewhere,
        ),
        trees=trees,
        bundle=bundle,
        slots=asyncio.Semaphore(jobs),
        progress=progress,
    )
    async with asyncio.TaskGroup() as group:
        for planned in running:
            group.create_task(scheduler.check(planned))


@dataclass(frozen=True, kw_only=True)
class _Scheduler:
    battery: Battery
    preparation: Preparation
    trees: Trees
    bundle: Path
    slots: asyncio.Semaphore
    progress: Progress

    async def check(self, planned: PlannedCheck) -> None:
        """Run one check on the merge result and, as its definition says, on the base."""
        base, part = self.battery.definitions[planned.use].base, planned.selection
        if is_taken(planned.settings, TreeName.MERGED):
            for tree in (TreeName.MERGED, TreeName.BASE):
                if is_taken(planned.settings, tree):
                    await self._run(self._of(planned, tree, Scope(kind=ScopeKind.ALL)))
            return
        if planned.overlay is not None:
            await self._exchanged(planned, planned.overlay)
            return
        scope = Scope(kind=ScopeKind.ALL if part is None else ScopeKind.SELECTED, items=part)
        merged = self._of(planned, TreeName.MERGED, scope)
        if base in ("changed", "all"):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._run(merged))
                group.create_task(self._run(self._of(planned, TreeName.BASE, self._base_scope(planned))))
            return
        reading = await self._run(merged)
        if reading is not None and reading.findings and base != "comparing":
            await self._on_the_base(planned, reading)

    async def _exchanged(self, planned: PlannedCheck, overlay: PlannedOverlay) -> None:
        """Run the tests of each tree on the code of the other."""
        composed = {TreeName.OLD_TESTS: overlay.old_tests, TreeName.NEW_TESTS: overlay.new_tests}
        trees = dataclasses.replace(self.trees, composed=composed)
        workspaces = self.preparation.workspaces.of(trees)
        preparation = dataclasses.replace(self.preparation, trees=trees, workspaces=workspaces)
        own = dataclasses.replace(self, trees=trees, preparation=preparation)
        renames = {f.old_path: f.path for f in trees.change.files or () if f.old_path is not None}
        await run_exchanged(
            planned,
            lambda tree, scope, again: own._ended(own._of(planned, tree, scope, again)),
            trees.read,
            HeadNames(root=preparation.project_of(planned).root, renames=renames),
        )

    async def _on_the_base(self, planned: PlannedCheck, merged: Reading) -> None:
        """Run on the base what was found on the merge result, and tell flaky tests from failures."""
        scope, definition = self._retry_scope(planned, merged), self.battery.definitions[planned.use]
        run = Run(planned=planned, definition=definition, tree=TreeName.BASE, scope=scope, handed_on=merged.hand_on)
        base = await self._run(run)
        if base is not None and scope.kind is ScopeKind.SELECTED and planned.reruns is not None:
            await self._tell_flaky(planned, merged, base)

    async def _tell_flaky(self, planned: PlannedCheck, merged: Reading, base: Reading) -> None:
        """Run again what failed: on the base what failed there too, then on the merge result what is its own."""
        names = self._base_names(planned)
        failing = Scope(kind=ScopeKind.SELECTED, items=failing_items(base))
        steady = steady_items(base, await self._again(planned, TreeName.BASE, failing))
        own = own_items(merged, steady, names)
        try:
            edited = await asyncio.to_thread(
                edited_items,
                own,
                names,
                before=lambda path: self.trees.read(TreeName.BASE, path),
                after=lambda path: self.trees.read(TreeName.MERGED, path),
                base=base,
            )
        except Exception as exc:  # noqa: BLE001 - a run again that could not be made shows no pass, and ends no other check
            problem = own_error(exc, f"{planned.id}, what to run again")
            for run in self._runs_again(planned, TreeName.MERGED, Scope(kind=ScopeKind.SELECTED, items=own)):
                write_evidence(self.preparation.not_started(run, Ended.CRASHED, problem), self.bundle)
            return
        await self._again(planned, TreeName.MERGED, Scope(kind=ScopeKind.SELECTED, items=own, edited=edited))

    async def _again(self, planned: PlannedCheck, tree: TreeName, scope: Scope) -> list[Reading | None]:
        """Run items again, one run after the other, each in a tree of its own."""
        return [await self._run(run) for run in self._runs_again(planned, tree, scope)]

    def _runs_again(self, planned: PlannedCheck, tree: TreeName, scope: Scope) -> list[Run]:
        """Return as many runs as the definition says; none where there is nothing to repeat, or too much."""
        reruns = planned.reruns
        if reruns is None or not 0 < len(scope.items or ()) <= reruns.most:
            return []
        return [self._of(planned, tree, scope, number) for number in range(1, reruns.times + 1)]

    def _of(self, planned: PlannedCheck, tree: TreeName, scope: Scope, again: int | None = None) -> Run:
        definition = self.battery.definitions[planned.use]
        return Run(planned=planned, definition=definition, tree=tree, scope=scope, again=again)

    def _base_scope(self, planned: PlannedCheck) -> Scope:
        """Return what to run on the base beside the merge result: of selected files those that it has."""
        if planned.selection is not None:
            before = {file.path: file.old_path for file in self.trees.change.files or () if file.old_path is not None}
            names = {before.get(path, path) for path in planned.selection}
            return Scope(kind=ScopeKind.SELECTED, items=sorted(names.intersection(self.trees.files(TreeName.BASE))))
        if self.battery.definitions[planned.use].base == "changed":
            return Scope(kind=ScopeKind.CHANGED, items=sorted(self.trees.changed(TreeName.BASE)))
        return Scope(kind=ScopeKind.ALL)

    def _retry_scope(self, planned: PlannedCheck, reading: Reading) -> Scope:
        """Return what to run on the base: what failed, under the names that it has there, or everything."""
        if self.battery.definitions[planned.use].base != "failing" or not reading.retry_on_base:
            return Scope(kind=ScopeKind.ALL)
        if any(MASKED in item for item in reading.retry_on_base):
            return Scope(kind=ScopeKind.ALL)  # the name that an item really has is not kept
        names = self._base_names(planned)
        return Scope(kind=ScopeKind.SELECTED, items=sorted({names.item(item) for item in reading.retry_on_base}))

    def _base_names(self, planned: PlannedCheck) -> BaseNames:
        return BaseNames(self.trees.change, self.preparation.project_of(planned).root)

    async def _run(self, run: Run) -> Reading | None:
        return (await self._ended(run))[1]

    async def _ended(self, run: Run) -> tuple[Evidence, Reading | None]:
        started = time.monotonic()
        reading: Reading | None = None

        def waiting(wait: Wait) -> None:
            self.progress(RunWaiting(check=run.planned.id, tree=run.tree, again=run.again, wait=wait))

        try:
            places = await self.preparation.places(run, waiting)
            waiting(Wait.SLOT)
            async with self.slots:
                self.progress(RunStarted(check=run.planned.id, tree=run.tree, again=run.again))
                task = await self.preparation.task(run, places)
                evidence, reading = await execute(task, ADAPTERS[run.definition.adapter], self.bundle)
        except RunProblem as exc:
            evidence = self.preparation.not_started(run, exc.ended, exc.problem)
        except LineclearError as exc:
            problem = Problem(what=exc.what, where=exc.where, todo=exc.todo)
            evidence = self.preparation.not_started(run, Ended.NO_ENVIRONMENT, problem)
        except Exception as exc:  # noqa: BLE001 - a defect of ours in one check is that check's error
            evidence = self.preparation.not_started(run, Ended.CRASHED, own_error(exc, run.label))
        write_evidence(evidence, self.bundle)
        self.progress(
            RunEnded(
                check=run.planned.id,
                tree=run.tree,
                again=run.again,
                ended=evidence.ended,
                findings=None if evidence.findings is None else len(evidence.findings),
                seconds=time.monotonic() - started,
            )
        )
        return evidence, reading
