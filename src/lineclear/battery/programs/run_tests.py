"""Runs pytest in the project's own environment and writes down, test by test, what happened.

Started as ``python run_tests.py REPORT SELECTION PATH_ENTRY -- ARGUMENTS``. REPORT is the JSON Lines file to write;
SELECTION a JSON file with the ids to run (``items``) and whether each must match (``asked``: it may then also name a
file, a class, or a test without its parameters), or ``-``; PATH_ENTRY a folder put last on the module search path, so
that a project that is not installed is found and one that is installed is not hidden. Standard library and pytest
only; runs on Python 3.8 and later.

The report: ``{"collected": [id, …]}``, one ``{"test": …}``, ``{"collectError": …}`` or ``{"collectSkip": …}`` a line,
and at the end ``{"exit": code, "ran": count}``. Without its last line a report is not whole.
"""

from __future__ import annotations

import json
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

OUTCOMES = ("passed", "failed", "skipped")


def main(argv: list[str]) -> int:
    """Run pytest with the arguments after ``--`` and return its exit code."""
    report_path, selection_path, path_entry, separator = argv[:4]
    if separator != "--":
        raise SystemExit("usage: run_tests.py REPORT SELECTION PATH_ENTRY -- ARGUMENTS")
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != here]
    import pytest  # only now: this folder must not be where it is looked for

    sys.path.append(path_entry)
    selection, asked = None, False
    if selection_path != "-":
        chosen = json.loads(Path(selection_path).read_text("utf-8"))
        selection, asked = frozenset(chosen["items"]), bool(chosen["asked"])
    with Path(report_path).open("x", encoding="utf-8") as stream:
        reporter = Reporter(stream, selection, asked=asked)
        code = int(pytest.main(argv[4:], plugins=[reporter]))
        reporter.write({"exit": code, "ran": len(reporter.seen)})
    return code


class Reporter:
    """A pytest plugin that writes one line per test; with a selection it also leaves out all other tests."""

    def __init__(self, stream: IO[str], selection: frozenset[str] | None, *, asked: bool = False) -> None:
        self.stream = stream
        self.selection = selection
        self.asked = asked
        self.seen: dict[str, dict[str, Any]] = {}

    def write(self, record: dict[str, Any]) -> None:
        """Write one line at once, so that a run that is cut short shows where."""
        self.stream.write(json.dumps(record) + "\n")
        self.stream.flush()

    def pytest_configure(self, config: pytest.Config) -> None:
        """Run in one process where pytest-xdist is loaded: its workers would not carry the selection."""
        if hasattr(config.option, "dist") and hasattr(config.option, "tx"):
            config.option.dist, config.option.tx, config.option.numprocesses = "no", [], 0

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep what was selected, and name what was asked for and is no test."""
        if self.selection is None:
            return
        names = {item.nodeid: {item.nodeid} for item in items}
        if self.asked:
            names = {item.nodeid: enclosing(item.nodeid) for item in items}
            found = frozenset().union(*names.values())
            missing = sorted(self.selection - found)
            if missing:
                self.write({"unmatched": {name: get_close_matches(name, sorted(found), n=3) for name in missing}})
        kept = [item for item in items if names[item.nodeid] & self.selection]
        dropped = [item for item in items if not names[item.nodeid] & self.selection]
        items[:] = kept
        config.hook.pytest_deselected(items=dropped)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write what is going to run."""
        self.write({"collected": [item.nodeid for item in session.items]})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write a file that could not be collected, or that is skipped as a whole."""
        if report.failed:
            self.write({"collectError": {"id": report.nodeid, "text": shorten(report.longreprtext)}})
        elif report.skipped:
            self.write({"collectSkip": {"id": report.nodeid, "text": shorten(report.longreprtext)}})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Fold the phases of one test into one word, and write it when the test is over."""
        entry = self.seen.setdefault(report.nodeid, {"outcome": None, "text": None, "line": None, "path": None})
        outcome = classify(report)
        if outcome is not None and (entry["outcome"] in (None, "passed") or outcome == "failed"):
            path, line, _ = report.location
            entry["outcome"] = outcome
            entry["text"] = shorten(report.longreprtext) if report.failed else None
            entry["path"] = path.replace(os.sep, "/")
            entry["line"] = None if line is None or line < 0 else line + 1
        if report.when == "teardown" and report.outcome in OUTCOMES:
            self.write({"test": dict(entry, id=report.nodeid)})


def enclosing(nodeid: str) -> set[str]:
    """Return every name that means a test among others: its own, that without parameters, its classes, its file."""
    plain = nodeid.partition("[")[0] if "::" in nodeid.partition("[")[0] else nodeid
    parts = plain.split("::")
    return {nodeid, *("::".join(parts[:length]) for length in range(1, len(parts) + 1))}


def classify(report: pytest.TestReport) -> str | None:
    """Return the word for one phase of one test, or None where the phase says nothing by itself."""
    if report.outcome not in OUTCOMES:
        return None  # a plugin's own word, such as "rerun": the attempt that counts is still to come
    if hasattr(report, "context") and not report.failed:
        return None  # a subtest; the test that holds it still says how it went
    expected = hasattr(report, "wasxfail")
    if report.failed:
        return "failed"
    if report.skipped:
        return "xfailed" if expected else "skipped"
    if report.when == "call":
        return "xpassed" if expected else "passed"
    return None


def shorten(text: str) -> str:
    """Return the lines that say what went wrong: pytest marks them with ``E``."""
    lines = [line for line in text.splitlines() if line.startswith("E ")] or text.splitlines()[-3:]
    return "\n".join(line[:400] for line in lines[:8]).encode("utf-8", "backslashreplace").decode("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
