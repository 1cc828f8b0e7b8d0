"""Reads schemathesis' JSON summary and its NDJSON events (schemathesis 4.32).

Its exit code 1 means failures and also a server that was never reached, ``complete`` is true in either case, and a
time limit ends a run as a success: so the account of operations, cases and errors is held together here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.curl import curl
from lineclear.battery.readers.scanner import Shape, shaped
from lineclear.model.words import Ended

__all__ = ["ApiEvents", "ApiFailure", "ApiRun", "read_events", "read_run"]

_DONE = ("success", "failure", "skip")
_Count = Annotated[int, Field(ge=0)]


class _Operations(Shape):
    total: _Count
    tested: _Count


class _Cases(Shape):
    generated: _Count
    unique_failures: _Count
    errored: _Count


class _Phase(Shape):
    status: str


class _Group(Shape):
    """The failures of one kind, over all operations."""

    code: str


class _Error(Shape):
    title: str = "error"


class _Report(Shape):
    operations: _Operations | None  # null where the document could not be loaded; ``errors`` then says so
    test_cases: _Cases
    phases: dict[str, _Phase] = Field(min_length=1)
    failures: list[_Group]
    errors: list[_Error]
    stop_reason: str
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class ApiRun:
    """What one run covered: operations of the document and those tested, and the generated cases.

    ``codes`` are the kinds of failure that it counts.
    """

    operations: int
    tested: int
    cases: int
    unique_failures: int
    codes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ApiFailure:
    """One failure: an operation that broke one check, with one request that showed it.

    ``signature`` tells failures of one kind apart, by what schemathesis tells them apart by (the status, the part of
    the response's schema). ``command`` sends the request to port 8000; empty where no line of a shell can.
    """

    operation: str
    check: str
    code: str
    title: str
    signature: str = ""
    detail: str
    request: str
    status: int | None
    case: str
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class ApiEvents:
    """What the events tell: all failures, and of each operation the statuses of its answers."""

    failures: list[ApiFailure]
    answers: dict[str, list[int]]


def read_run(report: Mapping[str, Any], exit_code: int, where: str, *, stopped: bool = False) -> ApiRun:
    """Return what the run covered; one that did not test every operation to its end is no result.

    ``stopped``: it was ended at its time limit, so what it lacks is expected. The caller says what was not tested.
    """
    read = shaped(_Report, report, where, "schemathesis 4.32")
    operations, cases = read.operations or _Operations(total=0, tested=0), read.test_cases
    phases = {name: phase.status for name, phase in read.phases.items()}
    interrupted = stopped and read.stop_reason == "interrupted"
    problem = _first(
        (bool(read.errors), f"schemathesis met errors of its own: {', '.join(e.title for e in read.errors[:3])}"),
        (not interrupted and read.stop_reason != "completed", f"schemathesis stopped early: {read.stop_reason}"),
        (cases.errored > 0, f"{cases.errored} test cases could not be run"),
        (operations.total == 0, "the API document has no operation"),
        (
            not interrupted and operations.tested != operations.total,
            f"{operations.tested} of {operations.total} operations were tested",
        ),
        (cases.generated == 0, "no test case was generated"),
        (
            not interrupted and any(status not in _DONE for status in phases.values()),
            f"a phase did not finish: {phases}",
        ),
        (read.exit_code != exit_code, "its report and its process disagree about the exit code"),
        (exit_code not in ((130,) if interrupted else (0, 1)), f"schemathesis ended with exit code {exit_code}"),
        (
            not interrupted and (exit_code == 1) != (cases.unique_failures > 0),
            f"exit code {exit_code} does not fit its report",
        ),
    )
    if problem is not None:
        raise RunProblem(
            Ended.CRASHED,
            problem,
            where="the run against the service",
            todo="Check that the service stays up and that the document is valid; its output is beside the evidence.",
        )
    return ApiRun(
        operations=operations.total,
        tested=operations.tested,
        cases=cases.generated,
        unique_failures=cases.unique_failures,
        codes=frozenset(group.code for group in read.failures),
    )


def read_events(events: bytes, where: str, headers: Mapping[str, str] | None = None) -> ApiEvents:
    """Return what the events tell, failures in order. ``headers`` are those that every request has by contract.

    The last event says that the engine finished: without it the list was cut.
    """
    answers: dict[str, list[int]] = {}
    found = []
    try:
        scenarios = [json.loads(line) for line in events.splitlines()]
        if not scenarios or "EngineFinished" not in scenarios[-1]:
            raise ValueError("it does not come to its end")  # noqa: TRY301 - one way out for all that is not whole
        for recorder in _recorders(scenarios):
            found += list(_failures(recorder, headers or {}))
            for case, interaction in recorder.get("interactions", {}).items():
                answered = (interaction.get("response") or {}).get("status_code")
                operation = _operation(recorder, case)
                answers.setdefault(operation, []).extend([] if answered is None else [answered])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as exc:
        raise RunProblem(
            Ended.BAD_REPORT, f"the list of test events is not whole: {exc}", where=where, todo="Run it again."
        ) from exc
    found.sort(key=lambda f: (f.operation, f.check, f.code, f.title))  # stable: the first of a kind stays the first
    return ApiEvents(failures=found, answers=answers)


def _recorders(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for event in events:
        scenario = event.get("ScenarioFinished")
        if scenario is not None:
            yield scenario["recorder"]


def _operation(recorder: Mapping[str, Any], case: str) -> str:
    """Return the operation of a case: in a stateful scenario it is not that of the scenario."""
    value = recorder.get("cases", {}).get(case, {}).get("value", {})
    return f"{value['method']} {value['path']}" if "method" in value and "path" in value else str(recorder["label"])


def _failures(recorder: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[ApiFailure]:
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] != "success":
                chained = bool(recorder.get("cases", {}).get(case, {}).get("parent_id"))
                yield _failure(case, check, recorder["interactions"].get(case) or {}, headers, chained=chained)


def _failure(
    case: str, check: Mapping[str, Any], interaction: Mapping[str, Any], headers: Mapping[str, str], *, chained: bool
) -> ApiFailure:
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
        case=case,
        command=curl(request, headers) if request and not chained else "",
    )


def _request(request: Mapping[str, Any]) -> str:
    """Return method, path and query: the port differs from run to run."""
    uri = urlsplit(request["uri"])
    return f"{request['method']} {uri.path}{f'?{uri.query}' if uri.query else ''}"


def _first(*tests: tuple[bool, str]) -> str | None:
    return next((text for wrong, text in tests if wrong), None)
