"""Turn uncommitted work into a commit, without touching the user's index, objects or status.

A copy of the index is brought up to date, and what it needs is written to the scratch's objects. What ends up in the
commit is what ``git add --all`` would record: the user's ignore rules and clean filters hold, links stay links,
submodules stay commits. Left out are nested repositories that are no submodules, and Lineclear's own output.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lineclear.change.git import Git, decode_path
from lineclear.change.history import tree_of, write_commit
from lineclear.change.repository import Repository
from lineclear.change.trees import Scratch
from lineclear.errors import UsageError

__all__ = ["OUTPUT", "snapshot"]

OUTPUT = ".lineclear"


def snapshot(repository: Repository, scratch: Scratch, *, head: str, leave_out: Sequence[Path] = ()) -> str | None:
    """Return a commit in the scratch that holds the uncommitted work on top of ``head``; null when there is none.

    ``leave_out`` names folders in which untracked files do not count. Raise UsageError on an unmerged index and on
    files that git cannot read.
    """
    index = scratch.folder / "index"
    original = Path(repository.git.run("rev-parse", "--path-format=absolute", "--git-path", "index").text())
    if original.is_file():
        # With its modification time: git takes a file as unchanged only where it is older than the index.
        shutil.copy2(original, index)
    git = repository.git.setting(f"lfs.storage={scratch.folder / 'lfs'}").having(
        GIT_INDEX_FILE=str(index), GIT_OBJECT_DIRECTORY=str(scratch.objects)
    )
    _refuse_unmerged(git, repository)
    untracked = _untracked(git, repository, [*leave_out, scratch.folder, repository.root / OUTPUT])
    # Deletions first and without a look at the file system: a link may stand where the file's folder was.
    _update(git, repository, _differing(git, "D"), "--force-remove")
    _update(git, repository, _differing(git, "d") + untracked, "--add", "--remove", "--replace")
    tree = git.run("write-tree").text()
    merging = _merge_heads(repository)
    if tree == tree_of(scratch, head) and not merging:
        return None
    return write_commit(scratch, tree=tree, parents=[head, *merging], message="Uncommitted work")


def _differing(git: Git, kinds: str) -> list[bytes]:
    listed = git.run("diff-files", "-z", "--name-only", f"--diff-filter={kinds}", "--ignore-submodules=dirty")
    return listed.records()


def _update(git: Git, repository: Repository, names: Sequence[bytes], *options: str) -> None:
    if not names:
        return
    done = git.ask("update-index", "-z", *options, "--stdin", stdin=b"".join(name + b"\0" for name in names))
    if done.code != 0:
        raise UsageError(
            f"git cannot read the uncommitted work: {done.err}",
            where=str(repository.root),
            todo="Make the file readable, or add it to .gitignore.",
        )


def _refuse_unmerged(git: Git, repository: Repository) -> None:
    unmerged = sorted({record.split(b"\t", 1)[1] for record in git.run("ls-files", "-u", "-z").records()})
    if unmerged:
        shown = ", ".join(decode_path(name) for name in unmerged[:5]) + (", …" if len(unmerged) > 5 else "")
        raise UsageError(
            f"a merge is in progress: {len(unmerged)} files have conflicts ({shown})",
            where=str(repository.root),
            todo="Resolve them and `git add` the result, or stop the merge; or verify a commit with `--head HEAD`.",
        )


def _untracked(git: Git, repository: Repository, leave_out: Sequence[Path]) -> list[bytes]:
    root = repository.root.resolve()
    ours = [
        os.fsencode(folder.resolve().relative_to(root)) for folder in leave_out if folder.resolve().is_relative_to(root)
    ]
    prefixes = tuple(name + b"/" for name in ours)
    listed = git.run("ls-files", "-z", "--others", "--exclude-standard").records()
    # A name that ends in a slash is a repository inside this one.
    return [name for name in listed if not name.endswith(b"/") and not (name.startswith(prefixes) or name in ours)]


def _merge_heads(repository: Repository) -> list[str]:
    """Return what is being merged: a resolved but uncommitted merge has to keep its parents."""
    path = repository.git_dir / "MERGE_HEAD"
    return path.read_text(encoding="ascii").split() if path.is_file() else []
