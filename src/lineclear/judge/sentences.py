"""The sentences that every report takes from the verdict: the summary, and what was and was not established."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lineclear.judge.flaky import FLAKY
from lineclear.judge.inputs import Inputs
from lineclear.judge.reasons import FINE
from lineclear.judge.standing import Reasons
from lineclear.judge.taken import about_the_head, not_established_by, origin_of
from lineclear.model.evidence import Evidence
from lineclear.model.finding import Finding
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import CheckResult, InvariantEntry, Moved, Reason
from lineclear.model.words import (
    CheckStatus,
    ContractSource,
    FindingState,
    InvariantResult,
    Level,
    Outcome,
    PathKind,
    TreeName,
)

__all__ = ["established", "moved", "not_established", "summary"]

_DONE = (CheckStatus.PASSED, CheckStatus.FAILED)
_SUPPRESSIBLE = ("bandit", "semgrep")
_LISTED = 5


def summary(
    inputs: Inputs,
    outcome: Outcome,
    checks: Sequence[CheckResult],
    findings: Sequence[Finding],
    invariants: Sequence[InvariantEntry],
    all_reasons: Reasons,
) -> str:
    """Return the answer in one or two sentences, and what is in report mode in one more."""
    if inputs.conflict:
        conflicts = len(inputs.change.conflicts)
        where = f"conflict in {_count(conflicts, 'file')}" if conflicts else "could not be merged"
        return f"Base and head {where}, so nothing could be examined."
    reasons = all_reasons.deciding
    only = f"{_in_report_mode(all_reasons.reported)}{_only(inputs)}"
    if outcome is Outcome.ERROR:
        failing = _asked(reasons, Outcome.FAIL, findings)
        besides = f" Besides, {failing}." if failing else ""
        return f"No verdict could be established: {_unanswered(reasons)}.{besides}{only}"
    if outcome is Outcome.FAIL:
        return f"{_capital(_asked(reasons, outcome, findings))}.{only}"
    if outcome is Outcome.REVIEW:
        return f"A person must look: {_asked(reasons, outcome, findings)}.{only}"
    return f"{_passed(inputs, checks)}{_policy(findings, invariants, all_reasons.warnings)}.{_shown_only(checks)}{only}"


def _in_report_mode(reported: Sequence[Reason]) -> str:
    """Say what those parts of the contract ask for that are judged and shown only."""
    if not reported:
        return ""
    names = list(dict.fromkeys(reason.source.partition(" ")[2] for reason in reported))
    worst = reported[0].outcome.value  # the most severe is the first
    return f" In report mode, {_enumerate(names)} would make it {worst}."


def _only(inputs: Inputs) -> str:
    if any(planned.selection is not None for planned in inputs.plan.checks):
        return " Only what was selected of one check ran."
    return " Only selected checks ran." if inputs.partial else ""


def _named(reasons: Sequence[Reason], outcome: Outcome, kind: str) -> list[str]:
    """Return the names of the checks, invariants or budgets that ask for an outcome."""
    sources = [reason.source for reason in reasons if reason.outcome is outcome]
    return [source.removeprefix(f"{kind} ") for source in sources if source.startswith(f"{kind} ")]


def _unanswered(reasons: Sequence[Reason]) -> str:
    checks, invariants, budgets = (_named(reasons, Outcome.ERROR, kind) for kind in ("check", "invariant", "budget"))
    parts = [
        f"{_enumerate(checks)} gave no result" if checks else "",
        f"the {_nouns(invariants, 'invariant')} {_has(invariants)} no answer" if invariants else "",
        f"the {_nouns(budgets, 'budget')} {_has(budgets)} no measure" if budgets else "",
    ]
    return "; ".join(filter(None, parts))


def _asked(reasons: Sequence[Reason], outcome: Outcome, findings: Sequence[Finding]) -> str:
    """Say who asks for an outcome that was established, and why."""
    checks, invariants, budgets = (_named(reasons, outcome, kind) for kind in ("check", "invariant", "budget"))
    withheld = _named(reasons, outcome, "variables")
    new = sum(
        f.check in checks and f.state is FindingState.NEW and f.level is Level.ERROR and not f.waived for f in findings
    )
    flaky = sum(f.check in checks and f.rule == FLAKY and f.level is Level.WARNING and not f.waived for f in findings)
    has = _count(flaky, "flaky test") if outcome is Outcome.REVIEW else _count(new, "new error-level finding")
    parts = [
        "the contract that the change brings is not valid" if _named(reasons, outcome, "change") else "",
        f"{_enumerate(checks)} {_has(checks)} {has}" if checks else "",
        f"the {_nouns(invariants, 'invariant')} {_is(invariants)} broken" if invariants else "",
        f"the {_nouns(budgets, 'budget')} {_is(budgets)} exceeded" if budgets else "",
        f"{_enumerate(withheld)} {'was' if len(withheld) == 1 else 'were'} not run for want of variables"
        if withheld
        else "",
    ]
    return "; ".join(filter(None, parts))


def _passed(inputs: Inputs, checks: Sequence[CheckResult]) -> str:
    passed = sum(check.status is CheckStatus.PASSED for check in checks)
    empty = "The change is empty. " if inputs.change.files == [] else ""
    if passed:
        return f"{empty}{_count(passed, 'check')} passed on the merge result"
    if not checks:
        return f"{empty}The contract has no checks, so nothing was examined"
    if all(check.status in FINE for check in checks):
        return f"{empty}No check applied to this change, so nothing was examined"
    return f"{empty}No check passed, and none of them may block"


def _policy(findings: Sequence[Finding], invariants: Sequence[InvariantEntry], warnings: Sequence[Reason]) -> str:
    """Say what became of the invariants, and of findings that a waiver covers, in a verdict that passes."""
    warned = {warning.source for warning in warnings}
    all_broken = [entry for entry in invariants if entry.result is InvariantResult.BROKEN]
    broken = sum(f"invariant {entry.id}" in warned for entry in all_broken)
    excepted = sum(entry.result is InvariantResult.WAIVED for entry in invariants)
    waived = sum(finding.waived for finding in findings)
    parts = [
        f"{_count(broken, 'broken invariant')} only {'warns' if broken == 1 else 'warn'}" if broken else "",
        f"{_count(excepted, 'broken invariant')} {'is' if excepted == 1 else 'are'} waived" if excepted else "",
        f"{_count(waived, 'finding')} {'is' if waived == 1 else 'are'} waived" if waived else "",
    ]
    said = "; ".join(filter(None, parts))
    if said:
        return f"; {said}"
    return ", and no invariant is broken" if invariants and not all_broken else ""


def _shown_only(checks: Sequence[CheckResult]) -> str:
    failing = [check.id for check in checks if check.status not in FINE and not check.required]
    return f" {_enumerate(failing)} did not pass and may not block." if failing else ""


def moved(inputs: Inputs) -> list[Moved] | None:
    """Return the changed files by what they are to the system."""
    if inputs.change.files is None:
        return None
    groups: dict[PathKind, list[str]] = {}
    for file in inputs.change.files:
        groups.setdefault(file.kind, []).append(file.path)
    return [
        Moved(kind=kind, files=len(groups[kind]), paths=sorted(groups[kind])) for kind in PathKind if kind in groups
    ]


def established(inputs: Inputs, checks: Sequence[CheckResult], invariants: Sequence[InvariantEntry]) -> list[str]:
    """Return what this run established, one sentence a check."""
    plans = {planned.id: planned for planned in inputs.plan.checks}
    lines = [_looked(check, plans[check.id], inputs) for check in checks if check.status in _DONE]
    asked = [entry for entry in invariants if entry.result is InvariantResult.HELD and entry.reason is None]
    if asked:
        lines.append(f"{_count(len(asked), 'invariant')} of the contract held.")
    if lines and inputs.change.merge_tree is not None:
        other = about_the_head(inputs, [check for check in checks if check.status in _DONE])
        all_of_it = f"All of it but {_enumerate(other)}" if other else "All of it"
        lines.append(
            f"{all_of_it} is about the merge result {inputs.change.merge_tree[:12]} of base "
            f"{inputs.change.base.commit[:12]} and head {inputs.change.head.commit[:12]}."
        )
    return lines


def not_established(inputs: Inputs, checks: Sequence[CheckResult], invariants: Sequence[InvariantEntry]) -> list[str]:
    """Return what this run did not establish: checks without a result, files nobody read, what nothing watched."""
    done = [check for check in checks if check.status in _DONE]
    groups: dict[tuple[str, str | None], list[str]] = {}
    for check in checks:
        if check.status not in _DONE:
            groups.setdefault((check.status.value, check.reason), []).append(check.id)
    lines = [f"{_enumerate(ids)}: {status}. {reason}" for (status, reason), ids in groups.items()]
    lines += [
        f"{planned.id}: all but what --select named was left out."
        for planned in inputs.plan.checks
        if planned.selection is not None
    ]
    lines += [
        f"The invariant {entry.id} has no answer." for entry in invariants if entry.result is InvariantResult.ERROR
    ]
    evidence = _evidence(inputs, done)
    lines += [line for item in evidence for line in _left(item)]
    lines += not_established_by(inputs, done)
    lines += [
        f"{check.id} left out {_count(suppressed, 'result')} that the code or the tool's configuration suppresses."
        for check in done
        if (suppressed := (check.measures or {}).get("resultsSuppressed", 0))
    ]
    unread = _unread(inputs, evidence)
    if unread:
        lines.append(f"No check looked into {_count(len(unread), 'changed file')}: {_enumerate(unread)}.")
    uncompared = [check.id for check in done if check.findings.new is None]
    if uncompared:
        lines.append(
            f"Which findings of {_enumerate(uncompared)} are new is not known: the base gave no result to compare with."
        )
    unknown = [check.id for check in done if check.findings.fixed is None and check.findings.new is not None]
    if unknown:
        lines.append(f"What the change fixed is not known for {_enumerate(unknown)}: the base was not run in full.")
    lines += _unwatched(inputs, done)
    if inputs.change.unread_contract is not None:
        lines.append(
            "Whether the contract that the change brings is valid is not known: it extends "
            f"{inputs.change.unread_contract}, which the base's does not, so it was not fetched."
        )
    if inputs.contract.source is ContractSource.BUILTIN:
        lines.append("The base has no lineclear.yaml: the built-in contract was used.")
    if inputs.contract.source is ContractSource.GIVEN:
        lines.append("The contract was given with --contract: it need not be the one that the base has.")
    return lines


def _unwatched(inputs: Inputs, done: Sequence[CheckResult]) -> list[str]:
    """Return what this version does not do for the checks that gave a result."""
    ids = {check.id for check in done}
    plans = [planned for planned in inputs.plan.checks if planned.id in ids]
    lines = []
    if any(check.controls is None for check in done):
        weakened = ", and the base's tests were not run on the change, so a weakened test does not show"
        suite = any(planned.suite for planned in plans)
        bare = sorted(planned.id for planned in plans if not planned.controlled)
        uncontrolled = f" (uncontrolled: {_enumerate(bare)})" if bare else ""
        lines.append(f"No control showed that a check was alive{uncontrolled}{weakened if suite else ''}.")
    if any(planned.adapter in _SUPPRESSIBLE for planned in plans):
        lines.append("Suppressions in the code (# nosec, # nosemgrep) were honoured.")
    if done:
        lines.append("Nothing watched what the tools read or confined them (not observed, not enforced).")
    return lines


def _looked(check: CheckResult, planned: PlannedCheck, inputs: Inputs) -> str:
    found = _measured(check.measures or {})
    counts = check.findings
    known = [
        f"{value} {name}" for name, value in (("new", counts.new), ("existing", counts.existing)) if value is not None
    ]
    said = ", ".join(known) or "which of its findings are new is not known"
    if planned.selection is not None:
        return f"{check.id} looked only at {_enumerate(planned.selection)}{f' ({found})' if found else ''}: {said}."
    did = origin_of(check, inputs) or f"{check.id} looked at {planned.covers}"
    return f"{did}{f' ({found})' if found else ''}: {said}."


def _measured(measures: Mapping[str, int]) -> str | None:
    """Return what a check counted, in words; None where it counted nothing that is known here."""

    def all_of(*names: str) -> bool:
        return measures.keys() >= set(names)

    if all_of("filesExamined", "filesExpected"):
        return f"{measures['filesExamined']} of {_count(measures['filesExpected'], 'file')}"
    if all_of("testsCollected", "testsPassed", "testsFailed", "testsSkipped"):
        return (
            f"{_count(measures['testsCollected'], 'test')}, {measures['testsPassed']} passed, "
            f"{measures['testsFailed']} failed, {measures['testsSkipped']} skipped"
        )
    if all_of("operationsTested", "operationsExpected"):
        return f"{measures['operationsTested']} of {_count(measures['operationsExpected'], 'operation')}"
    if all_of("instancesExamined"):
        return _count(measures["instancesExamined"], "instance")
    return None


def _evidence(inputs: Inputs, done: Sequence[CheckResult]) -> list[Evidence]:
    """Return the evidence of the checks that gave a result: what others say that they read is not to be relied on."""
    items = [inputs.get(check.id, TreeName.MERGED) for check in done]
    return [item.evidence for item in items if item is not None]


def _left(evidence: Evidence) -> Iterator[str]:
    """Say which files a run could not read, or only parts of; a file that does not parse is also a finding."""
    unexamined = evidence.unexamined or []
    whole = [item.path for item in unexamined if not item.partly]
    partly = [item.path for item in unexamined if item.partly]
    if whole:
        yield f"{evidence.check} did not examine {_enumerate(whole)}."
    if partly:
        yield f"{evidence.check} could read only parts of {_enumerate(partly)}."
    if unreached := (evidence.measures or {}).get("testsWithoutService"):
        yield f"{evidence.check}: {_count(unreached, 'test')} missed a service: what they test was not tested."


def _unread(inputs: Inputs, evidence: Sequence[Evidence]) -> list[str]:
    """Return the changed files, present in the merge result, that no check looked into one by one."""
    read = {path for item in evidence for path in item.examined or []}
    present = [file.path for file in inputs.change.files or [] if file.status != "deleted"]
    return sorted(path for path in present if path not in read)


def _enumerate(items: Sequence[str]) -> str:
    if len(items) > _LISTED:
        return f"{', '.join(items[:_LISTED])} and {len(items) - _LISTED} more"
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _nouns(items: Sequence[str], noun: str) -> str:
    return f"{noun if len(items) == 1 else f'{noun}s'} {_enumerate(items)}"


def _has(items: Sequence[str]) -> str:
    return "has" if len(items) == 1 else "have"


def _is(items: Sequence[str]) -> str:
    return "is" if len(items) == 1 else "are"


def _capital(text: str) -> str:
    """Begin a sentence; a check's name keeps its case."""
    return f"T{text[1:]}" if text.startswith("the ") else text
