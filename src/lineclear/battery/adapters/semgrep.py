"""semgrep, offline: our own rule packs and those at the base; what it scanned is held against what it should have.

``--experimental`` is semgrep's native front end. It starts two seconds of processor time sooner than the Python one and
reports the same (a test holds the two against each other); it writes to standard output only, file names as the bytes
that they are, and merges rules of one id, which is refused here.
"""

from __future__ import annotations

import collections
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lineclear.battery.adapter import Invocation, Raw, Reading, RunProblem, Workbench
from lineclear.battery.large_files import large_files, mask
from lineclear.battery.python_files import python_files
from lineclear.battery.readers import semgrep_json
from lineclear.battery.readers.scanner import json_report, located, parse_changed
from lineclear.model.evidence import Unexamined
from lineclear.model.words import Ended

__all__ = ["prepare", "read"]

_REPORT = "report.json"
_FEW_FILES = 500  # below, a second process of semgrep costs more than it gives
_SHIPPED = "lineclear:python"
_UNHURRIED = "rules.yaml"
_ANYWHERE = "semgrep-internal-pattern-anywhere"


def prepare(bench: Workbench) -> Invocation:
    """Scan the whole tree but for what is too large; no ignore file or git state of the change steers it."""
    rules = bench.settings["rules"]
    assert isinstance(rules, list)  # noqa: S101 - the definition's type, checked when the contract was loaded
    packs = [_rule_path(str(rule), bench) for rule in rules]
    inputs = {}
    if _SHIPPED in rules and not _all_utf8(bench):
        inputs = {_UNHURRIED: _without_haste(bench.data / "rules")}
        packs[rules.index(_SHIPPED)] = bench.inputs / _UNHURRIED
    if rules != [_SHIPPED]:
        _refuse_repeated_ids(packs, bench)
    return Invocation(
        argv=(
            str(bench.bin / "semgrep"),
            "scan",
            "--experimental",
            *(f"--config={pack}" for pack in packs),
            "--json",
            "--metrics=off",
            "--disable-version-check",
            "--no-git-ignore",
            "--x-ignore-semgrepignore-files",
            "--no-exclude-binary-files",
            "--max-target-bytes=0",  # its own limit would hold for files that are no Python, and says nothing of them
            *(f"--exclude=/{mask(bench, path)}" for path in large_files(bench, python_files(bench.files))),
            "--timeout=30",
            "--no-rewrite-rule-ids",
            "--quiet",
            *(["--jobs=1"] if len(bench.files) < _FEW_FILES else []),
            ".",
        ),
        cwd=bench.tree,
        env={"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"},
        inputs=inputs,
        stdout_report=_REPORT,
    )


def read(raw: Raw, bench: Workbench) -> Reading:
    """Read the report; a changed file that was not scanned and is not explained stays in ``unexamined``."""
    if raw.exit_code != 0:
        raise RunProblem(
            Ended.CRASHED,
            f"semgrep ended with exit code {raw.exit_code}: {_last_line(raw.stderr)}",
            where=f"check {bench.check}",
            todo="Run `semgrep scan --validate` on the contract's own rules.",
        )
    report = json_report(raw.reports[_REPORT], _REPORT, "semgrep")
    if errors := semgrep_json.fatal_errors(report):
        raise RunProblem(
            Ended.CRASHED,
            f"semgrep reported an error of its own: {errors[0]}",
            where=f"check {bench.check}",
            todo="Mend the rule or file that it names; its whole report is beside the evidence.",
        )
    python = python_files(bench.files)
    parsed = parse_changed(bench, "semgrep", python)
    scanned = semgrep_json.examined(report)
    not_read = semgrep_json.not_read(report)
    missed = [
        Unexamined(path=path, reason="semgrep did not scan it")
        for path in python
        if path not in scanned and path not in parsed.paths and path not in not_read
    ]
    missed += [
        Unexamined(path=path, reason=reason, partly=partly)
        for path, (reason, partly) in sorted(not_read.items())
        if path not in parsed.paths
    ]
    missed += [
        Unexamined(path=path, reason="rules that match text find nothing in what is no UTF-8", partly=True)
        for path in python
        if path in bench.changed and path not in parsed.paths and path not in not_read and not _is_utf8(path, bench)
    ]
    found = located(semgrep_json.hits(report), tool="semgrep", check=bench.check, source=bench.source)
    examined = scanned.intersection(bench.files) - parsed.paths - {item.path for item in missed if not item.partly}
    return Reading(
        findings=parsed.findings + found,
        measures={"filesExpected": len(python), "filesExamined": len(examined.intersection(python))},
        examined=examined,
        unexamined=parsed.unexamined + missed,
    )


def _rule_path(rule: str, bench: Workbench) -> Path:
    if rule == _SHIPPED:
        return bench.data / "rules"
    path = bench.base_tree / rule
    inside = path.resolve().is_relative_to(bench.base_tree.resolve())
    if rule.startswith("lineclear:") or not inside or not path.exists():
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            f"there is no rule pack {rule!r}",
            where=f"check {bench.check}, setting rules",
            todo=f"Name {_SHIPPED}, or a file or folder that exists at the base.",
        )
    return path


def _is_utf8(path: str, bench: Workbench) -> bool:
    try:
        (bench.source(path) or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _all_utf8(bench: Workbench) -> bool:
    for path in python_files(bench.files):
        try:
            (bench.tree / os.fsdecode(bench.odd_names.get(path, path))).read_bytes().decode()
        except FileNotFoundError:
            continue  # semgrep does not find it either, which its account of files shows
        except UnicodeDecodeError:
            return False
    return True


def _without_haste(rules: Path) -> bytes:
    """Return our rules without what they need of a file beforehand: no regular expression matches what is no UTF-8.

    That part of a rule only says which files need not be read, so the rules find the same without it, and more slowly.
    """
    files = sorted(rules.glob("*.yaml"))
    all_rules = [rule for path in files for rule in yaml.safe_load(path.read_bytes())["rules"]]
    return json.dumps({"rules": _cut(all_rules)}).encode()


def _cut(part: Any) -> Any:
    if isinstance(part, list):
        return [_cut(item) for item in part if not (isinstance(item, dict) and _ANYWHERE in item)]
    return {key: _cut(value) for key, value in part.items()} if isinstance(part, dict) else part


def _refuse_repeated_ids(packs: list[Path], bench: Workbench) -> None:
    times = collections.Counter(name for pack in packs for name in _rule_ids(pack))
    repeated = sorted(name for name, count in times.items() if count > 1)
    if repeated:
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            f"{len(repeated)} rule ids are in the rule packs more than once, the first is {repeated[0]!r}",
            where=f"check {bench.check}, setting rules",
            todo="Give each rule an id of its own, and name no pack twice.",
        )


def _rule_ids(pack: Path) -> Iterator[str]:
    """Yield the ids of a pack's rules; what is no rule file is left for semgrep to refuse."""
    files = [pack] if pack.is_file() else sorted((*pack.rglob("*.yaml"), *pack.rglob("*.yml")))
    for path in files:
        try:
            document = yaml.safe_load(path.read_bytes())
        except (OSError, ValueError, yaml.YAMLError):
            continue
        rules = document.get("rules") if isinstance(document, dict) else None
        yield from (str(rule.get("id")) for rule in rules or () if isinstance(rule, dict))


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
