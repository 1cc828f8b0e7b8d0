"""Reads nox's own report of its sessions (``nox --report``): its exit code is 0 for a session that was skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.scanner import Shape, json_report, shaped
from lineclear.model.words import Ended

__all__ = ["SessionOutcome", "read_sessions"]

_OUTCOMES: dict[str, Literal["passed", "failed", "skipped"]] = {
    "success": "passed",
    "failed": "failed",
    "aborted": "failed",
    "skipped": "skipped",
}


class _Session(Shape):
    name: str
    result: str
    reason: str | None
    signatures: list[str]


class _Report(Shape):
    sessions: list[_Session]


@dataclass(frozen=True, kw_only=True)
class SessionOutcome:
    """How one session ended, under its most exact name."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]


def read_sessions(raw: bytes, where: str) -> list[SessionOutcome]:
    """Return what became of each session. One that failed before it began, for want of a Python, is no result."""
    report = shaped(_Report, json_report(raw, where, "nox"), where, "nox")
    sessions = []
    for session in report.sessions:
        outcome = _OUTCOMES.get(session.result)
        name = session.signatures[-1] if session.signatures else session.name
        if outcome is None or (session.result == "failed" and session.reason is not None):
            raise RunProblem(
                Ended.CRASHED,
                f"the session {name} could not be run: {session.reason or session.result}",
                where=where,
                todo="Give the runner what the session needs, or run the session there to see why.",
            )
        sessions.append(SessionOutcome(name=name, outcome=outcome))
    return sessions
