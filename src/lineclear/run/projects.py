"""Makes the environments of the projects in a repository, each once for all checks that need it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath

from pydantic import JsonValue

from lineclear.model.contract import Project
from lineclear.model.evidence import Installed
from lineclear.model.words import TreeName
from lineclear.run.detect import Detected, detect
from lineclear.run.environments import ProjectEnvironment, project_environment
from lineclear.run.locks import unread
from lineclear.run.once import Once
from lineclear.run.workspaces import Trees, Workspaces

__all__ = ["OneProject", "ProjectEnvironments", "project_of"]


@dataclass(frozen=True, kw_only=True)
class OneProject:
    """One project of a repository: its folder, its Python, and what it needs (null: found by looking at the tree)."""

    root: str
    python: str | None
    install: tuple[str, ...] | None

    def path(self, relative: str) -> str:
        """Return the path in the repository of what has a path in the project."""
        return relative if self.root == "." else f"{self.root}/{relative}"

    def within(self, paths: list[str]) -> list[str]:
        """Return the paths that are in the project, relative to its root."""
        prefix = self.path("")
        return [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]


def project_of(settings: Mapping[str, JsonValue], project: Project) -> OneProject:
    """Return the project that a check is about: what its own settings say, else what the contract says of the project.

    A check with another root is about another project: what the contract installs is not for it.
    """
    own, python, install = settings.get("root"), settings.get("python"), settings.get("install")
    root = normpath(own if isinstance(own, str) and own else project.root)
    if install is None and root == normpath(project.root):
        install = list(project.install) if project.install is not None else None
    return OneProject(
        root=root,
        python=python if isinstance(python, str) else project.python,
        install=tuple(map(str, install)) if isinstance(install, list) else None,
    )


class ProjectEnvironments:
    """The environments of one verification, made when first asked for.

    ``provides`` names what an environment is given where it has none of its own, with its locked requirements.
    """

    def __init__(self, trees: Trees, workspaces: Workspaces, provides: Mapping[str, Path]) -> None:
        self._trees = trees
        self._workspaces = workspaces
        self._provides = provides
        self._count = 0
        self._made = Once(self._make)

    async def get(self, tree: TreeName, project: OneProject) -> ProjectEnvironment:
        """Return the environment of a project in a tree. Raises what making it raised, each time it is asked for."""
        return await self._made.get((tree, project))

    async def _make(self, what: tuple[TreeName, OneProject]) -> ProjectEnvironment:
        tree, project = what
        self._count += 1
        name = f"project-{tree.value}-{self._count}"
        copy = await self._workspaces.copy(tree, f"{name}-source")
        found = self._found(tree, project)
        made = await project_environment(
            tree=copy / project.root,
            install=found.install,
            python=project.python,
            folder=self._workspaces.empty(name),
            provides=self._provides,
            constraints=found.constraints,
        )
        return dataclasses.replace(
            made,
            installed=Installed(
                root=project.root, python=made.python_version, because=found.because, notes=list(found.notes)
            ),
        )

    def _found(self, tree: TreeName, project: OneProject) -> Detected:
        listing = project.within(self._trees.files(tree))
        if project.install is not None:
            notes = unread(listing, None, "the contract says what to install")
            return Detected(install=project.install, because="the contract", notes=notes)
        return detect(
            listing, lambda path: (self._trees.read(tree, project.path(path)) or b"").decode("utf-8", "replace")
        )
