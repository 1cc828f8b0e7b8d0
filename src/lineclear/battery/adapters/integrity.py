"""What a change does to its own tests and checks: Lineclear's own comparison of the two trees, which runs none of them.

It runs in a process of its own, because the files that it parses are hostile: what overflows a parser ends that
process, and so the check, and nothing else.
"""

from __future__ import annotations

import json
import os
import sys

from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.readers.integrity_report import read_integrity
from lineclear.model.words import Ended

__all__ = ["prepare", "read"]

_REPORT = "integrity.json"
_CHANGED = "changed.json"


def prepare(bench: Workbench) -> Invocation:
    """Compare the base's tree with this one, under the interpreter that Lineclear runs under, isolated."""
    names = [os.fsdecode(bench.odd_names.get(path, path)) for path in sorted(bench.changed)]
    return Invocation(
        argv=(
            sys.executable,
            "-I",
            "-m",
            "lineclear.battery.integrity.program",
            str(bench.base_tree),
            str(bench.tree),
            str(bench.inputs / _CHANGED),
            str(bench.outputs / _REPORT),
        ),
        cwd=bench.outputs,
        inputs={_CHANGED: json.dumps(names).encode()},
        reports=(_REPORT,),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; changed Python files that could not be parsed are findings, and unexamined."""
    if raw.exit_code != 0:
        raise RunProblem(
            Ended.CRASHED,
            f"the comparison ended with exit code {raw.exit_code}",
            where=f"check {bench.check}",
            todo="Look at its standard error beside the evidence.",
        )
    return read_integrity(raw.reports[_REPORT], _REPORT, bench)
