"""Says what the engine tells while it runs, in plain lines."""

from __future__ import annotations

import contextlib
import re
from typing import TextIO

from lineclear.model.words import TreeName
from lineclear.report.escape import for_terminal
from lineclear.run.progress import Event, RunEnded, RunStarted, RunWaiting

__all__ = ["PlainLines", "result", "where"]

_TREE: dict[TreeName, str] = {
    TreeName.MERGED: "merge result",
    TreeName.BASE: "base",
    TreeName.OLD_TESTS: "merge result with the base's tests",
    TreeName.NEW_TESTS: "base with the merge result's tests",
}


class PlainLines:
    """One line when a run starts, and one when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event, /) -> None:
        """Print an event that is worth a line."""
        if isinstance(event, RunWaiting):
            return
        said = "started" if isinstance(event, RunStarted) else f"{result(event)} ({event.seconds:.1f} s)"
        with contextlib.suppress(OSError):  # nobody listens any more; the verdict is established all the same
            print(f"{for_terminal(event.check, 60)} on the {where(event)}: {said}", file=self._stream, flush=True)


def where(event: Event) -> str:
    """Return in words the tree that a run is on, and which time it repeats what failed there."""
    return _TREE[event.tree] + (f", again {event.again}" if event.again is not None else "")


def result(ended: RunEnded) -> str:
    """Return in words what a run left."""
    if ended.findings is None:
        return f"no result ({re.sub('[A-Z]', lambda capital: f' {capital[0].lower()}', ended.ended.value)})"
    return f"{ended.findings} {'finding' if ended.findings == 1 else 'findings'}"
