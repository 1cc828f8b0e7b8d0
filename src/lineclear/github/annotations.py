"""Workflow commands that put new findings beside the lines of a pull request."""

from __future__ import annotations

from lineclear.model.finding import Finding
from lineclear.model.verdict import Verdict
from lineclear.model.words import Enforcement, FindingState, Level, Outcome
from lineclear.report.escape import plain
from lineclear.report.wording import reported_only

__all__ = ["annotate", "command"]

# GitHub shows at most ten of one kind for a step.
_LIMIT = 10
_COMMAND = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_SEVERITY = (Level.ERROR, Level.WARNING, Level.NOTE)


def annotate(verdict: Verdict) -> list[str]:
    """Return the commands: the answer unless it is a pass, at most ten new findings, and how many more there are.

    Findings that a waiver in force covers are left out.
    """
    found = (finding for finding in verdict.findings if finding.state is FindingState.NEW and not finding.waived)
    new = sorted(found, key=_urgency)
    lines = []
    if verdict.outcome is not Outcome.PASS:
        blocks = verdict.enforcement is Enforcement.ENFORCE and verdict.outcome is not Outcome.REVIEW
        kind = "error" if blocks else "warning"
        lines.append(command(kind, {"title": f"Lineclear: {verdict.outcome.value}"}, verdict.summary))
    shown = _LIMIT - len(lines)  # the answer counts too, where it is of the same kind
    shown_only = reported_only(verdict)
    lines += [_finding(finding, blocks=finding.check not in shown_only) for finding in new[:shown]]
    rest = len(new) - shown
    if rest > 0:
        what = "1 more new finding is" if rest == 1 else f"{rest} more new findings are"
        lines.append(command("notice", {"title": "Lineclear"}, f"{what} in the job summary and in the bundle."))
    return lines


def command(name: str, properties: dict[str, str], message: str) -> str:
    """Return one workflow command, with whatever could end it or start another escaped."""
    written = ",".join(f"{key}={_property(value)}" for key, value in sorted(properties.items()))
    return f"::{name} {written}::{_data(plain(message, 1000))}"


def _finding(finding: Finding, *, blocks: bool) -> str:
    properties = {"title": f"{finding.check}/{finding.rule}"}
    if finding.path is not None:
        properties["file"] = finding.path
        if finding.line is not None:
            properties["line"] = str(finding.line)
    level = finding.level if blocks or finding.level is not Level.ERROR else Level.WARNING
    return command(_COMMAND[level], properties, f"{finding.message} To do: {finding.remedy}")


def _data(text: str) -> str:
    """Escape a command's message as GitHub's own toolkit does (actions/toolkit, packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text, 1000)).replace(":", "%3A").replace(",", "%2C")


def _urgency(finding: Finding) -> tuple[int, str, int, str]:
    return (_SEVERITY.index(finding.level), finding.path or "", finding.line or 0, finding.fingerprint)
