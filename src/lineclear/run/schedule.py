"""Runs the planned checks in parallel: each on the merge result, and on the base as far as it needs it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.adapter import Reading, RunProblem, Workbench
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.origin import origin
from lineclear.errors import LineclearError
from lineclear.model.contract import EffectiveContract, Project
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Evidence, Installed, Problem, Scope, Tool
from lineclear.model.plan import Plan, PlannedCheck
from lineclear.model.words import Ended, ScopeKind, TreeName
from lineclear.run.again import BaseNames, edited_items, failing_items, own_items, steady_items
from lineclear.run.clock import now
from lineclear.run.environments import ProjectEnvironment, tool_environment
from lineclear.run.one import Limits, Task, execute, own_error, write_evidence
from lineclear.run.plan import Battery
from lineclear.run.process import clean_environment
from lineclear.run.progress import Progress, RunEnded, RunStarted, RunWaiting, Wait
from lineclear.run.project_services import ProjectServices
from lineclear.run.projects import OneProject, ProjectEnvironments, project_of
from lineclear.run.secrets import MASKED
from lineclear.run.service import free_port
from lineclear.run.taken import Elsewhere, TakenReport, is_taken, take
from lineclear.run.variables import passed_on
from lineclear.run.workspaces import Trees, Workspaces

__all__ = ["run_plan"]

_IN_WORDS = {TreeName.MERGED: "merge result", TreeName.BASE: "base"}


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
    runner = _Runner(
        battery=battery,
        checks=checks,
        trees=trees,
        workspaces=workspaces,
        projects=ProjectEnvironments(trees, workspaces, provides),
        project=contract.project,
        services=ProjectServices(contract.project.services),
        bundle=bundle,
        elsewhere=elsewhere,
        slots=asyncio.Semaphore(jobs),
        progress=progress,
    )
    async with asyncio.TaskGroup() as group:
        for planned in running:
            group.create_task(runner.check(planned))


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Where one run finds its programs."""

    tool: Tool
    bin: Path
    project_bin: Path
    installed: Installed | None = None


