"""schemathesis: which failures the base has too, the headers of a contract, and the line that shows a failure."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest
from battery_factory import bench, finished
from hypothesis import given
from hypothesis import strategies as st

from lineclear.battery.adapter import RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.adapters.api_headers import read_headers
from lineclear.battery.readers.api_report import FailingCase, hand_on, identified, read_replays, taken_over
from lineclear.battery.readers.curl import curl
from lineclear.battery.readers.schemathesis_report import ApiFailure
from lineclear.model.words import Ended, TreeName

FAILURE = ApiFailure(
    operation="GET /a",
    check="not_a_server_error",
    code="ST101",
    title="Server error",
    signature="0badcafe",
    detail="",
    request="GET /a",
    status=500,
    case="x1",
)
CASE = FailingCase(key="a" * 64, failure=FAILURE, definition="d", case={})
AGAIN = {"code": "ST101", "fingerprint": "0badcafe"}


def replayed(*results: tuple[str, list[dict[str, str]]], definition: str = "d") -> bytes:
    replays = [{"status": status, "note": "", "answers": [500], "failures": found} for status, found in results]
    return json.dumps({"operations": {"GET /a": definition}, "replays": replays}).encode()


def test_what_fails_in_the_same_way_on_the_base_was_there() -> None:
    assert read_replays(replayed(("failed", [AGAIN])), "r", [CASE]) == {CASE.key}
    assert read_replays(replayed(("flaky", [AGAIN])), "r", [CASE]) == {CASE.key}


@pytest.mark.parametrize(
    ("status", "found"),
    [("fixed", []), ("errored", []), ("errored", [AGAIN]), ("failed", [{**AGAIN, "fingerprint": "00000000"}])],
)
def test_what_does_not_fail_so_on_the_base_is_new(status: str, found: list[dict[str, str]]) -> None:
    assert read_replays(replayed((status, found)), "r", [CASE]) == set()


def test_one_case_that_does_not_fail_on_the_base_is_enough_for_new() -> None:
    both = replayed(("failed", [AGAIN]), ("fixed", []))
    assert read_replays(both, "r", [CASE, CASE]) == set()
    assert read_replays(replayed(("failed", [AGAIN])), "r", [CASE, replace(CASE, case=None)]) == set()


def test_under_another_definition_the_kind_counts_and_what_is_about_requests_does_not() -> None:
    other = replayed(("failed", [{**AGAIN, "fingerprint": "00000000"}]), definition="e")
    assert read_replays(other, "r", [CASE]) == {CASE.key}
    about = replace(CASE, failure=replace(FAILURE, check="negative_data_rejection"))
    assert read_replays(other, "r", [about]) == set()


def test_a_replay_that_is_missing_is_a_bad_report() -> None:
    with pytest.raises(RunProblem) as caught:
        read_replays(replayed(), "r", [CASE])
    assert caught.value.ended is Ended.BAD_REPORT


def test_cases_are_handed_on_as_they_are() -> None:
    assert taken_over(hand_on([CASE, replace(CASE, case=None)])) == [CASE, replace(CASE, case=None)]


def test_the_run_on_the_base_finds_what_fails_there_too() -> None:
    on_base = replace(
        bench("schemathesis", {"openapi.json": "{}"}, tree_name=TreeName.BASE),
        handed_on={"cases.json": hand_on([CASE]), "events.ndjson": b""},
    )
    reading = ADAPTERS["schemathesis"].read(finished(0, replays_json=replayed(("failed", [AGAIN]))), on_base)
    assert [finding.key for finding in reading.findings] == [CASE.key]
    assert reading.measures == {"casesSent": 1, "findingsReproduced": 1}
    argv = ADAPTERS["schemathesis"].prepare(on_base).argv
    assert "replay" in argv


def crash(
    check: str = "not_a_server_error", message: str = "Server error", fingerprint: str = "0badcafe"
) -> dict[str, Any]:
    step = {"checks": [{"name": check, "message": message}]}
    return {"operation": "GET /a", "fingerprint": fingerprint, "case_id": "x1", "sequence": [step]}


def test_failures_of_one_kind_are_told_apart_by_their_cases() -> None:
    plain = replace(FAILURE, signature="")
    found = identified([plain, plain], [crash(), crash(fingerprint="deadbeef")], "r")
    assert [failure.signature for failure, _ in found] == ["0badcafe", "deadbeef"]
    assert [(failure.signature, case) for failure, case in identified([plain, plain], [], "r")] == [("", None)]


def test_a_case_that_no_event_tells_of_is_a_bad_report() -> None:
    with pytest.raises(RunProblem) as caught:
        identified([], [crash()], "r")
    assert caught.value.ended is Ended.BAD_REPORT


def test_headers_name_variables_and_their_values_are_apart() -> None:
    read = read_headers(["Authorization: Bearer ${TOKEN}", "X-Plain: a"], {"TOKEN": "secret-value"}, "api")
    assert read.templates == {"Authorization": "Bearer ${TOKEN}", "X-Plain": "a"}
    assert read.variables == {"TOKEN": "secret-value"}


@pytest.mark.parametrize(
    ("line", "environment"),
    [
        ("no header", {}),
        ("A:", {}),
        ("A b: c", {}),
        ("A: b\r\nC: d", {}),
        ("A: ${}", {}),
        ("A: ${1}", {}),
        ("A: ${TOKEN}", {}),
        ("A: ${TOKEN}", {"TOKEN": ""}),
        ("A: ${TOKEN}", {"TOKEN": "abc"}),
        ("A: ${TOKEN}", {"TOKEN": "two\nlines"}),
        ("A: ${TOKEN}", {"TOKEN": "wörtlich"}),
    ],
)
def test_what_is_no_header_is_refused_without_its_value(line: str, environment: dict[str, str]) -> None:
    with pytest.raises(RunProblem) as caught:
        read_headers([line], environment, "api")
    said = caught.value.problem
    assert said.where == "check api, setting headers"
    assert all(value not in said.what for value in environment.values() if value)


def test_a_configuration_names_variables_and_a_secret_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret-value")
    made = ADAPTERS["schemathesis"].prepare(
        bench("schemathesis", {"openapi.json": "{}"}, headers=["Authorization: Bearer ${TOKEN}"])
    )
    assert b'"Authorization" = "Bearer ${TOKEN}"' in made.inputs["schemathesis.toml"]
    assert all(b"secret-value" not in content for content in made.inputs.values())
    assert not any("secret-value" in word for word in made.argv)
    assert (made.secrets, made.env["TOKEN"]) == (("secret-value",), "secret-value")


@given(
    path=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="?#"), max_size=20),
    body=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40),
    value=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20),
)
def test_a_line_of_curl_holds_any_request_quoted(path: str, body: str, value: str) -> None:
    request = {"method": "POST", "uri": f"http://127.0.0.1:1/{path}", "headers": {"X-A": [value]}, "body": body}
    words = shlex.split(curl(request, {}))
    assert words[-1] == f"http://127.0.0.1:8000/{path}"
    assert f"X-A: {value}" in words
    assert not body or words[words.index("--data-raw") + 1] == body


def test_a_request_that_no_line_holds_has_none() -> None:
    request = {"method": "POST", "uri": "http://127.0.0.1:1/", "headers": {}}
    assert curl({**request, "body": {"$base64": "/w=="}}, {}) == ""
    assert curl({**request, "body": "two\nlines"}, {}) == ""
    assert curl({**request, "body": "x" * 3_000}, {}) == ""


def test_a_variable_is_left_to_the_shell_and_nothing_else_is() -> None:
    line = curl({"method": "GET", "uri": "http://h/", "headers": {"A": ["[masked]"]}}, {"A": 'k "$HOME" `id` ${TOKEN}'})
    assert '-H "A: k \\"\\$HOME\\" \\`id\\` ${TOKEN}"' in line
    assert "masked" not in line


def test_an_unknown_phase_is_refused() -> None:
    with pytest.raises(RunProblem) as caught:
        ADAPTERS["schemathesis"].prepare(bench("schemathesis", {"openapi.json": "{}"}, phases=["fuzz"]))
    assert caught.value.problem.todo == "Choose among: examples, coverage, fuzzing, stateful."
