"""bandit: it exits 0 on a file that it cannot parse, so its own account of files is read too.

Its rules are about code that is deployed. In test files, where ``/tmp`` is a value and ``pickle`` what is tested, each
finding is one level lower: shown, and not blocking.
"""

from __future__ import annotations

import dataclasses

from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.large_files import large_files, mask
from lineclear.battery.python_files import python_files
from lineclear.battery.readers import bandit_json
from lineclear.battery.readers.scanner import Hit, json_report, located, parse_changed
from lineclear.change.kinds import path_kind
from lineclear.model.evidence import Unexamined
from lineclear.model.words import Ended, Level, PathKind

__all__ = ["prepare", "read"]

_REPORT = "report.json"
_INI = "bandit.ini"
_LOWER = {Level.ERROR: Level.WARNING, Level.WARNING: Level.NOTE, Level.NOTE: Level.NOTE}


def prepare(bench: Workbench) -> Invocation:
    """Scan the whole tree but for what is too large; an empty ini keeps bandit from loading a ``.bandit`` of it."""
    skips = bench.settings["skips"]
    assert isinstance(skips, list)  # noqa: S101 - the definition's type, checked when the contract was loaded
    return Invocation(
        argv=(
            str(bench.bin / "bandit"),
            "--recursive",
            "--format=json",
            f"--output={bench.outputs / _REPORT}",
            f"--ini={bench.inputs / _INI}",
            f"--severity-level={bench.settings['severity']}",
            f"--exclude={','.join(_excluded(bench)) or '/nothing-is-excluded'}",
            *([f"--skip={','.join(map(str, skips))}"] if skips else []),
            ".",
        ),
        cwd=bench.tree,
        inputs={_INI: b"[bandit]\n"},
        reports=(_REPORT,),
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; exit code 0 says no issue, 1 says issues, and the report must agree."""
    if raw.exit_code not in (0, 1):
        raise RunProblem(
            Ended.CRASHED,
            f"bandit ended with exit code {raw.exit_code}",
            where=f"check {bench.check}",
            todo="Look at its standard error beside the evidence; a name in `skips` may be none of bandit's.",
        )
    report = json_report(raw.reports[_REPORT], _REPORT, "bandit")
    hits = bandit_json.hits(report)
    if (raw.exit_code == 1) != bool(hits):
        raise RunProblem(
            Ended.BAD_REPORT,
            f"bandit's exit code {raw.exit_code} and its report of {len(hits)} issues do not agree",
            where=_REPORT,
            todo="Run it again; if it stays so, the pinned version of bandit is not the one that ran.",
        )
    files = frozenset(bench.files)  # bandit follows links to files; what a link shows is no file of the tree
    python = _scanned(bench)
    parsed = parse_changed(bench, "bandit", python)
    unparsed = bandit_json.unparsed(report)
    opened = bandit_json.examined(report)
    missed = [
        Unexamined(path=path, reason=unparsed.get(path, "bandit did not open it"))
        for path in python
        if path not in parsed.paths and (path in unparsed or path not in opened)
    ]
    in_scope = [_levelled(hit) for hit in hits if hit.path in files]
    examined = opened.intersection(python) - set(unparsed)
    return Reading(
        findings=parsed.findings + located(in_scope, tool="bandit", check=bench.check, source=bench.source),
        measures={"filesExpected": len(python), "filesExamined": len(examined)},
        examined=examined,
        unexamined=parsed.unexamined + missed,
    )


def _scanned(bench: Workbench) -> list[str]:
    return [path for path in python_files(bench.files) if path.endswith(".py")]


def _excluded(bench: Workbench) -> list[str]:
    """Return patterns for the files that are too large; with its ``?`` at the end none is a part of another path."""
    return [f"./{mask(bench, path)[:-1]}?" for path in large_files(bench, _scanned(bench))]


def _levelled(hit: Hit) -> Hit:
    if path_kind(hit.path) is not PathKind.TEST:
        return hit
    return dataclasses.replace(hit, level=_LOWER[hit.level])
