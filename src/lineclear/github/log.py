"""Find in the log of a verification why it refused: the message with its three parts that it ended with."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lineclear.github.regular import open_regular

__all__ = ["read_refusal"]

# The message is the last thing that `lineclear verify` prints; after it comes what drives it, in a few lines.
_TAIL = 64 * 1024
_LINES = 100
_START = re.compile(r"(lineclear[ \w]*: )?error: \S.*")
_LAST_PART = "  to do: "


def read_refusal(log: Path) -> list[str]:
    """Return the lines of the last error that a log reports, none when it reports none or cannot be read.

    They are for people to read: whoever could write into the log could write them, so they decide nothing.
    """
    lines = _tail(log).splitlines()
    start = max((number for number, line in enumerate(lines) if _START.fullmatch(line)), default=None)
    if start is None:
        return []
    message = lines[start : start + _LINES]
    end = max((number for number, line in enumerate(message) if line.startswith(_LAST_PART)), default=0)
    return message[: end + 1]


def _tail(log: Path) -> str:
    try:
        file = open_regular(log)
    except OSError:
        return ""
    with file:
        file.seek(max(os.fstat(file.fileno()).st_size - _TAIL, 0))
        return file.read(_TAIL).decode("utf-8", "replace")
