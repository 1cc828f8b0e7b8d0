"""Where caches are: one folder a user, and in it folders that tools and projects never share.

Files of an environment may be hard links into the cache of ``uv``; a project's code could change them there, and the
next tool environment would be made from them. So what projects install has a cache of its own.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.errors import EngineError

__all__ = ["CacheFolders", "cache_folders"]


@dataclass(frozen=True, kw_only=True)
class CacheFolders:
    """The cache's folders: environments of tools, and one ``uv`` cache each for tools and for projects."""

    root: Path
    tools: Path
    uv_tools: Path
    uv_project: Path


def cache_folders(environ: Mapping[str, str] | None = None) -> CacheFolders:
    """Return the cache's folders, made if need be, private to this user.

    ``$LINECLEAR_CACHE``, else ``$XDG_CACHE_HOME/lineclear``, else ``~/.cache/lineclear``; where home is missing or not
    writable, a folder for this user among the temporary ones. Raises EngineError when there is no folder to trust.
    """
    root = _root(os.environ if environ is None else environ)
    folders = CacheFolders(root=root, tools=root / "tools", uv_tools=root / "uv-tools", uv_project=root / "uv-project")
    for folder in (folders.tools, folders.uv_tools, folders.uv_project):
        folder.mkdir(mode=0o700, exist_ok=True)
    return folders


def _root(environ: Mapping[str, str]) -> Path:
    if given := environ.get("LINECLEAR_CACHE"):
        root = Path(given)
        if not root.is_absolute() or not _usable(root):
            raise _untrusted(root, "is not an absolute path of a folder that can be written", "$LINECLEAR_CACHE")
        return _checked(root, "$LINECLEAR_CACHE")
    wanted = [Path(environ.get("XDG_CACHE_HOME", "")), Path(environ.get("HOME", "")) / ".cache"]
    for parent in wanted:
        if parent.is_absolute() and _usable(parent / "lineclear"):  # the XDG specification ignores relative ones
            return _checked(parent / "lineclear", "the cache folder")
    root = Path(environ.get("TMPDIR") or tempfile.gettempdir()) / f"lineclear-{os.geteuid()}"
    if not _usable(root):
        raise _untrusted(root, "cannot be written", "the temporary folder")
    return _checked(root, "the temporary folder", mine_alone=True)


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _checked(folder: Path, where: str, *, mine_alone: bool = False) -> Path:
    """Refuse a folder that others could have prepared: anybody's to write, or in a shared place not ours alone."""
    state = folder.lstat() if mine_alone else folder.stat()
    if mine_alone and not (stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & 0o077):
        raise _untrusted(folder, "is not a folder of this user alone", where)
    if state.st_mode & stat.S_IWOTH:
        raise _untrusted(folder, "can be written by every user", where)
    return folder


def _untrusted(folder: Path, why: str, where: str) -> EngineError:
    return EngineError(
        f"{folder} {why}, so nothing can be cached there",
        where=where,
        todo="Set LINECLEAR_CACHE to the absolute path of a folder that only you can write.",
    )
