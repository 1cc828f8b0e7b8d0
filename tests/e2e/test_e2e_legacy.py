"""Code that was there before: a change that only reformats and moves it brings nothing new, and blocks nobody."""

from __future__ import annotations

import pytest
from e2e_support import Run, changed_repo, verify

pytestmark = pytest.mark.tools

CONTRACT = {"lineclear.yaml": "version: 1\nchecks: {bandit: {with: {severity: low}}, semgrep: {}}\n"}
BOTH = pytest.mark.parametrize("check", ["bandit", "semgrep"])

OLD = """\
import os, subprocess, sys
def run(name,value):
\tif value: subprocess.call('rm -r ' + name, shell=True); return value
\tassert value == U'it\\'s', 'one two '  'three'
\treturn eval(value+'\\xAB')
"""
FORMATTED = """\
import os
import subprocess
import sys


def run(
    name,
    value,
):
    if value:
        subprocess.call(
            "rm -r " + name,
            shell=True,
        )
        return value
    assert value == "it's", (
        "one "
        "two three"
    )
    return eval(
        value + "\\xab",
    )
"""
BOTH_PARTS = "import yaml\n\n\ndef load(text):\n    return yaml.load(text, yaml.UnsafeLoader)\n\n\ndef run(text):\n"
PYTHON_2 = 'import pickle\nprint "hello"\nexec "pass"\n'
FILLER = "ROWS = [\n" + "".join(f"    {n},\n" for n in range(40)) + "]\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A commit that reformats, moves, splits and merges files with defects, and changes line ends and tabs."""
    base: dict[str, str | bytes] = {
        **CONTRACT,
        "pkg/reformatted.py": OLD,
        "pkg/tabs.py": "def f(a):\n\tif a:\n\t\treturn eval(a + 't')\n",
        "pkg/ends.py": b"def f(a):\r\n    return eval(a + 'e')\r\n",
        "pkg/latin.py": "# coding: latin-1\ndef f(a):\n    x = 'é'; return eval(a + 'é')\n".encode("latin-1"),
        "pkg/moved.py": FILLER + "def f(a):\n    return eval(a + 'm')\n",
        "pkg/whole.py": BOTH_PARTS + "    return eval(text + 'w')\n",
        "pkg/python2.py": PYTHON_2,
        "pkg/python2_moved.py": FILLER + PYTHON_2,
        "pkg/one.py": "def one(a):\n    return eval(a + '1')\n",
        "pkg/two.py": "def two(a):\n    return eval(a + '2')\n",
    }
    change: dict[str, str | bytes] = {
        "pkg/reformatted.py": FORMATTED,
        "pkg/tabs.py": "def f(a):\n    if a:\n        return eval(a + 't')\n",
        "pkg/ends.py": b"def f(a):\n    return eval(a + 'e')\n",
        "pkg/latin.py": "def f(a):\n    x = 'é'\n    return eval(a + 'é')\n",
        "pkg/python2.py": PYTHON_2 + "\n\n",
        "pkg/numbers.py": "def one(a):\n    return eval(a + '1')\n\n\ndef two(a):\n    return eval(a + '2')\n",
        "pkg/loads.py": BOTH_PARTS.partition("def run")[0],
        "pkg/runs.py": "def run(text):\n    return eval(text + 'w')\n",
    }
    repo = changed_repo(tmp_path_factory.mktemp("legacy") / "project", base=base, change=change)
    repo.git("rm", "--quiet", "pkg/one.py", "pkg/two.py", "pkg/whole.py")
    (repo.root / "src").mkdir()
    for name in ("moved", "python2_moved"):
        repo.git("mv", f"pkg/{name}.py", f"src/{name}.py")
        repo.write({f"src/{name}.py": "# moved\n" + (repo.root / f"src/{name}.py").read_text()})
    repo.commit("move")
    return verify(repo)


@BOTH
def test_code_that_was_moved_and_reformatted_is_existing(run: Run, check: str) -> None:
    states = run.states(check)
    files = {place.split(":")[0] for place in states}
    assert files >= {f"pkg/{name}.py" for name in ("reformatted", "tabs", "ends", "latin", "numbers", "loads", "runs")}
    assert "src/moved.py" in files
    assert set(states.values()) == {"existing"}, states
    assert run.code == 0


@BOTH
def test_files_that_parsed_on_neither_side_are_existing(run: Run, check: str) -> None:
    unparsable = {f["path"]: f["state"] for f in run.findings(check) if f["rule"] == "unparsable"}
    assert unparsable == {"pkg/python2.py": "existing", "src/python2_moved.py": "existing"}


PYTEST = {"lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n", "a.py": "a = 1\n"}


@pytest.mark.parametrize(
    "files", [{}, {"tests/data/a.json": "{}\n", "tests/notes.txt": "none\n"}], ids=["none", "data"]
)
def test_without_a_test_on_either_side_pytest_does_not_apply(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("untested") / "project"
    run = verify(changed_repo(folder, base={**PYTEST, **files}, change={"a.py": "a = 2\n"}))
    assert (run.code, run.check("pytest")["status"]) == (0, "notApplicable")
    assert run.check("pytest")["reason"] == "Neither tree has a test file or a pytest configuration."


def test_the_first_tests_of_a_project_are_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    good = "import a\n\n\ndef test_a():\n    assert a.a == 2\n"
    change = {"a.py": "a = 2\n", "tests/test_a.py": good}
    run = verify(changed_repo(tmp_path_factory.mktemp("first") / "project", base=PYTEST, change=change))
    assert (run.code, run.check("pytest")["status"]) == (0, "passed"), run.stdout
    bad = {**change, "tests/test_a.py": good.replace("2", "3")}
    run = verify(changed_repo(tmp_path_factory.mktemp("first") / "project", base=PYTEST, change=bad))
    assert run.code == 1
    assert [finding["state"] for finding in run.findings("pytest")] == ["new"]
