"""One file per family of tools; a definition names its adapter by the file's name."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery.adapter import Adapter
from lineclear.battery.adapters import bandit, jsonschema, pytest, schemathesis, semgrep

__all__ = ["ADAPTERS"]

ADAPTERS: Mapping[str, Adapter] = {
    "bandit": bandit,
    "jsonschema": jsonschema,
    "pytest": pytest,
    "schemathesis": schemathesis,
    "semgrep": semgrep,
}
