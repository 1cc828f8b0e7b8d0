"""Data files against their JSON Schema: formats checked, the schema held against its meta-schema, nothing fetched."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lineclear.battery import programs
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.instance_report import InstanceResult, read_instances
from lineclear.battery.selection import rerun
from lineclear.contract.globs import matches
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level

__all__ = ["prepare", "read"]

_REPORT = "instances.json"
_LIST = "list.json"
_PROGRAM = Path(programs.__file__).parent / "validate_instances.py"


def prepare(bench: Workbench) -> Invocation:
    """Validate every regular file of the tree that a pattern matches."""
    schema, instances = _schema(bench), _instances(bench)
    if schema not in bench.files:
        raise _nothing(bench, f"there is no schema {schema!r} in the {bench.tree_name.value} tree", "schema")
    if not instances:
        raise _nothing(bench, f"no file of the {bench.tree_name.value} tree matches the patterns", "instances")
    bench.require_content([schema, *instances])
    return Invocation(
        argv=(
            str(bench.bin / "python"),
            "-I",
            str(_PROGRAM),
            schema,
            str(bench.inputs / _LIST),
            str(bench.outputs / _REPORT),
        ),
        cwd=bench.tree,
        inputs={
            _LIST: json.dumps([[path, os.fsdecode(bench.odd_names.get(path, path))] for path in instances]).encode()
        },
        reports=(_REPORT,),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; a schema that cannot be used is one finding and every instance is unexamined by it."""
    if raw.exit_code != 0:
        raise RunProblem(
            Ended.CRASHED,
            f"the validator ended with exit code {raw.exit_code}",
            where=f"check {bench.check}",
            todo="Look at its standard error beside the evidence.",
        )
    instances = _instances(bench)
    report = read_instances(raw.reports[_REPORT], _REPORT, instances)
    if report.schema_error is not None:
        place = f" at {report.schema_error.pointer}" if report.schema_error.pointer else ""
        raise RunProblem(
            Ended.CRASHED,
            f"the schema cannot be used{place}: {report.schema_error.message}",
            where=_schema(bench),
            todo="Make it a valid JSON Schema that stands by itself.",
        )
    return Reading(
        findings=[finding for item in report.instances for finding in _findings(item, bench)],
        measures={
            "instancesExamined": len(report.instances),
            "instancesInvalid": sum(bool(item.errors or item.unreadable) for item in report.instances),
        },
        examined=frozenset([*instances, _schema(bench)]),
    )


def _findings(item: InstanceResult, bench: Workbench) -> list[RawFinding]:
    if item.unreadable is not None:
        return [_finding(item.path, "unreadable", "", item.unreadable, None, bench)]
    found = [
        _finding(item.path, error.keyword, error.pointer, error.message, error.line, bench) for error in item.errors
    ]
    if item.count > len(found):
        # The number is part of the key: one error more, past the end of the list, must show.
        text = f"{item.count} errors, of which the first {len(found)} are listed"
        found.append(_finding(item.path, "more-errors", "", text, None, bench, str(item.count)))
    return found


def _finding(
    path: str, keyword: str, pointer: str, text: str, line: int | None, bench: Workbench, *what: str
) -> RawFinding:
    place = f"{pointer}: " if pointer else ""
    return RawFinding(
        rule=keyword,
        level=Level.ERROR,
        message=f"{place}{text}",
        path=path,
        line=line,
        key=item_key("jsonschema", keyword, pointer, _schema(bench), *what),
        remedy=f"Make the data fit {_schema(bench)}, or change the schema where the format is meant to change.",
        reproduce=rerun(bench.check),
    )


def _instances(bench: Workbench) -> list[str]:
    value = bench.settings["instances"]
    patterns = value if isinstance(value, list) else [value]
    schema = _schema(bench)
    return [path for path in bench.files if path != schema and any(matches(str(pattern), path) for pattern in patterns)]


def _schema(bench: Workbench) -> str:
    return str(bench.settings["schema"]).removeprefix("./")


def _nothing(bench: Workbench, what: str, setting: str) -> RunProblem:
    return RunProblem(
        Ended.NOTHING_EXAMINED,
        what,
        where=f"check {bench.check}, setting {setting}",
        todo="Name files that the tree has; a link or an ignored file is none.",
    )
