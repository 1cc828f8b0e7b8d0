"""The verdict's findings as SARIF 2.1.0, in the form that GitHub code scanning accepts.

Two rules of GitHub's decide what goes where. It refuses a whole file in which one result has no location
(github/codeql-action#2459), so a finding in no one file is a notification of the run, as is each check or invariant
that gave no answer. And it ignores ``baselineState``: a fixed finding would open an alert, so fixed findings are left
out and counted under ``properties``. ``baselineState`` stands on every result or, where a finding was not compared
with the base, on none (SARIF 2.1.0 §3.27.24).
"""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import quote

from lineclear.model.base import canonical_json
from lineclear.model.finding import Finding
from lineclear.model.verdict import CheckResult, InvariantEntry, Verdict
from lineclear.model.words import Enforcement, FindingState, InvariantResult, Level, Outcome
from lineclear.report.escape import plain
from lineclear.report.wording import UNFINISHED, reported_only

__all__ = ["sarif"]

_Json: TypeAlias = "dict[str, _Json] | list[_Json] | str | int | bool | None"

# The limits of code scanning: results shown per run, characters of a message and of an identifier.
_RESULTS = 5000
_MESSAGE = 1000
_IDENTIFIER = 200
_NOTIFICATIONS = 1000

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_REPOSITORY = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(/[\w.~-]+)+", re.ASCII)
_SEVERITY = (Level.ERROR, Level.WARNING, Level.NOTE)
_BASELINE = {FindingState.NEW: "new", FindingState.EXISTING: "unchanged"}


def sarif(verdict: Verdict) -> bytes:
    """Return the bytes of ``verdict.sarif``: one run, sorted, at most 5,000 results, the most urgent kept."""
    shown_only = reported_only(verdict)
    present = [_lowered(f, shown_only) for f in verdict.findings if f.state is not FindingState.FIXED]
    located = sorted((finding for finding in present if finding.path), key=_urgency)
    kept = sorted(located[:_RESULTS], key=_place)
    loose = sorted((finding for finding in present if not finding.path), key=_urgency)
    rules = sorted({_rule_id(finding) for finding in [*kept, *loose]})
    compared = all(finding.state is not None for finding in kept)
    run: dict[str, _Json] = {
        "automationDetails": {"id": "lineclear/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(verdict, loose, rules, len(located) - len(kept))],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the verified merge result."}}},
        "properties": _properties(verdict),
        "results": [_result(finding, rules, compared=compared) for finding in kept],
        "tool": {"driver": {"name": "lineclear", "rules": _rules(rules, [*kept, *loose], verdict.checks)}},
    }
    provenance = _provenance(verdict)
    if provenance:
        run["versionControlProvenance"] = [provenance]
    return canonical_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _lowered(finding: Finding, shown_only: frozenset[str]) -> Finding:
    """Return a finding that blocks nothing as no error, because code scanning blocks on errors."""
    if finding.check in shown_only and finding.level is Level.ERROR:
        return finding.model_copy(update={"level": Level.WARNING})
    return finding


def _result(finding: Finding, rules: list[str], *, compared: bool) -> _Json:
    # Code scanning wants a line on every result: where the tool named none, it is the file's first.
    location: _Json = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.path or ""), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": finding.line or 1},
        }
    }
    result: dict[str, _Json] = {
        "level": finding.level.value,
        "locations": [location],
        "message": _message(finding.message),
        "partialFingerprints": {"lineclear/v1": finding.fingerprint},
        "ruleId": _rule_id(finding),
        "ruleIndex": rules.index(_rule_id(finding)),
    }
    if compared and finding.state is not None:
        result["baselineState"] = _BASELINE[finding.state]
    return result


def _rules(ids: list[str], findings: list[Finding], checks: list[CheckResult]) -> list[_Json]:
    titles = {check.id: check.title for check in checks}
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(_rule_id(finding), []).append(finding)
    return [_rule(rule, by_rule[rule], titles) for rule in ids]


