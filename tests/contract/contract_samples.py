"""Small definitions, facts and contract trees for the tests of the contract room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineclear.contract.load import Loaded, load_contract
from lineclear.model.definition import CheckDefinition
from lineclear.model.facts import Facts
from lineclear.model.words import ContractSource


def definition(id_: str, *, environment: str = "own", **settings: dict[str, Any]) -> CheckDefinition:
    return CheckDefinition.model_validate(
        {
            "id": id_,
            "title": id_,
            "covers": "something",
            "adapter": id_,
            "trust": "observed",
            "executes": environment == "project",
            "needs": "nothing",
            "base": "changed",
            "tool": {"name": id_, "environment": environment, "requirements": f"{id_}/requirements.txt"},
            "settings": {name: {"help": f"What {name} is.", **value} for name, value in settings.items()},
        }
    )


def strings(direction: str, default: list[str] | None = None) -> dict[str, Any]:
    return {"type": "strings", "direction": direction, "default": default}


DEFINITIONS = {
    item.id: item
    for item in (
        definition("pytest", environment="project", args=strings("fixed", [])),
        definition("semgrep", rules=strings("grow", ["lineclear:python"])),
        definition(
            "bandit",
            skips=strings("shrink", []),
            severity={
                "type": "choice",
                "choices": ["low", "medium", "high"],
                "default": "medium",
                "direction": "lower",
            },
            limit={"type": "integer", "direction": "lower"},
            depth={"type": "integer", "direction": "higher", "default": 3},
            strict={"type": "boolean", "direction": "higher", "default": False},
            label={"type": "string", "direction": "free"},
        ),
        definition(
            "jsonschema",
            schema={"type": "string", "direction": "fixed", "required": True},
            instances={"type": "strings", "direction": "fixed", "required": True},
        ),
    )
}


def load(files: Mapping[str, str], *, root: str = "lineclear.yaml") -> Loaded:
    """Load a contract from a tree of texts; ``version: 1`` is put before each."""

    def read(path: str) -> bytes | None:
        return f"version: 1\n{files[path]}".encode() if path in files else None

    text = read(root)
    assert text is not None
    return load_contract(source=ContractSource.BASE, uri=root, text=text, read=read, definitions=DEFINITIONS)


def facts(**changed: Any) -> Facts:
    """Return facts of which nothing was measured that can be left unmeasured."""
    values: dict[str, Any] = {
        "change": {
            "author": {"login": None, "kind": "agent", "agent": None},
            "paths": ["src/a.py"],
            "files": [{"path": "src/a.py", "status": "added", "kind": "source", "added": 3, "deleted": None}],
            "lines": 3,
            "added": 3,
            "deleted": 0,
            "commits": 1,
            "uncommitted": False,
        },
        "findings": [finding()],
        "checks": [
            {
                "id": "pytest",
                "status": "passed",
                "required": True,
                "enforcement": "enforce",
                "measures": {"testsCollected": 0},
            }
        ],
        "tests": {"collected": None, "passed": None, "failed": None, "skipped": None},
        "contract": {"source": "base"},
    }
    return Facts.model_validate({**values, **changed})


def finding(**changed: Any) -> dict[str, Any]:
    values = {"check": "bandit", "rule": "B1", "level": "error", "message": "m", "fingerprint": "f"}
    return {**values, "path": None, "line": None, "state": None, **changed}
