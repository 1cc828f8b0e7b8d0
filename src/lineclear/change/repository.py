"""Open the user's repository, or say why it cannot be used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.git import Answer, Git, user_git
from lineclear.errors import EngineError, LineclearError, UsageError

__all__ = ["Repository", "git_version", "open_repository"]

# `git merge-tree --write-tree` came with 2.38.
_OLDEST = (2, 38)


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository with a work tree. Nothing in this room writes to it.

    ``root`` is the top of the work tree, ``git_dir`` its own git folder, ``common_dir`` the one that all linked work
    trees share; ``git`` runs in ``root`` with the user's configuration.
    """

    root: Path
    git: Git
    git_dir: Path
    common_dir: Path
    objects: Path
    object_format: str
    shallow: bool
    partial: bool
    git_version: str
    lfs_store: Path

    @property
    def name(self) -> str:
        """The folder's name; for a linked work tree that of the main one."""
        return self.common_dir.parent.name if self.common_dir.name == ".git" else self.root.name


def open_repository(start: Path) -> Repository:
    """Return the repository that holds a folder.

    Raise UsageError when there is no such folder, no git or too old a one, no repository, a bare one, or one that
    git refuses because it belongs to another user.
    """
    if not start.is_dir():
        raise UsageError("no such folder", where=str(start), todo="Name a folder inside a git repository.")
    git = user_git(start.resolve())
    version = git_version(git)
    probe = git.ask("rev-parse", "--is-bare-repository", "--is-inside-work-tree")
    if probe.code != 0:
        raise _refused(start, probe)
    bare, inside = probe.text().split("\n")
    if bare == "true":
        raise UsageError(
            "this is a bare repository: it has no work tree",
            where=str(start),
            todo="Run Lineclear in a clone, or add a work tree with `git worktree add`.",
        )
    if inside != "true":
        raise UsageError(
            "this folder is inside git's own folder, not in the work tree",
            where=str(start),
            todo="Change to the folder that holds `.git`.",
        )

    def ask(*arguments: str) -> str:
        return git.run("rev-parse", "--path-format=absolute", *arguments).text()

    root, common = Path(ask("--show-toplevel")), Path(ask("--git-common-dir"))
    promisors = git.ask("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$")
    return Repository(
        root=root,
        git=user_git(root),
        git_dir=Path(ask("--git-dir")),
        common_dir=common,
        objects=Path(ask("--git-path", "objects")),
        object_format=ask("--show-object-format"),
        shallow=ask("--is-shallow-repository") == "true",
        partial=bool(promisors.out),
        git_version=version,
        lfs_store=common / (git.ask("config", "--type=path", "--get", "lfs.storage").text() or "lfs"),
    )


def git_version(git: Git) -> str:
    """Return the version of git. Raise UsageError when there is none, or one that is too old."""
    said = git.run("version").text()
    found = re.search(r"(\d+)\.(\d+)\S*", said)
    if found is None:
        raise EngineError(f"git names no version: {said!r}", where="git version", todo="Install git 2.38 or newer.")
    if (int(found[1]), int(found[2])) < _OLDEST:
        raise UsageError(
            f"git {found[0]} cannot compute a merge without a work tree",
            where="git version",
            todo="Install git 2.38 or newer.",
        )
    return found[0]


def _refused(start: Path, probe: Answer) -> LineclearError:
    if "dubious ownership" in probe.err or "unsafe repository" in probe.err:
        named = re.search(r"repository(?: at)? \(?'([^']+)'", probe.err)
        folder = named[1] if named else start.resolve()
        return UsageError(
            "git refuses this repository, because its folder belongs to another user (dubious ownership)",
            where=str(start),
            todo=f"If you trust it: `git config --global --add safe.directory {folder}`.",
        )
    if "not a git repository" in probe.err:
        return UsageError(
            "this is no git repository",
            where=str(start),
            todo="Change to a folder inside the repository, or make one with `git init`.",
        )
    return UsageError(
        f"git cannot open this repository: {probe.err}",
        where=str(start),
        todo="Make `git status` work in this folder, then run Lineclear again.",
    )
