"""The sentences that every report takes from the verdict: plain, true, and never a 0 for what nobody looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from judge_factory import (
    BASE,
    CHANGED,
    MERGED,
    SUITE,
    budget,
    changed_file,
    ended,
    evidence,
    invariant,
    make_change,
    make_inputs,
    planned,
    raw,
    run,
    waiver,
)

from lineclear.judge.judge import judge
from lineclear.model.contract import Invariant, Waiver
from lineclear.model.evidence import Evidence
from lineclear.model.finding import RawFinding
from lineclear.model.verdict import Verdict
from lineclear.model.words import ContractSource, Effect, Level, Outcome, PathKind


def names(count: int) -> list[str]:
    return [f"check-{letter}" for letter in "abcdefgh"[:count]]


def failing(count: int, *, each: int = 1) -> Verdict:
    """Judge some checks, each with some new findings and one note beside them."""
    note = raw(level=Level.NOTE, key="note")
    found = [raw(line=number + 1, key=str(number)) for number in range(each)]
    checks = [planned(name) for name in names(count)]
    return judge(make_inputs(checks, [piece for name in names(count) for piece in run(name, [*found, note])]))


@pytest.mark.parametrize(
    ("count", "each", "summary"),
    [
        (1, 1, "check-a has 1 new error-level finding."),
        (1, 2, "check-a has 2 new error-level findings."),
        (2, 1, "check-a and check-b have 2 new error-level findings."),
        (3, 1, "check-a, check-b and check-c have 3 new error-level findings."),
        (7, 1, "check-a, check-b, check-c, check-d, check-e and 2 more have 7 new error-level findings."),
    ],
)
def test_a_fail_names_who_found_how_much(count: int, each: int, summary: str) -> None:
    assert failing(count, each=each).summary == summary


def test_a_fail_by_the_contract_alone_reads_as_such() -> None:
    clean = ([planned("tool")], run("tool"))
    one = [invariant("change.lines == 0", name="small")]
    two = [*one, invariant("change.lines == 1", name="tiny")]
    over = [budget("change.lines", fail=1)]
    assert judge(make_inputs(*clean, invariants=one)).summary == "The invariant small is broken."
    assert judge(make_inputs(*clean, invariants=two)).summary == "The invariants small and tiny are broken."
    assert judge(make_inputs(*clean, budgets=over)).summary == "The budget size is exceeded."
    both = make_inputs([planned("tool")], run("tool", [raw()]), invariants=one, budgets=over)
    assert judge(both).summary == (
        "tool has 1 new error-level finding; the invariant small is broken; the budget size is exceeded."
    )


def test_a_review_says_who_asks_for_a_person() -> None:
    asks = [invariant("change.lines == 0", name="small", otherwise=Effect.REVIEW)]
    verdict = judge(make_inputs([planned("tool")], run("tool"), invariants=asks, budgets=[budget("1", review=0)]))
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.summary == "A person must look: the invariant small is broken; the budget size is exceeded."


def test_an_error_names_the_checks_before_what_needs_them() -> None:
    """However many invariants and budgets have no answer, the checks are named."""
    checks = [planned("a-tool"), planned("b-tool"), planned("c-tool")]
    asks = [invariant("findings.size() == 0", name=f"inv-{letter}") for letter in "abcdef"]
    verdict = judge(
        make_inputs(
            checks,
            [ended("a-tool", MERGED), *run("c-tool", [raw()])],
            invariants=asks,
            budgets=[budget("findings.size()", fail=1)],
        )
    )
    assert verdict.summary == (
        "No verdict could be established: a-tool and b-tool gave no result; the invariants inv-a, inv-b, inv-c, inv-d, "
        "inv-e and 1 more have no answer; the budget size has no measure. "
        "Besides, c-tool has 1 new error-level finding."
    )


def test_an_invariant_without_an_answer_is_no_check() -> None:
    verdict = judge(make_inputs([planned("tool")], run("tool"), invariants=[invariant("tests.failed == 0")]))
    assert verdict.summary == "No verdict could be established: the invariant must-hold has no answer."


@pytest.mark.parametrize(
    ("count", "summary"), [(1, "1 check passed on the merge result."), (2, "2 checks passed on the merge result.")]
)
def test_a_pass_counts_what_passed(count: int, summary: str) -> None:
    checks = [planned(name) for name in names(count)]
    pieces = [piece for name in names(count) for piece in run(name)]
    assert judge(make_inputs(checks, pieces)).summary == summary


def test_a_pass_says_what_was_let_through() -> None:
    warns = invariant("change.lines == 0", name="small", otherwise=Effect.WARN)
    holds = invariant("change.lines > 0", name="some")
    pieces = run("tool", [raw()])
    excuses = [waiver(fingerprint=f"{raw().key[:32]}-0"), waiver(invariant="other")]
    broken = invariant("change.lines == 1", name="other")

    def summary(*asks: Invariant, waivers: Sequence[Waiver] = ()) -> str:
        left = pieces if waivers else run("tool")
        return judge(make_inputs([planned("tool")], left, invariants=asks, waivers=waivers)).summary

    assert summary(holds) == "1 check passed on the merge result, and no invariant is broken."
    assert summary(warns, holds) == "1 check passed on the merge result; 1 broken invariant only warns."
    assert summary(broken, waivers=excuses) == (
        "1 check passed on the merge result; 1 broken invariant is waived; 1 finding is waived."
    )


def test_a_partial_verdict_says_so_in_every_outcome() -> None:
    left = planned("other", selected=False)
    for pieces in ([], run("tool"), run("tool", [raw()])):
        assert judge(make_inputs([left, planned("tool")], pieces)).summary.endswith(" Only selected checks ran.")


@pytest.mark.parametrize(
    ("inputs", "summary"),
    [
        (make_inputs(), "The contract has no checks, so nothing was examined."),
        (make_inputs([planned("x", applicable=False)]), "No check applied to this change, so nothing was examined."),
    ],
)
def test_a_pass_without_a_check_does_not_call_anything_clean(inputs: object, summary: str) -> None:
    assert isinstance(inputs, type(make_inputs()))
    assert judge(inputs).summary == summary
    assert judge(inputs).established == []


class TestEstablished:
    def lines(self, measures: dict[str, int], findings: list[RawFinding] | None = None) -> str:
        pieces = [evidence("tool", MERGED, findings or [], measures=measures), evidence("tool", BASE)]
        return judge(make_inputs([planned("tool")], pieces)).established[0]

    @pytest.mark.parametrize(
        ("measures", "said"),
        [
            ({"filesExamined": 1, "filesExpected": 1}, "(1 of 1 file)"),
            ({"filesExamined": 2, "filesExpected": 3}, "(2 of 3 files)"),
            (SUITE, "(3 tests, 2 passed, 0 failed, 1 skipped)"),
            ({"instancesExamined": 1, "instancesInvalid": 0}, "(1 instance)"),
            ({"operationsExpected": 1, "operationsTested": 1, "casesRun": 9}, "(1 of 1 operation)"),
        ],
    )
    def test_what_was_counted_is_said(self, measures: dict[str, int], said: str) -> None:
        assert self.lines(measures) == f"tool looked at the code {said}: 0 new, 0 existing."

    @pytest.mark.parametrize("measures", [{}, {"filesExamined": 3}, {"testsCollected": 3}, {"other": 1}])
    def test_what_was_not_counted_is_not_made_up(self, measures: dict[str, int]) -> None:
        assert self.lines(measures) == "tool looked at the code: 0 new, 0 existing."

    def test_the_merge_result_is_named_only_where_something_is_about_it(self) -> None:
        merged = make_change().merge_tree
        assert merged is not None
        assert merged[:12] in judge(make_inputs([planned("tool")], run("tool"))).established[-1]
        assert judge(make_inputs([planned("tool")])).established == []

    def test_nothing_is_established_by_a_check_without_a_result(self) -> None:
        verdict = judge(make_inputs([planned("tool")], [ended("tool", MERGED)]))
        assert verdict.established == []
        assert verdict.not_established[0] == "tool: error. it fell over (check tool). Pick it up."


class TestNotEstablished:
    def test_changed_files_that_nobody_read_are_named_and_deleted_ones_are_not(self) -> None:
        gone = changed_file("gone.py").model_copy(update={"status": "deleted"})
        change = make_change([changed_file("a.py"), changed_file("notes.txt"), gone])
        verdict = judge(make_inputs([planned("tool")], run("tool"), change=change))
        assert "No check looked into 1 changed file: notes.txt." in verdict.not_established

    def test_a_file_that_only_a_crashed_check_would_have_read_is_named(self) -> None:
        verdict = judge(make_inputs([planned("tool")], [ended("tool", MERGED)]))
        assert "No check looked into 3 changed files: a.py, b.py and c.py." in verdict.not_established

    def test_what_evidence_of_another_tree_says_that_it_read_does_not_count(self) -> None:
        other = evidence("tool", MERGED).model_copy(update={"subject": evidence("tool", BASE).subject})
        verdict = judge(make_inputs([planned("tool")], [other]))
        assert "No check looked into 3 changed files: a.py, b.py and c.py." in verdict.not_established

    def test_what_was_fixed_is_not_known_where_the_base_was_not_run(self) -> None:
        verdict = judge(make_inputs([planned("tool")], run("tool", base=None)))
        assert "What the change fixed is not known for tool: the base was not run in full." in verdict.not_established
        whole = judge(make_inputs([planned("tool")], run("tool")))
        assert not any("fixed" in line for line in whole.not_established)

    def test_checks_that_declare_no_control_are_named_as_uncontrolled(self) -> None:
        plans = [planned(name, base=CHANGED, controlled=name == "b") for name in ("c", "b", "a")]
        verdict = judge(make_inputs(plans, [item for name in ("a", "b", "c") for item in run(name)]))
        said = "No control showed that a check was alive (uncontrolled: a and c)."
        assert said in verdict.not_established
        alone = judge(make_inputs([planned("b", base=CHANGED, controlled=True)], run("b")))
        assert "No control showed that a check was alive." in alone.not_established

    def test_only_what_applies_is_said_of_suites_and_suppressions(self) -> None:
        scan = judge(make_inputs([planned("bandit", base=CHANGED)], run("bandit")))
        suite = judge(make_inputs([planned("unit", suite=True)], [evidence("unit", MERGED, measures=SUITE)]))
        suppressed = "Suppressions in the code (# nosec, # nosemgrep) were honoured."
        assert suppressed in scan.not_established
        assert suppressed not in suite.not_established
        assert any(
            line.startswith("No control showed that a check was alive (uncontrolled: bandit)")
            for line in scan.not_established
        )
        assert any("a weakened test does not show" in line for line in suite.not_established)

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            (ContractSource.BASE, False),
            (ContractSource.BUILTIN, "The base has no lineclear.yaml: the built-in contract was used."),
            (ContractSource.GIVEN, "The contract was given with --contract: it need not be the one that the base has."),
        ],
    )
    def test_where_the_contract_came_from_is_said_unless_it_is_the_base(
        self, source: ContractSource, said: str | bool
    ) -> None:
        unread, *lines = judge(make_inputs(source=source)).not_established
        assert unread.startswith("No check looked into 3 changed files")
        assert lines == ([said] if said else [])


def test_what_moved_is_grouped_by_what_it_is_to_the_system() -> None:
    files = [changed_file("z.py"), changed_file("a.py"), changed_file("t.py").model_copy(update={"kind": "test"})]
    moved = judge(make_inputs(change=make_change(files))).moved
    assert moved is not None
    assert [(group.kind, group.files, group.paths) for group in moved] == [
        (PathKind.SOURCE, 2, ["a.py", "z.py"]),
        (PathKind.TEST, 1, ["t.py"]),
    ]


@pytest.mark.parametrize(
    "pieces", [[], [ended("tool", MERGED)], run("tool"), run("tool", [raw()]), run("tool", [raw()], None)]
)
def test_every_sentence_ends_and_none_shows_how_it_was_made(pieces: list[Evidence]) -> None:
    verdict = judge(
        make_inputs(
            [planned("tool"), planned("left", selected=False)],
            pieces,
            invariants=[invariant("findings.size() == 0"), invariant("tests.failed == 0", name="tests")],
            budgets=[budget("change.lines", fail=1)],
            waivers=[waiver(invariant="must-hold", expires="2020-01-01")],
        )
    )
    said = [verdict.summary, *verdict.established, *verdict.not_established]
    said += [text for reason in (*verdict.reasons, *verdict.warnings) for text in (reason.text, reason.todo)]
    said += [check.reason for check in verdict.checks if check.reason]
    for sentence in said:
        assert sentence.endswith("."), sentence
        assert not re.search(r"\bNone\b|\.\.|  | ,|:\.|\b1 \w+s\b(?! of)|[{}]", sentence), sentence
