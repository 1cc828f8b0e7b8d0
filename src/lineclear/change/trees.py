"""The scratch repository: everything that is computed lives there, on top of the user's objects."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.blobs import Blobs
from lineclear.change.git import Git, decode_path, isolated_git
from lineclear.change.lfs import LARGEST_POINTER, SMALLEST_POINTER, find_content, read_pointer
from lineclear.change.repository import Repository
from lineclear.errors import EngineError, UsageError

__all__ = ["Scratch", "TreeEntry", "create_scratch"]

# Persisted in a work tree, so that git calls of the project's own suite see the files as they were checked out.
_TREE_SETTINGS = {
    "core.autocrlf": "false",
    "core.eol": "lf",
    "core.symlinks": "true",
    "core.logAllRefUpdates": "false",
    "gc.auto": "0",
}


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """One entry of a tree: a file, a symbolic link (mode 120000) or a submodule (160000, without size).

    ``path`` is valid UTF-8 for people and JSON; ``raw`` is the name that git and the file system have.
    """

    path: str
    raw: bytes
    mode: str
    blob: str
    size: int | None

    @property
    def is_file(self) -> bool:
        """Whether this is a regular file."""
        return self.mode.startswith("100")


class Scratch:
    """A repository of our own in a folder that the caller gave and removes. Make it by :func:`create_scratch`.

    Its objects are its own, with the user's as alternates; it has no work tree, no index, no attributes and no
    configuration of the user's or of the change's.
    """

    def __init__(self, *, folder: Path, repository: Repository) -> None:
        self.folder = folder
        self.git_dir = folder / "scratch.git"
        self.git: Git = isolated_git(self.git_dir)
        self._repository = repository
        self._entries: dict[str, dict[str, TreeEntry]] = {}
        self._pointers: dict[str, dict[str, Path | None]] = {}
        self._blobs = Blobs(self.git)

    @property
    def objects(self) -> Path:
        """The folder of the scratch's own objects."""
        return self.git_dir / "objects"

    def entries(self, commit: str) -> list[TreeEntry]:
        """Return all entries of a commit's tree (or of a tree), folders resolved, in order of path."""
        return list(self._tree(commit).values())

    def read(self, commit: str, path: str) -> bytes | None:
        """Return the bytes of a file as git stores it; null where there is none, or a link, folder or submodule.

        Of a file that Git LFS keeps, it is the content where that is here, else the pointer.
        """
        entry = self._tree(commit).get(path)
        if entry is None or not entry.is_file:
            return None
        content = self._blobs.read(entry.blob)
        pointer = read_pointer(content)
        kept = find_content(pointer, self._lfs_stores) if pointer is not None else None
        return content if kept is None else kept.read_bytes()

    def pointers(self, commit: str) -> dict[str, Path | None]:
        """Return the files of a commit that Git LFS keeps, each with where its content is, or None."""
        if commit not in self._pointers:
            self._pointers[commit] = {
                entry.path: find_content(pointer, self._lfs_stores)
                for entry in self.entries(commit)
                if entry.is_file and SMALLEST_POINTER <= (entry.size or 0) <= LARGEST_POINTER
                for pointer in [read_pointer(self._blobs.read(entry.blob))]
                if pointer is not None
            }
        return self._pointers[commit]

    def materialise(self, commit: str, folder: Path) -> None:
        """Check a commit out into a new folder, as a repository of its own with HEAD detached and the user's tags.

        What git itself does on checkout (line ends and encodings that the commit's attributes ask for) is done, as
        in any clone; filters, hooks and submodules are not. Where the content of a file that Git LFS keeps is here, it
        stands in the pointer's place. Raise UsageError when the folder is not empty, and
        EngineError when git cannot write the tree.
        """
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise UsageError("the folder for a tree is not empty", where=str(folder), todo="Name a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        git_dir = folder / ".git"
        git = isolated_git(git_dir, work_tree=folder)
        _initialise(git_dir, work_tree=folder, object_format=self._repository.object_format)
        _borrow(git_dir, objects=[self.objects, self._repository.objects], shallow=self.git_dir / "shallow")
        (git_dir / "packed-refs").write_bytes(self._tags())
        for name, value in _TREE_SETTINGS.items():
            git.run("config", name, value)
        done = git.setting("checkout.workers=0").ask("checkout", "--quiet", "--detach", commit)
        if done.code != 0:
            raise EngineError(
                f"git cannot check out {commit}: {done.err}",
                where=str(folder),
                todo="Look for file names that this file system cannot hold, and for free space.",
            )
        kept = self.pointers(commit)
        for entry in self.entries(commit):
            content = kept.get(entry.path)
            if content is not None:
                shutil.copyfile(content, os.fsencode(folder) + b"/" + entry.raw, follow_symlinks=False)

    @property
    def _lfs_stores(self) -> tuple[Path, ...]:
        return (self.folder / "lfs", self._repository.lfs_store)

    def _tree(self, commit: str) -> dict[str, TreeEntry]:
        if commit not in self._entries:
            listed = self.git.run("ls-tree", "-r", "-z", "--long", "--full-tree", commit).records()
            found = sorted((_entry(record) for record in listed), key=lambda entry: (entry.path, entry.raw))
            self._entries[commit] = {entry.path: entry for entry in found}
        return self._entries[commit]

    def _tags(self) -> bytes:
        # Reftable or packed or loose: git lists them; what is written is the oldest format there is.
        return self._repository.git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/tags/").out


def create_scratch(repository: Repository, folder: Path) -> Scratch:
    """Make the scratch repository in a folder, which need not exist. Raise UsageError when it holds one already."""
    scratch = Scratch(folder=folder.resolve(), repository=repository)
    if scratch.git_dir.exists():
        raise UsageError("there is a scratch repository already", where=str(folder), todo="Name a new folder.")
    scratch.folder.mkdir(parents=True, exist_ok=True)
    _initialise(scratch.git_dir, work_tree=None, object_format=repository.object_format)
    _borrow(scratch.git_dir, objects=[repository.objects], shallow=repository.common_dir / "shallow")
    return scratch


def _initialise(git_dir: Path, *, work_tree: Path | None, object_format: str) -> None:
    shape = ["--bare"] if work_tree is None else []
    git_dir.mkdir()
    isolated_git(git_dir, work_tree=work_tree).run(
        "init", "--quiet", "--template=", "--initial-branch=main", f"--object-format={object_format}", *shape
    )


def _borrow(git_dir: Path, *, objects: list[Path], shallow: Path) -> None:
    """Let a repository read the objects of others, and stop where their history stops."""
    information = git_dir / "objects" / "info"
    information.mkdir(exist_ok=True)
    (information / "alternates").write_bytes(b"".join(_quoted(folder) + b"\n" for folder in objects))
    if shallow.is_file():
        shutil.copyfile(shallow, git_dir / "shallow")


def _quoted(folder: Path) -> bytes:
    """Return a line of ``objects/info/alternates`` for an absolute path; one with a newline needs C quotes."""
    raw = os.fsencode(folder)
    if b"\n" not in raw:
        return raw
    escaped = raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


def _entry(record: bytes) -> TreeEntry:
    about, raw = record.split(b"\t", 1)
    mode, _, blob, size = about.decode("ascii").split()
    return TreeEntry(path=decode_path(raw), raw=raw, mode=mode, blob=blob, size=None if size == "-" else int(size))
