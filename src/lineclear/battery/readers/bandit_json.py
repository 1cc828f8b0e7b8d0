"""Reads bandit's JSON output (bandit 1.9.4, formatter ``json``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.scanner import Hit
from lineclear.model.words import Ended, Level

__all__ = ["examined", "hits", "unparsed"]


def hits(report: Mapping[str, Any]) -> list[Hit]:
    """Return the results. High severity, and medium with high confidence, are errors."""
    try:
        return [_hit(result) for result in report["results"]]
    except (KeyError, TypeError, AttributeError) as exc:
        raise _unknown_shape(exc) from exc


def examined(report: Mapping[str, Any]) -> frozenset[str]:
    """Return the files that bandit has metrics of: those it opened, whether it could parse them or not."""
    try:
        return frozenset(path.removeprefix("./") for path in report["metrics"] if path != "_totals")
    except (KeyError, TypeError, AttributeError) as exc:
        raise _unknown_shape(exc) from exc


def unparsed(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that bandit could not parse, with its reason; it exits 0 on them."""
    try:
        return {e["filename"].removeprefix("./"): str(e["reason"]) for e in report["errors"]}
    except (KeyError, TypeError, AttributeError) as exc:
        raise _unknown_shape(exc) from exc


def _hit(result: Mapping[str, Any]) -> Hit:
    lines = [int(line) for line in result["line_range"]] or [int(result["line_number"])]
    return Hit(
        rule=result["test_id"],
        level=_level(result["issue_severity"], result["issue_confidence"]),
        message=f"{result['issue_text'].strip()} ({result['test_name']})",
        path=result["filename"].removeprefix("./"),
        line=int(result["line_number"]),
        end_line=max(lines),
        remedy=f"Use a safe call instead; {result['test_id']} is explained at {result['more_info']}",
    )


def _level(severity: str, confidence: str) -> Level:
    if severity == "HIGH" or (severity == "MEDIUM" and confidence == "HIGH"):
        return Level.ERROR
    return Level.WARNING if severity == "MEDIUM" else Level.NOTE


def _unknown_shape(exc: Exception) -> RunProblem:
    return RunProblem(
        Ended.BAD_REPORT,
        f"bandit's report does not have the shape of version 1.9: {type(exc).__name__} {exc}",
        where="report.json",
        todo="Check that the pinned version of bandit ran.",
    )
