"""The entrance: from what was asked for to the change that is verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.authorship import find_author
from lineclear.change.diff import changed_files
from lineclear.change.history import commits_between, find_merge_base, require_objects, tree_of
from lineclear.change.identity import repository_name
from lineclear.change.merge import merge
from lineclear.change.repository import Repository
from lineclear.change.revisions import Named, current_head, default_base, main_remote, resolve_revision
from lineclear.change.trees import Scratch, create_scratch
from lineclear.change.worktree import snapshot
from lineclear.model.change import Change, Conflict, Revision

__all__ = ["PullRequest", "Resolved", "resolve_change"]


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """What a forge's event says of a pull request. ``repository`` is ``OWNER/NAME``."""

    number: int | None
    base_sha: str | None
    login: str | None
    login_type: str | None
    head_ref: str | None
    repository: str | None


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A change, and the scratch repository that holds its commits."""

    change: Change
    scratch: Scratch


@dataclass(frozen=True, kw_only=True)
class _Head:
    """``named`` is the last real commit, ``commit`` what is verified: the same, or the uncommitted work on top."""

    named: Named
    commit: str

    @property
    def uncommitted(self) -> bool:
        return self.commit != self.named.commit


def resolve_change(
    repository: Repository,
    *,
    base: str | None,
    head: str | None,
    scratch: Path,
    event: PullRequest | None = None,
    leave_out: Sequence[Path] = (),
) -> Resolved:
    """Resolve base and head, merge them, and describe the difference. Nothing in the user's repository is written.

    ``base`` null means the default of :mod:`lineclear.change.revisions`; ``head`` null means the work tree with its
    uncommitted changes. ``scratch`` is a folder for what is computed, which the caller removes. ``leave_out`` names
    folders whose untracked files are no part of the change, such as where the bundle is written.

    Raise UsageError for revisions that cannot be resolved or merged for want of history. A conflict is a result:
    ``files``, ``merge_tree`` and ``merge_commit`` are null. So is an empty change: ``files`` is empty.
    """
    held = create_scratch(repository, scratch)
    end = _head(repository, held, head, leave_out=leave_out)
    start = _base(repository, base, event=event, head=end)
    require_objects(held, repository, start.commit, end.commit)
    merge_base = find_merge_base(held, repository, base=start.commit, head=end.commit)
    merged = merge(held, base=start.commit, head=end.commit, merge_base=merge_base)
    commits = commits_between(held, base=start.commit, head=end.named.commit)
    author = find_author(
        commits,
        login=event.login if event else None,
        login_type=event.login_type if event else None,
        branch=(event.head_ref if event else None) or end.named.branch,
        uncommitted=end.uncommitted,
    )
    change = Change(
        repository=_name(repository, event),
        pull_request=event.number if event else None,
        base=Revision(ref=start.ref, commit=start.commit, tree=tree_of(held, start.commit)),
        head=Revision(ref=end.named.ref, commit=end.commit, tree=tree_of(held, end.commit)),
        merge_base=merge_base,
        merge_commit=merged.commit,
        merge_tree=merged.tree,
        uncommitted=end.uncommitted,
        commits=len(commits),
        author=author,
        files=None if merged.tree is None else changed_files(held, base=start.commit, merged=merged.tree),
        conflicts=[Conflict(path=path) for path in merged.conflicts],
        git_version=repository.git_version,
    )
    return Resolved(change=change, scratch=held)


def _head(repository: Repository, scratch: Scratch, head: str | None, *, leave_out: Sequence[Path]) -> _Head:
    if head is not None:
        named = resolve_revision(repository, head, option="--head")
        return _Head(named=named, commit=named.commit)
    named = current_head(repository)
    work = snapshot(repository, scratch, head=named.commit, leave_out=leave_out)
    return _Head(named=named, commit=work or named.commit)


def _base(repository: Repository, base: str | None, *, event: PullRequest | None, head: _Head) -> Named:
    if base is not None:
        return resolve_revision(repository, base, option="--base")
    if event is not None and event.base_sha is not None:
        return resolve_revision(repository, event.base_sha, option="the pull request's base")
    return default_base(repository, head=head.named, uncommitted=head.uncommitted)


def _name(repository: Repository, event: PullRequest | None) -> str:
    if event is not None and event.repository:
        return event.repository if event.repository.count("/") > 1 else f"github.com/{event.repository}"
    remote = main_remote(repository)
    url = repository.git.run("remote", "get-url", remote).text() if remote is not None else None
    return repository_name(url, folder=repository.name)
