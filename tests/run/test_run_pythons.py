"""Pythons that are on the machine and not on the PATH."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineclear.run.environments import project_environment
from lineclear.run.pythons import search_path


def test_pyenv_and_the_tool_cache_come_after_the_path_newest_first(tmp_path: Path) -> None:
    pyenv, cache = tmp_path / "pyenv", tmp_path / "cache"
    for name in ("3.9.18", "2.7.18", "3.12.1", "3.10.13", "pypy", "3.7.16"):
        (pyenv / "versions" / name / "bin").mkdir(parents=True)
    (cache / "Python/3.11.4/x64/bin").mkdir(parents=True)
    found = search_path("/usr/bin", {"PYENV_ROOT": str(pyenv), "RUNNER_TOOL_CACHE": str(cache)})
    shown = [Path(entry).parts for entry in found.split(os.pathsep)]
    assert shown[0] == Path("/usr/bin").parts
    assert [next(part for part in parts if part.startswith("3.")) for parts in shown[1:]] == [
        "3.12.1",
        "3.11.4",
        "3.10.13",
        "3.9.18",
    ]


def test_without_either_the_path_stays_as_it_is(tmp_path: Path) -> None:
    assert search_path("/usr/bin:/bin", {"HOME": str(tmp_path)}) == "/usr/bin:/bin"


@pytest.mark.tools
def test_a_python_that_only_pyenv_has_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "pyenv/versions/3.99/bin"
    versions.mkdir(parents=True)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (versions / name).symlink_to(Path(sys.base_prefix) / "bin" / name)
    bare = tmp_path / "bare"
    bare.mkdir()
    monkeypatch.setenv("LINECLEAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(bare))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    monkeypatch.setenv("UV_PYTHON_PREFERENCE", "only-system")
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = asyncio.run(project_environment(tree=tmp_path, install=[], python=wanted, folder=tmp_path / "environment"))
    shown = subprocess.run([made.python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
    assert shown.stdout.decode().strip() == str(sys.version_info[:2])
