"""Environments made by the real uv from small, old, hash-locked releases."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import uv

from lineclear.errors import ContractError
from lineclear.run.detect import Locked
from lineclear.run.environments import (
    EnvironmentFailed,
    ProjectEnvironment,
    ToolEnvironment,
    project_environment,
    tool_environment,
)

LOCK = """\
iniconfig==2.0.0 \\
    --hash=sha256:2d91e135bf72d31a410b17c16da610a82cb55f6b0477d1a902134b24a455b8b3 \\
    --hash=sha256:b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374
    # via nothing
"""
BACKEND = """
import os, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    assert os.listdir(os.environ["HOME"]) == [], "a home of its own"
    with zipfile.ZipFile(os.path.join(folder, "orders-1-py3-none-any.whl"), "w") as wheel:
        wheel.write("orders.py")
        info = "orders-1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: orders\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "orders-1-py3-none-any.whl"
"""
PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "orders"
version = "1"
[dependency-groups]
test = ["iniconfig==2.0.0"]
[tool.uv]
index-url = "http://127.0.0.1:9/the-change-says-so"
no-index = true
"""

pytestmark = pytest.mark.tools


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINECLEAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(LOCK)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    (folder / "orders.py").write_text("total = 3\n")
    return folder


def tool(lock: Path, seconds: float = 100) -> ToolEnvironment:
    return asyncio.run(tool_environment(lock, name="tiny", seconds=seconds))


def project(
    tree: Path,
    install: Sequence[str] | Locked,
    *,
    python: str | None = None,
    provides: Mapping[str, Path] | None = None,
) -> ProjectEnvironment:
    folder = tree.parent / "environment"
    made = project_environment(tree=tree, install=install, python=python, folder=folder, provides=provides or {})
    return asyncio.run(made)


def test_a_tool_environment_is_made_once_and_read_only(lock: Path, cache: Path) -> None:
    first = tool(lock)
    shown = subprocess.run(
        [first.python, "-I", "-c", "import iniconfig; print(iniconfig.__file__)"], capture_output=True
    )
    assert shown.stdout.decode().startswith(str(first.folder))
    assert (first.version_of("IniConfig"), first.version_of("pytest")) == ("2.0.0", None)
    assert first.folder.is_relative_to(cache / "tools")
    writable = [path for path in first.folder.rglob("*") if path.lstat().st_mode & 0o222 and not path.is_symlink()]
    assert writable == []
    assert not stat.S_IMODE(first.folder.stat().st_mode) & 0o222
    assert list(first.folder.rglob("iniconfig/__pycache__/*.pyc")), "compiled when made"
    before = first.folder.stat().st_mtime_ns
    start = time.monotonic()
    assert tool(lock) == first
    assert time.monotonic() - start < 1
    assert first.folder.stat().st_mtime_ns == before


def test_another_lock_is_another_environment(lock: Path) -> None:
    first = tool(lock)
    lock.write_text(f"# a comment is a change too\n{LOCK}")
    second = tool(lock)
    assert first.folder != second.folder
    assert first.lock_digest != second.lock_digest


def test_a_half_made_environment_is_made_anew(lock: Path) -> None:
    made = tool(lock)
    marker = made.folder.with_name(f"{made.folder.name}.complete")
    marker.unlink()
    (module,) = made.folder.rglob("iniconfig/__init__.py")
    module.unlink()
    assert tool(lock) == made
    assert module.is_file()
    assert json.loads(marker.read_text())["lock"] == made.lock_digest


def test_whoever_asks_at_the_same_time_gets_the_same_environment(lock: Path) -> None:
    async def ask() -> list[ToolEnvironment]:
        return await asyncio.gather(*(tool_environment(lock, name="tiny") for _ in range(4)))

    program = "import asyncio, sys; from pathlib import Path; from lineclear.run.environments import tool_environment; "
    program += "print(asyncio.run(tool_environment(Path(sys.argv[1]), name='tiny')).folder)"
    with subprocess.Popen([sys.executable, "-c", program, lock], stdout=subprocess.PIPE) as other:
        folders = {str(one.folder) for one in asyncio.run(ask())}
        assert {other.communicate(timeout=60)[0].decode().strip()} == folders


def test_an_interrupted_build_leaves_nothing_that_is_taken_for_whole(lock: Path) -> None:
    async def interrupt(after: float) -> None:
        task = asyncio.create_task(tool_environment(lock, name="tiny"))
        await asyncio.sleep(after)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for after in (0.02, 0.06, 0.12):
        asyncio.run(interrupt(after))
    assert list(tool(lock).folder.rglob("iniconfig/__init__.py"))


