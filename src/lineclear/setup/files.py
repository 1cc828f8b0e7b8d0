"""The user's files: which there are, what is in them, and writing one, without ever following a link."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lineclear.change.git import decode_path
from lineclear.change.repository import Repository
from lineclear.errors import UsageError

__all__ = ["MOST_BYTES", "list_files", "read_file", "read_text", "write_file"]

#: What is read of one file.
MOST_BYTES = 2_000_000
_HERE = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def list_files(repository: Repository) -> list[str]:
    """Return the regular files of the work tree that git tracks or would: paths from its root, sorted, no links."""
    listed = repository.git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard").records()
    names = sorted({decode_path(name) for name in listed})
    return [name for name in names if _is_regular(repository.root / name)]


def read_file(root: Path, path: str) -> bytes | None:
    """Return what a file holds, None where there is none.

    Raises :class:`UsageError` when a link or something else than a file stands in its place or above it.
    """
    try:
        with _opened(root, path, make=False) as (folder, name):
            return _content(folder, name)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise _refused(root, path, exc) from exc


def read_text(root: Path, path: str) -> str:
    """Return a file's text, empty where there is none to be read, as behind a folder that is a link by now."""
    try:
        return (read_file(root, path) or b"").decode("utf-8", "replace")
    except UsageError:
        return ""


def write_file(root: Path, path: str, content: bytes) -> None:
    """Write a file whole or not at all, with the folders that it needs. Raises :class:`UsageError` as reading does."""
    try:
        with _opened(root, path, make=True) as (folder, name):
            with contextlib.suppress(FileNotFoundError):
                _content(folder, name)
            temporary = f".{name}.{secrets.token_hex(8)}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            file = os.open(temporary, flags, 0o666, dir_fd=folder)
            try:
                with os.fdopen(file, "wb") as stream:
                    stream.write(content)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                os.unlink(temporary, dir_fd=folder)
                raise
    except OSError as exc:
        raise _refused(root, path, exc) from exc


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def _opened(root: Path, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """Open the folder that a path is in, one part after the other, and yield it with the file's name."""
    *folders, name = PurePosixPath(path).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=here)
            below = os.open(part, _HERE, dir_fd=here)
            os.close(here)
            here = below
        yield here, name
    finally:
        os.close(here)


def _content(folder: int, name: str) -> bytes:
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return stream.read(MOST_BYTES)


def _refused(root: Path, path: str, error: OSError) -> UsageError:
    linked = error.errno in (errno.ELOOP, errno.ENOTDIR)
    why = "it, or a folder above it, is a link or no folder" if linked else error.strerror or str(error)
    return UsageError(
        f"{path} cannot be used: {why}",
        where=str(root / path),
        todo="Put a plain file or folder in its place; links are not followed. Nothing was written there.",
    )
