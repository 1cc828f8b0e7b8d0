"""Ctrl-C and signals during a verification: every child ends, the exit code is 4, and no bundle looks whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_support import changed_repo, processes_with, start, verify, wait_for
from support import Repo, lineclear

SLEEPING = """\
import os, signal, subprocess, sys, time


def test_it():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{mark}"], start_new_session=True)
    time.sleep(600)
"""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A verification whose suite sleeps, or whose index never answers. ``mark`` is in all that belongs to it."""

    process: subprocess.Popen[str]
    bundle: Path
    temporary: Path
    mark: str

    def end(self) -> tuple[str, str]:
        return self.process.communicate(timeout=60)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Return what starts a verification; whatever is left of it afterwards is ended."""
    started = []

    def begin(repo: Repo, mark: str, *, bundle: Path | None = None, **env: str) -> Started:
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        out = bundle or tmp_path / "bundle"
        process = start(repo, f"--out={out}", env={"TMPDIR": str(temporary), **env})
        started.append(process)
        return Started(process=process, bundle=out, temporary=temporary, mark=mark)

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def sleeping_repo(folder: Path, mark: str) -> Repo:
    base = {"lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n", "a.py": "a = 1\n"}
    return changed_repo(folder / "project", base=base, change={"test_a.py": SLEEPING.replace("{mark}", mark)})


@pytest.fixture
def sleeping(tmp_path: Path, begin: Callable[..., Started]) -> Started:
    """A verification whose suite ignores every polite signal, sleeps, and has a daemon that sleeps too."""
    mark = f"sleeper-{uuid.uuid4().hex}"
    started = begin(sleeping_repo(tmp_path, mark), mark)
    wait_for(lambda: processes_with(mark))
    return started


def assert_nothing_left(started: Started) -> None:
    """Hold a stopped verification to leaving no process, no scratch, and nothing that looks like a verdict."""
    assert processes_with(started.mark) == []
    assert processes_with(str(started.temporary)) == []
    assert list(started.temporary.iterdir()) == []
    assert not (started.bundle / "manifest.json").exists()
    assert not (started.bundle / "verdict.json").exists()


def assert_said(started: Started, err: str) -> None:
    assert started.process.returncode == 4
    assert "error: interrupted, so no verdict was established\n  where: " in err
    assert "\n  to do: run the command again" in err
    assert "Traceback" not in err


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.mark.tools
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child_and_gives_no_verdict(sleeping: Started, number: signal.Signals) -> None:
    os.killpg(sleeping.process.pid, number)
    out, err = sleeping.end()
    assert out == ""
    assert_said(sleeping, err)
    assert_nothing_left(sleeping)


@pytest.mark.tools
def test_an_impatient_second_and_third_ctrl_c_leave_nothing_either(sleeping: Started) -> None:
    for _ in range(3):
        os.killpg(sleeping.process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, err = sleeping.end()
    assert sleeping.process.returncode not in (0, 1)
    assert "PASS" not in err
    wait_for(lambda: not processes_with(sleeping.mark), 20)
    assert not (sleeping.bundle / "manifest.json").exists()


@pytest.mark.tools
def test_a_killed_engine_takes_its_children_along(sleeping: Started) -> None:
    sleeping.process.kill()
    sleeping.end()
    assert sleeping.process.returncode == -9
    wait_for(lambda: not processes_with(sleeping.mark), 20)
    assert not (sleeping.bundle / "manifest.json").exists()


@pytest.mark.tools
def test_what_an_interrupted_run_left_is_no_bundle(sleeping: Started, tmp_path: Path) -> None:
    os.killpg(sleeping.process.pid, signal.SIGINT)
    sleeping.end()
    audited = lineclear("audit", str(sleeping.bundle), cwd=tmp_path)
    assert audited.returncode == 4
    assert "does not hold together" in audited.stdout
    judged = lineclear("judge", str(sleeping.bundle), cwd=tmp_path)
    assert judged.returncode == 4
    assert judged.stdout.startswith("ERROR")


@pytest.mark.tools
def test_an_older_bundle_does_not_survive_as_if_it_were_the_new_one(
    tmp_path: Path, begin: Callable[..., Started]
) -> None:
    mark = f"sleeper-{uuid.uuid4().hex}"
    repo = sleeping_repo(tmp_path, mark)
    older = verify(repo, "--base=main", "--head=main")
    assert older.code == 0
    started = begin(repo, mark, bundle=older.bundle)
    wait_for(lambda: processes_with(mark))
    os.killpg(started.process.pid, signal.SIGTERM)
    _, err = started.end()
    assert_said(started, err)
    assert_nothing_left(started)
    assert verify(repo, "--base=main", "--head=main").code == 0, "the folder can be used again"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_an_environment_is_made_ends_the_installer(
    tmp_path: Path, begin: Callable[..., Started], number: signal.Signals
) -> None:
    base = {"lineclear.yaml": "version: 1\nchecks: {bandit: {}, pytest: {}}\n", "test_a.py": "def test(): pass\n"}
    repo = changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"})
    cache = tmp_path / "cache"
    cache.mkdir()
    (tmp_path / "uv.toml").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as index:
        url = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        config = str(tmp_path / "uv.toml")
        started = begin(repo, url, LINECLEAR_CACHE=str(cache), UV_DEFAULT_INDEX=url, UV_CONFIG_FILE=config)
        wait_for(lambda: any("install" in command for command in processes_with(url)))
        os.killpg(started.process.pid, number)
        _, err = started.end()
    assert_said(started, err)
    assert_nothing_left(started)


def test_a_signal_while_the_change_is_being_read_gives_no_verdict(
    tmp_path: Path, begin: Callable[..., Started]
) -> None:
    base = {"lineclear.yaml": "version: 1\n", ".gitattributes": "*.py filter=slow\n"}
    repo = changed_repo(tmp_path / "project", base=base, change={"b.py": "b = 1\n"})
    mark = f"slow-{uuid.uuid4().hex}"
    repo.git("config", "filter.slow.clean", f"sh -c 'sleep 600 # {mark}'")
    repo.write({"a.py": "a = 1\n"})
    started = begin(repo, mark)
    wait_for(lambda: processes_with(mark))
    os.killpg(started.process.pid, signal.SIGTERM)
    _, err = started.end()
    assert_said(started, err)
    assert list(started.temporary.iterdir()) == []
    assert not started.bundle.exists()
