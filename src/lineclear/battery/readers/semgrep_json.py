"""Reads semgrep's JSON output (semgrep 1.180.0, ``semgrep_output_v1``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from lineclear.battery.fingerprints import Region
from lineclear.battery.readers.scanner import Hit, Shape, shaped
from lineclear.model.words import Level

__all__ = ["examined", "fatal_errors", "hits", "not_read"]

_LEVELS = {
    "CRITICAL": Level.ERROR,
    "HIGH": Level.ERROR,
    "ERROR": Level.ERROR,
    "MEDIUM": Level.WARNING,
    "WARNING": Level.WARNING,
    "LOW": Level.NOTE,
    "INFO": Level.NOTE,
}
_OF_A_FILE = frozenset(
    {
        "AST builder error",
        "Fixpoint timeout",
        "Internal matching error",
        "Lexical error",
        "Other syntax error",
        "Out of memory",
        "PartialParsing",
        "Stack overflow",
        "Syntax error",
        "Timeout",
        "Too many matches",
    }
)
_Place = Annotated[int, Field(ge=1)]
_Text = Annotated[str, Field(min_length=1)]


class _Position(Shape):
    """A place in a file: both count from 1, columns in bytes."""

    line: _Place
    col: _Place


class _Extra(Shape):
    message: str
    severity: Literal["CRITICAL", "HIGH", "ERROR", "MEDIUM", "WARNING", "LOW", "INFO"]
    metadata: dict[str, Any]


class _Result(Shape):
    check_id: _Text
    path: _Text
    start: _Position
    end: _Position
    extra: _Extra


class _Error(Shape):
    """One of semgrep's own errors. ``type`` is a word, or a list that begins with it."""

    level: str
    type: str | list[Any]
    path: str | None = None
    message: str | None = None
    long_msg: str | None = None
    short_msg: str | None = None


class _Paths(Shape):
    scanned: list[str]


class _SkippedRule(Shape):
    rule_id: str


class _Report(Shape):
    results: list[_Result]
    errors: list[_Error]
    paths: _Paths
    skipped_rules: list[_SkippedRule] = []


def hits(report: Mapping[str, Any]) -> list[Hit]:
    """Return the results."""
    return [_hit(result) for result in _read(report).results]


def examined(report: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths that semgrep says it scanned, relative to where it started."""
    return frozenset(path.removeprefix("./") for path in _read(report).paths.scanned)


def fatal_errors(report: Mapping[str, Any]) -> list[str]:
    """Return semgrep's own errors that are about no file: a broken rule, one that was left out, a crash.

    A rule that asks for a newer semgrep is left out with exit code 0 and a note of level ``info``, whose path is that
    of the rule.
    """
    read = _read(report)
    skipped = [f"the rule {rule.rule_id} was left out" for rule in read.skipped_rules]
    return [_said(error) for error in read.errors if not _of_a_file(error)] + skipped


def not_read(report: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return the files that an error names, with what it says and whether a part of the file was read.

    A rule that ran out of time on a file is such an error, at level ``warn`` and with exit code 0, and the file still
    counts as scanned.
    """
    found: dict[str, tuple[str, bool]] = {}
    for error in _read(report).errors:
        if error.path and _of_a_file(error):
            path, partly = error.path.removeprefix("./"), _kind(error) == "PartialParsing"
            if path not in found or not partly:  # of several errors, the one that leaves more unread
                found[path] = (_said(error), partly)
    return found


def _read(report: Mapping[str, Any]) -> _Report:
    return shaped(_Report, report, "report.json", "semgrep 1.180")


def _of_a_file(error: _Error) -> bool:
    return bool(error.path) and error.level != "error" and _kind(error) in _OF_A_FILE


def _kind(error: _Error) -> str:
    return error.type if isinstance(error.type, str) else str(next(iter(error.type), "error"))


def _said(error: _Error) -> str:
    text = (error.message or error.long_msg or error.short_msg or "").strip()
    return f"{_kind(error)}: {text.splitlines()[0] if text else 'no message'}"


def _hit(result: _Result) -> Hit:
    extra, remedy = result.extra, result.extra.metadata.get("remedy")
    return Hit(
        rule=result.check_id,
        level=_LEVELS[extra.severity],
        message=extra.message.strip() or f"The rule {result.check_id} matches.",
        path=result.path.removeprefix("./"),
        region=Region(
            line=result.start.line,
            first=result.start.line,
            last=result.end.line,
            columns=(result.start.col - 1, result.end.col - 1),
        ),
        remedy=remedy if isinstance(remedy, str) and remedy else "See the rule's message.",
    )
