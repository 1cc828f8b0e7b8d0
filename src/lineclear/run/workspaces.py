"""The folders that runs work in: the two trees, copies for runs that execute code, and extracts of changed files."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineclear.change.trees import Scratch
from lineclear.model.change import Change
from lineclear.model.evidence import Subject
from lineclear.model.words import TreeName
from lineclear.run.once import Once

__all__ = ["Trees", "Workspaces", "remove_tree"]


@dataclass(frozen=True, kw_only=True)
class Trees:
    """The commits of the two trees, and what the change touches in each. ``composed`` are those made of both."""

    scratch: Scratch
    change: Change
    composed: Mapping[TreeName, Subject] = field(default_factory=dict)

    def subject(self, tree: TreeName) -> Subject:
        """Return the git tree and commit that a run on ``tree`` is about. There is no merge result on a conflict."""
        if tree in self.composed:
            return self.composed[tree]
        if tree is TreeName.BASE:
            return Subject(tree=self.change.base.tree, commit=self.change.base.commit)
        assert self.change.merge_tree is not None and self.change.merge_commit is not None  # noqa: S101, PT018
        return Subject(tree=self.change.merge_tree, commit=self.change.merge_commit)

    def files(self, tree: TreeName) -> list[str]:
        """Return the regular files of a tree, in order; links, submodules and folders are none."""
        return [entry.path for entry in self.scratch.entries(self.subject(tree).commit) if entry.is_file]

    def changed(self, tree: TreeName) -> frozenset[str]:
        """Return the files of a tree that the change touches, under the names that they have in it."""
        names = ((f.old_path or f.path) if tree is TreeName.BASE else f.path for f in self.change.files or ())
        return frozenset(self.files(tree)).intersection(names)

    def odd_names(self, tree: TreeName) -> dict[str, bytes]:
        """Return the files of a tree whose names are no UTF-8, with these names."""
        entries = self.scratch.entries(self.subject(tree).commit)
        return {entry.path: entry.raw for entry in entries if entry.path.encode() != entry.raw}

    def absent(self, tree: TreeName) -> frozenset[str]:
        """Return the files of a tree that Git LFS keeps, and whose content is not here."""
        kept = self.scratch.pointers(self.subject(tree).commit)
        return frozenset(path for path, content in kept.items() if content is None)

    def read(self, tree: TreeName, path: str) -> bytes | None:
        """Return a regular file of a tree as git has it, or None."""
        return self.scratch.read(self.subject(tree).commit, path)


class Workspaces:
    """Makes folders below one folder, which the caller removes. Each tree is checked out once for all readers."""

    def __init__(self, trees: Trees, folder: Path) -> None:
        self._trees = trees
        self._folder = folder
        self._shared = Once(self._check_out)

    def of(self, trees: Trees) -> Workspaces:
        """Return the same folders for more trees; what is checked out already is shared."""
        more = Workspaces(trees, self._folder)
        more._shared = self._shared
        return more

    async def shared(self, tree: TreeName) -> Path:
        """Return the checked-out tree that no run may write to; it is made at the first call."""
        return await self._shared.get(tree)

    async def copy(self, tree: TreeName, name: str) -> Path:
        """Return a checkout of its own, for a run that executes the change's code or installs it."""
        folder = self._folder / name
        await asyncio.to_thread(self._trees.scratch.materialise, self._trees.subject(tree).commit, folder)
        return folder

    async def extract(self, tree: TreeName, paths: Iterable[str], name: str) -> Path:
        """Return a folder that holds only the named files of a tree."""
        folder = self._folder / name
        await asyncio.to_thread(self._extract, tree, sorted(paths), folder)
        return folder

    def empty(self, name: str) -> Path:
        """Return a new, empty, private folder."""
        folder = self._folder / name
        folder.mkdir(mode=0o700, parents=True)
        return folder

    async def _check_out(self, tree: TreeName) -> Path:
        return await self.copy(tree, f"tree-{tree.value}")

    def _extract(self, tree: TreeName, paths: list[str], folder: Path) -> None:
        folder.mkdir(mode=0o700)
        for path in paths:
            content = self._trees.read(tree, path)
            if content is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def remove_tree(folder: Path) -> None:
    """Remove a folder whatever modes its folders were given; links are removed, never followed."""
    for parent, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(parent) / name
            if not path.is_symlink():
                path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
