"""Collect what a run left in a folder, following no link: the folder was the change's to write.

The collector is not confined, so a symlink, FIFO, device or hard link there could make it read, or wait for, what the
change names. The folder is held open from before the run; what stands under its name afterwards does not matter.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from lineclear.contract.globs import matches
from lineclear.errors import EngineError
from lineclear.model.base import sha256
from lineclear.model.evidence import FileDigest

__all__ = ["OutputFolder", "OutputMissing", "OutputRefused", "OutputTooLarge", "save"]

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_WHERE = "the run's output folder"
_MOST_ENTRIES = 200_000
_MOST_FOLDERS_DEEP = 100
_WILD = frozenset("*?[")
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFDIR: "a folder",
}


class OutputMissing(EngineError):
    """The run did not write this output."""


class OutputRefused(EngineError):
    """There is something under the output's name that is not a plain file of the run's own."""


class OutputTooLarge(EngineError):
    """The output holds more than may be collected."""


class OutputFolder:
    """A folder that a run writes its output to; make one before the run, and close it after reading."""

    def __init__(self, path: Path, where: str = _WHERE) -> None:
        self.path = path
        self._where = where
        self._descriptor = os.open(path, _OPEN | os.O_DIRECTORY)

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder. Closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self, relative: str, limit: int) -> bytes:
        """Return the bytes of one output, at most ``limit``.

        Raises :class:`OutputMissing`, :class:`OutputRefused` or :class:`OutputTooLarge`.
        """
        *folders, name = self._parts(relative)
        with self._folder(folders, relative) as folder:
            file = _open(name, folder, 0, relative, self._where)
            try:
                state = os.fstat(file)
                if not stat.S_ISREG(state.st_mode):
                    raise self._refused(relative, f"is {_kind(state.st_mode)}")
                if state.st_nlink != 1:
                    raise self._refused(relative, f"is one of {state.st_nlink} hard links to the same file")
                return _read(file, relative, limit, self._where)
            finally:
                os.close(file)

    def remove(self, relative: str) -> None:
        """Remove one file, a link itself and not what it points at. What is not there needs no removing.

        Raises :class:`OutputRefused` where there is a folder, or something on the way to it that is none.
        """
        *folders, name = self._parts(relative)
        try:
            with self._folder(folders, relative) as folder:
                if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise self._refused(relative, "is a folder")
                os.unlink(name, dir_fd=folder)
        except (FileNotFoundError, OutputMissing):
            return
        except OSError as exc:
            raise self._refused(relative, f"cannot be removed ({errno.errorcode.get(exc.errno or 0, exc)})") from exc

    def find(self, pattern: str) -> list[str]:
        """Return what a pattern matches, whatever stands there, in order; no link is entered, nor ``.git``.

        A pattern without a wildcard is the path that it is. Raises :class:`OutputRefused` where there is something on
        the way that is no folder, and :class:`OutputTooLarge` where there is too much to look through.
        """
        *folders, _ = segments = self._parts(pattern)
        if not _WILD.intersection(pattern):
            return [pattern]
        fixed = next((n for n, segment in enumerate(folders) if _WILD.intersection(segment)), len(folders))
        found, seen, open_ends = [], 0, [segments[:fixed]]
        while open_ends:
            parents = open_ends.pop()
            try:
                with self._folder(parents, pattern) as folder, os.scandir(folder) as entries:
                    listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
            except OutputMissing:
                return []
            seen += len(listed)
            if seen > _MOST_ENTRIES or len(parents) > _MOST_FOLDERS_DEEP:
                raise OutputTooLarge(
                    f"there is too much to look through for {pattern!r}",
                    where=self._where,
                    todo="Begin the pattern with the folder that the reports are in.",
                )
            for name, is_folder in listed:
                path = [*parents, name]
                if not is_folder and matches(pattern, "/".join(path)):
                    found.append("/".join(path))
                elif is_folder and path != [".git"]:
                    open_ends.append(path)
        return sorted(found)

    def save(self, relative: str, limit: int, folder: Path, name: str | None = None) -> FileDigest:
        """Copy one output into a folder of the bundle, as ``name`` or under its own path; see :meth:`read`."""
        return save(self.read(relative, limit), folder, name or relative)

    @contextmanager
    def _folder(self, parts: Sequence[str], relative: str) -> Iterator[int]:
        """Hold a folder below this one open, reached over folders alone."""
        held = [os.dup(self._descriptor)]
        try:
            for part in parts:
                held.append(_open(part, held[-1], os.O_DIRECTORY, relative, self._where))
            yield held[-1]
        finally:
            for descriptor in held:
                os.close(descriptor)

    def _parts(self, relative: str) -> list[str]:
        return _plain_parts(relative, self._where)

    def _refused(self, relative: str, why: str) -> OutputRefused:
        return _refused(relative, why, self._where)


def save(data: bytes, folder: Path, name: str) -> FileDigest:
    """Write bytes as a new file below a folder of the bundle; one that is there already raises FileExistsError."""
    target = folder.joinpath(*_plain_parts(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:  # O_EXCL: never follows, never overwrites
        file.write(data)
    return FileDigest(path=name, size=len(data), sha256=sha256(data))


def _plain_parts(relative: str, where: str = _WHERE) -> list[str]:
    parts = relative.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise _refused(relative, "is no plain relative path", where)
    return parts


def _open(name: str, folder: int, flags: int, relative: str, where: str) -> int:
    try:
        # Asked before opening, because opening some devices acts on them; O_NOFOLLOW holds if it changes in between.
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode) != bool(flags & os.O_DIRECTORY) or not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            wrong = f"is {_kind(mode)}" if not flags else f"has {_kind(mode)} in its path: {name}"
            raise _refused(relative, wrong, where)
        return os.open(name, _OPEN | flags, dir_fd=folder)
    except FileNotFoundError as exc:
        raise OutputMissing(
            f"the run left no {relative}",
            where=where,
            todo="Read what the tool printed: it ended before it wrote its report, or wrote it elsewhere.",
        ) from exc
    except OSError as exc:
        raise _refused(relative, f"cannot be opened ({errno.errorcode.get(exc.errno or 0, str(exc))})", where) from exc


def _read(file: int, relative: str, limit: int, where: str) -> bytes:
    data = bytearray()
    while len(data) <= limit:
        chunk = os.read(file, min(limit + 1 - len(data), 1 << 20))
        if not chunk:
            return bytes(data)
        data += chunk
    raise OutputTooLarge(
        f"{relative} holds more than {limit} bytes",
        where=where,
        todo="Make the tool report less, or raise the limit in the check's definition.",
    )


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "a file" if stat.S_ISREG(mode) else "no plain file")


def _refused(relative: str, why: str, where: str) -> OutputRefused:
    return OutputRefused(
        f"{relative!r} {why}",
        where=where,
        todo="Only a plain file is collected. Something in the run put this there; find out what.",
    )
