"""Reads what ``programs/api_runs.py`` wrote: how the runs ended with their failing cases, and what replays did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import Field

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.scanner import Shape, json_report, shaped
from lineclear.battery.readers.schemathesis_report import ApiFailure
from lineclear.model.words import Ended

__all__ = ["FailingCase", "RunEnd", "hand_on", "identified", "read_replays", "read_runs", "taken_over"]

_PROGRAM = "the program beside schemathesis"
# What these say depends on what the document calls a right request: under another definition they say something else.
_ABOUT_REQUESTS = frozenset(
    {"negative_data_rejection", "positive_data_acceptance", "missing_required_header", "unsupported_method"}
)


class _Check(Shape):
    name: str
    message: str


class _Step(Shape):
    checks: list[_Check]


class _Crash(Shape):
    """One of schemathesis' crash files: a failing case with the requests that it builds on."""

    operation: str
    fingerprint: str
    case_id: str
    sequence: list[_Step] = Field(min_length=1)


class RunEnd(Shape):
    """How one run of schemathesis ended. ``stopped``: at the time limit. ``operations``: digests of definitions."""

    exit_code: int = Field(alias="exitCode")
    stopped: bool
    operations: dict[str, str] | None
    cases: list[dict[str, Any]]


class _Runs(Shape):
    runs: list[RunEnd]


class _Replayed(Shape):
    code: str
    fingerprint: str


class _Replay(Shape):
    status: str
    note: str
    answers: list[int]
    failures: list[_Replayed]


class _Replays(Shape):
    operations: dict[str, str] | None
    replays: list[_Replay]


@dataclass(frozen=True, kw_only=True)
class FailingCase:
    """A failure under the key that its finding has; ``case`` is None where it cannot be sent again."""

    key: str
    failure: ApiFailure
    definition: str | None
    case: Mapping[str, Any] | None


def read_runs(raw: bytes, where: str, expected: int) -> list[RunEnd]:
    """Return the ends of all runs."""
    runs = shaped(_Runs, json_report(raw, where, _PROGRAM), where, _PROGRAM).runs
    if len(runs) != expected:
        raise RunProblem(
            Ended.BAD_REPORT, f"{len(runs)} of {expected} runs are reported", where=where, todo="Run it again."
        )
    return runs


def identified(
    found: Sequence[ApiFailure], cases: Sequence[Mapping[str, Any]], where: str
) -> list[tuple[ApiFailure, Mapping[str, Any] | None]]:
    """Return the distinct failures, each with the case that shows it. Two of one kind differ in their signature.

    ``found`` are all failures of the events. What has no failing case of its own is there once for each kind.
    """
    by_case: dict[tuple[str, str], list[ApiFailure]] = {}
    for failure in found:
        by_case.setdefault((failure.case, failure.check), []).append(failure)
    distinct: list[tuple[ApiFailure, Mapping[str, Any] | None]] = []
    for case in cases:
        crash = shaped(_Crash, case, where, _PROGRAM)
        check = crash.sequence[-1].checks[0] if crash.sequence[-1].checks else _Check(name="", message="")
        same = by_case.get((crash.case_id, check.name), [])
        alike = [failure for failure in same if check.message.startswith(failure.title)] or same
        if not alike:
            raise RunProblem(
                Ended.BAD_REPORT,
                f"the failing case of {crash.operation!r} is not among the events",
                where=where,
                todo="Run it again.",
            )
        distinct.append((replace(alike[0], signature=crash.fingerprint), case))
    known = {_kind(failure) for failure, _ in distinct}
    for other in found:
        if _kind(other) not in known:
            known.add(_kind(other))
            distinct.append((other, None))
    return sorted(distinct, key=lambda pair: (*_kind(pair[0]), pair[0].signature))


def hand_on(cases: Sequence[FailingCase]) -> bytes:
    """Return the cases as the run on the base is given them."""
    return json.dumps([asdict(case) for case in cases]).encode()


def taken_over(raw: bytes) -> list[FailingCase]:
    """Return the cases that were handed on."""
    return [FailingCase(**{**entry, "failure": ApiFailure(**entry["failure"])}) for entry in json.loads(raw)]


def read_replays(raw: bytes, where: str, cases: Sequence[FailingCase]) -> set[str]:
    """Return the keys of what fails on the base too: each of its cases failed there in the same way.

    Where the definition of the operation is another one on the base, the same check with the same code is the same
    way, and a check that speaks of the request itself says nothing.
    """
    report = shaped(_Replays, json_report(raw, where, _PROGRAM), where, _PROGRAM)
    sent = [case for case in cases if case.case is not None]
    if len(report.replays) != len(sent):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"{len(sent)} cases were to be sent again, {len(report.replays)} were",
            where=where,
            todo="Run it again.",
        )
    definitions = report.operations or {}
    failing: set[str] = {case.key for case in sent}
    failing -= {case.key for case in cases if case.case is None}
    for case, replay in zip(sent, report.replays, strict=True):
        same = case.definition is not None and definitions.get(case.failure.operation) == case.definition
        if not _again(case.failure, replay, same_definition=same):
            failing.discard(case.key)
    return failing


def _again(failure: ApiFailure, replay: _Replay, *, same_definition: bool) -> bool:
    if replay.status not in ("failed", "flaky"):
        return False
    if same_definition:
        return any(item.fingerprint == failure.signature for item in replay.failures)
    return failure.check not in _ABOUT_REQUESTS and any(item.code == failure.code for item in replay.failures)


def _kind(failure: ApiFailure) -> tuple[str, str, str, str]:
    return failure.operation, failure.check, failure.code, failure.title
