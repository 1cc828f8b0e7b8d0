"""Any tool that writes SARIF 2.1.0: its results are the findings, whatever its exit code calls them."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery import stated
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.readers.sarif_findings import reading
from lineclear.battery.readers.sarif_places import Files
from lineclear.model.words import Ended

__all__ = ["prepare", "read", "read_taken"]


def prepare(bench: Workbench) -> Invocation:
    """Run the command as the contract states it, without a shell; its report must be there afterwards."""
    return stated.invocation(bench, stated.command(bench))


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the log. A failing exit code must be one that means findings, and needs results to go with it."""
    meant = stated.numbers(bench, "exitCodes") or [1]
    where = f"check {bench.check}, {bench.tree_name.value} tree"
    if raw.exit_code != 0 and raw.exit_code not in meant:
        raise RunProblem(
            Ended.CRASHED,
            f"the command ended with exit code {raw.exit_code}, which is none of those that mean findings: "
            f"{stated.last_lines(raw)}",
            where=where,
            todo="Mend the command, or list the code under `exitCodes` if it means findings.",
        )
    files = Files(tree=str(bench.tree), prefix=stated.place(bench).prefix, names=frozenset(bench.files))
    found = reading(raw.reports, bench, files, stated.reproduce(bench))
    if raw.exit_code != 0 and not any(found.measures.values()):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the command's exit code {raw.exit_code} and its report without a result do not agree: "
            f"{stated.last_lines(raw, 1)}",
            where=where,
            todo="Let the command end with 0 where it found nothing, and do only that.",
        )
    return found


def read_taken(reports: Mapping[str, bytes], bench: Workbench) -> Reading:
    """Read the log of another job, of which neither the exit code nor the folder is known."""
    files = Files(tree=None, prefix=stated.place(bench).prefix, names=frozenset(bench.files))
    return reading(reports, bench, files, f"lineclear verify --only {bench.check}")
