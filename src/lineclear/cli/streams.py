"""The standard streams of a command: all three are there, and one that takes nothing changes no exit code."""

from __future__ import annotations

import io
import os
import sys

__all__ = ["complain", "give_up_on", "prepare_streams", "settle_streams"]


def prepare_streams() -> None:
    """Make all three streams usable.

    What was started with a closed stream gets a null one: else the next file that is opened would take its place,
    and what is printed to a standard error that is not there would go to standard output.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show ends no command


def complain(text: str) -> None:
    """Print to standard error, where it takes anything."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        give_up_on(2)


def give_up_on(*descriptors: int) -> None:
    """Let a broken stream lead nowhere, or the interpreter's own flush would break again and change the exit code."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(null, descriptor)


def settle_streams() -> None:
    """Give up on a stream that cannot take the rest of what was printed."""
    for descriptor, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            give_up_on(descriptor)
