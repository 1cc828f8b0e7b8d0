"""Any command: its exit code is all that is known. 0 is clean, another one is a finding with what it printed last."""

from __future__ import annotations

from lineclear.battery import stated
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["prepare", "read"]

_NOT_STARTED = (126, 127)  # shells and env say so of a program that cannot be run
_KILLED = 128  # and this, plus its number, of one that was killed by a signal


def prepare(bench: Workbench) -> Invocation:
    """Run the command as the contract states it, without a shell."""
    return Invocation(argv=stated.command(bench), cwd=stated.place(bench).folder)


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the exit code."""
    meant = stated.numbers(bench, "exitCodes")
    code = raw.exit_code
    if code != 0 and code not in meant and (meant or code in _NOT_STARTED or code > _KILLED):
        why = "is none of those that mean a finding" if meant else "says that a program could not be run to its end"
        raise RunProblem(
            Ended.CRASHED,
            f"the command ended with exit code {code}, which {why}: {stated.last_lines(raw)}",
            where=f"check {bench.check}, {bench.tree_name.value} tree",
            todo="Mend the command, or list the code under `exitCodes` if it means a finding.",
        )
    return Reading(findings=[_finding(raw, bench)] if code else [], measures={}, examined=frozenset())


def _finding(raw: Raw, bench: Workbench) -> RawFinding:
    return RawFinding(
        rule="exit-code",
        level=Level.ERROR,
        message=f"The command ended with exit code {raw.exit_code}: {stated.last_lines(raw)}",
        path=None,
        key=item_key("command", "exit-code"),
        remedy="Run the command and mend what it says.",
        reproduce=stated.reproduce(bench),
    )
