"""Open what the change under review may have had its hands on: a regular file, and nothing that only looks like one."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["open_regular"]


def open_regular(path: Path | str, *, folder: int | None = None) -> BinaryIO:
    """Open a file for reading, relative to an open folder if one is given. No link is followed at its end.

    Raises OSError, also when it is no regular file.
    """
    # Without O_NONBLOCK a named pipe in the file's place would hold the step until it is killed.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")
