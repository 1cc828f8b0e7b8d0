"""Makes the folder of a bundle ready: an earlier bundle goes, anything else that is there stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from lineclear.errors import UsageError
from lineclear.model.bundle import MANIFEST

__all__ = ["prepare_bundle"]

_IGNORE = ".gitignore"


def prepare_bundle(out: Path) -> Path:
    """Return the empty folder for a bundle, which git ignores.

    The manifest of an earlier bundle goes first, so that what an interrupted run leaves is never taken for whole.
    Raises :class:`UsageError` when the folder holds something that is no bundle.
    """
    out = out.absolute()
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _refused(out, "is a link or a file")
    if out.is_dir() and any(out.iterdir()):
        if not (out / _IGNORE).is_file() or (out / _IGNORE).is_symlink():
            raise _refused(out, "holds files that are no bundle of Lineclear's")
        (out / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _IGNORE).write_text("*\n")
    return out


def _refused(out: Path, why: str) -> UsageError:
    return UsageError(
        f"the folder for the bundle {why}",
        where=str(out),
        todo="Name a new or empty folder with --out, or remove this one yourself.",
    )
