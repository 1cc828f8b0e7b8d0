"""What end-to-end tests share: real git repositories, and the real command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Repo", "lineclear", "scrubbed_environment", "verdict_of"]

_STEERING = ("GITHUB_", "RUNNER_", "GIT_", "PYTEST_", "CI")


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what a forge, a runner or a test runner put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_STEERING)}
    return {**kept, **(extra or {})}


def lineclear(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end and return exit code, output and error output."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "lineclear.cli.main", *arguments],
        cwd=cwd,
        env=scrubbed_environment(env),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def verdict_of(bundle: Path) -> dict[str, Any]:
    """Return the verdict of a bundle as plain JSON."""
    verdict = json.loads((bundle / "verdict.json").read_text("utf-8"))
    assert isinstance(verdict, dict)
    return verdict


@dataclass(frozen=True, kw_only=True)
class Repo:
    """A real git repository with a branch ``main``."""

    root: Path

    @classmethod
    def create(cls, root: Path, files: Mapping[str, str | bytes] | None = None) -> Repo:
        """Make a repository; with files, their first commit too."""
        root.mkdir(parents=True, exist_ok=True)
        repo = cls(root=root)
        repo.git("init", "--quiet", "--initial-branch=main")
        if files is not None:
            repo.write(files)
            repo.commit("first")
        return repo

    def git(self, *arguments: str) -> str:
        """Run git and return what it printed."""
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.root,
            env=scrubbed_environment({"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, with the folders that they need."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str, files: Mapping[str, str | bytes] | None = None) -> str:
        """Write files if any are given, commit everything, and return the commit."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        """Start a branch and switch to it."""
        self.git("switch", "--quiet", "--create", name, start)
