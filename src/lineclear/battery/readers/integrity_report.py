"""Reads the report of ``integrity/program.py``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lineclear.battery.adapter import Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.python_files import python_files, unparsable
from lineclear.battery.readers.scanner import Shape, json_report, shaped
from lineclear.battery.selection import rerun
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["read_integrity"]

_Line = Annotated[int, Field(ge=1)]
_Text = Annotated[str, Field(min_length=1)]


class _Found(Shape):
    """``subject`` is what the finding is about, free of lines; ``line`` is of the merge result."""

    rule: _Text
    level: Annotated[Level, Field(strict=False)]
    path: _Text
    line: _Line | None
    message: _Text
    remedy: _Text
    subject: str


class _Unread(Shape):
    path: _Text
    line: _Line | None
    reason: _Text


class _Report(Shape):
    """``read`` and ``unread`` are the changed Python files of the merge result."""

    findings: list[_Found]
    read: list[str]
    unread: list[_Unread]
    tests: int


def read_integrity(raw: bytes, where: str, bench: Workbench) -> Reading:
    """Return the findings; a report that does not account for each changed Python file is no result."""
    report = shaped(_Report, json_report(raw, where, "the comparison"), where, "the comparison")
    changed = set(python_files(bench.files)) & bench.changed
    failures = {item.path: (item.line, item.reason) for item in report.unread if item.path not in bench.absent}
    lost = sorted(changed.difference(report.read, (item.path for item in report.unread)))
    if lost:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the comparison says nothing of {lost[0]}, which the change touches",
            where=where,
            todo="Run it again; if it stays so, report it with the bundle.",
        )
    broken, unexamined = unparsable("integrity", failures, rerun(bench.check))
    pointers = sorted(changed & bench.absent)
    reason = "it is a Git LFS pointer, and its content is not here"
    return Reading(
        findings=[*broken, *(_finding(found, bench.check) for found in report.findings)],
        measures={
            "filesExpected": len(changed),
            "filesExamined": len(changed.intersection(report.read)),
            "testsCompared": report.tests,
        },
        examined=frozenset(report.read) - bench.absent,
        unexamined=[*unexamined, *(Unexamined(path=path, reason=reason) for path in pointers)],
    )


def _finding(found: _Found, check: str) -> RawFinding:
    return RawFinding(
        rule=found.rule,
        level=found.level,
        message=found.message,
        path=found.path,
        line=found.line,
        key=item_key("integrity", found.rule, found.path, found.subject),
        remedy=found.remedy,
        reproduce=rerun(check),
    )
