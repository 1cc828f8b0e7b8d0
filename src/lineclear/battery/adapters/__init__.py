"""One file per family of tools; a definition names its adapter by the file's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lineclear.battery.adapter import Adapter, Reading, Workbench
from lineclear.battery.adapters import (
    bandit,
    command,
    integrity,
    jsonschema,
    junit,
    nox,
    oracle,
    pytest,
    sarif,
    schemathesis,
    semgrep,
)

__all__ = ["ADAPTERS", "TAKEN"]

ADAPTERS: Mapping[str, Adapter] = {
    "bandit": bandit,
    "command": command,
    "integrity": integrity,
    "jsonschema": jsonschema,
    "junit": junit,
    "nox": nox,
    "oracle": oracle,
    "pytest": pytest,
    "sarif": sarif,
    "schemathesis": schemathesis,
    "semgrep": semgrep,
}

TAKEN: Mapping[str, Callable[[Mapping[str, bytes], Workbench], Reading]] = {
    "junit": junit.read_taken,
    "sarif": sarif.read_taken,
}
"""The adapters that can also read a report which another job made."""
