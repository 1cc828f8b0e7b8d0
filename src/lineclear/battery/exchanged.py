"""What the oracle runs after its first run, and how it reads what it saw: rules that the engine and the judge share.

The first run is of the base's tests on the change's code, so its items have the names that they have on the base.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineclear.battery.adapters.oracle import SKIPPED
from lineclear.battery.selection import file_of
from lineclear.model.evidence import Evidence
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = [
    "HeadNames",
    "Outcomes",
    "cannot_load",
    "confirmed_items",
    "failing_items",
    "green_items",
    "outcomes",
    "suspect_items",
]


_USAGE_ERROR = 4


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What one run saw of its items: tests, and files that could not be collected."""

    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]
    uncollected: frozenset[str]

    def word(self, exact: str, item: str) -> str:
        """Return what became of a test: failed, passed, skipped, uncollected or vanished.

        ``exact`` is its id; where that is not there (other parameters now), or names a file, ``item`` decides: the
        test without parameters, or the file, of which one failure is a failure.
        """
        if exact != file_of(exact):
            for word, ids in (("failed", self.failed), ("passed", self.passed), ("skipped", self.skipped)):
                if exact in ids:
                    return word
        if file_of(item) in self.uncollected:
            return "uncollected"
        if file_of(item) in self.skipped:
            return "skipped"
        for word, ids in (("failed", self.failed), ("passed", self.passed), ("skipped", self.skipped)):
            if any(_is_in(name, item) for name in ids):
                return word
        return "vanished"

    def passed_in(self, item: str) -> list[str]:
        """Return the tests of an item that passed, in order."""
        return sorted(name for name in self.passed if name == item or _is_in(name, item))


def outcomes(findings: Iterable[RawFinding], passed: Iterable[str] | None) -> Outcomes:
    """Return what a run saw, from its findings and the tests that it saw pass."""
    listed = [finding for finding in findings if finding.item is not None]
    errors = {finding.item or "" for finding in listed if finding.level is Level.ERROR}
    return Outcomes(
        passed=frozenset(passed or ()),
        failed=frozenset(item for item in errors if item != file_of(item)),
        skipped=frozenset(finding.item or "" for finding in listed if finding.rule == SKIPPED),
        uncollected=frozenset(item for item in errors if item == file_of(item)),
    )


def cannot_load(run: Evidence) -> bool:
    """Say whether pytest did not come to its tests: a ``conftest.py`` that cannot be imported, or its configuration."""
    return run.ended is Ended.CRASHED and run.exit_code == _USAGE_ERROR


def failing_items(findings: Iterable[RawFinding]) -> list[str]:
    """Return the tests that failed, and the files that could not be collected, in order."""
    return sorted({finding.item for finding in findings if finding.item is not None and finding.level is Level.ERROR})


def suspect_items(findings: Iterable[RawFinding]) -> list[str]:
    """Return what did not pass and could, in order: what fails, and tests and files that are skipped.

    The change's code can make a test of the base skip itself: by an exception, or by what its condition asks for.
    """
    listed = list(findings)
    return sorted({*failing_items(listed), *(f.item for f in listed if f.rule == SKIPPED and f.item is not None)})


def green_items(items: Sequence[str], base: Outcomes) -> list[str]:
    """Return the items that pass on the base: of a file at least one test, and it was collected."""
    return [item for item in items if base.passed_in(item) and item not in base.uncollected]


def confirmed_items(items: Sequence[str], base_again: Outcomes | None, old_again: Outcomes | None) -> list[str]:
    """Return the items that passed on the base again, and did not pass on the change's code again.

    None for a run that was not made, because there were too many items, or that did not finish: it shows no pass.
    """
    kept = list(items) if base_again is None else green_items(items, base_again)
    return [item for item in kept if old_again is None or not old_again.passed_in(item)]


@dataclass(frozen=True, kw_only=True)
class HeadNames:
    """The names on the merge result of what has a name on the base; ``renames`` is old path to new path."""

    root: str
    renames: Mapping[str, str]

    def path(self, item: str) -> str:
        """Return the path in the tree of the file of an item, as it is on the merge result."""
        before = self.before(item)
        return self.renames.get(before, before)

    def before(self, item: str) -> str:
        """Return the path in the tree of the file of an item, as it is on the base."""
        return self._prefix + file_of(item)

    def exact(self, item: str) -> str:
        """Return the id of a test on the merge result."""
        return self.path(item).removeprefix(self._prefix) + item[len(file_of(item)) :]

    def item(self, item: str) -> str:
        """Return what is run for it: the test without its parameters, or the file; its file where it is not there."""
        exact = self.exact(item)
        file = file_of(exact)
        return file + exact[len(file) :].partition("[")[0]

    def are_for(self, chosen: Sequence[str], items: Sequence[str]) -> bool:
        """Say whether what was run covers some items, each by itself or by its file, and nothing else."""
        either = [{self.item(item), file_of(self.item(item))} for item in items]
        fits = all(not each.isdisjoint(chosen) for each in either)
        return fits and list(chosen) == sorted(set(chosen)) and set(chosen) <= set().union(*either)

    @property
    def _prefix(self) -> str:
        return "" if self.root == "." else f"{self.root}/"


def _is_in(name: str, item: str) -> bool:
    return name.startswith((f"{item}::", f"{item}["))
