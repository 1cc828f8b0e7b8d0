"""The verdict for a terminal or a build log: the answer, why, the checks, what to repair; about 40 lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lineclear.model.finding import Finding
from lineclear.model.verdict import CheckResult, Reason, Verdict
from lineclear.model.words import CheckStatus, FindingState, Outcome
from lineclear.report.causes import Cause, causes
from lineclear.report.escape import for_terminal
from lineclear.report.wording import (
    DID_NOT_RUN,
    LIST_CAP,
    STATUS,
    counts,
    place,
    remark,
    standing,
    told_by_findings,
    urgency,
)

__all__ = ["console"]

_LINES = 36  # what prints a verdict adds lines of its own
_REPAIR_LINES = 8
_PLACES = 4
_WIDTH = 110
_ONE_LINE = 120
_COUNTS = 36
_IDLE = 3


@dataclass(frozen=True, kw_only=True)
class _Caps:
    """How much of each list is shown."""

    reasons: int
    checks: int
    sentences: int


_CAPS = (
    _Caps(reasons=5, checks=12, sentences=6),
    _Caps(reasons=5, checks=12, sentences=3),
    _Caps(reasons=3, checks=8, sentences=1),
)

_COLOUR = {Outcome.PASS: "32", Outcome.REVIEW: "33", Outcome.FAIL: "31", Outcome.ERROR: "35"}

# By the first part of a check's urgency.
_STATUS_COLOUR = ("35", "31", "32", "2")

_Paint = Callable[[str, str], str]


def console(verdict: Verdict, *, colour: bool) -> str:
    """Return the verdict as lines for a person or an agent to read; everything that is left out is counted."""
    paint = _painted if colour else _unpainted
    groups = causes(verdict)
    repairs = _REPAIR_LINES if groups else 0
    for caps in _CAPS[1:] if groups else _CAPS:
        opening, closing = _opening(verdict, caps, paint), _closing(verdict, caps, paint)
        if len(opening) + repairs + len(closing) <= _LINES:
            break
    room = max(_LINES - len(opening) - len(closing), repairs)
    return "\n".join([*opening, *_repairs(verdict, groups, room, paint), *closing]) + "\n"


def _opening(verdict: Verdict, caps: _Caps, paint: _Paint) -> list[str]:
    answer = paint(f"{verdict.outcome.value.upper():<6}", f"1;{_COLOUR[verdict.outcome]}")
    asking = [reason for reason in verdict.reasons if not told_by_findings(reason)]
    told = frozenset(reason.source for reason in asking[: caps.reasons])
    return [
        f"{answer} {for_terminal(verdict.summary, 300)}",
        *(f"       {line}" for line in standing(verdict)),
        *_reasons("Why", asking, caps.reasons, paint),
        *_reasons("In report mode", verdict.reported, caps.reasons, paint),
        *_warnings(verdict.warnings, caps.sentences, paint),
        *_checks(verdict.checks, caps.checks, told, paint),
    ]


def _closing(verdict: Verdict, caps: _Caps, paint: _Paint) -> list[str]:
    return [
        *_sentences("Established", verdict.established, caps.sentences, paint),
        *_sentences("Not established", verdict.not_established, caps.sentences, paint),
    ]


def _reasons(title: str, reasons: list[Reason], cap: int, paint: _Paint) -> list[str]:
    """Return the reasons that no finding tells: what those ask for stands with each of them."""
    if not reasons:
        return []
    lines = [paint(title, "1")]
    for reason in reasons[:cap]:
        asked = paint(f"{reason.outcome.value:<6}", _COLOUR[reason.outcome])
        text, todo = for_terminal(reason.text, 200), f"To do: {for_terminal(reason.todo, 200)}"
        fits = len(text) + len(todo) <= _ONE_LINE
        lines += [f"  {asked} {text} {todo}"] if fits else [f"  {asked} {text}", f"         {todo}"]
    rest = len(reasons) - cap
    return [*lines, f"  and {rest} more: repair.md lists them all."] if rest > 0 else lines


def _warnings(warnings: list[Reason], cap: int, paint: _Paint) -> list[str]:
    if not warnings:
        return []
    lines = [paint("Warnings", "1"), *(f"  {for_terminal(warning.text, 200)}" for warning in warnings[:cap])]
    rest = len(warnings) - cap
    return [*lines, f"  and {rest} more: summary.md lists them all."] if rest > 0 else lines


def _checks(checks: list[CheckResult], cap: int, told: frozenset[str], paint: _Paint) -> list[str]:
    """Return the table of checks: those that did not pass first, so that a cut never hides one.

    Checks that did not run for the same reason share a line. ``told`` are the sources whose reason is there already.
    """
    if not checks:
        return []
    lines = [paint("Checks", "1")]
    rows = [check for check in sorted(checks, key=urgency) if check.status not in DID_NOT_RUN]
    width = max((len(for_terminal(check.id, 24)) for check in rows[:cap]), default=0)
    for check in rows[:cap]:
        said = (
            check.status is CheckStatus.FAILED or f"check {check.id}" in told
        )  # the counts say it, or it stands above
        text = remark(check.model_copy(update={"reason": None}) if said else check)
        note = f"  {for_terminal(text, 70)}" if text else ""
        status = paint(f"{STATUS[check.status]:<9}", _STATUS_COLOUR[urgency(check)[0]])
        lines.append(f"  {for_terminal(check.id, 24):<{width}}  {status} {_counts(check)}{note}".rstrip())
    rest = rows[cap:]
    if rest:
        lines.append(f"  and {len(rest)} more: {_tally(rest)}")
    return [*lines, *_idle([check for check in checks if check.status in DID_NOT_RUN], paint)]


def _idle(checks: list[CheckResult], paint: _Paint) -> list[str]:
    """Return a line for each reason for which checks did not run."""
    groups: dict[tuple[str, str], list[str]] = {}
    for check in sorted(checks, key=urgency):
        groups.setdefault((STATUS[check.status], check.reason or ""), []).append(for_terminal(check.id, 24))
    lines = []
    for (status, reason), ids in list(groups.items())[:_IDLE]:
        more = f" and {len(ids) - _PLACES} more" if len(ids) > _PLACES else ""
        text = f"{status}: {', '.join(ids[:_PLACES])}{more}. {for_terminal(reason, 70)}"
        lines.append(f"  {paint(text.rstrip(), '2')}")
    rest = sum(len(ids) for ids in list(groups.values())[_IDLE:])
    return [*lines, f"  and {rest} more that did not run: summary.md lists them all."] if rest else lines


def _counts(check: CheckResult) -> str:
    return f"{counts(check.findings):<{_COUNTS}}"


def _repairs(verdict: Verdict, groups: list[Cause], room: int, paint: _Paint) -> list[str]:
    """Return up to 20 findings grouped by cause, in at most ``room`` lines unless the first cause takes more."""
    if not groups:
        return []
    blocking = verdict.outcome is not Outcome.PASS
    lines = [paint("To repair" if blocking else "Found, and not in the way", "1")]
    total = sum(len(group.findings) for group in groups)
    shown = 0
    for group in groups:
        places = group.findings[: min(_PLACES, LIST_CAP - shown)]
        block = _repair(group, len(places))
        if shown and (not places or len(lines) + len(block) + 2 > room):
            break
        lines += block
        shown += len(places)
    if shown < total:
        lines.append(f"  {shown} of {total} shown; repair.md lists them all.")
    again = sorted(check.id for check in verdict.checks if check.status is CheckStatus.FAILED)
    if blocking and again:
        lines.append(f"  Then run: lineclear verify --only {','.join(again)}")
    return lines


def _repair(group: Cause, places: int) -> list[str]:
    compared = "new" if group.state is FindingState.NEW else "not compared with the base"
    name = for_terminal(f"{group.check}/{group.rule}", 60)
    head = f"  {group.level.value} {name} ({len(group.findings)} {compared})"
    shown = group.findings[:places]
    rest = len(group.findings) - places
    more = f" and {rest} more" if rest else ""
    if group.message:
        lines = [f"{head}: {for_terminal(group.message, _WIDTH)}"]
        if any(finding.path is not None for finding in group.findings):
            lines.append(f"    at {', '.join(for_terminal(place(finding), 80) for finding in shown)}{more}")
    else:
        said = (f"{for_terminal(_placed(finding), 80 + _WIDTH)}" for finding in shown)
        lines = [head, *(f"    {line}" for line in said)]
        if rest:
            lines.append(f"   {more}")
    return [*lines, f"    To do: {for_terminal(group.remedy, 200)}"]


def _placed(finding: Finding) -> str:
    message = for_terminal(finding.message, _WIDTH)
    return message if finding.path is None else f"at {for_terminal(place(finding), 80)}: {message}"


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
