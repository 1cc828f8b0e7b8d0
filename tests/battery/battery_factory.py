"""Workbenches without a tool, and the real reports under ``data/``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from lineclear.battery.adapter import Raw, Workbench
from lineclear.model.words import TreeName

__all__ = ["bench", "data", "finished", "report"]

_DATA = Path(__file__).parent / "data"
_SETTINGS: dict[str, dict[str, JsonValue]] = {
    "bandit": {"severity": "medium", "skips": [], "maxFileBytes": 2_000_000},
    "command": {"run": ["make", "check"], "exitCodes": []},
    "integrity": {},
    "junit": {"run": ["npm test"], "report": ["web/junit.xml"]},
    "nox": {"session": "docs", "args": []},
    "sarif": {"run": ["tool --out {report}"], "report": [], "exitCodes": [1]},
    "jsonschema": {"schema": "order.json", "instances": "data/*", "compatibility": "backward"},
    "pytest": {"paths": [], "args": []},
    "schemathesis": {
        "schema": "openapi.json",
        "app": "service:app",
        "command": None,
        "ready": "/",
        "startSeconds": 9,
        "seed": 1,
        "examples": 5,
    },
    "semgrep": {"rules": ["lineclear:python"], "maxFileBytes": 2_000_000},
}


def data(name: str) -> bytes:
    """Return one of the real reports."""
    return (_DATA / name).read_bytes()


def report(name: str) -> dict[str, Any]:
    """Return one of the real JSON reports, to be changed."""
    value = json.loads(data(name))
    assert isinstance(value, dict)
    return value


def bench(
    check: str,
    files: Mapping[str, str] | None = None,
    *,
    changed: Iterable[str] | None = None,
    items: list[str] | None = None,
    tree: Path = Path("/tree"),
    root: str = ".",
    tree_name: TreeName = TreeName.MERGED,
    writable: bool = True,
    **settings: JsonValue,
) -> Workbench:
    """Return the workbench of a check on some files, of which all are changed unless said otherwise."""
    given = dict(files or {})
    return Workbench(
        check=check,
        tree_name=tree_name,
        tree=tree,
        root=tree / root,
        base_tree=Path("/base"),
        inputs=Path("/inputs"),
        outputs=Path("/outputs"),
        data=Path("/checks") / check,
        bin=Path("/tool/bin"),
        project_bin=Path("/project/bin"),
        settings={**_SETTINGS[check], **settings},
        files=sorted(given),
        changed=frozenset(given if changed is None else changed),
        items=items,
        port=8000,
        writable=writable,
        source=lambda path: given[path].encode() if path in given else None,
    )


def finished(exit_code: int, **reports: bytes | str | Mapping[str, Any]) -> Raw:
    """Return what a tool left; ``report_json="…"`` is its report ``report.json``."""
    return Raw(
        exit_code=exit_code,
        stdout=b"",
        stderr=b"the last line\n",
        reports={name.replace("_", "."): _bytes(content) for name, content in reports.items()},
    )


def _bytes(content: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()