def _rule(rule: str, findings: list[Finding], titles: dict[str, str]) -> _Json:
    first = min(findings, key=_urgency)
    worst = min((finding.level for finding in findings), key=_SEVERITY.index)
    return {
        "defaultConfiguration": {"level": worst.value},
        "fullDescription": _message(f"{titles.get(first.check, first.check)}: {first.rule}"),
        "help": _message(first.remedy),
        "id": rule,
        "properties": {"tags": ["lineclear", plain(first.check, _IDENTIFIER)]},
        "shortDescription": _message(rule),
    }


def _invocation(verdict: Verdict, loose: list[Finding], rules: list[str], omitted: int) -> _Json:
    notes = [
        _notification(check.reason or check.title, _level(verdict, check), f"check/{check.id}")
        for check in verdict.checks
        if check.status in UNFINISHED
    ]
    notes += [
        _notification(entry.reason or entry.remedy, _level(verdict, entry), f"invariant/{entry.id}")
        for entry in verdict.invariants
        if entry.result in (InvariantResult.BROKEN, InvariantResult.ERROR)
    ]
    for finding in loose:
        note = _notification(finding.message, finding.level.value, f"check/{finding.check}")
        rule = _rule_id(finding)
        notes.append({**note, "associatedRule": {"id": rule, "index": rules.index(rule)}})
    shown: list[_Json] = [*notes[:_NOTIFICATIONS]]
    left_out = [(omitted, "results"), (len(notes) - len(shown), "notifications")]
    shown += [
        _notification(f"{count} more {what} were left out; verdict.json has them all.", "warning", "report/limit")
        for count, what in left_out
        if count
    ]
    return {"executionSuccessful": verdict.outcome is not Outcome.ERROR, "toolExecutionNotifications": shown}


def _level(verdict: Verdict, part: CheckResult | InvariantEntry) -> str:
    return "warning" if Enforcement.REPORT in (verdict.enforcement, part.enforcement) else "error"


def _notification(text: str, level: str, descriptor: str) -> dict[str, _Json]:
    return {"descriptor": {"id": plain(descriptor, _IDENTIFIER)}, "level": level, "message": _message(text)}


def _properties(verdict: Verdict) -> _Json:
    change = verdict.change
    return {
        "base": change.base.commit,
        "enforcement": verdict.enforcement.value,
        "fixed": {check.id: check.findings.fixed for check in verdict.checks},
        "head": change.head.commit,
        "mergeTree": change.merge_tree,
        "outcome": verdict.outcome.value,
        "partial": verdict.partial,
        "reportedOutcome": verdict.reported_outcome.value,
        "summary": plain(verdict.summary, _MESSAGE),
    }


def _provenance(verdict: Verdict) -> _Json:
    """Return where the head comes from, or null where the repository is not named as ``host/path``."""
    repository = verdict.change.repository
    if not _REPOSITORY.fullmatch(repository):
        return None
    return {"repositoryUri": f"https://{repository}", "revisionId": verdict.change.head.commit}


def _rule_id(finding: Finding) -> str:
    return plain(f"{finding.check}/{finding.rule}", _IDENTIFIER)


def _message(text: str) -> _Json:
    """Return a message in which no embedded link can be written (SARIF 2.1.0 §3.11.6)."""
    return {"text": plain(text, _MESSAGE).replace("](", "] (")[:_MESSAGE] or "(no text)"}


def _uri(path: str) -> str:
    """Percent-encode everything but slashes, colons included: no path reads as a scheme, host or query."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/").lstrip("/") or "."


def _urgency(finding: Finding) -> tuple[int, int, tuple[str, int, str, str, str]]:
    states = (FindingState.NEW, None, FindingState.EXISTING)
    return (states.index(finding.state), _SEVERITY.index(finding.level), _place(finding))


def _place(finding: Finding) -> tuple[str, int, str, str, str]:
    return (finding.path or "", finding.line or 0, finding.check, finding.rule, finding.fingerprint)
