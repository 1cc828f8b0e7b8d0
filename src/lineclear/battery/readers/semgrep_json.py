"""Reads semgrep's JSON output (semgrep 1.180.0, ``semgrep_output_v1``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.scanner import Hit
from lineclear.model.words import Ended, Level

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


def hits(report: Mapping[str, Any]) -> list[Hit]:
    """Return the results. A shape that this version does not know is a bad report, never an empty list."""
    try:
        return [_hit(result) for result in report["results"]]
    except (KeyError, TypeError) as exc:
        raise _unknown_shape(exc) from exc


def examined(report: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths that semgrep says it scanned, relative to where it started."""
    try:
        return frozenset(path.removeprefix("./") for path in report["paths"]["scanned"])
    except (KeyError, TypeError, AttributeError) as exc:
        raise _unknown_shape(exc) from exc


def fatal_errors(report: Mapping[str, Any]) -> list[str]:
    """Return semgrep's own errors that are about no file: a broken rule, a crash."""
    return [_said(e) for e in _errors(report) if e.get("level") == "error" or not e.get("path")]


def not_read(report: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return the files that an error names, with what it says and whether a part of the file was read.

    A rule that ran out of time on a file is such an error, at level ``warn`` and with exit code 0, and the file still
    counts as scanned.
    """
    named = [e for e in _errors(report) if e.get("level") != "error" and e.get("path")]
    return {e["path"].removeprefix("./"): (_said(e), _kind(e) == "PartialParsing") for e in named}


def _errors(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = report.get("errors")
    if not isinstance(errors, list) or not all(isinstance(e, dict) for e in errors):
        raise _unknown_shape(KeyError("errors"))
    return errors


def _kind(error: Mapping[str, Any]) -> str:
    kind = error.get("type")
    return str(kind[0] if isinstance(kind, list) and kind else kind)


def _said(error: Mapping[str, Any]) -> str:
    text = str(error.get("message") or error.get("long_msg") or error.get("short_msg") or _kind(error)).strip()
    return f"{_kind(error)}: {text.splitlines()[0] if text else 'no message'}"


def _hit(result: Mapping[str, Any]) -> Hit:
    extra = result["extra"]
    return Hit(
        rule=result["check_id"],
        level=_LEVELS[extra["severity"]],
        message=extra["message"].strip(),
        path=result["path"].removeprefix("./"),
        line=result["start"]["line"],
        end_line=result["end"]["line"],
        remedy=extra["metadata"].get("remedy") or "See the rule's message.",
    )


def _unknown_shape(exc: Exception) -> RunProblem:
    return RunProblem(
        Ended.BAD_REPORT,
        f"semgrep's report does not have the shape of version 1.180: {type(exc).__name__} {exc}",
        where="report.json",
        todo="Check that the pinned version ran; a custom rule's severity must be one that semgrep knows.",
    )
