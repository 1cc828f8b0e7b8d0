"""Prepares one run: its environments, folders and workbench; and the evidence of one that cannot be prepared."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineclear.battery.adapter import RunProblem, Workbench
from lineclear.battery.origin import origin
from lineclear.model.contract import Project
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Evidence, Installed, Problem, Scope, Tool
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import Ended, ScopeKind, TreeName
from lineclear.run.check_data import CheckData
from lineclear.run.clock import now
from lineclear.run.environments import ProjectEnvironment, tool_environment
from lineclear.run.one import Limits, Task
from lineclear.run.process import clean_environment
from lineclear.run.progress import Wait
from lineclear.run.project_services import ProjectServices
from lineclear.run.projects import OneProject, ProjectEnvironments, project_of
from lineclear.run.service import free_port
from lineclear.run.taken import Elsewhere, is_taken, take
from lineclear.run.variables import passed_on
from lineclear.run.workspaces import Trees, Workspaces

__all__ = ["Places", "Preparation", "Run"]

_IN_WORDS = {
    TreeName.MERGED: "merge result",
    TreeName.BASE: "base",
    TreeName.OLD_TESTS: "merge result with the base's tests",
    TreeName.NEW_TESTS: "base with the merge result's tests",
}
_CODE_OF = {TreeName.OLD_TESTS: TreeName.MERGED, TreeName.NEW_TESTS: TreeName.BASE}

Waiting = Callable[[Wait], None]
"""Is told what a run waits for."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a check on one tree.

    ``again`` counts the runs that repeat what failed, from 1; ``handed_on`` is what the reading of the merge result
    gave for the run on the base.
    """

    planned: PlannedCheck
    definition: CheckDefinition
    tree: TreeName
    scope: Scope
    again: int | None = None
    handed_on: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The beginning of the names of its folders."""
        return f"{self.planned.id}-{self.tree.value}" + ("" if self.again is None else f"-again-{self.again}")

    @property
    def label(self) -> str:
        """The run in words."""
        words = f"{self.planned.id} on the {_IN_WORDS[self.tree]}"
        return words + ("" if self.again is None else f", again ({self.again})")

    @property
    def taken(self) -> bool:
        """Whether nothing is run, because the report of another job is taken."""
        return is_taken(self.planned.settings, self.tree)

    @property
    def asked(self) -> bool:
        """Whether its items are those that ``--select`` named."""
        return self.planned.selection is not None and self.tree is TreeName.MERGED and self.again is None

    @property
    def examines_files(self) -> bool:
        """Whether it gets the named files of the tree alone."""
        selected = self.scope.kind is ScopeKind.SELECTED and self.definition.select == "files"
        return self.scope.kind is ScopeKind.CHANGED or selected


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where one run finds its programs."""

    tool: Tool
    bin: Path
    project_bin: Path
    installed: Installed | None = None


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What the runs of one verification are made from."""

    data: CheckData
    trees: Trees
    workspaces: Workspaces
    projects: ProjectEnvironments
    project: Project
    services: ProjectServices
    elsewhere: Elsewhere

    async def places(self, run: Run, waiting: Waiting) -> Places:
        """Return where the programs of a run are, made first where they are not there."""
        planned, source = run.planned, origin(run.definition, run.planned.settings)
        if source == "runner" or run.taken:
            own = await self._own_or_none(run, waiting)
            return Places(tool=planned.tool, bin=own, project_bin=own)
        if source == "lineclear":
            own = Path(sys.executable).parent
            return Places(tool=planned.tool, bin=own, project_bin=own)
        project: ProjectEnvironment | None = None
        if run.definition.executes:
            waiting(Wait.PROJECT_ENVIRONMENT)
            project = await self.projects.get(_CODE_OF.get(run.tree, run.tree), self._project_in(run))
        if source == "project":
            assert project is not None  # noqa: S101 - a tool of the project's environment executes its code
            tool = planned.tool.model_copy(update={"version": project.version_of(planned.tool.name)})
            own = project.bin("x").parent
            return Places(tool=tool, bin=own, project_bin=own, installed=project.installed)
        own = await self._own(run, waiting)
        if project is None:
            return Places(tool=planned.tool, bin=own, project_bin=own)
        inner = project.bin("x").parent
        return Places(tool=planned.tool, bin=own, project_bin=inner, installed=project.installed)

    async def task(self, run: Run, places: Places) -> Task:
        """Return the task of a run, in folders of its own."""
        planned, definition, tree = run.planned, run.definition, run.tree
        files, folder = await self._tree(run)
        home = self.workspaces.empty(f"{run.name}-home")
        (home / "tmp").mkdir(mode=0o700)
        limits = definition.limits
        bench = Workbench(
            check=planned.id,
            tree_name=tree,
            tree=folder,
            root=folder / self.project_of(planned).root,
            base_tree=await self.workspaces.shared(TreeName.BASE),
            inputs=self.workspaces.empty(f"{run.name}-inputs"),
            outputs=self.workspaces.empty(f"{run.name}-outputs"),
            data=self.data.folder(planned.use, f"{run.name}-check"),
            bin=places.bin,
            project_bin=places.project_bin,
            settings=planned.settings,
            files=files,
            changed=self.trees.changed(tree),
            items=self._items(run),
            asked=run.asked,
            port=free_port(),
            source=lambda path: self.trees.read(tree, path),
            absent=await asyncio.to_thread(self.trees.absent, tree),
            odd_names=self.trees.odd_names(tree),
            writable=definition.executes or run.scope.kind is ScopeKind.CHANGED,
            handed_on=run.handed_on,
            own=planned.source is not None,
        )
        elsewhere = self.elsewhere
        report_bytes = limits.report_bytes
        return Task(
            planned=planned,
            tool=places.tool,
            bench=bench,
            subject=self.trees.subject(tree),
            scope=run.scope,
            limits=Limits(seconds=planned.seconds, output_bytes=limits.output_bytes, report_bytes=report_bytes),
            home=home,
            path=_path(places, definition),
            services=self.services if definition.executes else None,
            take=(
                lambda: take(
                    planned.id, planned.settings, tree, trees=self.trees, elsewhere=elsewhere, limit=report_bytes
                )
            )
            if run.taken
            else None,
            installed=places.installed,
            variables=passed_on(self.project.env, os.environ) if definition.executes else {},
            again=run.again,
            executes=definition.executes,
        )

    def project_of(self, planned: PlannedCheck) -> OneProject:
        """Return the project that a check is about."""
        return project_of(planned.settings, self.project)

    def not_started(self, run: Run, ended: Ended, problem: Problem) -> Evidence:
        """Return the evidence of a run that came to no start."""
        moment = now()
        return Evidence(
            check=run.planned.id,
            tree=run.tree,
            again=run.again,
            subject=self.trees.subject(run.tree),
            ended=ended,
            problem=problem,
            tool=run.planned.tool,
            argv=[],
            environment=[],
            started_at=moment,
            finished_at=moment,
            exit_code=None,
            signal=None,
            trust=run.planned.trust,
            scope=run.scope,
            findings=None,
            measures=None,
            examined=None,
            unexamined=None,
        )

    def _project_in(self, run: Run) -> OneProject:
        """Return the project that a run is about. Raises :class:`RunProblem` where its tree does not have it."""
        project = self.project_of(run.planned)
        if project.root != "." and not project.within(self.trees.files(run.tree)):
            raise RunProblem(
                Ended.NOTHING_EXAMINED,
                f"the {_IN_WORDS[run.tree]} has no folder {project.root}",
                where=f"check {run.planned.id}, its root",
                todo="Correct the root in the contract; where a change removes the project, take its check out before.",
            )
        return project

    async def _own_or_none(self, run: Run, waiting: Waiting) -> Path:
        """Return the folder of a tool's own programs; without requirements of its own there is one that is empty."""
        if run.definition.tool.requirements is None or run.taken:
            return self.workspaces.empty(f"{run.name}-programs") / "bin"
        return await self._own(run, waiting)

    async def _own(self, run: Run, waiting: Waiting) -> Path:
        waiting(Wait.TOOL_ENVIRONMENT)
        requirements = run.definition.tool.requirements
        assert requirements is not None  # noqa: S101 - held by the definition's model
        lock = self.data.file(run.planned.use, requirements, f"{run.name}-lock")
        made = await tool_environment(lock, name=run.planned.tool.name)
        return made.bin("x").parent

    async def _tree(self, run: Run) -> tuple[list[str], Path]:
        """Return the files in a run's scope, and the folder where they are."""
        files = self.trees.files(run.tree)
        if run.examines_files:
            wanted = frozenset(run.scope.items or ())
            files = [path for path in files if path in wanted]
            return files, await self.workspaces.extract(run.tree, files, f"{run.name}-tree")
        if run.definition.executes and not run.taken:
            return files, await self.workspaces.copy(run.tree, f"{run.name}-tree")
        return files, await self.workspaces.shared(run.tree)

    def _items(self, run: Run) -> list[str] | None:
        """Return the selected items as the tool names them: tests relative to the project's root."""
        if run.scope.kind is not ScopeKind.SELECTED or not run.asked:
            return run.scope.items if run.scope.kind is ScopeKind.SELECTED else None
        prefix = self.project_of(run.planned).path("")
        return [item.removeprefix(prefix) for item in run.scope.items or ()]


def _path(places: Places, definition: CheckDefinition) -> str:
    """Return the PATH of a run. What executes the change's code finds the runner's programs too, such as git."""
    runners = definition.executes or definition.tool.environment == "runner"
    others = [clean_environment({})["PATH"]] if runners else []
    return os.pathsep.join([str(places.project_bin), *others])
