"""The change under review: its commits, its trees, what it touches and who wrote it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lineclear.model.base import Model
from lineclear.model.evidence import Problem
from lineclear.model.words import AuthorKind, PathKind

__all__ = ["Author", "Change", "ChangedFile", "Conflict", "Revision"]


class Revision(Model):
    """A named commit. ``ref`` is what was asked for (a branch, a SHA, or ``worktree``)."""

    ref: str
    commit: str = Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")
    tree: str = Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")


class Author(Model):
    """Who wrote the change, with the signals that say so."""

    login: str | None = None
    kind: AuthorKind
    agent: str | None = None
    signals: list[str] = Field(default_factory=list)


class ChangedFile(Model):
    """One file that differs between the base's tree and the merge result's tree.

    ``status`` is added, deleted, modified, renamed or typeChanged; ``old_path`` is set for renamed files only.
    ``added`` and ``deleted`` are line counts, null for binary files. ``mode`` and ``old_mode`` are git's.
    """

    path: str
    old_path: str | None = None
    status: Literal["added", "deleted", "modified", "renamed", "typeChanged"]
    kind: PathKind
    added: int | None
    deleted: int | None
    mode: str
    old_mode: str


class Conflict(Model):
    """A path on which base and head could not be merged."""

    path: str


class Change(Model):
    """What is verified: base, head, and their merge result.

    ``merge_tree`` and ``files`` are null when the merge conflicts: then nothing could be looked at.
    ``broken_contract`` says what is wrong with the contract, or a check of the repository's own, that the change brings
    and that would judge all changes after it; ``unread_contract`` names what it extends elsewhere and was not fetched:
    whether it is valid is then not known.
    ``commits`` counts those of the head that the base does not have. ``uncommitted`` says whether the head holds
    work that was not committed.
    """

    schema_version: Literal[1] = 1
    repository: str
    pull_request: int | None = None
    base: Revision
    head: Revision
    merge_base: str | None
    merge_commit: str | None
    merge_tree: str | None
    uncommitted: bool
    commits: int
    author: Author
    files: list[ChangedFile] | None
    conflicts: list[Conflict] = Field(default_factory=list)
    broken_contract: Problem | None = None
    unread_contract: str | None = None
    git_version: str
