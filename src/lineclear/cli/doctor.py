"""``lineclear doctor``: what this machine has of what a verification needs, and how to mend what it lacks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lineclear.errors import EngineError
from lineclear.model.machine import MachineReport
from lineclear.report.escape import line_for_terminal
from lineclear.resources import checks_folder
from lineclear.setup.machine import examine_machine

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    command = commands.add_parser("doctor", help="say what is missing on this machine, and how to mend it")
    command.add_argument("--json", action="store_true", help="for a machine (machine-report.schema.json)")
    command.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    report = examine_machine(start=Path.cwd(), checks=checks_folder())
    if arguments.json:
        sys.stdout.buffer.write(report.canonical())
    else:
        for line in _lines(report):
            print(line_for_terminal(line))
    return EngineError.exit_code if report.problems else 0


def _lines(report: MachineReport) -> Iterator[str]:
    yield f"Lineclear {report.lineclear}"
    for probe in report.probes:
        first, *rest = probe.said.splitlines() or [""]
        yield f"  {probe.health.value:<7}  {probe.name:<10}  {first}"
        yield from (f"  {'':<7}  {'':<10}  {line}" for line in rest)
        if probe.todo is not None:
            yield f"  {'':<7}  {'':<10}  To do: {probe.todo}"
    count = len(report.problems)
    yield "All that a verification needs is there." if not count else f"Problems: {count}."
