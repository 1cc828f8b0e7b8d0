"""The SARIF file is valid by the official schema, and has what GitHub code scanning wants of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from verdict_factory import VERDICTS, finding

from lineclear.model.verdict import Verdict
from lineclear.model.words import Enforcement, FindingState, Level
from lineclear.report.sarif import sarif

_SCHEMA = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"
VALIDATOR = Draft4Validator(
    json.loads(_SCHEMA.read_text(encoding="utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
)
_ALL = pytest.mark.parametrize("name", VERDICTS)


def _run(verdict: Verdict) -> Any:
    return json.loads(sarif(verdict))["runs"][0]


def _with(*findings: Any) -> Verdict:
    return VERDICTS["fail"]().model_copy(update={"findings": list(findings)})


@_ALL
def test_it_is_valid_by_the_official_schema(name: str) -> None:
    errors = [
        f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(json.loads(sarif(VERDICTS[name]())))
    ]
    assert errors == []


def test_the_schema_refuses_what_is_not_sarif() -> None:
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"results": []}]})


@_ALL
def test_every_result_has_a_place_and_points_to_its_rule(name: str) -> None:
    run = _run(VERDICTS[name]())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for result in run["results"]:
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"]
        assert location["region"]["startLine"] >= 1
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["lineclear/v1"]


def test_a_finding_in_no_one_file_is_a_notification_and_fixed_ones_are_counted_only() -> None:
    run = _run(VERDICTS["fail"]())
    assert "schemathesis/not_a_server_error" not in {result["ruleId"] for result in run["results"]}
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert "schemathesis/not_a_server_error" in {note.get("associatedRule", {}).get("id") for note in notes}
    assert "bandit/B105" not in {result["ruleId"] for result in run["results"]}
    assert run["properties"]["fixed"]["bandit"] == 1
    assert run["properties"]["fixed"]["pytest"] is None


def test_what_is_in_report_mode_is_no_error() -> None:
    run = _run(VERDICTS["unsteady"]())
    assert {result["ruleId"]: result["level"] for result in run["results"]}["bandit/B102"] == "warning"
    notes = {note["descriptor"]["id"]: note["level"] for note in run["invocations"][0]["toolExecutionNotifications"]}
    assert notes["invariant/small"] == "warning"
    whole = VERDICTS["fail"]()
    assert "error" in {result["level"] for result in _run(whole)["results"]}
    quiet = whole.model_copy(update={"enforcement": Enforcement.REPORT})
    assert "error" not in {result["level"] for result in _run(quiet)["results"]}


def test_an_error_is_an_execution_that_did_not_succeed() -> None:
    failed = _run(VERDICTS["error"]())["invocations"][0]
    assert failed["executionSuccessful"] is False
    told = {note["descriptor"]["id"]: note["level"] for note in failed["toolExecutionNotifications"]}
    assert told == {"check/pytest": "error", "check/schemathesis": "error", "check/semgrep": "error"}
    assert _run(VERDICTS["fail"]())["invocations"][0]["executionSuccessful"] is True


def test_the_state_against_the_base_stands_on_all_results_or_on_none() -> None:
    new = finding("a", "r", "m", "x.py", 1)
    old = finding("a", "r", "m", "y.py", 1, state=FindingState.EXISTING)
    unknown = finding("a", "r", "m", "z.py", 1, state=None)
    assert [result["baselineState"] for result in _run(_with(new, old))["results"]] == ["new", "unchanged"]
    assert all("baselineState" not in result for result in _run(_with(new, old, unknown))["results"])


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"),
        ("http://evil.example/x", "http%3A//evil.example/x"),
        ("//evil.example/x", "evil.example/x"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("50%25.py", "50%2525.py"),
    ],
)
def test_a_path_is_never_more_than_a_relative_path(path: str, uri: str) -> None:
    result = _run(_with(finding("a", "r", "m", path, 1)))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_a_message_holds_no_link() -> None:
    text = _run(VERDICTS["hostile"]())["results"][0]["message"]["text"]
    assert "[click] (http://evil.example/)" in text


def test_past_the_limit_the_most_urgent_results_are_kept_and_the_rest_counted() -> None:
    many = [finding("a", "r", "m", f"{number:05}.py", 1, level=Level.NOTE) for number in range(5000)]
    urgent = finding("a", "r", "m", "zzz.py", 1)
    run = _run(_with(*many, urgent))
    assert len(run["results"]) == 5000
    assert run["results"][-1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "zzz.py"
    assert run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"].startswith("1 more results")


@pytest.mark.parametrize("repository", ["file:orders", "acme/orders", "https://user:secret@git.example/x", ""])
def test_only_a_repository_with_a_host_is_named_as_the_source(repository: str) -> None:
    verdict = VERDICTS["pass"]()
    change = verdict.change.model_copy(update={"repository": repository})
    assert "versionControlProvenance" not in _run(verdict.model_copy(update={"change": change}))
    named = _run(verdict)["versionControlProvenance"]
    assert named == [{"repositoryUri": "https://git.example/acme/orders", "revisionId": verdict.change.head.commit}]
