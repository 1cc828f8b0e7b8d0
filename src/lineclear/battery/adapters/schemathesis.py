"""schemathesis: tests the real, running service against its OpenAPI document, and against the base's.

What fails on the merge result is sent to the base's service, request for request: only what fails there too was there
before. A second run with other chances would tell less.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery import programs
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, ServiceSpec, Workbench
from lineclear.battery.adapters.api_findings import (
    NOT_TESTED,
    broken_finding,
    document_key,
    failure_finding,
    failure_key,
    removed_finding,
    untested_finding,
)
from lineclear.battery.adapters.api_headers import Headers, read_headers
from lineclear.battery.adapters.api_service import document_of, service_words
from lineclear.battery.readers.api_report import (
    FailingCase,
    RunEnd,
    hand_on,
    identified,
    read_replays,
    read_runs,
    taken_over,
)
from lineclear.battery.readers.scanner import json_report
from lineclear.battery.readers.schemathesis_report import ApiEvents, ApiFailure, ApiRun, read_events, read_run
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, TreeName

__all__ = ["prepare", "read"]

_PROGRAMS = Path(programs.__file__).parent
_CONFIG, _CASES, _EVENTS = "schemathesis.toml", "cases.json", "events.ndjson"
_RUNS, _REPLAYS = "runs.json", "replays.json"
_PHASES = ("examples", "coverage", "fuzzing", "stateful")
_GONE = frozenset({404, 405, 410, 501})
_ELSEWHERE = re.compile(rb"""\$ref["']?\s*:\s*["']?[^#"'\s]""")
_NO_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}  # else a runner's proxy is asked for the service


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What one run of schemathesis left, read."""

    name: str
    end: RunEnd
    run: ApiRun
    events: ApiEvents
    failures: list[tuple[ApiFailure, Mapping[str, object] | None]]

    @property
    def untested(self) -> list[str]:
        """The operations that had no turn; None of them unless the run was stopped at its time limit."""
        return [
            name for name in sorted(self.end.operations or {}) if self.end.stopped and name not in self.events.answers
        ]