@dataclass(frozen=True, kw_only=True)
class _Runner:
    battery: Battery
    checks: Path
    trees: Trees
    workspaces: Workspaces
    projects: ProjectEnvironments
    project: Project
    services: ProjectServices
    bundle: Path
    elsewhere: Elsewhere
    slots: asyncio.Semaphore
    progress: Progress

    async def check(self, planned: PlannedCheck) -> None:
        """Run one check on the merge result and, as its definition says, on the base."""
        definition = self.battery.definitions[planned.use]
        if is_taken(planned.settings, TreeName.MERGED):
            for tree in (TreeName.MERGED, TreeName.BASE):
                if is_taken(planned.settings, tree):
                    await self._run(planned, definition, tree, Scope(kind=ScopeKind.ALL))
            return
        part = planned.selection
        merged = Scope(kind=ScopeKind.ALL if part is None else ScopeKind.SELECTED, items=part)
        if definition.base in ("changed", "all"):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._run(planned, definition, TreeName.MERGED, merged))
                group.create_task(self._run(planned, definition, TreeName.BASE, self._base_scope(definition, part)))
            return
        reading = await self._run(planned, definition, TreeName.MERGED, merged)
        if reading is not None and reading.findings:
            scope = self._retry_scope(planned, definition, reading)
            base = await self._run(planned, definition, TreeName.BASE, scope, handed_on=reading.hand_on)
            if base is not None and scope.kind is ScopeKind.SELECTED and planned.reruns is not None:
                await self._tell_flaky(planned, definition, reading, base)

    async def _tell_flaky(
        self, planned: PlannedCheck, definition: CheckDefinition, merged: Reading, base: Reading
    ) -> None:
        """Run again what failed: on the base what failed there too, then on the merge result what is its own."""
        names = self._base_names(planned)
        scope = Scope(kind=ScopeKind.SELECTED, items=failing_items(base))
        steady = steady_items(base, await self._again(planned, definition, TreeName.BASE, scope))
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
            problem, tree = own_error(exc, f"{planned.id}, what to run again"), TreeName.MERGED
            scope = Scope(kind=ScopeKind.SELECTED, items=own)
            for again in range(1, planned.reruns.times + 1 if planned.reruns is not None and own else 1):
                write_evidence(self._not_started(planned, tree, scope, again, Ended.CRASHED, problem), self.bundle)
            return
        scope = Scope(kind=ScopeKind.SELECTED, items=own, edited=edited)
        await self._again(planned, definition, TreeName.MERGED, scope)

    async def _again(
        self, planned: PlannedCheck, definition: CheckDefinition, tree: TreeName, scope: Scope
    ) -> list[Reading | None]:
        """Run items again as often as the definition says, one run after the other, each in a tree of its own."""
        reruns = planned.reruns
        if reruns is None or not 0 < len(scope.items or ()) <= reruns.most:
            return []
        return [await self._run(planned, definition, tree, scope, again + 1) for again in range(reruns.times)]

    def _base_scope(self, definition: CheckDefinition, part: list[str] | None) -> Scope:
        """Return what to run on the base beside the merge result: of selected files those that it has."""
        if part is not None:
            before = {file.path: file.old_path for file in self.trees.change.files or () if file.old_path is not None}
            names = {before.get(path, path) for path in part}
            return Scope(kind=ScopeKind.SELECTED, items=sorted(names.intersection(self.trees.files(TreeName.BASE))))
        if definition.base == "changed":
            return Scope(kind=ScopeKind.CHANGED, items=sorted(self.trees.changed(TreeName.BASE)))
        return Scope(kind=ScopeKind.ALL)

    def _retry_scope(self, planned: PlannedCheck, definition: CheckDefinition, reading: Reading) -> Scope:
        """Return what to run on the base: what failed, under the names that it has there, or everything."""
        if definition.base != "failing" or not reading.retry_on_base:
            return Scope(kind=ScopeKind.ALL)
        if any(MASKED in item for item in reading.retry_on_base):
            return Scope(kind=ScopeKind.ALL)  # the name that an item really has is not kept
        names = self._base_names(planned)
        return Scope(kind=ScopeKind.SELECTED, items=sorted({names.item(item) for item in reading.retry_on_base}))

    def _base_names(self, planned: PlannedCheck) -> BaseNames:
        return BaseNames(self.trees.change, project_of(planned.settings, self.project).root)

    async def _run(
        self,
        planned: PlannedCheck,
        definition: CheckDefinition,
        tree: TreeName,
        scope: Scope,
        again: int | None = None,
        handed_on: Mapping[str, bytes] | None = None,
    ) -> Reading | None:
        label = f"{planned.id} on the {_IN_WORDS[tree]}"
        label += "" if again is None else f", again ({again})"
        started = time.monotonic()
        try:
            places = await self._places(planned, definition, tree, again)
            self.progress(RunWaiting(check=planned.id, tree=tree, wait=Wait.SLOT, again=again))
            async with self.slots:
                self.progress(RunStarted(check=planned.id, tree=tree, again=again))
                task = await self._task(planned, definition, tree, scope, places, again, handed_on or {})
                evidence, reading = await execute(task, ADAPTERS[definition.adapter], self.bundle)
        except RunProblem as exc:
            evidence, reading = self._not_started(planned, tree, scope, again, exc.ended, exc.problem), None
        except LineclearError as exc:
            problem = Problem(what=exc.what, where=exc.where, todo=exc.todo)
            evidence, reading = self._not_started(planned, tree, scope, again, Ended.NO_ENVIRONMENT, problem), None
        except Exception as exc:  # noqa: BLE001 - a defect of ours in one check is that check's error
            problem = own_error(exc, label)
            evidence, reading = self._not_started(planned, tree, scope, again, Ended.CRASHED, problem), None
        write_evidence(evidence, self.bundle)
        self.progress(
            RunEnded(
                check=planned.id,
                tree=tree,
                ended=evidence.ended,
                findings=None if evidence.findings is None else len(evidence.findings),
                seconds=time.monotonic() - started,
                again=again,
            )
        )
        return reading

    async def _places(
        self, planned: PlannedCheck, definition: CheckDefinition, tree: TreeName, again: int | None
    ) -> _Places:
        """Return where the programs of a run are, made first where they are not there."""
        source = origin(definition, planned.settings)
        if source == "runner" or is_taken(planned.settings, tree):
            return await self._runners(planned, definition, tree, again)
        project: ProjectEnvironment | None = None
        if definition.executes:
            self.progress(RunWaiting(check=planned.id, tree=tree, wait=Wait.PROJECT_ENVIRONMENT, again=again))
            project = await self.projects.get(tree, self._project(planned, tree))
        if source == "project":
            assert project is not None  # noqa: S101 - a tool of the project's environment executes its code
            version = project.version_of(planned.tool.name)
            tool = planned.tool.model_copy(update={"version": version})
            own = project.bin("x").parent
            return _Places(tool=tool, bin=own, project_bin=own, installed=project.installed)
        own = await self._own(planned, definition, tree, again)
        if project is None:
            return _Places(tool=planned.tool, bin=own, project_bin=own)
        inner = project.bin("x").parent
        return _Places(tool=planned.tool, bin=own, project_bin=inner, installed=project.installed)

    def _project(self, planned: PlannedCheck, tree: TreeName) -> OneProject:
        """Return the project that a check is about. Raises :class:`RunProblem` where a tree does not have it."""
        project = project_of(planned.settings, self.project)
        if project.root != "." and not project.within(self.trees.files(tree)):
            raise RunProblem(
                Ended.NOTHING_EXAMINED,
                f"the {_IN_WORDS[tree]} has no folder {project.root}",
                where=f"check {planned.id}, its root",
                todo="Correct the root in the contract; where a change removes the project, take its check out before.",
            )
        return project

    async def _runners(
        self, planned: PlannedCheck, definition: CheckDefinition, tree: TreeName, again: int | None
    ) -> _Places:
        """Return the places of a tool of the runner's; without requirements of its own there is one that is empty."""
        if definition.tool.requirements is None or is_taken(planned.settings, tree):
            own = self.workspaces.empty(f"{planned.id}-{tree.value}-programs") / "bin"
        else:
            own = await self._own(planned, definition, tree, again)
        return _Places(tool=planned.tool, bin=own, project_bin=own)

    async def _own(self, planned: PlannedCheck, definition: CheckDefinition, tree: TreeName, again: int | None) -> Path:
        self.progress(RunWaiting(check=planned.id, tree=tree, wait=Wait.TOOL_ENVIRONMENT, again=again))
        assert definition.tool.requirements is not None  # noqa: S101 - held by the definition's model
        made = await tool_environment(self.checks / definition.tool.requirements, name=planned.tool.name)
        return made.bin("x").parent

    async def _task(
        self,
        planned: PlannedCheck,
        definition: CheckDefinition,
        tree: TreeName,
        scope: Scope,
        places: _Places,
        again: int | None,
        handed_on: Mapping[str, bytes],
    ) -> Task:
        name = f"{planned.id}-{tree.value}" + ("" if again is None else f"-again-{again}")
        files = self.trees.files(tree)
        asked = planned.selection is not None and tree is TreeName.MERGED and again is None
        if scope.kind is ScopeKind.CHANGED or (scope.kind is ScopeKind.SELECTED and definition.select == "files"):
            wanted = frozenset(scope.items or ())
            files = [path for path in files if path in wanted]
            folder = await self.workspaces.extract(tree, files, f"{name}-tree")
        elif definition.executes and not is_taken(planned.settings, tree):
            folder = await self.workspaces.copy(tree, f"{name}-tree")
        else:
            folder = await self.workspaces.shared(tree)
        home = self.workspaces.empty(f"{name}-home")
        (home / "tmp").mkdir(mode=0o700)
        bench = Workbench(
            check=planned.id,
            tree_name=tree,
            tree=folder,
            root=folder / project_of(planned.settings, self.project).root,
            base_tree=await self.workspaces.shared(TreeName.BASE),
            inputs=self.workspaces.empty(f"{name}-inputs"),
            outputs=self.workspaces.empty(f"{name}-outputs"),
            data=self.checks / planned.use,
            bin=places.bin,
            project_bin=places.project_bin,
            settings=planned.settings,
            files=files,
            changed=self.trees.changed(tree),
            items=self._items(planned, scope, asked=asked),
            asked=asked,
            port=free_port(),
            source=lambda path: self.trees.read(tree, path),
            absent=await asyncio.to_thread(self.trees.absent, tree),
            odd_names=self.trees.odd_names(tree),
            writable=definition.executes or scope.kind is ScopeKind.CHANGED,
            handed_on=handed_on,
        )
        limits = definition.limits
        return Task(
            planned=planned,
            tool=places.tool,
            bench=bench,
            subject=self.trees.subject(tree),
            scope=scope,
            limits=Limits(seconds=planned.seconds, output_bytes=limits.output_bytes, report_bytes=limits.report_bytes),
            home=home,
            path=_path(places, definition),
            services=self.services if definition.executes else None,
            take=self._take(planned, tree, limits.report_bytes) if is_taken(planned.settings, tree) else None,
            installed=places.installed,
            variables=passed_on(self.project.env, os.environ) if definition.executes else {},
            again=again,
            executes=definition.executes,
        )

    def _items(self, planned: PlannedCheck, scope: Scope, *, asked: bool) -> list[str] | None:
        """Return the selected items as the tool names them: tests relative to the project's root."""
        if scope.kind is not ScopeKind.SELECTED or not asked:
            return scope.items if scope.kind is ScopeKind.SELECTED else None
        prefix = project_of(planned.settings, self.project).path("")
        return [item.removeprefix(prefix) for item in scope.items or ()]

    def _take(self, planned: PlannedCheck, tree: TreeName, limit: int) -> Callable[[], TakenReport]:
        def read() -> TakenReport:
            return take(planned.id, planned.settings, tree, trees=self.trees, elsewhere=self.elsewhere, limit=limit)

        return read

    def _not_started(
        self,
        planned: PlannedCheck,
        tree: TreeName,
        scope: Scope,
        again: int | None,
        ended: Ended,
        problem: Problem,
    ) -> Evidence:
        moment = now()
        return Evidence(
            check=planned.id,
            tree=tree,
            again=again,
            subject=self.trees.subject(tree),
            ended=ended,
            problem=problem,
            tool=planned.tool,
            argv=[],
            environment=[],
            started_at=moment,
            finished_at=moment,
            exit_code=None,
            signal=None,
            trust=planned.trust,
            scope=scope,
            findings=None,
            measures=None,
            examined=None,
            unexamined=None,
        )


def _path(places: _Places, definition: CheckDefinition) -> str:
    """Return the PATH of a run. What executes the change's code finds the runner's programs too, such as git."""
    runners = definition.executes or definition.tool.environment == "runner"
    others = [clean_environment({})["PATH"]] if runners else []
    return os.pathsep.join([str(places.project_bin), *others])
