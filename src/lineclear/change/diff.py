"""List what differs between the base's tree and the merge result's.

It is asked in the scratch repository, which has no attributes: a ``*.py binary`` line, wherever it stands, hides
nothing. A file is binary by git's own rule, a NUL byte among the first 8,000 of either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from lineclear.change.git import decode_path
from lineclear.change.kinds import path_kind
from lineclear.change.trees import Scratch
from lineclear.errors import EngineError
from lineclear.model.change import ChangedFile
from lineclear.model.words import PathKind

__all__ = ["changed_files"]

Status = Literal["added", "deleted", "modified", "renamed", "typeChanged"]
Lines = tuple[int | None, int | None]

_STATUS: dict[str, Status] = {
    "A": "added",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "typeChanged",
}
_OPTIONS = (
    "-r",
    "-z",
    "--find-renames=50%",
    "-l1000",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-algorithm=myers",
    "--ignore-submodules=none",
)


def changed_files(scratch: Scratch, *, base: str, merged: str) -> list[ChangedFile]:
    """Return the files that differ between two trees or commits, in order of path."""
    lines = dict(_line_counts(scratch.git.run("diff-tree", *_OPTIONS, "--numstat", base, merged).records()))
    raw = scratch.git.run("diff-tree", *_OPTIONS, "--raw", base, merged).records()
    return sorted(_files(raw, lines), key=lambda file: file.path)


def _files(records: list[bytes], lines: dict[bytes, Lines]) -> Iterator[ChangedFile]:
    rest = iter(records)
    for about in rest:
        old_mode, mode, _, _, letter = about.decode("ascii").removeprefix(":").split()
        status = _STATUS.get(letter[0])
        if status is None:
            raise EngineError(
                f"git reports a change of kind {letter!r}", where="git diff-tree", todo="Report this as a defect."
            )
        old = next(rest)
        path = next(rest) if status == "renamed" else old
        added, deleted = lines[path]
        yield ChangedFile(
            path=decode_path(path),
            old_path=decode_path(old) if status == "renamed" else None,
            status=status,
            kind=_kind(decode_path(old), decode_path(path)),
            added=added,
            deleted=deleted,
            mode=mode,
            old_mode=old_mode,
        )


def _kind(old: str, new: str) -> PathKind:
    # Moving a workflow to where it no longer runs changes the control plane.
    return PathKind.CONTROL_PLANE if path_kind(old) is PathKind.CONTROL_PLANE else path_kind(new)


def _line_counts(records: list[bytes]) -> Iterator[tuple[bytes, Lines]]:
    rest = iter(records)
    for record in rest:
        added, deleted, path = record.split(b"\t", 2)
        if not path:  # a rename: the old name and the new one follow
            next(rest)
            path = next(rest)
        yield path, (None, None) if added == b"-" else (int(added), int(deleted))
