"""Data files against their JSON Schema: formats checked, the schema held against its meta-schema, nothing fetched.

Where the change touches the schema, the base's data is held to it too: what is out there has to stay readable.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from lineclear.battery import programs
from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.instance_report import InstanceResult, Narrowed, read_instances
from lineclear.battery.selection import rerun
from lineclear.contract.globs import matches
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, Level, TreeName

__all__ = ["prepare", "read"]

_REPORT = "instances.json"
_LIST = "list.json"
_BASE_LIST = "base.json"
_INDEX = re.compile(r"/[0-9]+(?=/|$)")
_PROGRAM = Path(programs.__file__).parent / "validate_instances.py"


def prepare(bench: Workbench) -> Invocation:
    """Validate every regular file of the tree that a pattern matches."""
    schema, instances = _schema(bench), _instances(bench)
    if schema not in bench.files:
        raise _nothing(bench, f"there is no schema {schema!r} in the {bench.tree_name.value} tree", "schema")
    if not instances:
        raise _nothing(bench, f"no file of the {bench.tree_name.value} tree matches the patterns", "instances")
    bench.require_content([schema, *instances])
    pairs = [[path, os.fsdecode(bench.odd_names.get(path, path))] for path in instances]
    inputs = {_LIST: json.dumps(pairs).encode()}
    base: tuple[str, ...] = ()
    if _compared(bench):
        inputs[_BASE_LIST] = json.dumps(_base_instances(bench)).encode()
        base = (str(bench.base_tree), str(bench.inputs / _BASE_LIST))
    return Invocation(
        argv=(
            str(bench.bin / "python"),
            "-I",
            str(_PROGRAM),
            schema,
            str(bench.inputs / _LIST),
            str(bench.outputs / _REPORT),
            *base,
        ),
        cwd=bench.tree,
        inputs=inputs,
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
    report = read_instances(raw.reports[_REPORT], _REPORT, instances, compared=_compared(bench))
    if report.schema_error is not None:
        place = f" at {report.schema_error.pointer}" if report.schema_error.pointer else ""
        raise RunProblem(
            Ended.CRASHED,
            f"the schema cannot be used{place}: {report.schema_error.message}",
            where=_schema(bench),
            todo="Make it a valid JSON Schema; what it refers to must be in the repository.",
        )
    return Reading(
        findings=[
            *(_narrowed(item, bench) for item in report.narrowed or ()),
            *(finding for item in report.instances for finding in _findings(item, bench)),
        ],
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
        _finding(item.path, error.keyword, error.pointer, error.message, error.line, bench, *_value(error.value))
        for error in item.errors
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
        key=item_key("jsonschema", keyword, _INDEX.sub("/*", pointer) if what else pointer, _schema(bench), *what),
        remedy=f"Make the data fit {_schema(bench)}, or change the schema where the format is meant to change.",
        reproduce=rerun(bench.check),
    )


def _narrowed(item: Narrowed, bench: Workbench) -> RawFinding:
    schema = _schema(bench)
    more = f", and {item.count - 1} more places" if item.count > 1 else ""
    return RawFinding(
        rule="schema-narrowed",
        level=Level.ERROR,
        message=(
            f"the base's data no longer fits {schema}: {item.path} of the base, at {item.pointer or 'its root'}{more}: "
            f"{item.message}"
        ),
        path=schema,
        key=item_key("jsonschema", "schema-narrowed", item.keyword, item.place, schema),
        remedy=(
            "Let the schema accept what was written by it, for example with the new property optional. "
            "Where the break is meant, say so by a waiver, or by `compatibility: none` at the base."
        ),
        reproduce=rerun(bench.check),
    )


def _value(digest: str | None) -> tuple[str, ...]:
    """Return what stands for the index in a key: equal values in one array are told apart by their number."""
    return () if digest is None else (digest,)


def _compared(bench: Workbench) -> bool:
    """Say whether the base's data is held to the schema: where that, or a file that it may refer to, is changed."""
    if bench.tree_name is TreeName.BASE or bench.settings.get("compatibility") != "backward":
        return False
    schema, parts = _schema(bench), (".json", ".yaml", ".yml")
    if not _is_file(bench.base_tree / schema):
        return False
    return schema in bench.changed or (
        b"$ref" in (bench.source(schema) or b"")
        and any(path.endswith(parts) for path in bench.changed - frozenset(_instances(bench)))
    )


def _base_instances(bench: Workbench) -> list[str]:
    return sorted(path for path in _files(bench.base_tree) if _is_instance(path, bench))


def _files(tree: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(tree):
        if Path(folder) == tree and ".git" in folders:
            folders.remove(".git")
        yield from (Path(folder, name).relative_to(tree).as_posix() for name in names if _is_file(Path(folder, name)))


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _instances(bench: Workbench) -> list[str]:
    return [path for path in bench.files if _is_instance(path, bench)]


def _is_instance(path: str, bench: Workbench) -> bool:
    value = bench.settings["instances"]
    patterns = value if isinstance(value, list) else [value]
    return path != _schema(bench) and any(matches(str(pattern), path) for pattern in patterns)


def _schema(bench: Workbench) -> str:
    return str(bench.settings["schema"]).removeprefix("./")


def _nothing(bench: Workbench, what: str, setting: str) -> RunProblem:
    return RunProblem(
        Ended.NOTHING_EXAMINED,
        what,
        where=f"check {bench.check}, setting {setting}",
        todo="Name files that the tree has; a link or an ignored file is none.",
    )
