"""Where further Pythons of this machine are, beside those that ``uv`` finds by itself.

pyenv and the tool cache of hosted runners keep each version in a folder of its own, of which only the chosen one is on
the ``PATH``: pyenv's shims refuse to start any other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["search_path"]

_OLDEST = [3, 8]  # uv ends its search with an error at an interpreter that it cannot use, such as 2.7


def search_path(path: str, environ: Mapping[str, str]) -> str:
    """Return a ``PATH`` on which every Python of this machine can be found: what is on it first, then newest first.

    pyenv keeps them in ``versions/*/bin``, a runner's tool cache in ``Python/*/*/bin``.
    """
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME") or "/nonexistent") / ".pyenv")
    cache = Path(environ.get("RUNNER_TOOL_CACHE") or environ.get("AGENT_TOOLSDIRECTORY") or "/nonexistent")
    folders = [*pyenv.glob("versions/*/bin"), *cache.glob("Python/*/*/bin")]
    usable = [folder for folder in folders if folder.is_absolute() and _version(folder)[0] >= _OLDEST]
    kept = [str(folder) for folder in sorted(usable, key=_version, reverse=True)]
    return os.pathsep.join([path, *kept])


def _version(folder: Path) -> tuple[list[int], str]:
    name = folder.parent.parent.name if folder.parent.name.isalnum() and "." not in folder.parent.name else ""
    return [int(number) for number in re.findall(r"\d+", name or folder.parent.name)], str(folder)
