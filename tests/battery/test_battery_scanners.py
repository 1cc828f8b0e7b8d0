"""bandit and semgrep: what is read from real reports, and what is no reading."""

from __future__ import annotations

import copy
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from battery_factory import bench, data, finished, report
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.battery.adapter import Adapter, Raw, RunProblem, Workbench
from lineclear.battery.adapters import ADAPTERS
from lineclear.model.words import Ended, Level

FILES = {f"{name}.py": data(f"reformatted/{name}.py.txt").decode() for name in ("before", "after")}
UNREAD = {"broken.py": "def g(:\n", "part.py": 'print "hello", x\n', "long.py": "x = 1\n"}
TOOLS = ("bandit", "semgrep")


def tool(name: str) -> tuple[Adapter, Workbench, Raw]:
    exit_code = 1 if name == "bandit" else 0
    return ADAPTERS[name], bench(name, FILES), finished(exit_code, report_json=data(f"{name}/findings.json"))


@pytest.mark.parametrize("name", TOOLS)
def test_the_same_code_written_differently_has_the_same_keys(name: str) -> None:
    """``after.py`` is ``before.py`` as black would write it."""
    adapter, workbench, raw = tool(name)
    keys: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for finding in adapter.read(raw, workbench).findings:
        assert finding.path is not None
        keys[finding.path].append((finding.rule, finding.key))
    assert len(keys["before.py"]) >= 4
    assert sorted(keys["before.py"]) == sorted(keys["after.py"])


@pytest.mark.parametrize("name", TOOLS)
def test_every_file_is_accounted_for(name: str) -> None:
    adapter, workbench, raw = tool(name)
    reading = adapter.read(raw, workbench)
    assert reading.measures == {"filesExpected": 2, "filesExamined": 2}
    assert (reading.examined, reading.unexamined) == (frozenset(FILES), [])


@pytest.mark.parametrize("name", TOOLS)
def test_a_file_that_the_report_does_not_know_is_unexamined(name: str) -> None:
    adapter, _, raw = tool(name)
    reading = adapter.read(raw, bench(name, {**FILES, "more.py": "x = 1\n"}))
    assert [item.path for item in reading.unexamined] == ["more.py"]
    assert reading.measures == {"filesExpected": 3, "filesExamined": 2}
    assert "more.py" not in reading.examined


@pytest.mark.parametrize("name", TOOLS)
def test_a_changed_file_that_does_not_parse_is_a_finding_and_unexamined(name: str) -> None:
    adapter, _, raw = tool(name)
    reading = adapter.read(raw, bench(name, {**FILES, "before.py": "def f(:\n"}, changed=["before.py"]))
    broken = [finding for finding in reading.findings if finding.rule == "unparsable"]
    assert [(finding.path, finding.level, finding.line) for finding in broken] == [("before.py", Level.ERROR, 1)]
    assert [(item.path, item.reason) for item in reading.unexamined] == [("before.py", "unparsable")]


def test_bandit_says_which_files_it_could_not_parse_and_exits_0() -> None:
    raw = finished(0, report_json=data("bandit/unparsable.json"))
    reading = ADAPTERS["bandit"].read(raw, bench("bandit", dict.fromkeys(("broken.py", "part.py"), "x = 1\n")))
    reason = "syntax error while parsing AST from file"
    assert [(item.path, item.reason) for item in reading.unexamined] == [("broken.py", reason), ("part.py", reason)]
    assert (reading.findings, reading.examined) == ([], frozenset())


def test_semgrep_calls_scanned_what_it_ran_out_of_time_on() -> None:
    raw = finished(0, report_json=data("semgrep/unread.json"))
    reading = ADAPTERS["semgrep"].read(raw, bench("semgrep", UNREAD, changed=["long.py"]))
    assert [(item.path, item.partly) for item in reading.unexamined] == [("broken.py", True), ("long.py", False)]
    assert reading.unexamined[1].reason == "Timeout: Timeout when running slow on long.py:"
    assert reading.examined == {"broken.py", "part.py"}


