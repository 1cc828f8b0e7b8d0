"""Makes the folder of a bundle ready: an earlier bundle goes, anything else that is there stays."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lineclear.change.git import user_git
from lineclear.errors import UsageError
from lineclear.model.bundle import (
    CHANGE,
    DECISIONS,
    EVIDENCE,
    IGNORE,
    MANIFEST,
    REPAIR,
    SARIF,
    STATEMENTS,
    SUMMARY,
    VERDICT,
)

__all__ = ["begin_bundle", "claim_bundle"]

_IGNORED = b"# Written anew by each verification.\n*\n"
_FILES = (IGNORE, CHANGE, DECISIONS, EVIDENCE, MANIFEST, REPAIR, SARIF, STATEMENTS, SUMMARY, VERDICT)
_NAMES = frozenset(PurePosixPath(path).parts[0] for path in _FILES)


@contextlib.contextmanager
def claim_bundle(out: Path) -> Iterator[Path]:
    """Have a folder for a bundle to oneself, emptied of an earlier bundle; yields its absolute path.

    This comes before anything that may fail, so that an earlier bundle is never taken for the answer of a
    verification that gave none. Raises :class:`UsageError`, having touched nothing, when something else is there or
    another verification writes there.
    """
    out = out.absolute()
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _refused(out, "is a link or a file")
    ours = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as exc:
        raise _refused(out, f"cannot be made: {exc.strerror}") from exc
    try:
        _lock(folder, out)
        ours = _empty(out) or ours
        yield out
    finally:
        if ours:
            with contextlib.suppress(OSError):  # it holds a bundle by now, whole or interrupted
                out.rmdir()
        os.close(folder)


def begin_bundle(out: Path) -> None:
    """Mark a claimed folder as a bundle's, for git to ignore and for the next verification to replace."""
    try:
        (out / IGNORE).write_bytes(_IGNORED)
    except OSError as exc:
        raise _refused(out, f"cannot be written: {exc.strerror}") from exc


def _lock(folder: int, out: Path) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise UsageError(
            "another verification is writing its bundle there",
            where=str(out),
            todo="Wait for it to end, or name another folder with --out.",
        ) from exc
    except OSError:  # a file system without locks
        return


def _empty(out: Path) -> bool:
    """Remove an earlier bundle and say whether there was one."""
    try:
        if not any(out.iterdir()):
            return False
        if not _is_bundle(out):
            raise _refused(out, "holds files that are no bundle of Lineclear's")
        if _is_tracked(out):
            raise _refused(out, "holds files that git tracks, which are a part of the change")
        for first in (MANIFEST, VERDICT):
            (out / first).unlink(missing_ok=True)
        for entry in out.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as exc:
        raise _refused(out, f"cannot be emptied: {exc.strerror}") from exc
    return True


def _is_bundle(out: Path) -> bool:
    """Say whether :func:`begin_bundle` marked a folder, and nobody put anything of another name into it."""
    ignore = out / IGNORE
    if ignore.is_symlink() or not ignore.is_file() or ignore.stat().st_size != len(_IGNORED):
        return False
    return ignore.read_bytes() == _IGNORED and _NAMES.issuperset(entry.name for entry in out.iterdir())


def _is_tracked(out: Path) -> bool:
    listed = user_git(Path.cwd()).ask("ls-files", "-z", "--", str(out))
    return listed.code == 0 and bool(listed.out)  # another code: the folder is in no repository, or in another one


def _refused(out: Path, why: str) -> UsageError:
    return UsageError(
        f"the folder for the bundle {why}",
        where=str(out),
        todo="Name a new or empty folder with --out, or remove this one yourself.",
    )
