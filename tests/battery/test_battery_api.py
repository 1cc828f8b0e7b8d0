"""schemathesis: the summary and the events of real runs, and what is no reading."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from battery_factory import bench, data, finished, report
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.battery.adapter import Raw, Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.readers.schemathesis_report import read_events, read_run
from lineclear.model.words import Ended

ADAPTER = ADAPTERS["schemathesis"]
BENCH = bench("schemathesis", {"openapi.json": "{}"})


def raw(sample: str, exit_code: int, **changed: Any) -> Raw:
    end = {"exitCode": exit_code, "stopped": False, "operations": {}, "cases": []}
    return finished(
        0,
        runs_json={"runs": [{**end, **changed.get("end", {})}]},
        run_json=changed.get("run", data(f"schemathesis/{sample}.json")),
        run_ndjson=changed.get("events", data(f"schemathesis/{sample}.ndjson")),
    )


def read(sample: str, exit_code: int, **changed: Any) -> Reading:
    return ADAPTER.read(raw(sample, exit_code, **changed), BENCH)


def how(sample: str, exit_code: int, **changed: Any) -> Ended:
    """Return how a run ended that is no result."""
    with pytest.raises(RunProblem) as caught:
        read(sample, exit_code, **changed)
    return caught.value.ended


def test_failures_are_findings_about_operations() -> None:
    reading = read("failures", 1)
    assert [(finding.rule, finding.message.partition(".")[0]) for finding in reading.findings] == [
        ("status_code_conformance", "GET /nowhere: Undocumented status code"),
        ("not_a_server_error", "GET /summary2: Server error"),
        ("status_code_conformance", "GET /summary2: Undocumented status code"),
        ("status_code_conformance", "POST /nowhere: Undocumented status code"),
        ("unsupported_method", "POST /nowhere: Wrong response to undeclared method"),
        ("status_code_conformance", "POST /orders: Undocumented status code"),
    ]
    assert {finding.path for finding in reading.findings} == {"openapi.json"}
    assert len({finding.key for finding in reading.findings}) == 6
    assert reading.measures == {"operationsExpected": 8, "operationsTested": 8, "casesRun": 480}
    assert reading.findings[1].message == "GET /summary2: Server error. GET /summary2 answered 500."


def test_a_clean_run_has_no_findings_and_counts() -> None:
    reading = read("clean", 0)
    assert (reading.findings, reading.measures["operationsTested"]) == ([], 1)
    assert reading.examined == {"openapi.json"}


def test_a_service_that_was_never_reached_is_no_result() -> None:
    """schemathesis calls it complete, and exits 1 as it does for failures."""
    assert how("unreachable", 1) is Ended.CRASHED


@pytest.mark.parametrize(
    ("sample", "exit_code"), [("failures", 0), ("clean", 1), ("failures", 2), ("clean", 2), ("clean", 137)]
)
def test_an_exit_code_that_does_not_fit_is_no_result(sample: str, exit_code: int) -> None:
    assert how(sample, exit_code) is Ended.CRASHED


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """Return the report of the clean run with one value changed."""
    value = report("schemathesis/clean.json")
    at: Any = value
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return value


PARTS: list[dict[str, Any]] = [
    changed("stop_reason", to="max_failures"),
    changed("errors", to=[{"title": "Network Error"}]),
    changed("operations", "tested", to=0),
    changed("operations", "total", to=0),
    changed("operations", "total", to=2),
    changed("operations", to=None),
    changed("test_cases", "errored", to=1),
    changed("test_cases", "generated", to=0),
    changed("test_cases", "unique_failures", to=1),
    changed("phases", "fuzzing", "status", to="interrupted"),
    changed("exit_code", to=1),
]


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_a_run_that_is_not_whole_is_no_result(number: int) -> None:
    assert how("clean", 0, run=PARTS[number]) is Ended.CRASHED


SHAPES: list[dict[str, Any]] = [
    *(
        {name: value for name, value in report("schemathesis/clean.json").items() if name != gone}
        for gone in ("operations", "test_cases", "phases", "failures", "errors", "stop_reason", "exit_code")
    ),
    changed("operations", "tested", to="1"),
    changed("operations", "total", to=1.0),
    changed("operations", "total", to=-1),
    changed("phases", to={}),
    changed("phases", to=[]),
    changed("errors", to={}),
    changed("failures", to=None),
    changed("test_cases", to=None),
    changed("exit_code", to=False),
]


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_an_unknown_shape_is_a_bad_report(number: int) -> None:
    assert how("clean", 0, run=SHAPES[number]) is Ended.BAD_REPORT


def events() -> list[dict[str, Any]]:
    return [json.loads(line) for line in data("schemathesis/failures.ndjson").splitlines()]


def lines(values: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in values).encode()


def without(code: str) -> bytes:
    """Return the events without the failures of one kind."""
    kept = events()
    for event in kept:
        for checks in event.get("ScenarioFinished", {}).get("recorder", {}).get("checks", {}).values():
            checks[:] = [check for check in checks if check["failure_info"]["failure"]["code"] != code]
    return lines(kept)


def test_summary_and_events_must_agree() -> None:
    assert how("failures", 1, events=data("schemathesis/clean.ndjson")) is Ended.BAD_REPORT
    assert how("clean", 0, events=data("schemathesis/failures.ndjson")) is Ended.BAD_REPORT
    for code in ("ST101", "ST103", "ST204"):
        assert how("failures", 1, events=without(code)) is Ended.BAD_REPORT


EVENTS: list[Callable[[], bytes]] = [
    lambda: b"",
    lambda: b"\n",
    lambda: b"null\n",
    lambda: b"[]\n",
    lambda: lines([*events(), {"ScenarioFinished": {}}, events()[-1]]),
    lambda: lines([*events()[:3], events()[-1]]).replace(b'"recorder"', b'"other"'),
    lambda: data("schemathesis/failures.ndjson").replace(b'"failure_info"', b'"failure"'),
    lambda: data("schemathesis/failures.ndjson").replace(b'"operation"', b'"op"'),
]


@pytest.mark.parametrize("number", range(len(EVENTS)))
def test_unknown_events_are_a_bad_report(number: int) -> None:
    with pytest.raises(RunProblem) as caught:
        read_events(EVENTS[number](), "run.ndjson")
    assert caught.value.ended is Ended.BAD_REPORT


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_reports_that_were_cut_anywhere_are_bad_reports(share: float) -> None:
    """At a line's end too: fewer events would be fewer failures."""
    for sample, exit_code in (("failures", 1), ("clean", 0)):
        for name in ("run", "events"):
            suffix = "json" if name == "run" else "ndjson"
            whole = data(f"schemathesis/{sample}.{suffix}").rstrip()
            assert how(sample, exit_code, **{name: whole[: int(len(whole) * share)]}) is Ended.BAD_REPORT


