"""schemathesis: tests the real, running service against its OpenAPI document, and against the base's.

What fails on the merge result is sent to the base's service, request for request: only what fails there too was there
before. A second run with other chances would tell less.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery import programs
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, ServiceSpec, Workbench
from lineclear.battery.adapters.api_headers import Headers, read_headers
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.api_report import (
    FailingCase,
    RunEnd,
    hand_on,
    identified,
    read_replays,
    read_runs,
    taken_over,
)
from lineclear.battery.readers.curl import PORT
from lineclear.battery.readers.scanner import json_report, rerun
from lineclear.battery.readers.schemathesis_report import ApiEvents, ApiFailure, ApiRun, read_events, read_run
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level, TreeName

__all__ = ["prepare", "read"]

_PROGRAMS = Path(programs.__file__).parent
_CONFIG, _CASES, _EVENTS = "schemathesis.toml", "cases.json", "events.ndjson"
_RUNS, _REPLAYS = "runs.json", "replays.json"
_PHASES = ("examples", "coverage", "fuzzing", "stateful")
_GONE = frozenset({404, 405, 410, 501})
_NOT_TESTED = "not-tested"
_ELSEWHERE = re.compile(rb"""\$ref["']?\s*:\s*["']?[^#"'\s]""")
_SHOWN = 3
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
    document = _document(bench)
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
            argv=_serve(bench),
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
    cases = [_case(own, failure, case) for failure, case in own.failures]
    findings = {case.key: _finding(case.key, case.failure, bench) for case in cases}
    for other in runs[1:]:
        more, broken = _broken(bench, own, other)
        cases += more
        findings |= {finding.key: finding for finding in broken}
    missed = [(run, name) for run in runs for name in run.untested]
    findings |= {finding.key: finding for finding in (_untested(bench, run, name) for run, name in missed)}
    document = _document(bench)
    return Reading(
        findings=list(findings.values()),
        measures={
            "operationsExpected": own.run.operations,
            "operationsTested": own.run.tested if not own.end.stopped else own.run.operations - len(own.untested),
            "casesRun": own.run.cases,
            **({"baseOperationsExpected": runs[1].run.operations} if len(runs) > 1 else {}),
        },
        examined=frozenset([document]),
        unexamined=[Unexamined(path=document, reason=_NOT_TESTED)] if missed else [],
        retry_on_base=tuple(
            sorted({case.failure.operation for case in cases} or {finding.key for finding in findings.values()})
        ),
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
            _finding(key, same[0], bench) if key == _key(same[0]) else _breaks(key, same[0].operation, same, bench)
            for key, same in found.items()
        ],
        measures={"casesSent": sum(case.case is not None for case in cases), "findingsReproduced": len(found)},
        examined=frozenset([_document(bench)]),
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
    return FailingCase(key=_key(failure), failure=failure, definition=definition, case=case)


def _broken(bench: Workbench, own: _Run, other: _Run) -> tuple[list[FailingCase], list[RawFinding]]:
    """Return what of the base's document does not hold any more: one finding for each operation.

    What fails under the change's own document in the same way is said there, and not again here.
    """
    known = {(f.operation, f.check, f.code, f.title) for f, _ in own.failures}
    kept = own.end.operations or {}
    removed = {
        name
        for name, answers in other.events.answers.items()
        if kept and name not in kept and answers and set(answers) <= _GONE
    }
    findings = [_removed(name, len(other.events.answers[name]), bench) for name in sorted(removed)]
    cases: list[FailingCase] = []
    by_operation: dict[str, list[ApiFailure]] = {}
    for failure, case in other.failures:
        same = (failure.operation, failure.check, failure.code, failure.title) in known
        if failure.operation in removed or same:
            continue
        by_operation.setdefault(failure.operation, []).append(failure)
        key = item_key("schemathesis", "base-document", failure.operation)
        definition = (other.end.operations or {}).get(failure.operation)
        cases.append(FailingCase(key=key, failure=failure, definition=definition, case=case))
    for operation, failures in sorted(by_operation.items()):
        findings.append(_breaks(item_key("schemathesis", "base-document", operation), operation, failures, bench))
    return cases, findings


def _finding(key: str, failure: ApiFailure, bench: Workbench) -> RawFinding:
    return RawFinding(
        rule=failure.check,
        level=Level.ERROR,
        message=f"{failure.operation}: {_said(failure)}",
        path=_document(bench),
        key=key,
        remedy="Make the service answer as the document says, or change the document if the answer is right.",
        reproduce=_reproduce(bench, failure),
    )


def _breaks(key: str, operation: str, failures: Sequence[ApiFailure], bench: Workbench) -> RawFinding:
    shown = " ".join(_said(failure) for failure in failures[:_SHOWN])
    more = f" And {len(failures) - _SHOWN} more." if len(failures) > _SHOWN else ""
    return RawFinding(
        rule="base-document",
        level=Level.ERROR,
        message=f"{operation} breaks the base's document, which clients were given: {shown}{more}",
        path=_document(bench),
        key=key,
        remedy=(
            "Keep answering as the base's document says, for example with the new field optional. "
            "Where the break is meant, say so by a waiver, or by `compatibility: none` at the base."
        ),
        reproduce=_reproduce(bench, failures[0]),
    )


def _removed(operation: str, requests: int, bench: Workbench) -> RawFinding:
    many = "the request" if requests == 1 else f"all {requests} requests"
    return RawFinding(
        rule="operation-removed",
        level=Level.ERROR,
        message=(
            f"{operation} was removed: it is in the base's document and not in the change's, and the service "
            f"refused {many} that the base's document allows."
        ),
        path=_document(bench),
        key=item_key("schemathesis", "operation-removed", operation),
        remedy=(
            "Keep the operation until its clients are gone. Where the removal is meant, say so by a waiver, "
            "or by `compatibility: none` at the base."
        ),
        reproduce=rerun(bench.check),
    )


def _untested(bench: Workbench, run: _Run, operation: str) -> RawFinding:
    of_base = "" if run.name == "run" else " against the base's document"
    return RawFinding(
        rule=_NOT_TESTED,
        level=Level.ERROR,
        message=f"{operation} was not tested{of_base} within {bench.settings.get('maxSeconds')} seconds.",
        path=_document(bench),
        key=item_key("schemathesis", _NOT_TESTED, run.name, operation),
        remedy="Raise maxSeconds, or lower examples, or test the operations in checks of their own.",
        reproduce=rerun(bench.check),
    )


def _said(failure: ApiFailure) -> str:
    answered = f" answered {failure.status}" if failure.status is not None else ""
    detail = f" {failure.detail}" if failure.detail else ""
    return f"{failure.title}. {failure.request}{answered}.{detail}"


def _key(failure: ApiFailure) -> str:
    return item_key("schemathesis", failure.check, failure.code, failure.operation, failure.title, failure.signature)


def _reproduce(bench: Workbench, failure: ApiFailure) -> str:
    """Return one line that starts the service and sends the request; what needs more than one is run again."""
    if not failure.command:
        return rerun(bench.check)
    root = bench.root.relative_to(bench.tree).as_posix()
    ready = shlex.quote(f"http://127.0.0.1:{PORT}{bench.settings['ready']}")
    serve = f"PORT={PORT} {shlex.join(_service_words(bench, 'uvicorn', PORT))}"
    wait = f"until curl -so /dev/null {ready}; do kill -0 $! || break; sleep 1; done"
    line = f"{serve} & {wait}; {failure.command}; kill $!"
    return line if root == "." else f"cd {shlex.quote(root)} && {{ {line}; }}"


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
    document = _document(bench)
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


def _serve(bench: Workbench) -> tuple[str, ...]:
    return _service_words(bench, str(bench.project_bin / "uvicorn"), bench.port)


def _service_words(bench: Workbench, uvicorn: str, port: int) -> tuple[str, ...]:
    app, command = _text(bench.settings, "app"), _text(bench.settings, "command")
    if (app is None) == (command is None):
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            "the service needs either `app` or `command`",
            where=f"check {bench.check}",
            todo="Give one of them in the contract, for example `app: service.main:app`.",
        )
    if app is not None:
        return (uvicorn, app, "--host=127.0.0.1", f"--port={port}", "--no-use-colors")
    try:
        argv = shlex.split((command or "").replace("{port}", str(port)))
    except ValueError as exc:
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            f"the service's command cannot be split into words: {exc}",
            where=f"check {bench.check}, setting command",
            todo="Close its quotes.",
        ) from exc
    if not argv:
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            "the service's command is empty",
            where=f"check {bench.check}, setting command",
            todo="Name the program that serves the API.",
        )
    return tuple(argv)


def _document(bench: Workbench) -> str:
    document = str(bench.settings["schema"]).removeprefix("./")
    if document not in bench.files:
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"there is no API document {document!r} in the {bench.tree_name.value} tree",
            where=f"check {bench.check}, setting schema",
            todo="Name a file that the tree has; a link or an ignored file is none.",
        )
    return document


def _unusable(bench: Workbench, setting: str, what: str, choices: Iterable[str]) -> RunProblem:
    return RunProblem(
        Ended.NO_ENVIRONMENT,
        what,
        where=f"check {bench.check}, setting {setting}",
        todo=f"Choose among: {', '.join(choices)}.",
    )


def _text(settings: Mapping[str, object], name: str) -> str | None:
    value = settings.get(name)
    return None if value is None else str(value)


def _last(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "it printed nothing"
