"""Turns SARIF logs into findings, with keys of our own: the log's own fingerprints are the tool's to choose."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery.adapter import Reading, Workbench
from lineclear.battery.fingerprints import Region, item_key
from lineclear.battery.readers.sarif_log import SarifRegion, SarifResult, SarifRun, read_sarif
from lineclear.battery.readers.sarif_places import Files, path_of
from lineclear.battery.readers.scanner import Hit, located
from lineclear.model.finding import RawFinding

__all__ = ["reading"]

_REMEDY = "Change the code so that {tool} has nothing to say about it."


def reading(reports: Mapping[str, bytes], bench: Workbench, files: Files, reproduce: str) -> Reading:
    """Read all logs of one run; ``reproduce`` is the command for a person. Suppressed results are only counted."""
    runs = [(name, run) for name, raw in sorted(reports.items()) for run in read_sarif(raw, name)]
    findings: list[RawFinding] = []
    examined: set[str] = set()
    for name, run in runs:
        for artifact in run.artifacts:
            path = path_of(artifact, run, files, name) if artifact.uri is not None else None
            examined |= {path} & files.names if path is not None else set()
        findings += _findings(run, name, bench, files, reproduce)
    return Reading(
        findings=sorted(findings, key=lambda f: (f.path or "", f.line or 0, f.rule, f.message)),
        measures={"resultsReported": len(findings), "resultsSuppressed": sum(run.suppressed for _, run in runs)},
        examined=frozenset(examined),
    )


def _findings(run: SarifRun, where: str, bench: Workbench, files: Files, reproduce: str) -> list[RawFinding]:
    hits, others = [], []
    for result in run.results:
        path = path_of(result.place, run, files, where) if result.place is not None else None
        region = None if path is None or result.region is None else _region(result.region, path, run, bench)
        remedy = result.help or _REMEDY.format(tool=run.tool)
        if path is None or region is None:
            others.append(_unlocated(result, run, path, remedy, reproduce))
            continue
        hits.append(
            Hit(rule=result.rule, level=result.level, message=result.message, path=path, region=region, remedy=remedy)
        )
    found = located(hits, tool=run.tool, check=bench.check, source=bench.source)
    return [*(finding.model_copy(update={"reproduce": reproduce}) for finding in found), *others]


def _unlocated(result: SarifResult, run: SarifRun, path: str | None, remedy: str, reproduce: str) -> RawFinding:
    return RawFinding(
        rule=result.rule,
        level=result.level,
        message=result.message,
        path=path,
        key=item_key(run.tool, result.rule, result.name),
        remedy=remedy,
        reproduce=reproduce,
    )


def _region(region: SarifRegion, path: str, run: SarifRun, bench: Workbench) -> Region | None:
    """Return a region with columns in bytes from 0; None where it has no line."""
    first = region.start_line
    if first is None:
        return None
    last = max(first, region.end_line or first)
    columns = None
    if region.start_column is not None:
        lines = (bench.source(path) or b"").decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        end = region.end_column
        columns = (
            _bytes(lines, first, region.start_column - 1, run.code_points),
            _bytes(lines, last, None if end is None else end - 1, run.code_points),
        )
    return Region(line=first, first=first, last=last, columns=columns)


def _bytes(lines: list[str], line: int, column: int | None, code_points: bool) -> int:
    """Return how many bytes of UTF-8 are before a column of a line, None being the line's end."""
    text = lines[line - 1] if line <= len(lines) else ""
    if column is None:
        return len(text.encode())
    if code_points:
        return len(text[:column].encode())
    return len(text.encode("utf-16-le")[: 2 * column].decode("utf-16-le", "ignore").encode())
