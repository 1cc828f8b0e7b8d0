"""Judges one verification: a pure function of inputs and evidence. It runs nothing and reads no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from lineclear.contract.cel import Environment, EvaluationError
from lineclear.judge.checks import Judged, is_waived, judge_check
from lineclear.judge.facts import build_facts, incomplete, shown_only
from lineclear.judge.flaky import quarantine_entries
from lineclear.judge.inputs import Inputs
from lineclear.judge.outcome import most_severe
from lineclear.judge.policy import Ground, ask_budgets, ask_invariants, in_force, left_out, waiver_entries
from lineclear.judge.reasons import all_reasons, conflict_reason, contract_reasons
from lineclear.judge.sentences import established, moved, not_established, summary
from lineclear.judge.standing import Reasons
from lineclear.model.finding import Finding
from lineclear.model.verdict import CheckResult, Verdict, VerdictChange, VerdictContract
from lineclear.model.words import FindingState, InvariantResult, Level

__all__ = ["judge"]


def judge(inputs: Inputs) -> Verdict:
    """Return the verdict. The same inputs give the same verdict, byte for byte."""
    waivers = in_force(inputs)
    waived = frozenset(waiver.fingerprint for waiver in waivers if waiver.fingerprint is not None)
    judged = [judge_check(planned, inputs, waived) for planned in inputs.plan.checks]
    judged.sort(key=lambda item: item.result.id)
    checks = [item.result for item in judged]
    findings = _conflicts(inputs) if inputs.conflict else [*_broken_contract(inputs), *_findings(judged, waived)]

    environment = Environment()
    ground = _ground(inputs, environment, checks, findings)
    invariants, excused = ask_invariants(inputs, environment, ground)
    budgets, unmeasured = ask_budgets(inputs, environment, ground)
    waived_entries = waiver_entries(
        inputs,
        fingerprints=frozenset(finding.fingerprint for finding in findings if finding.waived),
        invariants=frozenset(entry.id for entry in invariants if entry.result is InvariantResult.WAIVED),
    )
    quarantine = quarantine_entries(inputs, [s.raw.item for item in judged for s in item.flaky if s.raw.item])
    if inputs.conflict:
        reasons = Reasons(deciding=[conflict_reason(inputs)])
    else:
        sources = {*(f"invariant {name}" for name in excused), *(f"budget {name}" for name in unmeasured)}
        reasons = all_reasons(
            judged, invariants, budgets, [*waived_entries, *quarantine], sources, contract_reasons(inputs)
        )
    outcome = most_severe(reason.outcome for reason in reasons.deciding)
    contract = inputs.contract
    return Verdict(
        outcome=outcome,
        reported_outcome=most_severe(reason.outcome for reason in (*reasons.deciding, *reasons.reported)),
        enforcement=inputs.enforcement(contract.enforcement, contract.enforce_from),
        enforce_from=contract.enforce_from.isoformat() if contract.enforce_from is not None else None,
        partial=inputs.partial,
        summary=summary(inputs, outcome, checks, findings, invariants, reasons),
        reasons=reasons.deciding,
        reported=reasons.reported,
        warnings=reasons.warnings,
        change=VerdictChange(
            repository=inputs.change.repository,
            pull_request=inputs.change.pull_request,
            base=inputs.change.base,
            head=inputs.change.head,
            merge_tree=inputs.change.merge_tree,
            uncommitted=inputs.change.uncommitted,
            author=inputs.change.author,
        ),
        contract=VerdictContract(
            source=inputs.contract.source,
            uri=inputs.contract.uri,
            digest=inputs.contract.digest,
            extends=inputs.contract.extends,
        ),
        checks=checks,
        invariants=sorted(invariants, key=lambda entry: entry.id),
        findings=findings,
        budgets=sorted(budgets, key=lambda entry: entry.id),
        waivers=waived_entries,
        quarantine=quarantine,
        moved=moved(inputs),
        established=established(inputs, checks, invariants),
        not_established=[*not_established(inputs, checks, invariants), *(n for item in judged for n in item.notes)],
    )


def _ground(
    inputs: Inputs, environment: Environment, checks: Sequence[CheckResult], findings: Sequence[Finding]
) -> Ground:
    """Return what invariants and budgets may speak of."""
    if inputs.conflict:
        return Ground(facts=None, why="It was not asked: base and head conflict, so there are no facts.")
    try:
        facts = environment.bind(build_facts(inputs, checks, findings))
    except EvaluationError as exc:
        return Ground(facts=None, why=f"It was not asked: {exc}.")
    return Ground(facts=facts, gaps=incomplete(checks), unknown=left_out(inputs), shown_only=shown_only(inputs, checks))


def _findings(judged: Sequence[Judged], waived: frozenset[str]) -> list[Finding]:
    findings = [
        Finding(
            check=item.result.id,
            rule=stated.raw.rule,
            level=stated.raw.level,
            message=stated.raw.message,
            path=stated.raw.path,
            line=stated.raw.line,
            state=stated.state,
            waived=is_waived(stated, waived),
            fingerprint=stated.fingerprint,
            item=stated.raw.item,
            remedy=stated.raw.remedy,
            reproduce=stated.raw.reproduce,
        )
        for item in judged
        for stated in item.stated or []
    ]
    return sorted(findings, key=lambda f: (f.check, f.path or "", f.line or 0, f.rule, f.fingerprint))


def _broken_contract(inputs: Inputs) -> list[Finding]:
    """State what is wrong with the contract that the change brings: rule ``change/invalid-contract``."""
    problem = inputs.change.broken_contract
    if problem is None:
        return []
    return [
        Finding(
            check="change",
            rule="invalid-contract",
            level=Level.ERROR,
            message=f"The contract that the change brings is not valid: {problem.what} ({problem.where}).",
            path=None,
            line=None,
            state=FindingState.NEW,
            fingerprint=hashlib.sha256(b"change\0invalid-contract").hexdigest()[:32] + "-0",
            remedy=f"{problem.todo[:1].upper()}{problem.todo[1:].removesuffix('.')}.",
            reproduce="lineclear contract check",
        )
    ]


def _conflicts(inputs: Inputs) -> list[Finding]:
    """State each conflict as a finding of the change itself: rule ``change/merge-conflict``."""
    return [
        Finding(
            check="change",
            rule="merge-conflict",
            level=Level.ERROR,
            message="Base and head both change this file, and the changes do not fit together.",
            path=conflict.path,
            line=None,
            state=FindingState.NEW,
            fingerprint=hashlib.sha256(f"change\0merge-conflict\0{conflict.path}".encode()).hexdigest()[:32] + "-0",
            remedy="Merge the base into the change, or rebase it, and resolve the conflict.",
            reproduce=f"git merge-tree --write-tree {inputs.change.base.commit} {inputs.change.head.commit}",
        )
        for conflict in inputs.change.conflicts
    ]