def prepare(bench: Workbench) -> Invocation:
    """Start the service, and test every operation; on the base, send what failed on the merge result."""
    document = document_of(bench)
    headers = _headers(bench)
    if bench.tree_name is TreeName.BASE:
        how: tuple[str, ...] = (
            "replay",
            str(bench.outputs / _REPLAYS),
            str(bench.inputs / _CONFIG),
            str(bench.tree / document),
            f"http://127.0.0.1:{bench.port}",
            str(bench.inputs / _CASES),
            str(bench.inputs / _EVENTS),
        )
        inputs: dict[str, bytes] = {_CASES: _sent(bench), _EVENTS: bench.handed_on.get(_EVENTS, b"")}
        reports: tuple[str, ...] = (_REPLAYS,)
    else:
        names = _run_names(bench)
        documents = [bench.tree / document, bench.base_tree / document][: len(names)]
        commands = [_command(bench, path, name) for path, name in zip(documents, names, strict=True)]
        limit = bench.settings.get("maxSeconds")
        words = [word for command in commands for word in ("--", *command)][1:]
        how = ("run", str(bench.outputs / _RUNS), str(bench.inputs / _CONFIG), str(limit or 0), *words)
        inputs = {}
        reports = (_RUNS, *(f"{name}.{kind}" for name in names for kind in ("json", "ndjson")))
    return Invocation(
        argv=(str(bench.bin / "python"), "-I", str(_PROGRAMS / "api_runs.py"), *how),
        cwd=bench.outputs,
        env={**headers.variables, "SCHEMATHESIS_HOOKS": str(_PROGRAMS / "api_disguise.py"), **_NO_PROXY},
        inputs={_CONFIG: _configuration(headers), **inputs},
        reports=reports,
        service=ServiceSpec(
            argv=service_words(bench, str(bench.project_bin / "uvicorn"), bench.port),
            cwd=bench.root,
            env={"PORT": str(bench.port)},
            port=bench.port,
            ready=str(bench.settings["ready"]),
            seconds=float(str(bench.settings["startSeconds"])),
        ),
        secrets=tuple(headers.variables.values()),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the reports of the runs, or of the replays."""
    if raw.exit_code != 0:
        raise RunProblem(
            Ended.CRASHED,
            f"the program that runs schemathesis ended with exit code {raw.exit_code}: {_last(raw.stderr)}",
            where=f"check {bench.check}",
            todo="Look at its standard error beside the evidence.",
        )
    return _read_replays(raw, bench) if bench.tree_name is TreeName.BASE else _read_runs(raw, bench)


def _read_runs(raw: Raw, bench: Workbench) -> Reading:
    names, templates = _run_names(bench), _headers(bench).templates
    ends = read_runs(raw.reports[_RUNS], _RUNS, len(names))
    runs = [
        _read_run(raw, name, end, templates)
        for name, end in zip(names, ends, strict=True)
        if name == "run" or end.operations is not None  # a document of the base that nobody can read promised nothing
    ]
    own = runs[0]
    if own.end.operations is None:  # else what had no turn, or went away, could not be told from what was tested
        raise RunProblem(
            Ended.BAD_REPORT,
            "which operations the API document has cannot be told",
            where=f"check {bench.check}, {document_of(bench)}",
            todo="Check that the document is valid; schemathesis' output is beside the evidence.",
        )
    cases = [_case(own, failure, case) for failure, case in own.failures]
    findings = {case.key: failure_finding(case.key, case.failure, bench) for case in cases}
    for other in runs[1:]:
        more, broken = _broken(bench, own, other)
        cases += more
        findings |= {finding.key: finding for finding in broken}
    missed = [(run, name) for run in runs for name in run.untested]
    tried = {case.failure.operation for case in cases} | {name for _, name in missed}
    tried |= {name for other in runs[1:] for name in _gone(own, other)}
    findings |= {finding.key: finding for finding in (untested_finding(bench, run.name, name) for run, name in missed)}
    document = document_of(bench)
    return Reading(
        findings=list(findings.values()),
        measures={
            "operationsExpected": own.run.operations,
            "operationsTested": own.run.tested if not own.end.stopped else own.run.operations - len(own.untested),
            "casesRun": own.run.cases,
            **({"baseOperationsExpected": runs[1].run.operations} if len(runs) > 1 else {}),
        },
        examined=frozenset([document]),
        unexamined=[Unexamined(path=document, reason=NOT_TESTED)] if missed else [],
        retry_on_base=tuple(sorted(tried)),
        hand_on={_CASES: hand_on(cases), _EVENTS: raw.reports[f"{own.name}.ndjson"]},
    )


def _read_replays(raw: Raw, bench: Workbench) -> Reading:
    cases = _handed(bench)
    failing = read_replays(raw.reports[_REPLAYS], _REPLAYS, cases)
    found: dict[str, list[ApiFailure]] = {}
    for case in cases:
        if case.key in failing:
            found.setdefault(case.key, []).append(case.failure)
    return Reading(
        findings=[
            failure_finding(key, same[0], bench)
            if key == failure_key(same[0])
            else broken_finding(key, same[0].operation, same, bench)
            for key, same in found.items()
        ],
        measures={"casesSent": sum(case.case is not None for case in cases), "findingsReproduced": len(found)},
        examined=frozenset([document_of(bench)]),
    )


def _read_run(raw: Raw, name: str, end: RunEnd, headers: Mapping[str, str]) -> _Run:
    report = json_report(raw.reports[f"{name}.json"], f"{name}.json", "schemathesis")
    run = read_run(report, end.exit_code, f"{name}.json", stopped=end.stopped)
    events = read_events(raw.reports[f"{name}.ndjson"], f"{name}.ndjson", headers)
    codes = {failure.code for failure in events.failures}
    if bool(events.failures) != bool(run.unique_failures) or not run.codes <= codes:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"schemathesis counts {run.unique_failures} failures and lists {len(events.failures)}",
            where=f"{name}.ndjson",
            todo="Run it again; if it stays so, the pinned version of schemathesis is not the one that ran.",
        )
    return _Run(name=name, end=end, run=run, events=events, failures=identified(events.failures, end.cases, _RUNS))


def _case(run: _Run, failure: ApiFailure, case: Mapping[str, object] | None) -> FailingCase:
    definition = (run.end.operations or {}).get(failure.operation)
    return FailingCase(key=failure_key(failure), failure=failure, definition=definition, case=case)


def _broken(bench: Workbench, own: _Run, other: _Run) -> tuple[list[FailingCase], list[RawFinding]]:
    """Return what of the base's document does not hold any more: one finding for each operation.

    What fails under the change's own document in the same way is said there, and not again here.
    """
    known = {(f.operation, f.check, f.code, f.title) for f, _ in own.failures}
    removed = _gone(own, other)
    findings = [removed_finding(name, len(other.events.answers[name]), bench) for name in sorted(removed)]
    cases: list[FailingCase] = []
    by_operation: dict[str, list[ApiFailure]] = {}
    for failure, case in other.failures:
        same = (failure.operation, failure.check, failure.code, failure.title) in known
        if failure.operation in removed or same:
            continue
        by_operation.setdefault(failure.operation, []).append(failure)
        key = document_key(failure.operation)
        definition = (other.end.operations or {}).get(failure.operation)
        cases.append(FailingCase(key=key, failure=failure, definition=definition, case=case))
    for operation, failures in sorted(by_operation.items()):
        findings.append(broken_finding(document_key(operation), operation, failures, bench))
    return cases, findings


def _gone(own: _Run, other: _Run) -> set[str]:
    """Return the operations of the base's document that the change's does not have and the service does not know."""
    kept = own.end.operations
    return {
        name
        for name, answers in other.events.answers.items()
        if kept is not None and name not in kept and answers and set(answers) <= _GONE
    }


def _command(bench: Workbench, document: Path, name: str) -> tuple[str, ...]:
    """Return the command of one run. Against the base's document only right requests are sent."""
    return (
        str(bench.bin / "schemathesis"),
        f"--config-file={bench.inputs / _CONFIG}",
        "run",
        str(document),
        f"--url=http://127.0.0.1:{bench.port}",
        f"--seed={bench.settings['seed']}",
        f"--max-examples={bench.settings['examples']}",
        f"--mode={'all' if name == 'run' else 'positive'}",
        f"--phases={','.join(_phases(bench))}",
        "--workers=1",
        "--continue-on-failure",  # what failed before must not hide what fails now
        "--no-color",
        "--generation-database=none",
        "--report=json,ndjson",
        f"--report-json-path={bench.outputs / name}.json",
        f"--report-ndjson-path={bench.outputs / name}.ndjson",
    )


def _configuration(headers: Headers) -> bytes:
    """Return a configuration of ours, so that none in the tree is read. Variables are named in it, not filled in.

    Nothing is blotted out by schemathesis: a request with a hole in it cannot be sent again. The values of variables
    are masked in all that is kept.
    """
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in headers.templates.items()]
    return "\n".join(
        [
            *(["[headers]", *lines] if lines else []),
            "[cache]",
            'directory = "${LINECLEAR_API_CASES}"',
            "[output.sanitization]",
            "enabled = false",
            "",
        ]
    ).encode()


