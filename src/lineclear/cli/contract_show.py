"""``lineclear contract show``: every value of the contract that a change is judged by, with where it comes from."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from lineclear.change.repository import Repository, open_repository
from lineclear.change.resolve import resolve_change
from lineclear.cli.base_contract import load_contract_for, load_given
from lineclear.cli.checks import battery_of, checks_at, checks_beside
from lineclear.contract.explain import explain
from lineclear.errors import UsageError
from lineclear.github.event import read_event
from lineclear.model.contract import Project
from lineclear.model.explanation import ExplainedContract, ExplainedValue, Origin
from lineclear.model.words import ContractSource
from lineclear.report.escape import line_for_terminal
from lineclear.run.detect import Locked
from lineclear.run.workspaces import remove_tree
from lineclear.setup.files import list_files, read_text
from lineclear.setup.survey import detect_install

__all__ = ["show"]

_DEFAULTS = {Origin.DEFAULT: "default", Origin.DEFINITION: "default of the check", Origin.FOUND: "found in the tree"}


def show(arguments: argparse.Namespace) -> int:
    """Print the contract and return the exit code."""
    if arguments.file is not None:
        definitions = battery_of(checks_beside(arguments.file)).definitions
        loaded, base = load_given(arguments.file, definitions=definitions), None
        repository = _repository_of(arguments.file)
    else:
        repository = open_repository(Path.cwd())
        scratch = Path(tempfile.mkdtemp(prefix="lineclear-"))
        try:
            resolved = resolve_change(
                repository, base=arguments.base, head=None, scratch=scratch / "git", event=read_event(os.environ)
            )
            definitions = battery_of(checks_at(resolved, resolved.change.base.commit)).definitions
            loaded, base = load_contract_for(resolved, given=None, definitions=definitions), resolved.change.base.commit
        finally:
            remove_tree(scratch)
    found = _found(repository, loaded.effective.project) if repository is not None else None
    explained = explain(loaded, base=base, found=found)
    if arguments.json:
        sys.stdout.buffer.write(explained.canonical())
    else:
        for line in _lines(explained):
            print(line_for_terminal(line))
    return 0


def _repository_of(file: Path) -> Repository | None:
    try:
        return open_repository(file.resolve().parent)
    except UsageError:
        return None  # a contract for others: no tree to look at


def _found(repository: Repository, project: Project) -> tuple[JsonValue, str] | None:
    detected = detect_install(project.root, list_files(repository), lambda path: read_text(repository.root, path))
    if detected is None:
        return None
    install = detected.install
    return ("what uv.lock pins" if isinstance(install, Locked) else list(install)), detected.because


def _lines(contract: ExplainedContract) -> Iterator[str]:
    read_from = f"read from the base {contract.base[:12]}" if contract.base is not None else "the given file"
    builtin = contract.source is ContractSource.BUILTIN
    yield f"{contract.uri} ({'built in: the base has no lineclear.yaml' if builtin else read_from})"
    if contract.extends:
        yield f"extends {', '.join(item.uri for item in contract.extends)}"
    yield from _table("Settings", [v for v in contract.values if v.path.startswith(("enforce", "project."))])
    yield from _table("Checks", [v for v in contract.values if v.path.startswith("checks.")])
    for title in ("Invariants", "Budgets", "Waivers", "Quarantine"):
        yield from _items(
            title, [v for v in contract.values if v.path.startswith((f"{title.lower()}.", f"{title.lower()}["))]
        )


def _table(title: str, values: list[ExplainedValue]) -> Iterator[str]:
    yield title if values else f"{title}: none"
    rows = [
        (value.path.removeprefix("checks."), json.dumps(value.value, ensure_ascii=False), _origin(value))
        for value in values
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for path, value, origin in rows:
        yield f"  {path:<{widths[0]}}  {value:<{min(widths[1], 40)}}  {origin}"


def _items(title: str, values: list[ExplainedValue]) -> Iterator[str]:
    yield title if values else f"{title}: none"
    for value in values:
        name = value.path.removeprefix(f"{title.lower()}.").removeprefix(title.lower())
        yield f"  {name}  ({_origin(value)})"
        stated = value.value if isinstance(value.value, dict) else {}
        for key, part in stated.items():
            if part is not None and key != "id":
                yield f"    {key}: {part if isinstance(part, str) else _shown(part)}"


def _shown(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _origin(value: ExplainedValue) -> str:
    if value.origin is Origin.STATED:
        return value.where or ""
    return f"{_DEFAULTS[value.origin]}: {value.where}" if value.where else _DEFAULTS[value.origin]
