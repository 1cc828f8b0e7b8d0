"""pytest for the oracle: what was not seen to pass has to be told apart, because each word means something else.

Items may be files, classes, and tests without their parameters: a test that is parametrised now is still that test.
"""

from __future__ import annotations

import dataclasses
import json

from lineclear.battery.adapter import Invocation, Raw, Reading, Workbench
from lineclear.battery.adapters import pytest
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.suite_report import read_suite
from lineclear.battery.selection import rerun
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

__all__ = ["SKIPPED", "prepare", "read"]

SKIPPED = "test-skipped"
"""The rule of what says that a test did not run, or was expected to fail; it is never a defect by itself."""

_NOT_ABOUT_TESTS = ("suite-refused",)  # a threshold of coverage, say: tests are counted here one by one


def prepare(bench: Workbench) -> Invocation:
    """Run pytest as the check of that name does."""
    invocation = pytest.prepare(bench)
    asked = json.dumps({"asked": True, "items": bench.items}).encode()
    return dataclasses.replace(invocation, inputs=dict.fromkeys(invocation.inputs, asked))


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report as for the check of pytest; a file that cannot be collected is an item too."""
    reading = pytest.read(raw, bench)
    suite = read_suite(raw.reports[next(iter(raw.reports))], "tests.jsonl")
    prefix = bench.root.relative_to(bench.tree).as_posix()
    files = {name if prefix == "." else f"{prefix}/{name}": name for name in suite.collect_errors}
    findings = [
        finding.model_copy(update={"item": files[finding.path]})
        if finding.rule == "collection-error" and finding.path in files and finding.path in bench.files
        else finding
        for finding in reading.findings
        if finding.rule not in _NOT_ABOUT_TESTS
    ]
    skipped = {test.id: test.outcome for test in suite.tests.values() if test.outcome in ("skipped", "xfailed")}
    words = {**skipped, **dict.fromkeys(suite.collect_skips, "skipped")}
    findings += [_skipped(name, words[name] or "", bench) for name in sorted(words) if name]
    return dataclasses.replace(reading, findings=findings)


def _skipped(item: str, word: str, bench: Workbench) -> RawFinding:
    said = "is expected to fail, and does" if word == "xfailed" else "was skipped"
    return RawFinding(
        rule=SKIPPED,
        level=Level.NOTE,
        message=f"{item} {said}.",
        path=None,
        key=item_key("oracle", SKIPPED, item),
        item=item,
        remedy="Nothing to do by itself.",
        reproduce=rerun(bench.check, None),
    )
