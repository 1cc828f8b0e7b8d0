"""Reads schemathesis' JSON summary and its NDJSON events (schemathesis 4.32).

Its exit code 1 means failures and also a server that was never reached, ``complete`` is true in either case, and a
time limit ends a run as a success: so the account of operations, cases and errors is held together here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lineclear.battery.adapter import RunProblem
from lineclear.model.words import Ended

__all__ = ["ApiFailure", "ApiRun", "failures", "read_run"]

_DONE = ("success", "failure", "skip")


@dataclass(frozen=True, kw_only=True)
class ApiRun:
    """What one run covered: operations of the document and those tested, and the generated cases."""

    operations: int
    tested: int
    cases: int
    unique_failures: int


@dataclass(frozen=True, kw_only=True, order=True)
class ApiFailure:
    """One distinct failure: an operation that broke one check, with one request that showed it."""

    operation: str
    check: str
    code: str
    title: str
    detail: str
    request: str
    status: int | None


def read_run(report: Mapping[str, Any], exit_code: int, where: str) -> ApiRun:
    """Return what the run covered; one that did not test every operation to its end is no result."""
    try:
        operations, cases = report["operations"], report["test_cases"]
        total, tested = int(operations["total"]), int(operations["tested"])
        phases = {name: phase["status"] for name, phase in report["phases"].items()}
        errors = [str(error.get("title", "error")) for error in report["errors"]]
        run = ApiRun(
            operations=total,
            tested=tested,
            cases=int(cases["generated"]),
            unique_failures=int(cases["unique_failures"]),
        )
        problem = _first(
            (bool(errors), f"schemathesis met errors of its own: {', '.join(errors[:3])}"),
            (report["stop_reason"] != "completed", f"schemathesis stopped early: {report['stop_reason']}"),
            (int(cases["errored"]) > 0, f"{cases['errored']} test cases could not be run"),
            (total == 0, "the API document has no operation"),
            (tested != total, f"{tested} of {total} operations were tested"),
            (any(status not in _DONE for status in phases.values()), f"a phase did not finish: {phases}"),
            (report["exit_code"] != exit_code, "its report and its process disagree about the exit code"),
            ((exit_code == 1) != (run.unique_failures > 0), f"exit code {exit_code} does not fit its report"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"schemathesis' report does not have the shape of version 4.32: {type(exc).__name__} {exc}",
            where=where,
            todo="Check that the pinned version of schemathesis ran.",
        ) from exc
    if problem is not None:
        raise RunProblem(
            Ended.CRASHED,
            problem,
            where="the run against the service",
            todo="Check that the service stays up and that the document is valid; its output is beside the evidence.",
        )
    return run


def failures(events: bytes, where: str) -> list[ApiFailure]:
    """Return the distinct failures, in order; the same one is reported in several phases."""
    found: dict[tuple[str, str, str, str], ApiFailure] = {}
    try:
        for failure in _failures(events):
            found.setdefault((failure.operation, failure.check, failure.code, failure.title), failure)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as exc:
        raise RunProblem(
            Ended.BAD_REPORT, f"the list of test events is not whole: {exc}", where=where, todo="Run it again."
        ) from exc
    return sorted(found.values())


def _failures(events: bytes) -> Iterator[ApiFailure]:
    for line in events.splitlines():
        scenario = json.loads(line).get("ScenarioFinished")
        if scenario is None:
            continue
        recorder = scenario["recorder"]
        for case, checks in recorder.get("checks", {}).items():
            for check in checks:
                if check["status"] != "success":
                    yield _failure(check, recorder["interactions"].get(case) or {})


def _failure(check: Mapping[str, Any], interaction: Mapping[str, Any]) -> ApiFailure:
    failure = check["failure_info"]["failure"]
    request, response = interaction.get("request"), interaction.get("response")
    lines = str(failure.get("message") or "").strip().splitlines()
    return ApiFailure(
        operation=failure["operation"],
        check=check["name"],
        code=failure["code"],
        title=failure["title"],
        detail=lines[0] if lines else "",
        request=_request(request) if request else failure["operation"],
        status=response["status_code"] if response else None,
    )


def _request(request: Mapping[str, Any]) -> str:
    """Return method, path and query: the port differs from run to run."""
    uri = urlsplit(request["uri"])
    return f"{request['method']} {uri.path}{f'?{uri.query}' if uri.query else ''}"


def _first(*tests: tuple[bool, str]) -> str | None:
    return next((text for wrong, text in tests if wrong), None)
