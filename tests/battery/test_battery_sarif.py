"""SARIF: logs of real tools, made here, and everything that the format leaves open."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from battery_factory import bench, finished

from lineclear.battery.adapter import Raw, Reading, RunProblem
from lineclear.battery.adapters import sarif
from lineclear.model.words import Ended, Level

SOURCE = "import os\n\n\ndef run(text):\n    return eval(text)\n"
FILES = {"src/a.py": SOURCE, "b.js": "const ü = '😀'; eval(ü);\n"}


def _result(uri: str | None = "src/a.py", **more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": 5, "startColumn": 12, "endColumn": 22}}
    return {
        "ruleId": "no-eval",
        "level": "error",
        "message": {"text": "eval runs text"},
        "locations": [{"physicalLocation": place}] if uri is not None else [],
        **more,
    }


def _log(*results: dict[str, Any], driver: dict[str, Any] | None = None, **run: Any) -> dict[str, Any]:
    tool = {"driver": {"name": "lint", **(driver or {})}}
    return {"version": "2.1.0", "runs": [{"tool": tool, "results": list(results), **run}]}


def _raw(log: dict[str, Any] | str, exit_code: int = 1) -> Raw:
    return finished(exit_code, report_sarif=log)


def _read(log: dict[str, Any] | str, exit_code: int = 1, **settings: Any) -> Reading:
    return sarif.read(_raw(log, exit_code), bench("sarif", FILES, **settings))


def test_a_log_of_ruff_names_rule_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text(SOURCE)
    ruff = str(Path(sys.executable).parent / "ruff")
    command = [ruff, "check", "--isolated", "--no-cache", "--select=F,S", "--output-format=sarif", "."]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    raw = Raw(exit_code=done.returncode, stdout=done.stdout, stderr=b"", reports={"report": done.stdout})
    reading = sarif.read(raw, bench("sarif", {"src/a.py": SOURCE}, tree=tmp_path, report=["-"]))
    assert [(f.rule, f.path, f.line) for f in reading.findings] == [("F401", "src/a.py", 1), ("S307", "src/a.py", 5)]


@pytest.mark.tools
def test_a_log_of_semgrep_names_rule_file_and_line(tmp_path: Path, tool_bin: Callable[[str], Path]) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a.py").write_text(SOURCE)
    rule = {"id": "no-eval", "pattern": "eval(...)", "message": "eval runs text", "severity": "ERROR"}
    (tmp_path / "rules.json").write_text(json.dumps({"rules": [{**rule, "languages": ["python"]}]}))
    command = [str(tool_bin("semgrep")), "scan", "--config=../rules.json", "--sarif", "--metrics=off", "--quiet", "."]
    env = {"PATH": f"{tool_bin('semgrep').parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    more = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
    done = subprocess.run(command, cwd=tmp_path / "tree", env=env | more, check=False, capture_output=True, timeout=200)
    raw = Raw(exit_code=done.returncode, stdout=done.stdout, stderr=b"", reports={"report": done.stdout})
    work = bench("sarif", {"a.py": SOURCE}, tree=tmp_path / "tree", report=["-"])
    (finding,) = sarif.read(raw, work).findings
    assert (finding.path, finding.line, finding.level) == ("a.py", 5, Level.ERROR)
    assert finding.rule.endswith("no-eval")


@pytest.mark.parametrize(
    ("location", "run", "path"),
    [
        ({"uri": "src/a.py"}, {}, "src/a.py"),
        ({"uri": "./src/../src/a.py"}, {}, "src/a.py"),
        ({"uri": "/tree/src/a.py"}, {}, "src/a.py"),
        ({"uri": "file:///tree/src/a.py"}, {}, "src/a.py"),
        ({"uri": "file://localhost/tree/src/%61.py"}, {}, "src/a.py"),
        ({"uri": "src/a.py", "uriBaseId": "%SRCROOT%"}, {}, "src/a.py"),
        ({"uri": "a.py", "uriBaseId": "S"}, {"originalUriBaseIds": {"S": {"uri": "file:///tree/src/"}}}, "src/a.py"),
        (
            {"uri": "a.py", "uriBaseId": "S"},
            {"originalUriBaseIds": {"S": {"uri": "src/", "uriBaseId": "R"}, "R": {"uri": "file:///tree/"}}},
            "src/a.py",
        ),
        ({"index": 0}, {"artifacts": [{"location": {"uri": "src/a.py"}}]}, "src/a.py"),
        ({}, {}, None),
    ],
)
def test_a_place_is_found_however_it_is_written(
    location: dict[str, Any], run: dict[str, Any], path: str | None
) -> None:
    result = _result()
    result["locations"][0]["physicalLocation"]["artifactLocation"] = location
    (finding,) = _read(_log(result, **run)).findings
    assert finding.path == path


def test_paths_are_relative_to_root_and_else_to_the_tree() -> None:
    files = {"web/src/a.py": SOURCE, "b.js": ""}
    for uri, path in (("src/a.py", "web/src/a.py"), ("web/src/a.py", "web/src/a.py"), ("b.js", "b.js")):
        (finding,) = sarif.read(_raw(_log(_result(uri))), bench("sarif", files, root="web")).findings
        assert finding.path == path


@pytest.mark.parametrize(
    ("uri", "run"),
    [
        ("../secret", {}),
        ("src/../../secret", {}),
        ("/etc/passwd", {}),
        ("file:///etc/passwd", {}),
        ("file:///tree/../etc/passwd", {}),
        ("file:///treeside/a.py", {}),
        ("file://other.example/tree/src/a.py", {}),
        ("https://example.org/src/a.py", {}),
        ("..%2Fsecret", {}),
        ("src/a.py%00", {}),
        ("a", {"originalUriBaseIds": {"S": {"uri": "file:///etc/"}}}),
        ("a", {"originalUriBaseIds": {"S": {"uri": "x/", "uriBaseId": "S"}}}),
    ],
)
def test_a_place_outside_the_tree_is_refused(uri: str, run: dict[str, Any]) -> None:
    result = _result(uri)
    if run:
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] = "S"
    with pytest.raises(RunProblem, match=r"outside the tree|have no end") as caught:
        _read(_log(result, **run))
    assert caught.value.ended is Ended.BAD_REPORT
    assert caught.value.problem.where == "report.sarif"


def test_a_finding_is_known_by_its_text_and_not_by_the_logs_own_fingerprints() -> None:
    (one,) = _read(_log(_result(fingerprints={"v1": "a"}))).findings
    (two,) = _read(_log(_result(partialFingerprints={"v1": "b"}))).findings
    assert one.key == two.key
    moved = {"src/a.py": "# remark\n" + SOURCE.replace("eval(text)", "eval( text )")}
    result = _result()
    result["locations"][0]["physicalLocation"]["region"] = {"startLine": 6, "startColumn": 12, "endColumn": 24}
    (three,) = sarif.read(_raw(_log(result)), bench("sarif", moved)).findings
    assert (three.key, three.line) == (one.key, 6)
    other = {"src/a.py": SOURCE.replace("eval(text)", "eval(name)")}
    (four,) = sarif.read(_raw(_log(_result())), bench("sarif", other)).findings
    assert four.key != one.key


def test_columns_are_counted_as_the_log_says() -> None:
    def key(start: int, end: int, **run: Any) -> str:
        result = _result("b.js")
        region = {"startLine": 1, "startColumn": start, "endColumn": end}
        result["locations"][0]["physicalLocation"]["region"] = region
        (finding,) = _read(_log(result, **run)).findings
        return finding.key

    # The emoji is two UTF-16 code units and one code point.
    assert key(17, 21) == key(16, 20, columnKind="unicodeCodePoints")
    assert key(17, 21) != key(16, 20)


@pytest.mark.parametrize(
    ("result", "driver", "level"),
    [
        ({"level": "warning"}, {}, Level.WARNING),
        ({"level": "note"}, {}, Level.NOTE),
        ({"level": "none"}, {}, Level.NOTE),
        ({"level": None}, {}, Level.WARNING),
        ({"level": None}, {"rules": [{"id": "no-eval", "defaultConfiguration": {"level": "error"}}]}, Level.ERROR),
        (
            {"level": None, "ruleIndex": 0},
            {"rules": [{"id": "x", "defaultConfiguration": {"level": "note"}}]},
            Level.NOTE,
        ),
        ({"level": "error", "kind": "review"}, {}, Level.NOTE),
        ({"level": "note", "kind": "unheard"}, {}, Level.NOTE),
        ({"level": "unheard"}, {}, Level.ERROR),
    ],
)
def test_the_level_is_the_results_else_the_rules(result: dict[str, Any], driver: dict[str, Any], level: Level) -> None:
    (finding,) = _read(_log(_result(**result), driver=driver)).findings
    assert finding.level is level


def test_a_message_may_stand_with_the_rule() -> None:
    rule = {
        "id": "no-eval",
        "messageStrings": {"default": {"text": "{0} runs {1}{2}"}},
        "help": {"text": "Parse it.\n"},
    }
    message = {"id": "default", "arguments": ["eval", "{0}"]}
    (finding,) = _read(_log(_result(message=message), driver={"rules": [rule]})).findings
    assert (finding.message, finding.remedy) == ("eval runs {0}{2}", "Parse it.")


@pytest.mark.parametrize(
    ("more", "found", "suppressed"),
    [
        ({"suppressions": [{"kind": "inSource"}]}, 0, 1),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, 0, 1),
        ({"suppressions": [{"kind": "inSource", "status": "rejected"}]}, 1, 0),
        ({"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "underReview"}]}, 1, 0),
        ({"suppressions": []}, 1, 0),
        ({"kind": "pass"}, 0, 0),
        ({"kind": "informational"}, 0, 0),
        ({"baselineState": "absent"}, 0, 0),
        ({"baselineState": "unchanged"}, 1, 0),
    ],
)
def test_what_is_suppressed_is_counted_and_what_is_no_defect_is_not(
    more: dict[str, Any], found: int, suppressed: int
) -> None:
    assert _read(_log(_result(**more)), 0).measures == {"resultsReported": found, "resultsSuppressed": suppressed}


def test_a_result_about_no_file_is_known_by_its_name() -> None:
    def logical(name: str) -> dict[str, Any]:
        return _result(None, locations=[{"logicalLocations": [{"fullyQualifiedName": name}]}])

    one, two = _read(_log(logical("a::f"), logical("a::g"))).findings
    assert (one.path, one.line) == (None, None)
    assert one.key != two.key


BAD = {"executionSuccessful": False}
ERROR = {"level": "error", "message": {"text": "rule file is broken"}}


@pytest.mark.parametrize(
    ("log", "code", "ended", "what"),
    [
        (_log(invocations=[BAD]), 0, Ended.CRASHED, "lint says that it did not succeed"),
        (
            _log(invocations=[{"executionSuccessful": True, "toolExecutionNotifications": [ERROR]}]),
            0,
            Ended.CRASHED,
            "lint says that it met an error: rule file is broken",
        ),
        (
            _log(invocations=[{"executionSuccessful": True, "toolConfigurationNotifications": [ERROR]}]),
            0,
            Ended.CRASHED,
            "met an error",
        ),
        (_log(), 2, Ended.CRASHED, "exit code 2, which is none of those that mean findings: the last line"),
        (_log(), 1, Ended.BAD_REPORT, "exit code 1 and its report without a result do not agree"),
        ({"version": "2.1.0", "runs": []}, 0, Ended.BAD_REPORT, "has no run"),
        ({"version": "2.0.0", "runs": []}, 0, Ended.BAD_REPORT, "no SARIF 2.1.0"),
        ({"version": "2.1.0"}, 0, Ended.BAD_REPORT, "runs"),
        ({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}, 0, Ended.BAD_REPORT, "results"),
        (
            {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": None}]},
            0,
            Ended.BAD_REPORT,
            "results",
        ),
        (_log(externalPropertyFileReferences={"results": []}), 0, Ended.BAD_REPORT, "in other files"),
        ('{"version": "2.1.0", "runs": [', 0, Ended.BAD_REPORT, "not whole"),
        ("", 0, Ended.BAD_REPORT, "not whole"),
        ("[" * 100_000, 0, Ended.BAD_REPORT, "not whole"),
        ("[]", 0, Ended.BAD_REPORT, "no JSON object"),
        (_log(_result(message={"text": 1})), 1, Ended.BAD_REPORT, "message.text"),
    ],
)
def test_what_is_no_whole_result_is_none(log: dict[str, Any] | str, code: int, ended: Ended, what: str) -> None:
    with pytest.raises(RunProblem, match=what) as caught:
        _read(log, code)
    assert caught.value.ended is ended


def test_a_notification_that_is_no_error_harms_nothing() -> None:
    said = {"executionSuccessful": True, "toolExecutionNotifications": [{"message": {"text": "slow"}}]}
    assert _read(_log(invocations=[said]), 0).findings == []


def test_other_exit_codes_may_mean_findings() -> None:
    assert len(_read(_log(_result()), 2, exitCodes=[1, 2]).findings) == 1


def test_a_report_of_another_job_had_its_tree_elsewhere() -> None:
    work = bench("sarif", FILES)
    for uri in ("src/a.py", "file:///home/runner/work/x/x/src/a.py", "/builds/1/src/a.py"):
        (finding,) = sarif.read_taken({"r": json.dumps(_log(_result(uri))).encode()}, work).findings
        assert finding.path == "src/a.py"
    with pytest.raises(RunProblem, match="outside the tree"):
        sarif.read_taken({"r": json.dumps(_log(_result("/etc/passwd"))).encode()}, work)
