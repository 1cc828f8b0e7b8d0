"""The list that whoever repairs the change works through: where, why, what to do, and how to see it again."""

from __future__ import annotations

from lineclear.model.finding import Finding
from lineclear.model.verdict import Reason, Verdict
from lineclear.model.words import FindingState
from lineclear.report.causes import Cause, causes
from lineclear.report.escape import code_span, for_markdown
from lineclear.report.wording import capped, markdown_place, standing, told_by_findings

__all__ = ["repair"]

_CAP = 200
_PLACES = 50
_COMMAND = 2000


def repair(verdict: Verdict) -> str:
    """Return ``repair.md``: the reasons for the outcome, then the findings by cause, each with its command."""
    requirements = {f"invariant {entry.id}": entry.expression for entry in verdict.invariants}
    groups = causes(verdict)

    def listed(reasons: list[Reason]) -> list[tuple[Reason, str | None]]:
        return [(reason, requirements.get(reason.source)) for reason in reasons]

    sections = [
        [f"# Repair list: {verdict.outcome.value.upper()}", "", for_markdown(verdict.summary)],
        [f"> {for_markdown(line)}" for line in standing(verdict)],
        _section("Reasons", capped(listed([r for r in verdict.reasons if not told_by_findings(r)]), _reason, _CAP)),
        _section("In report mode", capped(listed(verdict.reported), _reason, _CAP)),
        _section("Findings", capped(groups, _cause, _CAP)),
    ]
    if not (verdict.reasons or verdict.reported or groups):
        sections.append(["Nothing to repair."])
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "", *lines] if lines else []


def _reason(asked: tuple[Reason, str | None]) -> list[str]:
    """Return one reason, and for an invariant the expression that has to hold."""
    reason, requirement = asked
    lines = [f"- **{reason.outcome.value}** {for_markdown(reason.text)}"]
    if requirement is not None:
        lines.append(f"  - Requires: {code_span(requirement, _COMMAND)}")
    return [*lines, f"  - To do: {for_markdown(reason.todo)}"]


def _cause(group: Cause) -> list[str]:
    """Return one cause: what is the same for all its findings once, the rest beside each place."""
    compared = "new" if group.state is FindingState.NEW else "not compared with the base"
    title = code_span(f"{group.check}/{group.rule}")
    lines = [f"- **{group.level.value}** {title} ({len(group.findings)} {compared})"]
    if group.message:
        lines.append(f"  - Why: {for_markdown(group.message)}")
    lines.append(f"  - To do: {for_markdown(group.remedy)}")
    if group.reproduce:
        lines.append(f"  - Reproduce: {code_span(group.reproduce, _COMMAND)}")
    for finding in group.findings[:_PLACES]:
        lines += _place(finding, group)
    rest = len(group.findings) - _PLACES
    return [*lines, f"  - and {rest} more places: see `findings` in `verdict.json`"] if rest > 0 else lines


def _place(finding: Finding, group: Cause) -> list[str]:
    lines = [f"  - At {markdown_place(finding)}"]
    if not group.message:
        lines[0] += f": {for_markdown(finding.message)}"
    if not group.reproduce:
        lines.append(f"    - Reproduce: {code_span(finding.reproduce, _COMMAND)}")
    return lines
