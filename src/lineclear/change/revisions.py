"""Turn what was asked for into commits, before anything is computed with them.

Without ``--base`` the base is the first of these that there is:

1. the base commit of the pull request event;
2. the default branch of the remote ``origin`` (of the only remote, where it has another name): ``origin/HEAD``, else
   ``origin/main``, else ``origin/master``;
3. the upstream that is configured for the current branch, unless that is merely the branch's own pushed copy;
4. the local branch ``main``, else ``master``, when the head is on another one;
5. on the only branch there is: ``HEAD`` when there is uncommitted work, else the head's first parent; for one commit
   alone that commit itself, so that the checks run and say what is there.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from lineclear.change.repository import Repository
from lineclear.errors import UsageError

__all__ = [
    "WORK_TREE",
    "Named",
    "current_branch",
    "current_head",
    "default_base",
    "default_branch",
    "has_commit",
    "is_committed",
    "main_remote",
    "resolve_revision",
    "shallow_clone",
]

WORK_TREE = "worktree"
_DEFAULT_BRANCHES = ("main", "master")
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, kw_only=True)
class Named:
    """A commit and the name by which it was found. ``branch`` is the short name when that is a local branch."""

    ref: str
    commit: str
    branch: str | None = None


def resolve_revision(repository: Repository, revision: str, *, option: str) -> Named:
    """Return the commit that a revision names. ``option`` says in errors where it was given.

    Raise UsageError when it names nothing, more than one thing, or something that is no commit.
    """
    where = f"{option} {revision!r} in {repository.root}"
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise UsageError(f"{revision!r} is no revision", where=option, todo="Give a branch, a tag, or a commit's SHA.")
    found = repository.git.setting("core.disambiguate=commit").ask("rev-parse", "--verify", revision)
    name = found.text()
    if found.code != 0 or not _HEX.fullmatch(name):
        raise _unknown(repository, revision, said=found.err, where=where)
    commit = _commit(repository, name)
    if commit is None:
        kind = repository.git.ask("cat-file", "-t", name)
        if kind.code == 0:
            raise UsageError(
                f"{revision!r} names a {kind.text()}, not a commit",
                where=where,
                todo="Give a branch, a tag of a commit, or a commit's SHA.",
            )
        raise _unknown(repository, revision, said=kind.err, where=where)
    symbolic = repository.git.ask("rev-parse", "--symbolic-full-name", revision).text()
    branch = symbolic.removeprefix("refs/heads/") if symbolic.startswith("refs/heads/") else None
    return Named(ref=revision, commit=commit, branch=branch)


def current_branch(repository: Repository) -> str | None:
    """Return the short name of the branch that is checked out; null when HEAD is detached."""
    return repository.git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text() or None


def current_head(repository: Repository) -> Named:
    """Return the commit that is checked out, under the name ``worktree``. Raise UsageError when there is none."""
    commit = _commit(repository, "HEAD")
    if commit is None:
        raise _no_commit(repository)
    return Named(ref=WORK_TREE, commit=commit, branch=current_branch(repository))


def has_commit(repository: Repository) -> bool:
    """Say whether anything is committed yet."""
    return _commit(repository, "HEAD") is not None


def is_committed(repository: Repository, path: str) -> bool:
    """Say whether the commit that is checked out has a file at a path."""
    return repository.git.ask("cat-file", "-e", f"HEAD:{path}").code == 0


def default_base(repository: Repository, *, head: Named, uncommitted: bool) -> Named:
    """Return the base when none was given; the order is in this module's docstring. Raise UsageError without one."""
    for ref in _upstreams(repository, head.branch):
        commit = _commit(repository, ref)
        if commit is not None:
            return Named(ref=re.sub(r"^refs/(heads|remotes)/", "", ref), commit=commit)
    return _local_base(repository, head=head, uncommitted=uncommitted)


def default_branch(repository: Repository) -> str:
    """Return the short name of the branch that changes go to, as far as the repository says: else the current one."""
    remote = main_remote(repository)
    if remote is not None:
        prefix = f"refs/remotes/{remote}/"
        names = [repository.git.ask("symbolic-ref", "--quiet", f"{prefix}HEAD").text()]
        names += [prefix + name for name in _DEFAULT_BRANCHES if _commit(repository, prefix + name) is not None]
        known = next(filter(None, names), None)
        if known is not None:
            return known.removeprefix(prefix)
    local = [name for name in _DEFAULT_BRANCHES if _commit(repository, f"refs/heads/{name}") is not None]
    return local[0] if local else current_branch(repository) or "main"


