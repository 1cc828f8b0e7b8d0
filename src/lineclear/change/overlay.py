"""Says which files of a tree are its test overlay, and what gives one tree the overlay of another.

The overlay is everything that decides what the tests say: test files, ``conftest.py``, whatever lies in a folder of
tests (helpers, data, golden files), and the runner's configuration. See docs/gaming.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from posixpath import dirname

from lineclear.change.trees import TreeEntry

__all__ = ["OWN_CONFIGURATION", "SHARED_CONFIGURATION", "Exchange", "Overlay", "exchange", "find_overlay"]

OWN_CONFIGURATION = frozenset({"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", ".coveragerc"})
"""Files that configure the runner and nothing else."""
SHARED_CONFIGURATION = frozenset({"pyproject.toml", "setup.cfg", "tox.ini"})
"""Files that configure the runner among other things."""

_TEST_FILE = re.compile(r"(?:test_.*|.*_test|conftest)\.py")
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})
_DATA_FOLDERS = frozenset({"__snapshots__", "testdata", "test_data"})


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What the overlay is, decided from the base alone: a change cannot make product code of the base a test.

    ``root`` is the project's folder, ``""`` for the whole repository; ``folders`` are the folders of tests below it.
    """

    root: str
    folders: frozenset[str]

    def has(self, path: str) -> bool:
        """Say whether a path is in the overlay. Configuration above the project counts: pytest looks there too."""
        folder, _, name = path.rpartition("/")
        if name in OWN_CONFIGURATION or name in SHARED_CONFIGURATION or name == "conftest.py":
            if folder in _above(self.root):
                return True
            if name in SHARED_CONFIGURATION:
                return self._in_folder(path)
        if self.root and not path.startswith(f"{self.root}/"):
            return False
        if _TEST_FILE.fullmatch(name) or name in OWN_CONFIGURATION:
            return True
        return self._in_folder(path)

    def _in_folder(self, path: str) -> bool:
        return path in self.folders or any(
            folder in self.folders or folder.rpartition("/")[2] in _DATA_FOLDERS
            for folder in _parents(path)
            if _below(folder, self.root)
        )


def find_overlay(base: Iterable[str], root: str) -> Overlay:
    """Return the overlay, given the paths of the base.

    A folder named ``test``, ``tests`` or ``testing`` is one of tests where it lies at the project's root, or where the
    base has a test file in it: a product may have a module of that name.
    """
    root = "" if root == "." else root
    folders = {f"{root}/{name}" if root else name for name in _TEST_FOLDERS}
    for path in base:
        if _TEST_FILE.fullmatch(path.rpartition("/")[2]):
            named = (folder for folder in _parents(path) if folder.rpartition("/")[2] in _TEST_FOLDERS)
            folders.update(folder for folder in named if _below(folder, root))
    return Overlay(root=root, folders=frozenset(folders))


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What to do to a tree so that it has another one's overlay: entries to write, and to remove, in order of path."""

    write: tuple[TreeEntry, ...]
    remove: tuple[TreeEntry, ...]

    @property
    def paths(self) -> list[str]:
        """The paths that differ, in order."""
        return sorted({entry.path for entry in (*self.write, *self.remove)})


def exchange(
    code: Iterable[TreeEntry], tests: Iterable[TreeEntry], overlay: Overlay, same: Callable[[str], bool]
) -> Exchange:
    """Return what gives the tree ``code`` the overlay of the tree ``tests``.

    ``same`` says of a file of shared configuration whether it configures the runner alike in both: then it stays.
    What is no overlay stays, unless it stands where a file of the overlay, or a folder of it, has to be.
    """
    ours: Mapping[bytes, TreeEntry] = {entry.raw: entry for entry in code}
    theirs: Mapping[bytes, TreeEntry] = {entry.raw: entry for entry in tests}

    def taken(entry: TreeEntry) -> bool:
        if not overlay.has(entry.path):
            return False
        return entry.path.rpartition("/")[2] not in SHARED_CONFIGURATION or not same(entry.path)

    wanted = {raw: entry for raw, entry in theirs.items() if taken(entry)}
    write = {raw: entry for raw, entry in wanted.items() if not _equal(ours.get(raw), entry)}
    folders = {folder for raw in wanted for folder in _raw_parents(raw)}
    remove = [
        entry
        for raw, entry in ours.items()
        if (taken(entry) and raw not in theirs)
        or raw in folders  # a file or link where there has to be a folder
        or any(folder in wanted for folder in _raw_parents(raw))  # a folder where there has to be a file
    ]
    return Exchange(
        write=tuple(sorted(write.values(), key=lambda entry: entry.raw)),
        remove=tuple(sorted(remove, key=lambda entry: entry.raw)),
    )


def _equal(one: TreeEntry | None, other: TreeEntry) -> bool:
    return one is not None and (one.mode, one.blob) == (other.mode, other.blob)


def _above(root: str) -> list[str]:
    """Return a folder and those above it, the repository's as an empty text."""
    return [root, *_parents(root), ""]


def _below(folder: str, root: str) -> bool:
    return not root or folder.startswith(f"{root}/")


def _parents(path: str) -> list[str]:
    """Return the folders above a path, the nearest first, without the repository's."""
    found = []
    folder = dirname(path)
    while folder:
        found.append(folder)
        folder = dirname(folder)
    return found


def _raw_parents(raw: bytes) -> list[bytes]:
    parts = raw.split(b"/")
    return [b"/".join(parts[:length]) for length in range(1, len(parts))]