def _run_names(bench: Workbench) -> list[str]:
    """Return the names of the runs: one, and one more against the base's document where that is another one."""
    both = bench.settings.get("compatibility") == "backward" and _documents_differ(bench)
    return ["run", "base-run"] if both else ["run"]


def _documents_differ(bench: Workbench) -> bool:
    document = document_of(bench)
    before = bench.base_tree / document
    if before.is_symlink() or not before.is_file():
        return False
    old, new = before.read_bytes(), bench.source(document) or b""
    parts = any(path.endswith((".json", ".yaml", ".yml")) for path in bench.changed)
    return old != new or (parts and _ELSEWHERE.search(new) is not None)


def _handed(bench: Workbench) -> list[FailingCase]:
    return taken_over(bench.handed_on[_CASES]) if _CASES in bench.handed_on else []


def _sent(bench: Workbench) -> bytes:
    return json.dumps([case.case for case in _handed(bench) if case.case is not None]).encode()


def _headers(bench: Workbench) -> Headers:
    lines = bench.settings.get("headers")
    return read_headers(map(str, lines if isinstance(lines, list) else ()), os.environ, bench.check)


def _phases(bench: Workbench) -> Iterable[str]:
    stated = bench.settings.get("phases")
    phases = [str(phase) for phase in stated] if isinstance(stated, list) else list(_PHASES)
    unknown = [phase for phase in phases if phase not in _PHASES]
    if unknown or not phases:
        raise _unusable(
            bench, "phases", f"{unknown[0]!r} is no phase" if unknown else "there is no phase to run", _PHASES
        )
    return phases


def _unusable(bench: Workbench, setting: str, what: str, choices: Iterable[str]) -> RunProblem:
    return RunProblem(
        Ended.NO_ENVIRONMENT,
        what,
        where=f"check {bench.check}, setting {setting}",
        todo=f"Choose among: {', '.join(choices)}.",
    )


def _last(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "it printed nothing"