def test_events_cut_between_lines_are_bad_reports() -> None:
    whole = data("schemathesis/failures.ndjson").splitlines(keepends=True)
    for count in range(len(whole)):
        with pytest.raises(RunProblem):
            read_events(b"".join(whole[:count]), "run.ndjson")


def test_the_port_and_the_query_differ_from_run_to_run_and_are_no_part_of_the_key() -> None:
    other = data("schemathesis/failures.ndjson").replace(b":8000/", b":9999/").replace(b"Received: ", b"Got: ")
    keys = [[finding.key for finding in read("failures", 1, events=text).findings] for text in (other, lines(events()))]
    assert keys[0] == keys[1]


def test_codes_of_the_summary_are_read() -> None:
    assert read_run(report("schemathesis/failures.json"), 1, "run.json").codes == {"ST101", "ST103", "ST204"}


SETTINGS: list[dict[str, Any]] = [
    {"app": None, "command": None},
    {"app": "a:b", "command": "serve"},
    {"app": None, "command": "  "},
    {"schema": "gone.json"},
]


@pytest.mark.parametrize("wrong", SETTINGS)
def test_what_cannot_be_started_is_refused_before(wrong: dict[str, Any]) -> None:
    with pytest.raises(RunProblem) as caught:
        ADAPTER.prepare(bench("schemathesis", {"openapi.json": "{}"}, **wrong))
    assert caught.value.ended in (Ended.NO_ENVIRONMENT, Ended.NOTHING_EXAMINED)


def test_the_port_is_given_to_a_command_of_ones_own() -> None:
    invocation = ADAPTER.prepare(
        bench("schemathesis", {"openapi.json": ""}, app=None, command="serve --port {port} 'a b'")
    )
    assert invocation.service is not None
    assert invocation.service.argv == ("serve", "--port", "8000", "a b")
    assert invocation.service.env == {"PORT": "8000"}


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_whose_operations_cannot_be_told_is_no_result(stopped: bool) -> None:
    """Stopped at its time limit, it would read as if every operation had had its turn."""
    assert how("clean", 0, end={"operations": None, "stopped": stopped}) is Ended.BAD_REPORT