def test_of_several_errors_about_a_file_the_worst_counts() -> None:
    for order in (1, -1):
        changed = report("semgrep/unread.json")
        partial = copy.deepcopy(changed["errors"][1])
        partial["path"] = "long.py"
        changed["errors"] = [changed["errors"][0], partial][::order]
        reading = ADAPTERS["semgrep"].read(finished(0, report_json=changed), bench("semgrep", UNREAD, changed=[]))
        assert [(item.path, item.partly) for item in reading.unexamined] == [("long.py", False)]


def test_findings_say_how_severe_they_are() -> None:
    adapter, workbench, raw = tool("bandit")
    levels = {finding.rule: finding.level for finding in adapter.read(raw, workbench).findings}
    assert (levels["B602"], levels["B608"], levels["B101"]) == (Level.ERROR, Level.WARNING, Level.NOTE)


def test_what_a_link_shows_is_no_file_of_the_tree() -> None:
    adapter, _, raw = tool("bandit")
    reading = adapter.read(raw, bench("bandit", {"after.py": FILES["after.py"]}))
    assert {finding.path for finding in reading.findings} == {"after.py"}


def dropped(*path: str | int) -> Callable[[dict[str, Any]], None]:
    """Take a value out of a report."""

    def change(value: dict[str, Any]) -> None:
        at: Any = value
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]

    return change


def placed(new: object, *path: str | int) -> Callable[[dict[str, Any]], None]:
    """Put another value into a report."""

    def change(value: dict[str, Any]) -> None:
        at: Any = value
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = new

    return change


_NO_LISTS: list[object] = [{}, "", None, [{}], [None], ["x"]]
_NO_NAMES: list[object] = [{}, [], "", None, ["before.py"], "before.py"]
SHAPES: dict[str, list[Callable[[dict[str, Any]], None]]] = {
    "bandit": [
        *(dropped(name) for name in ("results", "errors", "metrics")),
        *(placed(value, "results") for value in _NO_LISTS),
        *(placed(value, "errors") for value in _NO_LISTS),
        *(placed(value, "metrics") for value in _NO_NAMES[1:]),
        *(dropped("results", 0, name) for name in ("filename", "issue_severity", "line_number", "test_id")),
        placed("SEVERE", "results", 0, "issue_severity"),
        placed("7", "results", 0, "line_number"),
        placed(0, "results", 0, "line_number"),
        placed([], "results", 0, "line_range"),
        placed("", "results", 0, "filename"),
    ],
    "semgrep": [
        *(dropped(name) for name in ("results", "errors", "paths")),
        *(placed(value, "results") for value in _NO_LISTS),
        *(placed(value, "errors") for value in _NO_LISTS),
        *(placed(value, "paths") for value in _NO_NAMES),
        *(placed(value, "paths", "scanned") for value in (*_NO_LISTS[:5], "before.py")),
        *(dropped("results", 0, name) for name in ("check_id", "path", "start", "end", "extra")),
        placed("INVENTORY", "results", 0, "extra", "severity"),
        placed("7", "results", 0, "start", "line"),
        placed(0, "results", 0, "start", "col"),
        placed(None, "results", 0, "extra", "message"),
        placed("", "results", 0, "check_id"),
    ],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in TOOLS for number in range(len(SHAPES[name]))])
