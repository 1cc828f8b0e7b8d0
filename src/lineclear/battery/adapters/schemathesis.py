"""schemathesis: tests the real, running service against its OpenAPI document."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, ServiceSpec, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.scanner import json_report
from lineclear.battery.readers.schemathesis_report import ApiFailure, failures, read_run
from lineclear.battery.selection import rerun
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["prepare", "read"]

_REPORT = "run.json"
_EVENTS = "events.ndjson"


def prepare(bench: Workbench) -> Invocation:
    """Start the service, then test every operation; a configuration file in the tree is not read."""
    document = _document(bench)
    return Invocation(
        argv=(
            str(bench.bin / "schemathesis"),
            "--config-file=/dev/null",
            "run",
            str(bench.tree / document),
            f"--url=http://127.0.0.1:{bench.port}",
            f"--seed={bench.settings['seed']}",
            f"--max-examples={bench.settings['examples']}",
            "--mode=all",
            "--workers=1",
            "--no-color",
            "--generation-database=none",
            "--report=json,ndjson",
            f"--report-json-path={bench.outputs / _REPORT}",
            f"--report-ndjson-path={bench.outputs / _EVENTS}",
        ),
        cwd=bench.outputs,
        reports=(_REPORT, _EVENTS),
        service=ServiceSpec(
            argv=_serve(bench),
            cwd=bench.root,
            env={"PORT": str(bench.port)},
            port=bench.port,
            ready=str(bench.settings["ready"]),
            seconds=float(str(bench.settings["startSeconds"])),
        ),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read both reports; the summary says whether the run is whole, the events what failed."""
    report = json_report(raw.reports[_REPORT], _REPORT, "schemathesis")
    run = read_run(report, raw.exit_code, _REPORT)
    found = failures(raw.reports[_EVENTS], _EVENTS)
    if bool(found) != bool(run.unique_failures) or not run.codes <= {failure.code for failure in found}:
        raise RunProblem(
            Ended.BAD_REPORT,
            f"schemathesis counts {run.unique_failures} failures and lists {len(found)}",
            where=_EVENTS,
            todo="Run it again; if it stays so, the pinned version of schemathesis is not the one that ran.",
        )
    document = _document(bench)
    return Reading(
        findings=[_finding(failure, document, bench) for failure in found],
        measures={"operationsExpected": run.operations, "operationsTested": run.tested, "casesRun": run.cases},
        examined=frozenset([document]),
    )


def _finding(failure: ApiFailure, document: str, bench: Workbench) -> RawFinding:
    answered = f" answered {failure.status}" if failure.status is not None else ""
    detail = f" {failure.detail}" if failure.detail else ""
    return RawFinding(
        rule=failure.check,
        level=Level.ERROR,
        message=f"{failure.operation}: {failure.title}. {failure.request}{answered}.{detail}",
        path=document,
        key=item_key("schemathesis", failure.check, failure.code, failure.operation, failure.title),
        remedy="Make the service answer as the document says, or change the document if the answer is right.",
        reproduce=rerun(bench.check),
    )


def _serve(bench: Workbench) -> tuple[str, ...]:
    app, command = _text(bench.settings, "app"), _text(bench.settings, "command")
    if (app is None) == (command is None):
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            "the service needs either `app` or `command`",
            where=f"check {bench.check}",
            todo="Give one of them in the contract, for example `app: service.main:app`.",
        )
    if app is not None:
        return (
            str(bench.project_bin / "uvicorn"),
            app,
            "--host=127.0.0.1",
            f"--port={bench.port}",
            "--no-use-colors",
        )
    argv = shlex.split((command or "").replace("{port}", str(bench.port)))
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


def _text(settings: Mapping[str, object], name: str) -> str | None:
    value = settings.get(name)
    return None if value is None else str(value)
