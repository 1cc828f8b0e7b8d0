"""The outcome of a verdict: its precedence, and the exit code that follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from lineclear.model.words import Enforcement, Outcome

__all__ = ["PRECEDENCE", "exit_code", "most_severe"]

PRECEDENCE = (Outcome.ERROR, Outcome.FAIL, Outcome.REVIEW, Outcome.PASS)
_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.REVIEW: 3, Outcome.ERROR: 4}


def most_severe(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that all of these ask for together; nothing asked for is a pass."""
    return min(outcomes, key=PRECEDENCE.index, default=Outcome.PASS)


def exit_code(outcome: Outcome, enforcement: Enforcement) -> int:
    """Return the exit code: 0 pass, 1 fail, 3 review, 4 error; always 0 where outcomes are reported only."""
    return 0 if enforcement is Enforcement.REPORT else _CODES[outcome]