def shallow_clone(what: str, *, where: str, of: str = "", more: str = "") -> UsageError:
    """Return the error for history that a shallow clone left out; ``of`` names what has to be fetched."""
    return UsageError(
        f"{what}; this is a shallow clone",
        where=where,
        todo=f"Run `git fetch --unshallow{of}`; with actions/checkout set `fetch-depth: 0`.{more}",
    )


def main_remote(repository: Repository) -> str | None:
    """Return ``origin``, or the only remote there is; null where neither says what a change is to be compared with."""
    remotes = repository.git.run("remote").text().split()
    return "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else None


def _upstreams(repository: Repository, branch: str | None) -> list[str]:
    candidates = []
    remote = main_remote(repository)
    if remote is not None:
        candidates.append(repository.git.ask("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD").text())
        candidates += [f"refs/remotes/{remote}/{name}" for name in _DEFAULT_BRANCHES]
    if branch is not None:
        upstream = repository.git.run("for-each-ref", "--format=%(upstream)", f"refs/heads/{branch}").text()
        if not _own_copy(repository, upstream, branch):
            candidates.append(upstream)
    return [candidate for candidate in candidates if candidate]


def _own_copy(repository: Repository, upstream: str, branch: str) -> bool:
    """Say whether an upstream is where the branch itself is pushed to, and not all that there is to compare with."""
    remote, _, name = upstream.removeprefix("refs/remotes/").partition("/")
    if not upstream.startswith("refs/remotes/") or name != branch:
        return False
    fetched = repository.git.ask("config", "--get-all", f"remote.{remote}.fetch").text().splitlines()
    if not any(refspec.endswith(f":refs/remotes/{remote}/*") for refspec in fetched):
        return True  # a clone of one branch does not see the others that there may be
    return len(repository.git.run("for-each-ref", "--format=x", f"refs/remotes/{remote}/").out.split()) > 1


def _local_base(repository: Repository, *, head: Named, uncommitted: bool) -> Named:
    branches = repository.git.run("for-each-ref", "--format=%(refname:short)", "refs/heads/").text().split()
    default = next((name for name in _DEFAULT_BRANCHES if name in branches), None)
    if default is None and len(branches) > 1:
        raise UsageError(
            "no default branch to compare with: there is neither main nor master, and several branches",
            where=str(repository.root),
            todo="Say which with `--base BRANCH`; with a remote, `git remote set-head origin --auto` settles it.",
        )
    if default is not None and head.branch != default:
        tip = _commit(repository, f"refs/heads/{default}")
        if tip is not None and (head.branch is not None or tip != head.commit):
            return Named(ref=default, commit=tip)
    if uncommitted:
        return Named(ref="HEAD", commit=head.commit)
    parent = _commit(repository, f"{head.commit}^1")
    name = "HEAD" if head.ref == WORK_TREE else head.ref
    if parent is not None:
        return Named(ref=f"{name}^1", commit=parent)
    if repository.shallow:
        raise shallow_clone(f"the parent of {name} is not here", where=str(repository.root))
    return Named(ref=name, commit=head.commit)


def _commit(repository: Repository, name: str) -> str | None:
    answer = repository.git.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return answer.text() if answer.code == 0 else None


def _no_commit(repository: Repository) -> UsageError:
    return UsageError(
        "this repository has no commit yet",
        where=str(repository.root),
        todo="Commit the state that changes are to be compared with, then run Lineclear again.",
    )


def _unknown(repository: Repository, revision: str, *, said: str, where: str) -> UsageError:
    if "ambiguous" in said:
        return UsageError(
            f"{revision!r} could be more than one commit", where=where, todo="Give more digits of the SHA."
        )
    close = _close_names(repository, revision)
    if repository.shallow:
        near = f" Or did you mean {' or '.join(close)}?" if close else ""
        branches = " origin '+refs/heads/*:refs/remotes/origin/*'"  # such a clone follows one branch alone
        return shallow_clone(f"the commit {revision!r} is not here", where=where, of=branches, more=near)
    if not close and _commit(repository, "HEAD") is None:
        return _no_commit(repository)
    if close:
        return UsageError(f"there is no revision {revision!r}", where=where, todo=f"Did you mean {' or '.join(close)}?")
    return UsageError(
        f"there is no revision {revision!r}",
        where=where,
        todo="Fetch it with `git fetch origin`, or give a branch, tag or SHA that `git rev-parse` knows.",
    )


def _close_names(repository: Repository, revision: str) -> list[str]:
    listed = repository.git.run("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    names = listed.text().split()
    same_end = [name for name in names if name.endswith(f"/{revision}")]
    return (same_end + [name for name in difflib.get_close_matches(revision, names) if name not in same_end])[:3]
