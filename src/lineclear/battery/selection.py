"""What ``--select`` may name, a test or a file, and the one command that shows a finding again."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

__all__ = ["file_of", "objection", "rerun"]

_LENGTH = 1_000


def file_of(item: str) -> str:
    """Return the file of an item: of a test's id what stands before its first ``::``."""
    return item.partition("::")[0]


def objection(item: str) -> str | None:
    """Return why an item may not be given to a tool, None when it may."""
    file = PurePosixPath(file_of(item))
    if not item or not file.parts:
        return "it names no file"
    if item.startswith(("-", "@")):
        return "it could be read as an option"
    if not item.isprintable():
        return "it has characters that cannot be seen"
    if file.is_absolute() or ".." in file.parts:
        return "it is not inside the repository"
    return None


def rerun(check: str, item: str | None = None) -> str:
    """Return the command that runs one check again, on one test or file where its name can be pasted as it is shown.

    Reports show text as one line without what cannot be seen: a name that this would change is not given.
    """
    command = f"lineclear verify --only {check}"
    for name in () if item is None else (item, file_of(item)):
        if objection(name) is None and " ".join(name.split()) == name and len(name) <= _LENGTH:
            return f"{command} --select {shlex.quote(name)}"
    return command
