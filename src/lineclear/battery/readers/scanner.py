"""What all file scanners share: findings with anchors in the source, and the account of what was examined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from lineclear.battery.adapter import FETCH_LFS, RunProblem, Source, Workbench
from lineclear.battery.fingerprints import Region, SourceLines
from lineclear.battery.large_files import large_files, too_large
from lineclear.battery.python_files import parse_failures, python_files, unparsable
from lineclear.battery.selection import rerun
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["Hit", "Parsed", "Shape", "json_report", "located", "parse_changed", "shaped"]


class Shape(BaseModel):
    """The part of a tool's report that we read. What else is in it is the tool's own; no value is converted."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


S = TypeVar("S", bound=Shape)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result of a scanner; ``remedy`` is what its author must do."""

    rule: str
    level: Level
    message: str
    path: str
    region: Region
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """Changed Python files that cannot be parsed or are too large, as findings, and all that is not examined."""

    findings: list[RawFinding]
    unexamined: list[Unexamined]

    @property
    def paths(self) -> frozenset[str]:
        """The files that are accounted for, whatever the tool says of them."""
        return frozenset(item.path for item in self.unexamined)


def json_report(raw: bytes, name: str, tool: str) -> Mapping[str, Any]:
    """Parse a tool's JSON report; half of one, or none of it, is no result.

    File names in it may be any bytes, as they are or as lone surrogates; they get the form that they have in a change.
    """
    try:
        report = json.loads(raw.decode("utf-8", "surrogateescape"))
        if b"\\ud" in raw or not _is_utf8(raw):
            report = _in_utf8(report)
    except (ValueError, RecursionError) as exc:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"{tool} left a report that is not whole: {exc}",
            where=name,
            todo=f"Run it again; if it stays so, look at {tool}'s standard error beside the evidence.",
        ) from exc
    if not isinstance(report, dict):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"{tool} left a report that is no JSON object",
            where=name,
            todo=f"Check that the pinned version of {tool} is the one that ran.",
        )
    return report


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _in_utf8(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, list):
        return [_in_utf8(item) for item in value]
    if isinstance(value, dict):
        return {str(_in_utf8(key)): _in_utf8(item) for key, item in value.items()}
    return value


def shaped(shape: type[S], report: Mapping[str, Any], name: str, tool: str) -> S:
    """Return the part of a report that we read; a shape that is not known is a bad report, never an empty one."""
    try:
        return shape.model_validate(report)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the report does not have the shape of {tool}'s: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=name,
            todo=f"Check that the pinned version of {tool} is the one that ran.",
        ) from exc


def located(hits: Iterable[Hit], *, tool: str, check: str, source: Source) -> list[RawFinding]:
    """Give every hit its key and context from the source line that it is about."""
    files: dict[str, SourceLines] = {}
    findings = []
    for hit in hits:
        if hit.path not in files:
            files[hit.path] = SourceLines(source(hit.path), python=bool(python_files([hit.path])))
        lines, region = files[hit.path], hit.region
        findings.append(
            RawFinding(
                rule=hit.rule,
                level=hit.level,
                message=hit.message,
                path=hit.path,
                line=region.line,
                end_line=max(region.line, region.last),
                key=lines.key(tool, hit.rule, region, hit.message),
                context=lines.context(region.line),
                remedy=hit.remedy,
                reproduce=rerun(check, hit.path),
            )
        )
    return sorted(findings, key=lambda f: (f.path or "", f.line or 0, f.rule, f.message))


def parse_changed(bench: Workbench, tool: str, python: Iterable[str]) -> Parsed:
    """Parse the changed Python files ourselves: scanners call an unparsable file scanned, and exit 0.

    What is too large is not given to them, whether the change touches it or not.
    """
    python = list(python)
    large = large_files(bench, python)
    changed = [path for path in python if path in bench.changed]
    to_parse = (path for path in changed if path not in bench.absent and path not in large)
    findings, unexamined = unparsable(tool, parse_failures(to_parse, bench.source), rerun(bench.check))
    too_large_findings, not_given = too_large(bench, tool, large)
    absent = [
        Unexamined(path=path, reason=f"it is a Git LFS pointer, and its content is not here. {FETCH_LFS[:-1]}")
        for path in changed
        if path in bench.absent
    ]
    return Parsed(findings=findings + too_large_findings, unexamined=unexamined + absent + not_given)
