"""Decides what is run again, from what the first runs on both trees left: the judge holds the runs to the same rule.

A failure counts as the base's only if it fails there each time; what is left is the merge result's own, and is run
again there (docs/flaky.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lineclear.battery.adapter import Reading
from lineclear.battery.edits import is_edited
from lineclear.model.change import Change

__all__ = ["BaseNames", "edited_items", "failing_items", "own_items", "steady_items"]

Source = Callable[[str], bytes | None]


class BaseNames:
    """The names on the base of the items of a merge result: files that the change renames had another path there."""

    def __init__(self, change: Change, root: str) -> None:
        self._prefix = "" if root == "." else f"{root}/"
        self._before: Mapping[str, str] = {f.path: f.old_path for f in change.files or () if f.old_path is not None}

    def path(self, path: str) -> str:
        """Return the path, in the tree, that a file of the merge result has on the base."""
        return self._before.get(path, path)

    def file(self, item: str) -> str:
        """Return the path, in the tree, of the file that an item is in."""
        return self._prefix + item.partition("::")[0]

    def item(self, item: str) -> str:
        """Return the name that an item has on the base."""
        path, separator, name = item.partition("::")
        return self.path(self._prefix + path).removeprefix(self._prefix) + separator + name


def failing_items(reading: Reading) -> list[str]:
    """Return the items that failed and can be run again by themselves, in order."""
    return sorted({finding.item for finding in reading.findings if finding.item is not None})


def steady_items(base: Reading, again: Sequence[Reading | None]) -> frozenset[str]:
    """Return the items that failed on the base and passed there in no later run."""
    return frozenset(failing_items(base)).difference(*(reading.passed or () for reading in again if reading))


def own_items(merged: Reading, steady: frozenset[str], names: BaseNames) -> list[str]:
    """Return the items that fail on the merge result and not steadily on the base, in order."""
    return [item for item in failing_items(merged) if names.item(item) not in steady]


def edited_items(items: Sequence[str], names: BaseNames, *, before: Source, after: Source, base: Reading) -> list[str]:
    """Return those of some items that the change brought or edited: new ids, and functions that differ.

    An id is new if it neither passed nor failed on the base.
    """
    there = {*failing_items(base), *(base.passed or ())}
    edited = []
    for item in items:
        file = names.file(item)
        if names.item(item) not in there or is_edited(item, before(names.path(file)), after(file)):
            edited.append(item)
    return edited
