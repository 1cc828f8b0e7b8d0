"""Compute what would land: the merge of base and head, under the base's attributes alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.git import decode_path, isolated_git
from lineclear.change.history import tree_of, write_commit
from lineclear.change.trees import Scratch
from lineclear.errors import EngineError

__all__ = ["Merged", "merge"]

_ATTRIBUTES = ".gitattributes"
_NO_NAMES = {b"", b".", b"..", b".git"}


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The merge result: its tree and a synthetic commit with base and head as parents, or the paths in conflict."""

    tree: str | None
    commit: str | None
    conflicts: tuple[str, ...] = ()


def merge(scratch: Scratch, *, base: str, head: str, merge_base: str) -> Merged:
    """Merge two commits. Equal arguments give an equal commit: author, committer and date are fixed.

    Raise EngineError when git cannot compute the merge; a conflict is a result, not an error.
    """
    if merge_base == base:
        tree = tree_of(scratch, head)
    elif merge_base == head:
        tree = tree_of(scratch, base)
    else:
        outcome = _merge_trees(scratch, base=base, head=head)
        if outcome.tree is None:
            return outcome
        tree = outcome.tree
    commit = write_commit(scratch, tree=tree, parents=[base, head], message=f"Merge {head} into {base}")
    return Merged(tree=tree, commit=commit)


def _merge_trees(scratch: Scratch, *, base: str, head: str) -> Merged:
    git = isolated_git(scratch.git_dir, work_tree=_lay_attributes(scratch, base))
    answer = git.ask("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", base, head)
    # Both are commits by now and related, so that 1 means a conflict and nothing else.
    if answer.code not in (0, 1) or not answer.out:
        raise EngineError(
            f"git merge-tree ended with {answer.code}: {answer.err or 'it said nothing'}",
            where=f"merge of {head} into {base}",
            todo="Run `git fsck`; an incomplete clone needs `git fetch --unshallow`.",
        )
    tree, *paths = answer.records()
    if answer.code == 1:
        return Merged(tree=None, commit=None, conflicts=tuple(sorted({decode_path(path) for path in paths})))
    return Merged(tree=tree.decode("ascii"), commit=None)


def _lay_attributes(scratch: Scratch, base: str) -> Path:
    """Write the base's attribute files, and nothing else, into a folder that serves as the merge's work tree."""
    folder = scratch.folder / "attributes"
    folder.mkdir(exist_ok=True)
    for entry in scratch.entries(base):
        parts = entry.raw.split(b"/")
        if parts[-1] != _ATTRIBUTES.encode() or not entry.is_file or _NO_NAMES.intersection(parts):
            continue
        target = folder / os.fsdecode(entry.raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(scratch.git.run("cat-file", "blob", entry.blob).out)
    return folder