def test_without_a_network_the_error_says_so(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(EnvironmentFailed, match="iniconfig") as caught:
        tool(lock)
    assert "index could not be reached" in caught.value.todo
    assert "tiny" in caught.value.where
    assert str(lock) in caught.value.where


def test_an_index_that_is_away_is_named_without_its_password(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:hunter2@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(EnvironmentFailed, match="Connection refused") as caught:
        tool(lock)
    assert "index could not be reached" in caught.value.todo
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "spoilt", [LOCK.replace("=sha256:b6", "=sha256:00").replace("=sha256:2d", "=sha256:00"), "iniconfig==2.0.0\n"]
)
def test_a_lock_that_does_not_hold_is_an_error(spoilt: str, lock: Path) -> None:
    lock.write_text(spoilt)
    with pytest.raises(EnvironmentFailed) as caught:
        tool(lock)
    assert "lock again" in caught.value.todo


def test_a_build_that_takes_too_long_is_an_error(tree: Path) -> None:
    (tree / "backend.py").write_text("import time; time.sleep(300)\n")
    made = project_environment(tree=tree, install=["."], python=None, folder=tree.parent / "slow", seconds=2)
    with pytest.raises(EnvironmentFailed, match="still running") as caught:
        asyncio.run(made)
    assert "Run again" in caught.value.todo


def test_a_project_is_installed_from_its_copy_and_the_tests_runner_added(tree: Path, lock: Path) -> None:
    made = project(tree, ["-e ."], provides={"iniconfig": lock})
    assert (made.version_of("orders"), made.version_of("iniconfig"), made.version_of("pytest")) == ("1", "2.0.0", None)
    (installed,) = made.folder.rglob("orders.py")
    assert installed.is_relative_to(made.folder), "no editable install: the copy goes away"


def test_what_the_project_installs_is_left_as_it_is(tree: Path, tmp_path: Path) -> None:
    extra = Path(__file__).parents[2] / "checks/pytest/requirements.txt"
    made = project(tree, ["--group test", "."], provides={"pytest": extra})
    assert made.version_of("iniconfig") == "2.0.0", "older than the lock's, and kept"
    assert made.version_of("pytest") == ToolEnvironment(
        folder=tmp_path, lock_digest="", lock=extra.read_text()
    ).version_of("pytest")
    shown = subprocess.run([made.bin("pytest"), "--version"], capture_output=True, check=True, cwd=tmp_path)
    assert b"pytest" in shown.stdout + shown.stderr


def test_a_runner_that_does_not_fit_beside_the_project_is_an_error(tree: Path) -> None:
    extra = Path(__file__).parents[2] / "checks/pytest/requirements.txt"
    with pytest.raises(EnvironmentFailed, match="pytest needs pluggy"):
        project(tree, ["pluggy==0.13.1"], provides={"pytest": extra})


def test_a_locked_project_is_installed_from_its_lock(tree: Path) -> None:
    text = PROJECT.partition("[tool.uv]")[0]
    (tree / "pyproject.toml").write_text(text.replace("version =", 'requires-python = ">=3.11"\nversion ='))
    subprocess.run([uv.find_uv_bin(), "lock", "--no-config", "--quiet"], cwd=tree, check=True)
    made = project(tree, Locked(extras=(), groups=("test",)))
    assert (made.version_of("orders"), made.version_of("iniconfig")) == ("1", "2.0.0")


def test_a_build_failure_shows_the_builds_own_words(tree: Path) -> None:
    (tree / "backend.py").write_text("raise SystemExit('the barrier is down')\n")
    with pytest.raises(EnvironmentFailed, match="the barrier is down") as caught:
        project(tree, ["."])
    assert "could not be built" in caught.value.todo


def test_requirements_without_a_solution_are_told_from_a_missing_network(tree: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="No solution found") as caught:
        project(tree, ["iniconfig==2.0.0", "iniconfig==1.1.1"])
    assert "contradict each other" in caught.value.todo


def test_a_python_that_is_not_there_is_named(tree: Path) -> None:
    with pytest.raises(EnvironmentFailed, match=r"3\.99") as caught:
        project(tree, [], python="3.99")
    assert "Install that Python on the runner" in caught.value.todo


@pytest.mark.parametrize(
    "entry",
    [
        "--index-url http://127.0.0.1:9/",
        "-i http://127.0.0.1:9/",
        "--target=/tmp/x",
        "requests --pre",
        "-r",
        "'open",
        "--",
    ],
)
def test_only_some_options_may_be_installed_with(entry: str, tree: Path) -> None:
    with pytest.raises(ContractError) as caught:
        project(tree, [entry])
    assert entry in caught.value.what


def test_a_marker_with_quotes_and_spaces_is_one_requirement(tree: Path) -> None:
    made = project(tree, ['iniconfig == 2.0.0 ; python_version >= "3.8"', 'pluggy; python_version < "3"'])
    assert (made.version_of("iniconfig"), made.version_of("pluggy")) == ("2.0.0", None)


def test_metadata_is_read_without_starting_the_environments_python(tree: Path, lock: Path) -> None:
    made = project(tree, ["-r ../requirements.txt"])
    made.python.unlink()
    assert made.version_of("iniconfig") == "2.0.0"
    assert made.unmet("iniconfig") == []
