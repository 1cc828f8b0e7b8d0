"""Fixtures for all tests: a scrubbed environment, and tools in the environments that Lineclear makes for them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from lineclear.resources import checks_folder
from lineclear.run.environments import tool_environment


def pytest_configure() -> None:
    """Undo an ignored Ctrl-C, which a shell's ``&`` leaves behind and every process started from here would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_forge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test see the forge or the runner that it happens to run on."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "RUNNER_", "GIT_")) or name == "CI":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def tool_bin() -> Callable[[str], Path]:
    """Return a program of a tool, from its hash-locked environment."""

    def find(name: str) -> Path:
        requirements = checks_folder() / name / "requirements.txt"
        return asyncio.run(tool_environment(requirements, name=name)).bin(name)

    return find