def test_an_unknown_shape_is_a_bad_report(name: str, number: int) -> None:
    changed = report(f"{name}/findings.json")
    SHAPES[name][number](changed)
    adapter, workbench, raw = tool(name)
    with pytest.raises(RunProblem) as caught:
        adapter.read(finished(raw.exit_code, report_json=changed), workbench)
    assert caught.value.ended is Ended.BAD_REPORT


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"text"', b"7", b"\xff", b"{}", b"[" * 100_000])
def test_what_is_no_report_is_a_bad_report(name: str, content: bytes) -> None:
    adapter, workbench, raw = tool(name)
    with pytest.raises(RunProblem) as caught:
        adapter.read(finished(raw.exit_code, report_json=content), workbench)
    assert caught.value.ended is Ended.BAD_REPORT


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_report_that_was_cut_anywhere_is_a_bad_report(name: str, share: float) -> None:
    adapter, workbench, raw = tool(name)
    whole = raw.reports["report.json"].rstrip()
    with pytest.raises(RunProblem) as caught:
        adapter.read(finished(raw.exit_code, report_json=whole[: int(len(whole) * share)]), workbench)
    assert caught.value.ended is Ended.BAD_REPORT


@pytest.mark.parametrize(
    ("name", "exit_code", "sample", "how"),
    [
        ("bandit", 0, "findings", Ended.BAD_REPORT),
        ("bandit", 1, "unparsable", Ended.BAD_REPORT),
        ("bandit", 2, "findings", Ended.CRASHED),
        ("bandit", 137, "unparsable", Ended.CRASHED),
        ("semgrep", 1, "findings", Ended.CRASHED),
        ("semgrep", 2, "unread", Ended.CRASHED),
        ("semgrep", 7, "unread", Ended.CRASHED),
    ],
)
def test_an_exit_code_that_does_not_fit_is_no_result(name: str, exit_code: int, sample: str, how: Ended) -> None:
    with pytest.raises(RunProblem) as caught:
        ADAPTERS[name].read(
            finished(exit_code, report_json=data(f"{name}/{sample}.json")), bench(name, {**FILES, **UNREAD}, changed=[])
        )
    assert caught.value.ended is how


FATAL: list[Mapping[str, Any]] = [
    # As semgrep 1.180.0 writes it for a rule with `min-version: 9.0.0`: exit code 0, and the path is the rule's.
    {
        "code": 0,
        "level": "info",
        "type": ["IncompatibleRule", {"rule_id": "r", "this_version": "1.180.0", "min_version": "9.0.0"}],
        "rule_id": "r",
        "message": "Incompatible rule r",
        "path": "rules/r.yaml",
    },
    {"code": 2, "level": "error", "type": "SemgrepError", "message": "no"},
    {"code": 2, "level": "warn", "type": "Rule parse error", "message": "no", "path": "rules/r.yaml"},
    {"code": 2, "level": "warn", "type": "Something new", "message": "no", "path": "before.py"},
    {"code": 2, "level": "error", "type": "Timeout", "message": "no", "path": "before.py"},
]


@pytest.mark.parametrize("error", FATAL)
def test_a_rule_that_did_not_run_is_no_result(error: Mapping[str, Any]) -> None:
    changed = report("semgrep/findings.json")
    changed["errors"] = [error]
    with pytest.raises(RunProblem) as caught:
        ADAPTERS["semgrep"].read(finished(0, report_json=changed), bench("semgrep", FILES))
    assert caught.value.ended is Ended.CRASHED


def test_an_empty_message_of_a_rule_is_made_up_for() -> None:
    changed = report("semgrep/findings.json")
    changed["results"][0]["extra"]["message"] = "  "
    findings = ADAPTERS["semgrep"].read(finished(0, report_json=changed), bench("semgrep", FILES)).findings
    assert any(finding.message == f"The rule {finding.rule} matches." for finding in findings)


def test_semgrep_says_that_rules_of_text_do_not_see_what_is_no_utf8() -> None:
    sources = {name: text.encode() for name, text in FILES.items()}
    sources["before.py"] = b"# coding: latin-1\nNAME = '\xe9'\n"
    latin = dataclasses.replace(bench("semgrep", FILES), source=sources.get)
    scanned = {**report("semgrep/findings.json"), "results": []}
    reading = ADAPTERS["semgrep"].read(finished(0, report_json=scanned), latin)
    assert [(item.path, item.partly) for item in reading.unexamined] == [("before.py", True)]
    assert "before.py" in reading.examined
