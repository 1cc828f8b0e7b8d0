"""Reads bandit's JSON output (bandit 1.9.4, formatter ``json``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from lineclear.battery.fingerprints import Region
from lineclear.battery.readers.scanner import Hit, Shape, shaped
from lineclear.model.words import Level

__all__ = ["examined", "hits", "unparsed"]

_Word = Literal["UNDEFINED", "LOW", "MEDIUM", "HIGH"]
_Line = Annotated[int, Field(ge=1)]
_Text = Annotated[str, Field(min_length=1)]


class _Result(Shape):
    """One issue. The columns are those of a syntax node; its line can be any of ``line_range``."""

    filename: _Text
    issue_confidence: _Word
    issue_severity: _Word
    issue_text: _Text
    line_number: _Line
    line_range: list[_Line] = Field(min_length=1)
    col_offset: int
    end_col_offset: int
    more_info: str
    test_id: _Text
    test_name: str


class _Error(Shape):
    filename: _Text
    reason: str


class _Report(Shape):
    results: list[_Result]
    errors: list[_Error]
    metrics: dict[str, dict[str, Any]]


def hits(report: Mapping[str, Any]) -> list[Hit]:
    """Return the results. High severity, and medium with high confidence, are errors."""
    return [_hit(result) for result in _read(report).results]


def examined(report: Mapping[str, Any]) -> frozenset[str]:
    """Return the files that bandit has metrics of: those it opened, whether it could parse them or not."""
    return frozenset(path.removeprefix("./") for path in _read(report).metrics if path != "_totals")


def unparsed(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that bandit could not parse, with its reason; it exits 0 on them."""
    return {error.filename.removeprefix("./"): error.reason for error in _read(report).errors}


def _read(report: Mapping[str, Any]) -> _Report:
    return shaped(_Report, report, "report.json", "bandit 1.9")


def _hit(result: _Result) -> Hit:
    known = result.col_offset >= 0 and result.end_col_offset > 0
    return Hit(
        rule=result.test_id,
        level=_level(result.issue_severity, result.issue_confidence),
        message=f"{result.issue_text.strip()} ({result.test_name})",
        path=result.filename.removeprefix("./"),
        region=Region(
            line=result.line_number,
            first=min(result.line_range),
            last=max(result.line_range),
            columns=(result.col_offset, result.end_col_offset) if known else None,
            of_node=True,
        ),
        remedy=f"Use a safe call instead; {result.test_id} is explained at {result.more_info}",
    )


def _level(severity: _Word, confidence: _Word) -> Level:
    if severity == "HIGH" or (severity == "MEDIUM" and confidence == "HIGH"):
        return Level.ERROR
    return Level.WARNING if severity == "MEDIUM" else Level.NOTE
