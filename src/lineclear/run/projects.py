"""Makes the project's environment for a tree, once for all checks that need it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from lineclear.model.contract import Project
from lineclear.model.words import TreeName
from lineclear.run.detect import Locked, detect
from lineclear.run.environments import ProjectEnvironment, project_environment
from lineclear.run.once import Once
from lineclear.run.workspaces import Trees, Workspaces

__all__ = ["ProjectEnvironments"]


class ProjectEnvironments:
    """The environments of one verification, one a tree, made when first asked for.

    ``provides`` names what an environment is given where it has none of its own, with its locked requirements.
    """

    def __init__(self, trees: Trees, workspaces: Workspaces, project: Project, provides: Mapping[str, Path]) -> None:
        self._trees = trees
        self._workspaces = workspaces
        self._project = project
        self._provides = provides
        self._made = Once(self._make)

    async def get(self, tree: TreeName) -> ProjectEnvironment:
        """Return the environment of a tree. Raises what making it raised, each time it is asked for."""
        return await self._made.get(tree)

    async def _make(self, tree: TreeName) -> ProjectEnvironment:
        name = f"project-{tree.value}"
        copy = await self._workspaces.copy(tree, f"{name}-source")
        return await project_environment(
            tree=copy / self._project.root,
            install=self._install(tree),
            python=self._project.python,
            folder=self._workspaces.empty(name),
            provides=self._provides,
        )

    def _install(self, tree: TreeName) -> tuple[str, ...] | Locked:
        if self._project.install is not None:
            return tuple(self._project.install)
        root = "" if self._project.root == "." else f"{PurePosixPath(self._project.root)}/"
        listing = [path.removeprefix(root) for path in self._trees.files(tree) if path.startswith(root)]
        return detect(
            listing, lambda path: (self._trees.read(tree, root + path) or b"").decode("utf-8", "replace")
        ).install
