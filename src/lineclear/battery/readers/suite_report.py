"""Reads the report of ``programs/run_tests.py``: one JSON object a line, whole only with its last line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from lineclear.battery.adapter import RunProblem
from lineclear.model.base import Model
from lineclear.model.words import Ended

__all__ = ["Suite", "TestOutcome", "read_suite"]

_FORGED = "Something other than the reporter wrote to it; look at what the tests and their plugins write."

OutcomeWord = Literal["passed", "failed", "skipped", "xfailed", "xpassed"]


class TestOutcome(Model):
    """What happened to one test. ``path`` is relative to the root of the run, ``line`` counts from 1.

    ``outcome`` is None where no phase of the test said how it went.
    """

    id: str
    outcome: OutcomeWord | None
    text: str | None
    path: str | None
    line: int | None = Field(ge=1)


class _NotCollected(Model):
    id: str
    text: str


class _Line(Model):
    """One line: exactly one thing is said; ``exit`` and ``ran`` belong together."""

    collected: list[str] | None = None
    test: TestOutcome | None = None
    unmatched: dict[str, list[str]] | None = None
    collect_error: _NotCollected | None = None
    collect_skip: _NotCollected | None = None
    exit: int | None = None
    ran: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _says_one_thing(self) -> _Line:
        words = (self.collected, self.test, self.collect_error, self.collect_skip, self.unmatched)
        said = [word is not None for word in words]
        if sum([*said, self.exit is not None]) != 1 or (self.exit is None) != (self.ran is None):
            raise ValueError("a line says one thing")
        return self


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One run of a test suite. ``collected`` is None when pytest never came to the end of collecting.

    ``unmatched`` are the items that were asked for and are no test, each with names that are close to it;
    ``collect_skips`` the files that are skipped as a whole, and why.
    """

    collected: tuple[str, ...] | None
    tests: dict[str, TestOutcome]
    collect_errors: dict[str, str]
    exit: int
    unmatched: dict[str, list[str]] = field(default_factory=dict)
    collect_skips: dict[str, str] = field(default_factory=dict)

    def count(self, *words: OutcomeWord) -> int:
        """Return how many tests ended with one of these words."""
        return sum(test.outcome in words for test in self.tests.values())


def read_suite(raw: bytes, where: str) -> Suite:
    """Parse a report; one that is cut, garbled, or counts other than it lists is no result."""
    lines = [_line(text, number, where) for number, text in enumerate(raw.splitlines(), 1)]
    if not lines or lines[-1].exit is None:
        todo = "A test may have ended the process (os._exit), or pytest itself failed: see its output by the evidence."
        raise _bad("the test report ends before the run did", where, todo)
    tests: dict[str, TestOutcome] = {}
    errors: dict[str, str] = {}
    skips: dict[str, str] = {}
    unmatched: dict[str, list[str]] = {}
    collected: tuple[str, ...] | None = None
    for line in lines[:-1]:
        if line.collected is not None:
            if collected is not None:
                raise _bad("the test report lists twice what was collected", where, _FORGED)
            collected = tuple(line.collected)
        elif line.collect_error is not None:
            errors[line.collect_error.id] = line.collect_error.text
        elif line.collect_skip is not None:
            skips[line.collect_skip.id] = line.collect_skip.text
        elif line.unmatched is not None:
            unmatched |= line.unmatched
        elif line.test is not None:
            if line.test.id in tests:
                raise _bad(
                    f"the test report has two results for {line.test.id}",
                    where,
                    "Look for a plugin that runs tests again.",
                )
            tests[line.test.id] = line.test
        else:
            raise _bad("the test report has an end in its middle", where, _FORGED)
    if lines[-1].ran != len(tests):
        raise _bad(
            f"the test report counts {lines[-1].ran} tests and lists {len(tests)}",
            where,
            "Look for code that ends the run within a test, or a plugin that runs tests again.",
        )
    return Suite(
        collected=collected,
        tests=tests,
        collect_errors=errors,
        exit=lines[-1].exit,
        unmatched=unmatched,
        collect_skips=skips,
    )


def _line(text: bytes, number: int, where: str) -> _Line:
    try:
        return _Line.model_validate(json.loads(text))
    except (ValueError, RecursionError, ValidationError) as exc:
        raise _bad(f"line {number} of the test report is not whole", where, "Run it again.") from exc


def _bad(what: str, where: str, todo: str) -> RunProblem:
    return RunProblem(Ended.BAD_REPORT, what, where=where, todo=todo)
