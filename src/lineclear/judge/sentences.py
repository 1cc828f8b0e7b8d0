"""The sentences that every report takes from the verdict: the summary, and what was and was not established."""

from __future__ import annotations

from collections.abc import Sequence

from lineclear.judge.inputs import Inputs
from lineclear.model.evidence import Evidence
from lineclear.model.plan import PlannedCheck
from lineclear.model.verdict import CheckResult, InvariantEntry, Moved, Reason
from lineclear.model.words import CheckStatus, ContractSource, InvariantResult, Outcome, PathKind, TreeName

__all__ = ["established", "moved", "not_established", "summary"]

_DONE = (CheckStatus.PASSED, CheckStatus.FAILED)
_LISTED = 5


def summary(inputs: Inputs, outcome: Outcome, checks: Sequence[CheckResult], reasons: Sequence[Reason]) -> str:
    """Return the answer in one sentence."""
    if inputs.change.merge_tree is None:
        count = len(inputs.change.conflicts)
        return f"Base and head conflict in {_count(count, 'file')}, so nothing could be examined."
    deciding = [reason for reason in reasons if reason.outcome is outcome]
    sources = _enumerate([reason.source.removeprefix("check ") for reason in deciding])
    only = " Only selected checks ran." if inputs.plan.partial else ""
    if outcome is Outcome.ERROR:
        failing = any(reason.outcome is Outcome.FAIL for reason in reasons)
        besides = " Besides, something failed." if failing else ""
        return f"No verdict could be established: {sources} gave no result.{besides}{only}"
    if outcome is Outcome.FAIL:
        new = sum(c.findings.new or 0 for c in checks if c.status is CheckStatus.FAILED)
        found = f"{_count(new, 'new finding')}: " if new else ""
        return f"{found}{sources} {'asks' if len(deciding) == 1 else 'ask'} to stop this change.{only}"
    if outcome is Outcome.REVIEW:
        return f"Nothing failed, but a person must look: {sources}.{only}"
    passed = sum(c.status is CheckStatus.PASSED for c in checks)
    empty = "The change is empty. " if inputs.change.files == [] else ""
    if not passed:
        return f"{empty}No check applied to this change, and no invariant is broken.{only}"
    return f"{empty}{_count(passed, 'check')} passed on the merge result, and no invariant is broken.{only}"


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
    lines = [_looked(check, plans[check.id]) for check in checks if check.status in _DONE]
    held = sum(entry.result is InvariantResult.HELD for entry in invariants)
    if held:
        lines.append(f"{_count(held, 'invariant')} of the contract held.")
    if inputs.change.merge_tree is not None:
        lines.append(
            f"All of it is about the merge result {inputs.change.merge_tree[:12]} of base "
            f"{inputs.change.base.commit[:12]} and head {inputs.change.head.commit[:12]}."
        )
    return lines


def not_established(inputs: Inputs, checks: Sequence[CheckResult], invariants: Sequence[InvariantEntry]) -> list[str]:
    """Return what this run did not establish: checks without a result, files nobody read, what nothing watched."""
    lines = [f"{check.id}: {check.status.value}. {check.reason}" for check in checks if check.status not in _DONE]
    lines += [
        f"The invariant {entry.id} has no answer." for entry in invariants if entry.result is InvariantResult.ERROR
    ]
    lines += [_partly(item) for item in _evidence(inputs) if _partly(item)]
    unread = _unread(inputs)
    if unread:
        lines.append(f"No check looked into {_count(len(unread), 'changed file')}: {_enumerate(unread)}.")
    unknown = [c.id for c in checks if c.status in _DONE and c.findings.fixed is None]
    if unknown:
        lines.append(f"What the change fixed is not known for {_enumerate(unknown)}: the base was not run in full.")
    if any(check.status in _DONE for check in checks):
        lines.append(
            "No control showed that a check was alive, and the base's tests were not run on the change, "
            "so a weakened test does not show."
        )
        lines.append("Suppressions in the code (# nosec, # nosemgrep) were honoured.")
        lines.append("Nothing watched what the tools read or confined them (not observed, not enforced).")
    if inputs.contract.source is ContractSource.BUILTIN:
        lines.append("The base has no lineclear.yaml: the built-in contract was used.")
    return lines


def _looked(check: CheckResult, planned: PlannedCheck) -> str:
    measures = check.measures or {}
    detail = {
        "filesExamined": f"{measures.get('filesExamined')} of {_count(measures.get('filesExpected', 0), 'file')}",
        "testsCollected": (
            f"{_count(measures.get('testsCollected', 0), 'test')}, {measures.get('testsPassed')} passed, "
            f"{measures.get('testsFailed')} failed, {measures.get('testsSkipped')} skipped"
        ),
        "instancesExamined": _count(measures.get("instancesExamined", 0), "instance"),
        "operationsTested": (
            f"{measures.get('operationsTested')} of {_count(measures.get('operationsExpected', 0), 'operation')}"
        ),
    }
    found = next((text for name, text in detail.items() if name in measures), None)
    counts = check.findings
    known = [
        f"{value} {name}" for name, value in (("new", counts.new), ("existing", counts.existing)) if value is not None
    ]
    return f"{check.id} looked at {planned.covers}{f' ({found})' if found else ''}: {', '.join(known)}."


def _evidence(inputs: Inputs) -> list[Evidence]:
    return [item.evidence for (_, tree), item in sorted(inputs.evidence.items()) if tree is TreeName.MERGED]


def _partly(evidence: Evidence) -> str:
    partly = [item.path for item in evidence.unexamined or [] if item.partly]
    return f"{evidence.check} could read only parts of {_enumerate(partly)}." if partly else ""


def _unread(inputs: Inputs) -> list[str]:
    """Return the changed files, present in the merge result, that no check looked into one by one."""
    read = {path for item in _evidence(inputs) for path in item.examined or []}
    present = [file.path for file in inputs.change.files or [] if file.status != "deleted"]
    return sorted(path for path in present if path not in read)


def _enumerate(items: Sequence[str]) -> str:
    shown = ", ".join(items[:_LISTED])
    return shown if len(items) <= _LISTED else f"{shown} and {len(items) - _LISTED} more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
