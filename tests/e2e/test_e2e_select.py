"""``--select``: a part of one check runs, the verdict says that it is one, and what matches nothing is no pass."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, assert_refused, changed_repo, verify
from support import Repo, lineclear

CONTRACT = """\
version: 1
checks: {pytest: {}, bandit: {}, data: {use: jsonschema, with: {schema: s.json, instances: "*.json"}}}
invariants:
  - id: no-new-errors
    require: '!findings.exists(f, f.state == "new" && f.level == "error")'
    otherwise: fail
    message: New errors.
    remedy: Mend them.
"""
TESTS = """\
import pytest
from shop import price


def test_good():
    assert price(1) == 2


@pytest.mark.parametrize("n", [2, 3])
def test_bad(n):
    assert price(n) == n
"""
BASE = {
    "lineclear.yaml": CONTRACT,
    "s.json": "{}",
    "shop.py": "def price(n):\n    return n\n",
    "tests/test_shop.py": TESTS.replace("== 2", "== 1"),
    "tests/test_other.py": "def test_other():\n    assert False\n",
    "old.py": 'eval("1")\n',
    "conftest.py": "",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = changed_repo(
        tmp_path / "project",
        base=BASE,
        change={
            "shop.py": 'def price(n):\n    eval("1")\n    return n + 1\n',
            "tests/test_shop.py": TESTS,
            "new.py": 'eval("1")\neval("2")\n',
        },
    )
    repo.git("mv", "old.py", "moved.py")
    repo.commit("move")
    return repo


def assert_partial(run: Run, check: str, items: list[str]) -> None:
    """Hold a verdict to being partial everywhere, and to what the plan says that was selected."""
    assert run.verdict["partial"] is True
    assert run.statement()["predicate"]["verificationResult"] == "FAILED"
    plan = json.loads(run.text("inputs/plan.json"))
    assert {item["id"]: item["selection"] for item in plan["checks"] if item["selection"]} == {check: items}
    assert run.evidence(check)["scope"] == {"kind": "selected", "items": items, "edited": None}
    assert "Partial: only a part of the contract was selected" in run.stdout
    assert f"{check}: all but what --select named was left out." in run.verdict["notEstablished"]
    invariant = run.verdict["invariants"][0]
    assert invariant["result"] in ("error", "broken"), "never held by a part"
    judged = lineclear("judge", str(run.bundle), "--format=json", cwd=run.bundle.parent)
    assert judged.stdout == run.text("verdict.json")


@pytest.mark.tools
def test_only_the_named_test_runs_and_a_pass_is_none(repo: Repo) -> None:
    run = verify(repo, "--only=pytest", "--select=tests/test_shop.py::test_good")
    assert run.code == 0
    assert run.check("pytest")["measures"]["testsCollected"] == 1
    assert_partial(run, "pytest", ["tests/test_shop.py::test_good"])
    assert "Only what was selected of one check ran." in run.verdict["summary"]
    audited = lineclear("audit", str(run.bundle), cwd=run.bundle.parent)
    assert audited.returncode == 0, audited.stdout


@pytest.mark.tools
def test_what_a_finding_gives_to_reproduce_it_does_so(repo: Repo) -> None:
    whole = verify(repo, "--only=pytest")
    new = [finding for finding in whole.findings("pytest") if finding["state"] == "new"]
    assert len(new) == 2
    words = shlex.split(new[0]["reproduce"])
    assert words == ["lineclear", "verify", "--only", "pytest", "--select", "tests/test_shop.py::test_bad[2]"]
    run = verify(repo, *words[2:])
    assert run.code == 1
    assert_partial(run, "pytest", [words[-1]])
    assert [f["fingerprint"] for f in run.findings("pytest")] == [new[0]["fingerprint"]]


@pytest.mark.tools
def test_files_and_tests_may_be_given_together(repo: Repo) -> None:
    run = verify(
        repo, "--only=pytest", "--select=./tests/test_other.py", "--select", "tests/test_shop.py::test_bad", out=None
    )
    assert run.check("pytest")["measures"]["testsCollected"] == 3
    assert_partial(run, "pytest", ["tests/test_other.py", "tests/test_shop.py::test_bad"])
    assert run.check("pytest")["findings"] == {"new": 2, "existing": 1, "fixed": None}


@pytest.mark.tools
def test_a_scanner_runs_on_a_file_and_compares_it_with_the_base_under_its_old_name(repo: Repo) -> None:
    run = verify(repo, "--only=bandit", "--select=moved.py", "--select=new.py")
    assert run.code == 1
    assert_partial(run, "bandit", ["moved.py", "new.py"])
    assert run.states("bandit") == {"moved.py:1": "existing", "new.py:1": "new", "new.py:2": "new"}
    assert run.evidence("bandit", "base")["scope"] == {"kind": "selected", "items": ["old.py"], "edited": None}
    assert run.check("bandit")["measures"] == {"filesExamined": 2, "filesExpected": 2}
    assert run.findings("bandit")[-1]["reproduce"] == "lineclear verify --only bandit --select new.py"


@pytest.mark.tools
def test_a_test_that_is_not_there_is_no_result_and_close_names_are_said(repo: Repo) -> None:
    run = verify(repo, "--only=pytest", "--select=tests/test_shop.py::test_god")
    assert_no_result(run, "pytest", "nothingExamined")
    assert "did you mean 'tests/test_shop.py::test_good'" in run.check("pytest")["reason"]


@pytest.mark.tools
def test_a_file_that_the_check_does_not_read_is_no_result(repo: Repo) -> None:
    run = verify(repo, "--only=bandit", "--select=s.json")
    assert_no_result(run, "bandit", "nothingExamined")
    assert "did not look into 's.json'" in run.check("bandit")["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only=pytest", "--select=tests/tset_shop.py::test_good"], ["did you mean 'tests/test_shop.py'"]),
        (["--only=bandit", "--select=old.py"], ["the merge result has no file 'old.py'"]),
        (["--only=bandit", "--select=new.py::test"], ["takes files"]),
        (["--only=data", "--select=s.json"], ["cannot run in part", "choose among: ", "pytest"]),
        (["--select=new.py"], ["no check is named by --only"]),
        (["--only=bandit,pytest", "--select=new.py"], ["2 checks are named by --only"]),
        (["--only=pytest", "--select=-k"], ["could be read as an option"]),
        (["--only=pytest", "--select=@new.py"], ["could be read as an option"]),
        (["--only=pytest", "--select=../new.py"], ["not inside the repository"]),
        (["--only=pytest", "--select=/etc/passwd"], ["not inside the repository"]),
        (["--only=pytest", "--select=new.py\n"], ["cannot be seen"]),
        (["--only=pytest", "--select="], ["names no file"]),
    ],
)
def test_what_cannot_be_selected_is_refused_before_anything_runs(
    repo: Repo, arguments: list[str], words: list[str]
) -> None:
    assert_refused(lineclear("verify", *arguments, cwd=repo.root), 2, "--select", *words)


@pytest.mark.tools
def test_below_a_project_root_tests_are_named_as_findings_name_them(tmp_path: Path) -> None:
    base = {
        "lineclear.yaml": "version: 1\nproject: {root: libs/core}\nchecks: {pytest: {}}\n",
        "libs/core/tests/test_a.py": "def test_a():\n    assert True\n\n\ndef test_b():\n    assert True\n",
    }
    change = {"libs/core/tests/test_a.py": "def test_a():\n    assert False\n\n\ndef test_b():\n    assert True\n"}
    repo = changed_repo(tmp_path / "project", base=base, change=change)
    run = verify(repo, "--only=pytest", "--select=libs/core/tests/test_a.py::test_a")
    (finding,) = run.findings("pytest")
    assert run.check("pytest")["measures"]["testsCollected"] == 1
    again = "lineclear verify --only pytest --select libs/core/tests/test_a.py::test_a"
    assert (finding["state"], finding["reproduce"]) == ("new", again)
    refused = lineclear("verify", "--only=pytest", "--select=tests/test_a.py", cwd=repo.root)
    assert_refused(refused, 2, "not in the project's root 'libs/core'")
