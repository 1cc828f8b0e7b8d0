"""What a whole verification makes of a project's way to declare things, and of the runner's passwords."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify

pytestmark = [pytest.mark.tools, pytest.mark.network]

SCM = """\
[build-system]
requires = ["setuptools", "setuptools-scm"]
build-backend = "setuptools.build_meta"
[project]
name = "orders"
dynamic = ["version"]
[tool.setuptools]
packages = ["orders"]
[tool.setuptools_scm]
"""
SCM_TEST = (
    "from importlib.metadata import version\n\n\ndef test_it():\n    assert version('orders').startswith('3.4.3')\n"
)


def test_a_version_that_comes_from_git_is_the_one_that_the_tags_give(tmp_path: Path) -> None:
    base = {
        "lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n",
        "pyproject.toml": SCM,
        "orders/__init__.py": "",
        "tests/test_version.py": SCM_TEST,
    }
    repo = changed_repo(tmp_path / "project", base=base, change={"orders/more.py": "a = 1\n"})
    repo.git("tag", "v3.4.2", "main")
    run = verify(repo)
    assert run.findings("pytest") == []
    assert run.code == 0, run.stdout


@pytest.fixture(scope="module")
def poetry(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A Poetry project without a package, with an older lock; one check has what the contract says instead."""
    base = {
        "lineclear.yaml": "version: 1\nchecks:\n  pytest: {}\n"
        "  stated: {use: pytest, with: {root: libs, install: [iniconfig]}}\n",
        "pyproject.toml": "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\n"
        'python = "*"\niniconfig = "^2"\n',
        "poetry.lock": '[[package]]\nname = "iniconfig"\nversion = "2.0.0"\n',
        "tests/test_it.py": "from importlib.metadata import version\n\n\ndef test_it():\n"
        "    assert version('iniconfig') == '2.0.0'\n",
        "libs/uv.lock": "version = 1\n",
        "libs/test_libs.py": "import iniconfig\n\n\ndef test_it():\n    assert iniconfig\n",
    }
    base["pytest.ini"] = "[pytest]\ntestpaths = tests\n"
    return verify(changed_repo(tmp_path_factory.mktemp("poetry") / "project", base=base, change={"a.py": "a = 1\n"}))


def test_evidence_says_what_was_installed_and_how_the_lock_was_used(poetry: Run) -> None:
    assert poetry.code == 0, poetry.stdout
    installed = poetry.evidence("pytest")["installed"]
    assert (installed["root"], installed["because"]) == (".", "pyproject.toml")
    assert installed["notes"] == ["poetry.lock: installed at the versions that it pins; its hashes were not checked."]


def test_a_lock_that_is_not_used_is_said(poetry: Run) -> None:
    installed = poetry.evidence("stated")["installed"]
    assert (installed["root"], installed["because"]) == ("libs", "the contract")
    assert installed["notes"] == ["uv.lock was not used: the contract says what to install."]


def test_the_password_of_an_index_is_nowhere(tmp_path: Path) -> None:
    base = {
        "lineclear.yaml": "version: 1\nproject: {install: [signalbox]}\nchecks: {pytest: {}}\n",
        "test_it.py": "def test_it():\n    pass\n",
    }
    env = {
        "UV_DEFAULT_INDEX": "private=http://first:s3cret-one@127.0.0.1:9/simple",
        "UV_INDEX_PRIVATE_PASSWORD": "s3cret-two",
        "UV_HTTP_RETRIES": "0",
    }
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}), env=env)
    assert_no_result(run, "pytest", "noEnvironment")
    assert "index" in run.evidence("pytest")["problem"]["todo"]
    for data in (
        run.stdout.encode(),
        run.stderr.encode(),
        *(p.read_bytes() for p in run.bundle.rglob("*") if p.is_file()),
    ):
        assert b"s3cret" not in data
