"""Read commits, and write the synthetic ones, in the scratch repository."""

from __future__ import annotations

from collections.abc import Sequence

from lineclear.change.authorship import Commit
from lineclear.change.repository import Repository
from lineclear.change.revisions import shallow_clone
from lineclear.change.trees import Scratch
from lineclear.errors import EngineError, UsageError

__all__ = ["commits_between", "find_merge_base", "require_objects", "tree_of", "write_commit"]

_NAME = "Lineclear"
_EMAIL = "lineclear@example.invalid"
_FIELDS = ("%an", "%ae", "%cn", "%ce", "%B")


def tree_of(scratch: Scratch, commit: str) -> str:
    """Return the id of a commit's tree."""
    return scratch.git.run("rev-parse", "--verify", f"{commit}^{{tree}}").text()


def write_commit(scratch: Scratch, *, tree: str, parents: Sequence[str], message: str) -> str:
    """Write a commit that depends on its arguments alone: its date is that of the youngest parent. Return its id."""
    dates = scratch.git.run("show", "--no-patch", "--format=%ct", *parents).text().split()
    when = f"@{max(int(date) for date in dates)} +0000"
    git = scratch.git.having(
        GIT_AUTHOR_NAME=_NAME,
        GIT_AUTHOR_EMAIL=_EMAIL,
        GIT_AUTHOR_DATE=when,
        GIT_COMMITTER_NAME=_NAME,
        GIT_COMMITTER_EMAIL=_EMAIL,
        GIT_COMMITTER_DATE=when,
    )
    options = [part for parent in dict.fromkeys(parents) for part in ("-p", parent)]
    return git.run("commit-tree", tree, *options, "-m", message).text()


def find_merge_base(scratch: Scratch, repository: Repository, *, base: str, head: str) -> str:
    """Return the best common ancestor. Raise UsageError for unrelated histories and cut ones."""
    answer = scratch.git.ask("merge-base", base, head)
    if answer.code == 0:
        return answer.text()
    if answer.code != 1:
        raise EngineError(
            f"git cannot walk the history: {answer.err}",
            where=f"{base} and {head} in {repository.root}",
            todo="Run `git fsck`; objects that are missing have to be fetched.",
        )
    where = f"base {base} and head {head} in {repository.root}"
    if repository.shallow:
        raise shallow_clone("base and head have no common ancestor here", where=where)
    raise UsageError(
        "base and head have unrelated histories: they share no commit",
        where=where,
        todo="Give a base that the head was branched from.",
    )


def commits_between(scratch: Scratch, *, base: str, head: str) -> list[Commit]:
    """Return the commits that the head has and the base has not, youngest first."""
    layout = "%x00".join(_FIELDS)
    said = scratch.git.run(
        "log", "-z", "--encoding=UTF-8", "--no-show-signature", f"--format={layout}", f"{base}..{head}"
    )
    texts = [record.decode("utf-8", "replace") for record in said.records()]
    width = len(_FIELDS)
    return [
        Commit(
            author_name=texts[start],
            author_email=texts[start + 1],
            committer_name=texts[start + 2],
            committer_email=texts[start + 3],
            message=texts[start + 4],
        )
        for start in range(0, len(texts) - width + 1, width)
    ]


def require_objects(scratch: Scratch, repository: Repository, *commits: str) -> None:
    """Raise UsageError when the repository is a partial clone and lacks files of these commits."""
    if not repository.partial:
        return
    listed = scratch.git.run("rev-list", "--objects", "--no-walk", "--missing=print", *commits).out
    missing = sum(line.startswith(b"?") for line in listed.splitlines())
    if missing:
        raise UsageError(
            f"{missing} objects of base and head are not here: this is a partial clone",
            where=str(repository.root),
            todo="Clone without `--filter`; with actions/checkout leave `filter` out and set `fetch-depth: 0`.",
        )
