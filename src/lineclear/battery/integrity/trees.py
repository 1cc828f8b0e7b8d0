"""The two checked-out trees, and what differs between them. Links are never followed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["Trees", "read_folder"]


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One tree: its regular files with whether they may be executed, and its links with where they lead."""

    root: Path
    files: dict[str, bool]
    links: dict[str, str]

    def read(self, path: str) -> bytes:
        """Return the bytes of one of its files."""
        return (self.root / path).read_bytes()


def read_folder(root: Path) -> Folder:
    """List a tree; the repository in it is left out."""
    files: dict[str, bool] = {}
    links: dict[str, str] = {}
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(root / inside) as entries:
            for entry in entries:
                path = f"{inside}/{entry.name}" if inside else entry.name
                if entry.is_symlink():
                    links[path] = str(Path(entry.path).readlink())
                elif entry.is_dir(follow_symlinks=False):
                    if path != ".git":
                        waiting.append(path)
                elif entry.is_file(follow_symlinks=False):
                    files[path] = bool(entry.stat(follow_symlinks=False).st_mode & 0o100)
    return Folder(root=root, files=dict(sorted(files.items())), links=links)


@dataclass(frozen=True, kw_only=True)
class Trees:
    """Base and merge result. ``given`` are files that git calls changed, whatever they look like here."""

    base: Folder
    head: Folder
    given: frozenset[str] = frozenset()

    @classmethod
    def of(cls, base: Path, head: Path, given: Iterable[str] = ()) -> Trees:
        """Read both trees."""
        return cls(base=read_folder(base), head=read_folder(head), given=frozenset(given))

    @cached_property
    def changed(self) -> list[str]:
        """Files of the merge result that the base does not have as they are, in order."""
        return [path for path in self.head.files if path in self.given or self._differs(path)]

    @cached_property
    def before(self) -> list[str]:
        """Files of the base that the merge result does not have as they are, in order."""
        changed = set(self.changed)
        return [path for path in self.base.files if path in changed or path not in self.head.files]

    def _differs(self, path: str) -> bool:
        if path not in self.base.files or self.base.files[path] != self.head.files[path]:
            return True
        ours, theirs = self.head.root / path, self.base.root / path
        return ours.stat().st_size != theirs.stat().st_size or ours.read_bytes() != theirs.read_bytes()
