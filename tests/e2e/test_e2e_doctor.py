"""``lineclear doctor``: what a machine lacks, each with how to mend it; and it ends, whatever the index does."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import Repo, lineclear

from lineclear.contract.schema import schema


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "project", {"a.py": ""})


def examine(cwd: Path, env: Mapping[str, str], code: int) -> dict[str, list[dict[str, Any]]]:
    """Run the doctor, hold it to its schema and exit code, and return its probes by name."""
    done = lineclear("doctor", "--json", cwd=cwd, env=env, seconds=90)
    assert done.returncode == code, done.stdout + done.stderr
    report = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema("machine-report")).validate(report)
    probes: dict[str, list[dict[str, Any]]] = {}
    for probe in report["probes"]:
        probes.setdefault(probe["name"], []).append(probe)
        assert probe["health"] != "problem" or probe["todo"], probe
    problems = [probe for found in probes.values() for probe in found if probe["health"] == "problem"]
    assert bool(problems) is (code == 4)
    return probes


def health(probes: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    return {name: found[0]["health"] for name, found in probes.items()}


@pytest.mark.tools
def test_a_machine_that_has_all_is_well(repo: Repo) -> None:
    probes = examine(repo.root, {}, 0)
    assert probes["repository"][0]["said"] == str(repo.root)
    assert {probe["said"].split()[0] for probe in probes["tool"]} >= {"bandit", "semgrep", "schemathesis", "jsonschema"}
    text = lineclear("doctor", cwd=repo.root)
    assert text.returncode == 0
    assert text.stdout.endswith("All that a verification needs is there.\n")


def test_offline_with_an_empty_cache_is_a_problem_with_its_remedy(repo: Repo, tmp_path: Path) -> None:
    probes = examine(repo.root, {"UV_OFFLINE": "1", "LINECLEAR_CACHE": str(tmp_path / "cache")}, 4)
    (index,) = probes["index"]
    assert "not bandit" in index["said"]
    assert index["todo"] == "unset UV_OFFLINE"
    text = lineclear("doctor", cwd=repo.root, env={"UV_OFFLINE": "1", "LINECLEAR_CACHE": str(tmp_path / "cache")})
    assert "To do: unset UV_OFFLINE" in text.stdout
    assert text.stdout.endswith("Problems: 1.\n")


def test_an_index_that_never_answers_does_not_hang_it(repo: Repo, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        env = {"UV_DEFAULT_INDEX": url, "UV_HTTP_TIMEOUT": "600", "LINECLEAR_CACHE": str(tmp_path / "cache")}
        started = time.monotonic()
        probes = examine(repo.root, {**env, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}, 4)
    assert probes["index"][0]["health"] == "problem"
    assert time.monotonic() - started < 60


def test_an_index_that_is_not_there_is_a_problem(repo: Repo) -> None:
    env = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    (index,) = examine(repo.root, env, 4)["index"]
    assert "bandit" in index["said"]
    assert index["todo"].startswith("The package index could not be reached")


def test_a_cache_that_cannot_be_made_is_a_problem(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    probes = examine(repo.root, {"LINECLEAR_CACHE": str(tmp_path / "file" / "cache")}, 4)
    assert probes["cache"][0]["todo"].startswith("Set LINECLEAR_CACHE")


@pytest.mark.parametrize("home", ["", "/nonexistent/home"])
def test_a_missing_home_is_worth_a_note(repo: Repo, tmp_path: Path, home: str) -> None:
    env = {"HOME": home, "TMPDIR": str(tmp_path), "UV_OFFLINE": "1", "LINECLEAR_CACHE": str(tmp_path / "cache")}
    (found,) = examine(repo.root, env, 4)["home"]
    assert found["health"] == "note"
    assert found["todo"]


def test_outside_a_repository_there_is_a_note(tmp_path: Path) -> None:
    probes = examine(tmp_path, {"UV_OFFLINE": "1", "LINECLEAR_CACHE": str(tmp_path / "cache")}, 4)
    assert health(probes)["repository"] == "note"
    assert "git init" in probes["repository"][0]["todo"]


def test_a_git_that_is_missing_or_too_old_is_a_problem(repo: Repo, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    env = {"PATH": str(programs), "UV_OFFLINE": "1", "LINECLEAR_CACHE": str(tmp_path / "cache")}
    probes = examine(repo.root, env, 4)
    assert "git was not found" in probes["git"][0]["said"]
    assert "Install git 2.38" in probes["git"][0]["todo"]
    assert probes["compiler"][0]["health"] == "note"
    old = programs / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    assert "git 2.30.2 cannot" in examine(repo.root, env, 4)["git"][0]["said"]


def test_nothing_is_left_behind(repo: Repo, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    cache = tmp_path / "cache"
    examine(repo.root, {"UV_OFFLINE": "1", "LINECLEAR_CACHE": str(cache), "TMPDIR": str(temporary)}, 4)
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in cache.iterdir()) == ["tools", "uv-project", "uv-tools"]
    assert repo.git("status", "--porcelain") == ""
