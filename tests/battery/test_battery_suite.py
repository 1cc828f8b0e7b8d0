"""pytest's adapter and the report of our reporter: what is read, and what is no reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from battery_factory import bench, data, finished
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.battery.adapter import Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.model.words import Ended

ADAPTER = ADAPTERS["pytest"]
WHOLE = data("pytest/tests.jsonl")
Line = dict[str, Any]


def lines() -> list[Line]:
    return [json.loads(line) for line in WHOLE.splitlines()]


def written(values: list[Line]) -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in values).encode()


def read(report: bytes, exit_code: int = 1, **given: Any) -> Reading:
    return ADAPTER.read(finished(exit_code, tests_jsonl=report), bench("pytest", **given))


def how(report: bytes, exit_code: int = 1, **given: Any) -> Ended:
    """Return how a run ended that is no result."""
    with pytest.raises(RunProblem) as caught:
        read(report, exit_code, **given)
    return caught.value.ended


def run(*outcomes: str | None, exit_code: int = 0, collected: int | None = None) -> bytes:
    """Return a report of some tests."""
    names = [f"test_a.py::test_{number}" for number in range(max(len(outcomes), collected or 0))]
    tests = [
        {
            "test": {
                "id": name,
                "outcome": word,
                "text": "E no" if word == "failed" else None,
                "line": 3,
                "path": "test_a.py",
            }
        }
        for name, word in zip(names, outcomes, strict=False)
    ]
    return written([{"collected": names}, *tests, {"exit": exit_code, "ran": len(tests)}])


def test_a_real_report_is_read() -> None:
    reading = read(WHOLE)
    assert reading.measures == {"testsCollected": 7, "testsPassed": 3, "testsFailed": 3, "testsSkipped": 2}
    assert [(finding.rule, finding.path, finding.line) for finding in reading.findings] == [
        ("test-failed", "tests/test_a.py", 8),
        ("test-failed", "tests/test_a.py", 22),
        ("collection-error", "tests/test_b.py", None),
    ]
    assert reading.findings[0].message == "tests/test_a.py::test_bad failed: assert 1 == 2"
    assert reading.findings[1].reproduce == "lineclear verify --only pytest --select 'tests/test_a.py::test_odd[]'"
    assert reading.retry_on_base == (
        "tests/test_b.py",
        "tests/test_a.py::test_bad",
        "tests/test_a.py::test_odd[]",
    )
    assert reading.examined == {"tests/test_a.py"}


def test_paths_are_those_of_the_tree_and_not_of_the_root() -> None:
    reading = read(run("failed", exit_code=1), root="libs/core")
    assert [finding.path for finding in reading.findings] == ["libs/core/test_a.py"]
    assert reading.examined == {"libs/core/test_a.py"}


def test_the_same_test_in_two_files_has_one_key_and_two_paths() -> None:
    values = lines()
    twin = json.loads(json.dumps(values[2]))
    twin["test"]["id"] = "tests/test_z.py::test_bad"
    values[1]["collected"].append("tests/test_z.py::test_bad")
    values[-1]["ran"] += 1
    findings = read(written([*values[:-1], twin, values[-1]])).findings
    twins = [finding for finding in findings if "test_bad" in finding.message]
    assert [finding.path for finding in twins] == ["tests/test_a.py", "tests/test_z.py"]
    assert twins[0].key == twins[1].key


def test_messages_are_no_part_of_the_key() -> None:
    other = WHOLE.replace(b"assert 1 == 2", b"assert 1 == 3 at 0x7f00")
    assert [finding.key for finding in read(other).findings] == [finding.key for finding in read(WHOLE).findings]


@pytest.mark.parametrize(
    ("report", "exit_code", "ended"),
    [
        (run("passed", exit_code=0), 1, Ended.BAD_REPORT),
        (run("passed", exit_code=1), 0, Ended.BAD_REPORT),
        (run("passed", exit_code=2), 2, Ended.CRASHED),
        (run("passed", exit_code=3), 3, Ended.CRASHED),
        (run("passed", exit_code=4), 4, Ended.CRASHED),
        (run("passed", exit_code=6), 6, Ended.CRASHED),
        (run("passed", exit_code=77), 77, Ended.CRASHED),
        (run("passed", exit_code=5), 5, Ended.BAD_REPORT),
        (run(exit_code=5), 5, Ended.NOTHING_EXAMINED),
        (run(exit_code=0), 0, Ended.NOTHING_EXAMINED),
        (run("skipped", "skipped"), 0, Ended.NOTHING_EXAMINED),
        (run("passed", collected=2), 0, Ended.BAD_REPORT),
        (run("passed", None), 0, Ended.BAD_REPORT),
        (written([{"exit": 0, "ran": 0}]), 0, Ended.CRASHED),
    ],
)
def test_a_report_that_does_not_fit_is_no_result(report: bytes, exit_code: int, ended: Ended) -> None:
    assert how(report, exit_code) is ended


def test_failures_stand_whatever_the_exit_code_says() -> None:
    assert len(read(run("failed", exit_code=0), 0).findings) == 1


def test_a_run_that_was_refused_without_a_failure_is_a_finding() -> None:
    (finding,) = read(run("passed", exit_code=1)).findings
    assert (finding.rule, finding.path) == ("suite-refused", None)
    assert finding.message == "No test failed, and pytest still ended with exit code 1: the last line"


def test_on_selected_items_neither_a_refusal_nor_an_empty_run_is_anything() -> None:
    assert read(run("passed", exit_code=1), items=["test_a.py::test_0"]).findings == []
    assert read(run(exit_code=5), 5, items=["test_gone.py::test_0"]).measures["testsCollected"] == 0


BAD: dict[str, bytes] = {
    "nothing": b"",
    "an empty line": b"\n",
    "no end": written(lines()[:-1]),
    "an end in the middle": written([*lines(), lines()[-1]]),
    "no collection, but tests": written([*lines()[2:-1], {"exit": 1, "ran": 6}]),
    "two collections": written([lines()[1], *lines()]),
    "a test twice": written([lines()[2], *lines()]),
    "one test less": written([*lines()[:3], *lines()[4:]]),
    "another count": written([*lines()[:-1], {"exit": 1, "ran": 6}]),
    "no count": written([*lines()[:-1], {"exit": 1}]),
    "no exit": written([*lines()[:-1], {"ran": 7}]),
    "two things in a line": written([*lines()[:-1], {"exit": 1, "ran": 7, "collected": []}]),
    "a line that says nothing": written([{}, *lines()]),
    "a word that is none": WHOLE.replace(b'"passed"', b'"ok"', 1),
    "a field that is none": WHOLE.replace(b'"outcome"', b'"result"', 1),
    "a line of text": b"warning: something\n" + WHOLE,
    "a list": b"[]\n" + WHOLE,
    "a line number that is none": WHOLE.replace(b'"line": 8', b'"line": 0'),
}


@pytest.mark.parametrize("name", BAD)
def test_a_garbled_report_is_a_bad_report(name: str) -> None:
    assert how(BAD[name]) is Ended.BAD_REPORT


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(WHOLE.rstrip()) - 1))
def test_a_report_that_was_cut_anywhere_is_a_bad_report(length: int) -> None:
    assert how(WHOLE[:length]) is Ended.BAD_REPORT


def test_only_the_files_that_the_base_has_are_named_for_a_selection() -> None:
    items = ["tests/a.py::test_x", "tests/gone.py::test_y", "tests/a.py::test_z"]
    workbench = bench("pytest", {"core/tests/a.py": "", "core/b.py": ""}, items=items, root="core")
    invocation = ADAPTER.prepare(workbench)
    assert invocation.argv[-1] == "tests/a.py"
    assert json.loads(invocation.inputs["selection.json"]) == {"asked": False, "items": items}
    assert "--maxfail=0" in invocation.argv
