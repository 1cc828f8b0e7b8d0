"""Turns the test cases of JUnit reports into findings and counts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from lineclear.battery.adapter import Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.junit_xml import JUnitCase, read_junit
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["reading"]

# What may be a file of the tree in the text of a failure: a path with an ending, and perhaps a line.
# It begins where a path can begin, so that a long word is looked at once.
_PLACE = re.compile(r"(?<![\w.@+~%/-])(?:file://)?((?:[\w.@+~%-]*/)*[\w.@+~%-]+\.[A-Za-z]\w{0,9})(?:[:(](\d{1,7}))?")
_TEST = re.compile(r"(?:^|[/._-])(?:tests?|spec|specs|__tests__)(?:[/._-]|$)|Test[^/]*\.\w+$", re.IGNORECASE)
_LONGEST = 20_000


def reading(reports: Mapping[str, bytes], bench: Workbench, prefix: str, reproduce: str) -> Reading:
    """Read all reports of one run. ``prefix`` is the folder that its paths are relative to, ``reproduce`` a command.

    A run without a test, or of which every test was skipped, is no result.
    """
    cases = [case for name, raw in sorted(reports.items()) for case in read_junit(raw, name)]
    outcomes = [case.outcome for case in cases]
    if outcomes.count("skipped") == len(outcomes):
        what = f"every test was skipped, {len(cases)} of {len(cases)}" if cases else "the report has no test case"
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"{what}: {', '.join(sorted(reports))}",
            where=f"check {bench.check}, {bench.tree_name.value} tree",
            todo="Look at which tests the command selects; a suite that runs nothing proves nothing.",
        )
    files = frozenset(bench.files)
    failed = [_finding(case, bench, files, prefix, reproduce) for case in cases if case.outcome == "failed"]
    named = {path for case in cases for path, _ in _stated(case, bench, files, prefix)}
    return Reading(
        findings=sorted(failed, key=lambda f: (f.path or "", f.line or 0, f.rule, f.message)),
        measures={
            "testsCollected": len(cases),
            "testsPassed": outcomes.count("passed"),
            "testsFailed": len(failed),
            "testsSkipped": outcomes.count("skipped"),
        },
        examined=frozenset(named),
    )


def _finding(case: JUnitCase, bench: Workbench, files: frozenset[str], prefix: str, reproduce: str) -> RawFinding:
    path, line = _place(case, bench, files, prefix)
    title = _plain(case.title, bench)
    return RawFinding(
        rule="test-failed",
        level=Level.ERROR,
        message=f"{title} failed: {_first_line(case)}",
        path=path,
        line=line,
        key=item_key("junit", "test-failed", *(_plain(n, bench) for n in (*case.suites, case.classname, case.name))),
        remedy="Make the code do what the test says, or change the test where the behaviour is meant to change.",
        reproduce=reproduce,
    )


def _place(case: JUnitCase, bench: Workbench, files: frozenset[str], prefix: str) -> tuple[str | None, int | None]:
    """Return the file of a failure: what the report states, else of the places in its text a test's, else the first."""
    places = [*_stated(case, bench, files, prefix), *_named(f"{case.message}\n{case.text}", bench, files, prefix)]
    stated = list(_stated(case, bench, files, prefix))
    if stated:
        path, line = stated[0]
        return path, line or next((n for p, n in places if p == path and n is not None), None)
    return next((place for place in places if _TEST.search(place[0])), places[0] if places else (None, None))


def _stated(case: JUnitCase, bench: Workbench, files: frozenset[str], prefix: str) -> Iterator[tuple[str, int | None]]:
    """Yield the file that a case states: by its attributes, or as its own name or that of its class or suite."""
    for text, line in ((case.file, case.line), *((t, None) for t in (case.classname, case.name, *case.suites[-1:]))):
        path = None if text is None else _in_tree(text, bench, files, prefix)
        if path is not None:
            yield path, line or None


def _named(text: str, bench: Workbench, files: frozenset[str], prefix: str) -> Iterator[tuple[str, int | None]]:
    for match in _PLACE.finditer(text[:_LONGEST]):
        path = _in_tree(match[1], bench, files, prefix)
        if path is not None:
            yield path, int(match[2] or 0) or None


def _in_tree(text: str, bench: Workbench, files: frozenset[str], prefix: str) -> str | None:
    """Return the file of the tree that a text is the path of, or None."""
    path = unquote(_plain(text, bench)).removeprefix("./")
    for candidate in (posixpath.normpath(prefix + path), posixpath.normpath(path)):
        if candidate in files:
            return candidate
    return None


def _plain(text: str, bench: Workbench) -> str:
    """Return a text without the folder of this run."""
    return text.replace(f"file://{bench.tree}/", "").replace(f"{bench.tree}/", "")


def _first_line(case: JUnitCase) -> str:
    lines = [line.strip() for line in f"{case.message}\n{case.text}".splitlines()]
    return next((line for line in lines if line), "no message")
