"""The verdict for a terminal or a build log: the answer, why, the checks, what to repair; about 40 lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lineclear.model.verdict import CheckResult, Reason, Verdict
from lineclear.model.words import CheckStatus, FindingState, Outcome
from lineclear.report.causes import Cause, causes
from lineclear.report.escape import for_terminal
from lineclear.report.wording import DID_NOT_RUN, LIST_CAP, STATUS, counts, place, standing, told_by_findings, urgency

__all__ = ["console"]

_LINES = 40
_REASONS = 5
_CHECKS = 12
_SENTENCES = 3
_PLACES = 4
_WIDTH = 110
_ONE_LINE = 120
_COUNTS = 36

_COLOUR = {Outcome.PASS: "32", Outcome.REVIEW: "33", Outcome.FAIL: "31", Outcome.ERROR: "35"}

# By the first part of a check's urgency.
_STATUS_COLOUR = ("35", "31", "32", "2")

_Paint = Callable[[str, str], str]


def console(verdict: Verdict, *, colour: bool) -> str:
    """Return the verdict as lines for a person or an agent to read; everything that is left out is counted."""
    paint = _painted if colour else _unpainted
    answer = paint(f"{verdict.outcome.value.upper():<6}", f"1;{_COLOUR[verdict.outcome]}")
    lines = [f"{answer} {for_terminal(verdict.summary, 300)}"]
    lines += [f"       {line}" for line in standing(verdict)]
    lines += _reasons(verdict.reasons, paint)
    lines += _warnings(verdict.warnings, paint)
    lines += _checks(verdict.checks, paint)
    groups = causes(verdict)
    cap = _SENTENCES if groups else 2 * _SENTENCES
    closing = [
        *_sentences("Established", verdict.established, cap, paint),
        *_sentences("Not established", verdict.not_established, cap, paint),
    ]
    return "\n".join([*lines, *_repairs(groups, _LINES - len(lines) - len(closing), paint), *closing]) + "\n"


def _reasons(reasons: list[Reason], paint: _Paint) -> list[str]:
    if not reasons:
        return []
    lines = [paint("Why", "1")]
    for reason in reasons[:_REASONS]:
        asked = paint(f"{reason.outcome.value:<6}", _COLOUR[reason.outcome])
        if told_by_findings(reason):
            lines.append(f"  {asked} {for_terminal(reason.text, 200)}")
            continue
        text, todo = for_terminal(reason.text, 200), f"To do: {for_terminal(reason.todo, 200)}"
        fits = len(text) + len(todo) <= _ONE_LINE
        lines += [f"  {asked} {text} {todo}"] if fits else [f"  {asked} {text}", f"         {todo}"]
    rest = len(reasons) - _REASONS
    return [*lines, f"  and {rest} more: repair.md lists them all."] if rest > 0 else lines


def _warnings(warnings: list[Reason], paint: _Paint) -> list[str]:
    if not warnings:
        return []
    lines = [paint("Warnings", "1"), *(f"  {for_terminal(warning.text, 200)}" for warning in warnings[:_SENTENCES])]
    rest = len(warnings) - _SENTENCES
    return [*lines, f"  and {rest} more: summary.md lists them all."] if rest > 0 else lines


def _checks(checks: list[CheckResult], paint: _Paint) -> list[str]:
    """Return the table of checks: those that did not pass first, so that a cut never hides one."""
    if not checks:
        return []
    rows = sorted(checks, key=urgency)
    lines = [paint("Checks", "1")]
    width = max(len(for_terminal(check.id, 24)) for check in rows[:_CHECKS])
    for check in rows[:_CHECKS]:
        said = check.status is CheckStatus.FAILED or not check.reason  # the counts say it
        note = "" if said else f"  {for_terminal(check.reason or '', 70)}"
        status = paint(f"{STATUS[check.status]:<14}", _STATUS_COLOUR[urgency(check)[0]])
        lines.append(f"  {for_terminal(check.id, 24):<{width}}  {status} {_counts(check)}{note}".rstrip())
    rest = rows[_CHECKS:]
    return [*lines, f"  and {len(rest)} more: {_tally(rest)}"] if rest else lines


def _counts(check: CheckResult) -> str:
    if check.status in DID_NOT_RUN:
        return " " * _COUNTS
    return f"{counts(check.findings):<{_COUNTS}}"


def _repairs(groups: list[Cause], room: int, paint: _Paint) -> list[str]:
    """Return up to 20 repairs grouped by cause, in at least eight and else at most ``room`` lines."""
    if not groups:
        return []
    lines = [paint("To repair", "1")]
    total = sum(len(group.findings) for group in groups)
    shown = 0
    for group in groups:
        places = group.findings[: min(_PLACES, LIST_CAP - shown)]
        block = _repair(group, len(places))
        if shown and (not places or len(lines) + len(block) + 1 > max(room, 8)):
            break
        lines += block
        shown += len(places)
    return lines if shown == total else [*lines, f"  {shown} of {total} shown; repair.md lists them all."]


def _repair(group: Cause, places: int) -> list[str]:
    compared = "new" if group.state is FindingState.NEW else "not compared with the base"
    name = for_terminal(f"{group.check}/{group.rule}", 60)
    head = f"  {group.level.value} {name} ({len(group.findings)} {compared})"
    shown = group.findings[:places]
    if group.message:
        where = ", ".join(for_terminal(place(finding), 80) for finding in shown)
        rest = len(group.findings) - places
        lines = [
            f"{head}: {for_terminal(group.message, _WIDTH)}",
            f"    at {where}{f' and {rest} more' if rest else ''}",
        ]
    else:
        said = (f"{for_terminal(place(finding), 80)}: {for_terminal(finding.message, _WIDTH)}" for finding in shown)
        lines = [head, *(f"    at {line}" for line in said)]
    return [*lines, f"    To do: {for_terminal(group.remedy, 200)}"]


def _sentences(title: str, sentences: list[str], cap: int, paint: _Paint) -> list[str]:
    if not sentences:
        return []
    lines = [paint(title, "1"), *(f"  {for_terminal(sentence, 160)}" for sentence in sentences[:cap])]
    rest = len(sentences) - cap
    return [*lines, f"  and {rest} more: summary.md lists them all."] if rest > 0 else lines


def _tally(checks: Iterable[CheckResult]) -> str:
    words = [STATUS[check.status] for check in checks]
    return ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))


def _painted(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _unpainted(text: str, _code: str) -> str:
    return text
