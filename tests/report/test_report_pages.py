"""What console, summary and repair list say, whatever the verdict."""

from __future__ import annotations

import re

import pytest
from markdown_law import kinds
from verdict_factory import HOSTILE, VERDICTS, finding

from lineclear.model.verdict import Verdict
from lineclear.model.words import Enforcement, Level
from lineclear.report.console import console
from lineclear.report.markdown import summary
from lineclear.report.repair import repair

_ALL = pytest.mark.parametrize("name", VERDICTS)


@_ALL
def test_the_answer_comes_first(name: str) -> None:
    verdict = VERDICTS[name]()
    word = verdict.outcome.value.upper()
    assert console(verdict, colour=False).startswith(word)
    assert summary(verdict).startswith(f"# Lineclear: {word}\n")
    assert repair(verdict).startswith(f"# Repair list: {word}\n")


@_ALL
def test_the_console_is_about_forty_lines(name: str) -> None:
    assert len(console(VERDICTS[name](), colour=False).splitlines()) <= 37


def test_the_console_stays_short_when_everything_is_long() -> None:
    verdict = _crowded()
    text = console(verdict, colour=False)
    assert len(text.splitlines()) <= 38
    assert "of 800 shown; repair.md lists them all." in text
    assert "  Then run: lineclear verify --only check-00,check-01," in text


def test_findings_that_a_waiver_covers_are_not_to_be_repaired() -> None:
    verdict = VERDICTS["pass"]()
    waived = finding("bandit", "B602", "a waived one", "a.py", 1).model_copy(update={"waived": True})
    verdict = verdict.model_copy(update={"findings": [waived]})
    assert "a waived one" not in console(verdict, colour=False)
    assert "Nothing to repair." in repair(verdict)


def test_what_does_not_block_is_not_called_a_repair() -> None:
    mild = finding("bandit", "B101", "assert used", "a.py", 1, level=Level.NOTE)
    verdict = VERDICTS["pass"]().model_copy(update={"findings": [mild]})
    text = console(verdict, colour=False)
    assert "To repair" not in text
    assert "Found, and not in the way\n  note bandit/B101 (1 new): assert used" in text


def test_the_table_tells_a_reason_that_was_cut_above_it() -> None:
    verdict = VERDICTS["error"]()
    checks = [
        verdict.checks[1].model_copy(update={"id": f"check-{number}", "reason": f"Reason {number}."})
        for number in range(8)
    ]
    reasons = [
        verdict.reasons[0].model_copy(update={"source": f"check check-{number}", "text": f"Reason {number}."})
        for number in range(8)
    ]
    text = console(verdict.model_copy(update={"checks": checks, "reasons": reasons}), colour=False)
    assert all(text.count(f"Reason {number}.") == 1 for number in range(8))


def test_the_summary_caps_its_lists() -> None:
    text = summary(_crowded())
    assert len(text.splitlines()) < 250
    assert "- and 380 more" in text


@_ALL
def test_colour_is_only_there_when_asked_for(name: str) -> None:
    verdict = VERDICTS[name]()
    plain = console(verdict, colour=False)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", console(verdict, colour=True)) == plain


def test_what_was_not_looked_at_is_not_known_and_never_zero() -> None:
    verdict = VERDICTS["error"]()
    rows = [line for line in summary(verdict).splitlines() if line.startswith(("| `pytest`", "| `schemathesis`"))]
    assert len(rows) == 2
    assert all(row.count("not known") == 4 for row in rows)
    assert not any(re.search(r"\b0\b", row) for row in rows)
    timed_out = next(line for line in console(verdict, colour=False).splitlines() if line.startswith("  pytest "))
    assert "findings not known" in timed_out
    assert "0 new" not in timed_out


def test_a_conflict_says_that_nothing_is_known_of_what_moved() -> None:
    text = summary(VERDICTS["conflict"]())
    assert "## What moved\n\nNot known: base and head could not be merged." in text
    assert "## What was proven\n\nNothing." in text


def test_a_partial_verdict_and_report_mode_say_so_at_the_top() -> None:
    for text in (console(VERDICTS["partial"](), colour=False), summary(VERDICTS["partial"]())):
        assert "Partial: only a part of the contract was selected" in "\n".join(text.splitlines()[:6])
    for text in (console(VERDICTS["report-mode"](), colour=False), summary(VERDICTS["report-mode"]())):
        assert "Report mode: judged and shown, but it does not block." in "\n".join(text.splitlines()[:6])


def test_flaky_tests_and_what_is_in_report_mode_are_on_every_page() -> None:
    verdict = VERDICTS["unsteady"]()
    for page in (console(verdict, colour=False), summary(verdict), repair(verdict)):
        assert "passed when run again alone" in page
        assert "In report mode" in page
        assert "enforced from 2027-01-01 on" in page
        assert "pytest/flaky-test" in page
    assert "Report mode until 2027-01-01" in summary(verdict)
    assert "@qa" in summary(verdict)
    late = verdict.model_copy(update={"enforcement": Enforcement.REPORT, "enforce_from": "2027-01-01"})
    for page in (console(late, colour=False), summary(late), repair(late)):
        assert "Report mode until 2027-01-01, from that day on enforced: judged and shown" in page


def test_a_pass_has_nothing_to_repair() -> None:
    assert "Nothing to repair." in repair(VERDICTS["pass"]())
    assert "Nothing to repair." not in repair(VERDICTS["error"]())


def test_every_new_finding_has_its_place_remedy_and_command_in_the_repair_list() -> None:
    verdict = VERDICTS["fail"]()
    text = repair(verdict)
    for item in verdict.findings:
        if item.state is not None and item.state.value == "new":
            assert item.remedy in text
            assert item.reproduce in text
            assert item.path is None or item.path in text
    assert "hardcoded password" not in text
    assert "assert used" not in text


@pytest.mark.parametrize("page", [summary, repair])
def test_hostile_text_adds_no_markup_to_a_page(page: object) -> None:
    assert callable(page)
    ours = {"heading_open", "heading_close", "strong_open", "strong_close", "blockquote_open", "hr", "hardbreak"}
    found = kinds(page(VERDICTS["hostile"]()))
    benign = kinds(page(VERDICTS["fail"]())) | ours
    assert found <= benign | {"text_special", "entity"}
    assert not found & {"link_open", "image", "html_block", "html_inline", "fence", "code_block", "em_open", "s_open"}
    assert HOSTILE not in page(VERDICTS["hostile"]())


def _crowded() -> Verdict:
    verdict = VERDICTS["fail"]()
    checks = [verdict.checks[number % 5].model_copy(update={"id": f"check-{number:02}"}) for number in range(40)]
    findings = [
        finding(
            f"check-{number % 40:02}", f"rule-{number % 400:03}", f"message {number}", f"src/{number}.py", number + 1
        )
        for number in range(800)
    ]
    return verdict.model_copy(
        update={
            "checks": checks,
            "findings": findings,
            "reasons": verdict.reasons * 9,
            "warnings": verdict.reasons * 3,
            "established": ["Something was established."] * 50,
            "not_established": ["Something was not."] * 50,
        }
    )
