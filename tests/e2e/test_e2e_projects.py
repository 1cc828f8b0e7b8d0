"""Several projects in one repository, and several Pythons for one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify
from support import lineclear

pytestmark = pytest.mark.tools

CONTRACT = """\
version: 1
checks:
  core: {use: pytest, with: {root: libs/core}}
  web: {use: pytest, with: {root: ./libs/web/}}
  added: {use: pytest, with: {root: libs/added}}
  data: {use: pytest, with: {root: libs/data}}
"""


def package(name: str, answer: int, expected: int) -> dict[str, str]:
    """Return a project whose one test holds, or not, in a layout where only an installed package can be imported."""
    root = f"libs/{name}"
    test = f"import {name}\n\n\ndef test_answer():\n    assert {name}.answer() == {expected}\n"
    return {
        f"{root}/pyproject.toml": f"""\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "example-{name}"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["src/{name}"]
""",
        f"{root}/src/{name}/__init__.py": f"def answer():\n    return {answer}\n",
        f"{root}/tests/test_answer.py": test,
    }


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that breaks one project, leaves one broken as it was, and adds one that is broken."""
    base = {
        "lineclear.yaml": CONTRACT,
        **package("core", 1, 1),
        **package("web", 1, 2),
        "libs/data/orders.json": "{}\n",
    }
    change = {"libs/core/src/core/__init__.py": "def answer():\n    return 3\n", **package("added", 5, 6)}
    return verify(changed_repo(tmp_path_factory.mktemp("several") / "project", base=base, change=change))


@pytest.mark.network
def test_each_project_is_tested_in_an_environment_of_its_own(several: Run) -> None:
    assert several.code == 1
    assert several.states("core") == {"libs/core/tests/test_answer.py:4": "new"}
    assert several.states("web") == {"libs/web/tests/test_answer.py:4": "existing"}
    assert several.check("core")["measures"]["testsCollected"] == 1


@pytest.mark.network
def test_a_project_that_the_change_adds_has_new_findings_only(several: Run) -> None:
    assert several.states("added") == {"libs/added/tests/test_answer.py:4": "new"}
    base = several.evidence("added", "base")
    assert (base["ended"], base["problem"]["what"]) == ("nothingExamined", "the base has no folder libs/added")


@pytest.mark.network
def test_a_project_without_tests_is_not_concerned(several: Run) -> None:
    data = several.check("data")
    assert data["status"] == "notApplicable"
    assert data["reason"] == "Neither tree has a test file or a pytest configuration in libs/data."


def test_a_root_that_neither_tree_has_is_no_result(tmp_path: Path) -> None:
    contract = "version: 1\nchecks: {core: {use: pytest, with: {root: lib/core}}}\n"
    base = {"lineclear.yaml": contract, "libs/core/test_it.py": "def test_it():\n    pass\n"}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}))
    assert_no_result(run, "core", "nothingExamined")
    assert run.evidence("core")["problem"]["what"] == "the merge result has no folder lib/core"


PYTHONS = """\
version: 1
checks:
  pytest: {}
  named: {use: pytest, with: {python: "%s"}}
  missing: {use: pytest, with: {python: "3.99"}}
"""


def test_each_check_has_the_python_that_it_asks_for(tmp_path: Path) -> None:
    named = f"{sys.version_info.major}.{sys.version_info.minor}"
    base = {"lineclear.yaml": PYTHONS % named, "test_it.py": "def test_it():\n    pass\n"}
    run = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}))
    assert run.check("named")["status"] == run.check("pytest")["status"] == "passed"
    missing = run.evidence("missing")
    assert missing["ended"] == "noEnvironment"
    assert "3.99" in missing["problem"]["what"]
    assert "Install that Python on the runner" in missing["problem"]["todo"]


@pytest.mark.parametrize("root", ["../elsewhere", "/etc", "libs/../.."])
def test_a_root_outside_the_tree_is_refused(tmp_path: Path, root: str) -> None:
    contract = tmp_path / "lineclear.yaml"
    contract.write_text(f"version: 1\nchecks: {{pytest: {{with: {{root: {root}}}}}}}\n")
    done = lineclear("contract", "check", str(contract), cwd=tmp_path)
    assert done.returncode == 2
    assert f"the project's root '{root}' is not in the tree" in done.stdout + done.stderr
