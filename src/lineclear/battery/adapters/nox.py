"""A session of the repository's own noxfile, with the reports that it leaves in the folder ``LINECLEAR_REPORTS``."""

from __future__ import annotations

import shlex

from lineclear.battery import stated
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers import junit_cases, sarif_findings
from lineclear.battery.readers.nox_report import read_sessions
from lineclear.battery.readers.sarif_places import Files
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["prepare", "read"]

VARIABLE = "LINECLEAR_REPORTS"
_FOLDER = "reports"
_REPORT = "nox.json"
_SARIF = (".sarif", ".sarif.json")


def prepare(bench: Workbench) -> Invocation:
    """Run the session in environments of this run; an interpreter that is missing fails and is not passed over."""
    arguments = stated.texts(bench, "args")
    return Invocation(
        argv=(
            str(bench.bin / "nox"),
            "--non-interactive",
            "--error-on-missing-interpreters",
            "--script-mode=none",
            f"--envdir={bench.outputs / 'sessions'}",
            f"--report={bench.outputs / _REPORT}",
            "--session",
            str(bench.settings["session"]),
            *(["--", *arguments] if arguments else []),
        ),
        cwd=stated.place(bench).folder,
        env={VARIABLE: str(bench.outputs / _FOLDER)},
        reports=(_REPORT,),
        folder=_FOLDER,
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read nox's own report, then those of the session; without any of these the exit code decides."""
    where = f"check {bench.check}, {bench.tree_name.value} tree"
    if raw.exit_code not in (0, 1):
        raise RunProblem(
            Ended.CRASHED,
            f"nox ended with exit code {raw.exit_code}: {stated.last_lines(raw)}",
            where=where,
            todo=f"Check that the noxfile has a session {bench.settings['session']!r}, and run it.",
        )
    sessions = read_sessions(raw.reports[_REPORT], _REPORT)
    ran = [session for session in sessions if session.outcome != "skipped"]
    if not ran:
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"every session was skipped: {', '.join(session.name for session in sessions) or 'there was none'}",
            where=where,
            todo="Look at why the session skips itself; nothing was examined.",
        )
    if bool(raw.exit_code) != any(session.outcome == "failed" for session in ran):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"nox's exit code {raw.exit_code} and its report do not agree",
            where=where,
            todo="Look for code in the noxfile that ends the process by itself.",
        )
    counts = {"sessionsRun": len(ran), "sessionsSkipped": len(sessions) - len(ran)}
    names = sorted(name for name in raw.reports if name != _REPORT)
    if not names:
        return Reading(findings=[_failed(raw, bench)] if raw.exit_code else [], measures=counts, examined=frozenset())
    return _combined(raw, bench, names, counts, where)


def _combined(raw: Raw, bench: Workbench, names: list[str], counts: dict[str, int], where: str) -> Reading:
    tests = {name: raw.reports[name] for name in names if name.endswith(".xml")}
    logs = {name: raw.reports[name] for name in names if name.endswith(_SARIF)}
    if strange := [name for name in names if name not in tests and name not in logs]:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"the session left {strange[0]!r} among its reports, which is neither .xml (JUnit) nor .sarif",
            where=where,
            todo=f"Put nothing else into the folder that {VARIABLE} names.",
        )
    prefix = stated.place(bench).prefix
    files = Files(tree=str(bench.tree), prefix=prefix, names=frozenset(bench.files))
    readings = [
        *([junit_cases.reading(tests, bench, prefix, _reproduce(bench))] if tests else []),
        *([sarif_findings.reading(logs, bench, files, _reproduce(bench))] if logs else []),
    ]
    findings = [finding for reading in readings for finding in reading.findings]
    measures = {name: count for reading in readings for name, count in reading.measures.items()}
    failed, suppressed = measures.get("testsFailed", 0), measures.get("resultsSuppressed", 0)
    if (raw.exit_code == 0 and failed) or (raw.exit_code and not findings and not suppressed):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"nox's exit code {raw.exit_code} and reports with {len(findings)} findings do not agree: "
            f"{stated.last_lines(raw, 1)}",
            where=where,
            todo="Let the session fail if and only if its reports have a failure.",
        )
    return Reading(
        findings=findings,
        measures=counts | measures,
        examined=frozenset().union(*(reading.examined for reading in readings)),
    )


def _failed(raw: Raw, bench: Workbench) -> RawFinding:
    return RawFinding(
        rule="session-failed",
        level=Level.ERROR,
        message=f"The session failed: {stated.last_lines(raw)}",
        path=None,
        key=item_key("nox", "session-failed"),
        remedy="Run the session and mend what it says.",
        reproduce=_reproduce(bench),
    )


def _reproduce(bench: Workbench) -> str:
    prefix = stated.place(bench).prefix.rstrip("/")
    typed = f"nox -s {shlex.quote(str(bench.settings['session']))}"
    return f"cd {shlex.quote(prefix)} && {typed}" if prefix else typed
