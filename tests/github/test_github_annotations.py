"""Annotations: at most ten findings, the rest counted, and no command that a change could write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.github.annotations import annotate, command
from lineclear.model.verdict import Verdict
from lineclear.model.words import Level

_SNAPSHOTS = Path(__file__).parents[1] / "report" / "snapshots"


def _verdict(name: str) -> Verdict:
    return Verdict.model_validate_json((_SNAPSHOTS / name / "verdict.json").read_bytes())


def test_a_pass_annotates_nothing() -> None:
    assert annotate(_verdict("pass")) == []


def test_of_many_new_findings_as_many_are_shown_as_github_shows_and_the_rest_is_counted() -> None:
    lines = annotate(_verdict("fail"))
    assert lines[0].startswith("::error title=Lineclear%3A fail::38 new findings")
    assert sum("file=" in line or "schemathesis" in line.split("::")[1] for line in lines) == 9
    assert sum(line.startswith("::error ") for line in lines) == 10, "GitHub shows no eleventh"
    assert lines[-1] == "::notice title=Lineclear::29 more new findings are in the job summary and in the bundle."
    assert "::error file=data/orders/7.json,title=jsonschema/required::'currency' is a required property" in lines[2]


def test_what_was_not_compared_or_is_old_is_not_annotated() -> None:
    assert not any("file=" in line for line in annotate(_verdict("error")))
    assert not any("B101" in line or "B105" in line for line in annotate(_verdict("fail")))


def test_errors_come_before_warnings_and_what_is_waived_does_not_come() -> None:
    verdict = _verdict("fail")
    first, second, third, *_ = verdict.findings
    findings = [
        first.model_copy(update={"level": Level.NOTE, "message": "a note"}),
        second.model_copy(update={"waived": True, "message": "a waived one"}),
        third.model_copy(update={"level": Level.WARNING, "message": "a warning"}),
        *verdict.findings[3:5],
    ]
    lines = annotate(verdict.model_copy(update={"findings": findings}))
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::error", "::warning", "::notice"]
    assert not any("a waived one" in line for line in lines)


def test_a_review_is_a_warning() -> None:
    assert annotate(_verdict("report-mode"))[0].startswith("::warning title=Lineclear%3A review::")


def test_what_is_in_report_mode_is_a_warning() -> None:
    lines = annotate(_verdict("unsteady"))
    assert any(line.startswith("::warning file=app.py") for line in lines)
    assert not any(line.startswith("::error") for line in lines)


def test_hostile_text_stays_one_command_with_its_own_properties() -> None:
    lines = annotate(_verdict("hostile"))
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error"]
    assert all(len(line.splitlines()) == 1 for line in lines)
    names = [part.split("=")[0] for part in lines[1].split("::")[1].removeprefix("error ").split(",")]
    assert names == ["file", "line", "title"]


@given(st.text(), st.text())
def test_neither_property_nor_message_can_end_the_command(value: str, message: str) -> None:
    line = command("error", {"file": value, "line": "1"}, message)
    assert len(line.splitlines()) == 1
    head, _, _ = line.removeprefix("::").partition("::")
    assert head.startswith("error file=")
    assert head.endswith(",line=1")
    assert head.count(",") == 1
    assert ":" not in head


@pytest.mark.parametrize(
    ("value", "escaped"), [("a:b,c%d", "a%3Ab%2Cc%25d"), ("a\r\nb", "a b"), ("::error::x", "%3A%3Aerror%3A%3Ax")]
)
def test_properties_are_escaped_as_github_reads_them(value: str, escaped: str) -> None:
    assert command("error", {"file": value}, "m%") == f"::error file={escaped}::m%25"
