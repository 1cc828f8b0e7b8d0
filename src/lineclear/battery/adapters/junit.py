"""Any test runner that writes JUnit XML: its report and its exit code must say the same."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery import stated
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.readers.junit_cases import reading
from lineclear.model.words import Ended

__all__ = ["prepare", "read", "read_taken"]


def prepare(bench: Workbench) -> Invocation:
    """Run the command as the contract states it, without a shell; its report must be there afterwards."""
    return stated.invocation(bench, stated.command(bench))


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; one without a failure does not go with a failing exit code, nor the other way round."""
    found = reading(raw.reports, bench, stated.place(bench).prefix, stated.reproduce(bench))
    if bool(raw.exit_code) != bool(found.findings):
        count = len(found.findings)
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the command's exit code {raw.exit_code} and its report of {count} "
            f"{'failure' if count == 1 else 'failures'} do not agree: {stated.last_lines(raw, 1)}",
            where=f"check {bench.check}, {bench.tree_name.value} tree",
            todo="Let the command end with 0 if and only if all tests passed, and do only that.",
        )
    return found


def read_taken(reports: Mapping[str, bytes], bench: Workbench) -> Reading:
    """Read the report of another job, of which no exit code is known."""
    return reading(reports, bench, stated.place(bench).prefix, f"lineclear verify --only {bench.check}")
