"""Builds the facts that invariants speak of, from the change and what the checks found."""

from __future__ import annotations

from collections.abc import Sequence

from lineclear.judge.inputs import Inputs
from lineclear.judge.standing import blocks
from lineclear.model.facts import (
    AuthorFacts,
    ChangeFacts,
    CheckFacts,
    ContractFacts,
    Facts,
    FileFacts,
    FindingFacts,
    SuiteFacts,
)
from lineclear.model.finding import Finding
from lineclear.model.verdict import CheckResult
from lineclear.model.words import CheckStatus, FindingState

__all__ = ["build_facts", "incomplete", "shown_only"]

_DONE = (CheckStatus.PASSED, CheckStatus.FAILED)
_SUITE = ("testsCollected", "testsPassed", "testsFailed", "testsSkipped")


def build_facts(inputs: Inputs, checks: Sequence[CheckResult], findings: Sequence[Finding]) -> Facts:
    """Return the facts. Fixed and waived findings are not among them, nor are those of checks that may not block.

    Else a check in report mode would decide by way of an invariant. ``tests`` counts such suites no more than that;
    ``checks`` has every check, with whether it may block.
    """
    blocking = {check.id for check in checks if blocks(check)}
    return Facts(
        change=_change(inputs),
        findings=[
            FindingFacts(
                check=f.check,
                rule=f.rule,
                level=f.level,
                message=f.message,
                path=f.path,
                line=f.line,
                state=f.state,
                fingerprint=f.fingerprint,
            )
            for f in findings
            if f.check in blocking and f.state is not FindingState.FIXED and not f.waived
        ],
        checks=[
            CheckFacts(
                id=c.id, status=c.status, required=c.required, enforcement=c.enforcement, measures=c.measures or {}
            )
            for c in checks
        ],
        tests=_suites(inputs, checks),
        contract=ContractFacts(source=inputs.contract.source),
    )


def incomplete(checks: Sequence[CheckResult]) -> list[str]:
    """Return the checks that may block, were to run and gave no result: without them ``findings`` is not complete."""
    settled = (*_DONE, CheckStatus.NOT_APPLICABLE, CheckStatus.SKIPPED)
    return [check.id for check in checks if blocks(check) and check.status not in (*settled, CheckStatus.WITHHELD)]


def shown_only(inputs: Inputs, checks: Sequence[CheckResult]) -> frozenset[str]:
    """Return the variables that have no value because the checks that would give one may not block: ``tests``."""
    suites = [check for check in checks if check.id in _suite_ids(inputs)]
    asked = [check for check in suites if check.status is not CheckStatus.NOT_APPLICABLE]
    return frozenset({"tests"} if asked and not any(map(blocks, asked)) else ())


def _change(inputs: Inputs) -> ChangeFacts:
    change = inputs.change
    files = change.files or []
    added = sum(f.added or 0 for f in files)
    deleted = sum(f.deleted or 0 for f in files)
    return ChangeFacts(
        author=AuthorFacts(login=change.author.login, kind=change.author.kind, agent=change.author.agent),
        paths=sorted({path for f in files for path in (f.path, f.old_path) if path is not None}),
        files=[FileFacts(path=f.path, status=f.status, kind=f.kind, added=f.added, deleted=f.deleted) for f in files],
        lines=added + deleted,
        added=added,
        deleted=deleted,
        commits=change.commits,
        uncommitted=change.uncommitted,
    )


def _suites(inputs: Inputs, checks: Sequence[CheckResult]) -> SuiteFacts:
    """Add up what the test suites counted; one that should have counted and did not leaves every sum unknown."""
    suites = [c for c in checks if c.id in _suite_ids(inputs) and blocks(c)]
    applicable = [c for c in suites if c.status is not CheckStatus.NOT_APPLICABLE]
    measured = [
        c.measures
        for c in applicable
        if c.status in _DONE and c.measures is not None and c.measures.keys() >= set(_SUITE)
    ]
    if not measured or len(measured) != len(applicable):
        return SuiteFacts(collected=None, passed=None, failed=None, skipped=None)
    collected, passed, failed, skipped = (sum(m[name] for m in measured) for name in _SUITE)
    return SuiteFacts(collected=collected, passed=passed, failed=failed, skipped=skipped)


def _suite_ids(inputs: Inputs) -> frozenset[str]:
    return frozenset(planned.id for planned in inputs.plan.checks if planned.suite)
