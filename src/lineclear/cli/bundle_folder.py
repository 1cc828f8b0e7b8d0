"""Makes the folder of a bundle ready: an earlier bundle goes, anything else that is there stays."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from lineclear.errors import UsageError
from lineclear.model.bundle import (
    CHANGE,
    DECISIONS,
    EVIDENCE,
    MANIFEST,
    REPAIR,
    SARIF,
    STATEMENTS,
    SUMMARY,
    VERDICT,
)

__all__ = ["clear_bundle", "make_bundle"]

_IGNORE = ".gitignore"
_IGNORED = b"# Written anew by each verification.\n*\n"
_FILES = (_IGNORE, CHANGE, DECISIONS, EVIDENCE, MANIFEST, REPAIR, SARIF, STATEMENTS, SUMMARY, VERDICT)
_NAMES = frozenset(PurePosixPath(path).parts[0] for path in _FILES)


def clear_bundle(out: Path) -> Path:
    """Remove an earlier bundle, whole or interrupted, and return the absolute path where the new one goes.

    This comes before anything that may fail, so that an earlier bundle is never taken for the answer of a
    verification that gave none. Raises :class:`UsageError`, having touched nothing, when something else is there.
    """
    out = out.absolute()
    try:
        if out.is_symlink() or (out.exists() and not out.is_dir()):
            raise _refused(out, "is a link or a file")
        if out.is_dir() and any(out.iterdir()):
            if not _is_bundle(out):
                raise _refused(out, "holds files that are no bundle of Lineclear's")
            (out / MANIFEST).unlink(missing_ok=True)
            (out / VERDICT).unlink(missing_ok=True)
            shutil.rmtree(out)
    except OSError as exc:
        raise _refused(out, f"cannot be emptied: {exc.strerror}") from exc
    return out


def make_bundle(out: Path) -> None:
    """Make the empty folder for a bundle, which git ignores. Raises :class:`UsageError` where that cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / _IGNORE).write_bytes(_IGNORED)
    except OSError as exc:
        raise _refused(out, f"cannot be made: {exc.strerror}") from exc


def _is_bundle(out: Path) -> bool:
    """Say whether :func:`make_bundle` made a folder, and nobody put anything of another name into it."""
    ignore = out / _IGNORE
    if ignore.is_symlink() or not ignore.is_file() or ignore.stat().st_size != len(_IGNORED):
        return False
    return ignore.read_bytes() == _IGNORED and _NAMES.issuperset(entry.name for entry in out.iterdir())


def _refused(out: Path, why: str) -> UsageError:
    return UsageError(
        f"the folder for the bundle {why}",
        where=str(out),
        todo="Name a new or empty folder with --out, or remove this one yourself.",
    )
