"""The page a reviewer reads: the answer, why, what moved at system level, what was proven and what was not."""

from __future__ import annotations

from collections.abc import Iterable

from lineclear.model.change import Revision
from lineclear.model.verdict import CheckResult, Moved, QuarantineEntry, Reason, Verdict, WaiverEntry
from lineclear.model.words import FindingState, PathKind
from lineclear.report.causes import Cause, causes
from lineclear.report.escape import code_span, for_markdown
from lineclear.report.wording import (
    DID_NOT_RUN,
    LIST_CAP,
    NOT_KNOWN,
    PATH_KINDS,
    STATUS,
    UNFINISHED,
    capped,
    controls,
    known,
    markdown_place,
    remark,
    standing,
    told_by_findings,
    urgency,
)

__all__ = ["summary"]

_PATHS = 5
_NONE = "-"
_COUNTED_ONLY = frozenset({PathKind.SOURCE, PathKind.DATA, PathKind.DOCUMENTATION, PathKind.OTHER})


def summary(verdict: Verdict) -> str:
    """Return ``summary.md``: one page, every list capped at 20."""
    sections = [
        [f"# Lineclear: {verdict.outcome.value.upper()}", "", for_markdown(verdict.summary)],
        [f"> {for_markdown(line)}" for line in standing(verdict)],
        _section("Why", capped(verdict.reasons, _reason)),
        _section("In report mode", capped(verdict.reported, _reason)),
        _section("To repair", _repairs(verdict)),
        _section("Warnings", capped(verdict.warnings, _warning)),
        _section("Checks", _checks(verdict.checks)),
        _section("What moved", _moved(verdict.moved)),
        _section("Waivers", capped(verdict.waivers, _waiver)),
        _section("Quarantine", capped(verdict.quarantine, _quarantine)),
        _section("What was proven", capped(verdict.established, _sentence) or ["Nothing."]),
        _section("What no check examined", capped(verdict.not_established, _sentence)),
        ["---", "", *_footer(verdict)],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "", *lines] if lines else []


def _sentence(text: str) -> list[str]:
    return [f"- {for_markdown(text)}"]


def _reason(reason: Reason) -> list[str]:
    line = f"- **{reason.outcome.value}** {for_markdown(reason.text)}"
    return [line] if told_by_findings(reason) else [line, f"  To do: {for_markdown(reason.todo)}"]


def _warning(warning: Reason) -> list[str]:
    return [f"- {for_markdown(warning.text)} {for_markdown(warning.todo)}"]


def _repairs(verdict: Verdict) -> list[str]:
    """Return one entry for each cause, with its first places."""
    groups = causes(verdict)
    return [*capped(groups, _repair), "", "All places and commands are in `repair.md`."] if groups else []


def _repair(group: Cause) -> list[str]:
    compared = "new" if group.state is FindingState.NEW else "not compared with the base"
    first, *others = (markdown_place(finding) for finding in group.findings)
    places = ", ".join([first, *others[: _PATHS - 1]])
    rest = len(group.findings) - _PATHS
    return [
        f"- **{group.level.value}** {code_span(f'{group.check}/{group.rule}')} ({len(group.findings)} {compared}): "
        f"{for_markdown(group.message or group.findings[0].message, 200)}",
        f"  At: {places}{f' and {rest} more' if rest > 0 else ''}",
        f"  To do: {for_markdown(group.remedy)}",
    ]


def _checks(checks: list[CheckResult]) -> list[str]:
    if not checks:
        return []
    rows = sorted(checks, key=urgency)
    head = [
        "| Check | Status | New | Existing | Fixed | Controls | Trust | Note |",
        "|---|---|--:|--:|--:|---|---|---|",
    ]
    shown = [_row(check) for check in rows[:LIST_CAP]]
    rest = len(rows) - LIST_CAP
    return [*head, *shown, "", f"and {rest} more"] if rest > 0 else [*head, *shown]


def _row(check: CheckResult) -> str:
    ran = check.status not in DID_NOT_RUN
    counts = (check.findings.new, check.findings.existing, check.findings.fixed)
    status = STATUS[check.status]
    cells = [
        code_span(check.id),
        f"**{status}**" if urgency(check)[0] < 2 else status,
        *(known(count) if ran else _NONE for count in counts),
        _caught(check) if ran else _NONE,
        check.trust.value if ran else _NONE,
        for_markdown(remark(check), 200),
    ]
    return f"| {' | '.join(cells)} |"


def _caught(check: CheckResult) -> str:
    """A check that did not finish leaves null controls: that is not the same as carrying none."""
    return NOT_KNOWN if check.controls is None and check.status in UNFINISHED else controls(check)


def _moved(moved: list[Moved] | None) -> list[str]:
    if moved is None:
        return ["Not known: base and head could not be merged."]
    by_kind = {entry.kind: entry for entry in moved if entry.files}
    if not by_kind:
        return ["No file."]
    lines = [_kind(by_kind[kind]) for kind in PATH_KINDS if kind in by_kind]
    still = [PATH_KINDS[kind].lower() for kind in PATH_KINDS if kind not in by_kind and kind not in _COUNTED_ONLY]
    still = [word.replace("api ", "API ") for word in still]
    return [*lines, f"- Untouched: {', '.join(still)}"] if still else lines


def _kind(entry: Moved) -> str:
    counted = f"- **{PATH_KINDS[entry.kind]}**: {entry.files} file{'' if entry.files == 1 else 's'}"
    if entry.kind in _COUNTED_ONLY or not entry.paths:
        return counted
    rest = entry.files - len(entry.paths[:LIST_CAP])
    paths = ", ".join(code_span(path) for path in entry.paths[:LIST_CAP])
    return f"{counted}: {paths}{f' and {rest} more' if rest > 0 else ''}"


def _waiver(waiver: WaiverEntry) -> list[str]:
    subject = waiver.invariant or waiver.fingerprint or ""
    return [
        f"- **{waiver.state}** {code_span(subject)}: {for_markdown(waiver.reason)} "
        f"Owner {code_span(waiver.owner)}, expires {for_markdown(waiver.expires)}."
    ]


def _quarantine(entry: QuarantineEntry) -> list[str]:
    return [
        f"- **{entry.state}** {code_span(entry.test)}: {for_markdown(entry.reason)} "
        f"Owner {code_span(entry.owner)}, expires {for_markdown(entry.expires)}."
    ]


def _footer(verdict: Verdict) -> Iterable[str]:
    change, contract, author = verdict.change, verdict.contract, verdict.change.author
    who = code_span(author.login) if author.login else "not known"
    agent = f" {code_span(author.agent)}" if author.agent else ""
    yield f"Author: {who} ({author.kind.value}{agent})  "
    merged = f"merge result {_short(change.merge_tree)}" if change.merge_tree else "no merge result"
    work = ", with uncommitted work" if change.uncommitted else ""
    yield f"Change: {_named(change.head)} into {_named(change.base)}, {merged}{work}  "
    yield f"Contract: {code_span(contract.uri)} ({contract.source.value}), SHA-256 {code_span(contract.digest)}"


def _named(revision: Revision) -> str:
    name = "" if revision.ref == revision.commit else f"{code_span(revision.ref)} "
    return f"{name}{_short(revision.commit)}"


def _short(digest: str) -> str:
    return code_span(digest[:12])
