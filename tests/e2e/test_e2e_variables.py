"""Variables of the runner that a contract passes to the project's code: what arrives, is masked, or is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Run, assert_refused, changed_repo, verify
from support import lineclear

pytestmark = pytest.mark.tools

SECRET = 'tr4in-"quoted"-s3cret/π'
CONTRACT = """\
version: 1
project: {env: {pass: [API_TOKEN, STAGE]%s}}
checks: {pytest: {}%s}
invariants:
  - {id: none-new, require: '!findings.exists(f, f.state == "new")', otherwise: fail, message: New., remedy: Mend.}
"""
TEST = """\
import os

import pytest


def test_the_variables_are_here_and_no_others():
    assert os.environ["API_TOKEN"]
    assert os.environ["STAGE"] == "x"
    assert "UNNAMED_TOKEN" not in os.environ


@pytest.mark.parametrize("given", [os.environ.get("API_TOKEN")])
def test_that_tells(given):
    print("printed", given)
    assert given == "something else"
"""


def run(folder: Path, env: dict[str, str], *, more: str = "", checks: str = "") -> Run:
    base = {"lineclear.yaml": CONTRACT % (more, checks), "test_it.py": TEST}
    return verify(changed_repo(folder / "project", base=base, change={"a.py": "a = 1\n"}), env=env)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Run:
    env = {"API_TOKEN": SECRET, "STAGE": "x", "UNNAMED_TOKEN": "unnamed"}
    return run(tmp_path_factory.mktemp("given"), env)


def test_named_variables_arrive_and_no_others(given: Run) -> None:
    assert given.check("pytest")["measures"]["testsPassed"] == 1
    assert [f["state"] for f in given.findings("pytest")] == ["existing"]
    assert given.code == 0, given.stdout


def test_names_are_recorded_and_values_are_nowhere(given: Run) -> None:
    environment = given.evidence("pytest")["environment"]
    assert {"API_TOKEN", "STAGE"} <= set(environment)
    assert "UNNAMED_TOKEN" not in environment
    said = (given.stdout + given.stderr).encode()
    files = [path.read_bytes() for path in given.bundle.rglob("*") if path.is_file()]
    assert any(b"[masked]" in data for data in files), "it was printed, so it has to be masked somewhere"
    for data in (said, *files):
        assert b"s3cret" not in data


@pytest.mark.parametrize("env", [{"STAGE": "x"}, {"STAGE": "x", "API_TOKEN": ""}], ids=["unset", "empty"])
def test_without_one_of_them_a_person_must_look(env: dict[str, str], tmp_path: Path) -> None:
    done = run(tmp_path, env)
    check = done.check("pytest")
    assert (check["status"], check["effect"]) == ("withheld", "review")
    assert "API_TOKEN" in check["reason"]
    assert check["findings"] == {"new": None, "existing": None, "fixed": None}
    assert not (done.bundle / "evidence/pytest").exists(), "nothing ran"
    (reason,) = done.verdict["reasons"]
    assert (reason["outcome"], reason["source"]) == ("review", "variables pytest")
    assert "secrets of the repository" in reason["todo"]
    assert done.code == 3
    assert "pytest was not run for want of variables" in done.verdict["summary"]
    assert any(line.startswith("pytest: withheld.") for line in done.verdict["notEstablished"])
    judged = lineclear("judge", str(done.bundle), "--format=json", cwd=tmp_path)
    assert judged.stdout == done.text("verdict.json")
    assert lineclear("audit", str(done.bundle), cwd=tmp_path).returncode == 0


def test_the_contract_may_ask_for_a_failure(tmp_path: Path) -> None:
    done = run(tmp_path, {}, more=", whenMissing: fail")
    assert done.check("pytest")["effect"] == "fail"
    assert "API_TOKEN, STAGE" in done.check("pytest")["reason"]
    assert (done.code, done.verdict["outcome"]) == (1, "fail")


def test_a_check_that_executes_nothing_runs_all_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, {}, checks=", bandit: {}")
    assert done.check("bandit")["status"] == "passed"
    assert done.code == 3


def test_an_optional_check_that_is_withheld_does_not_block_and_is_shown(tmp_path: Path) -> None:
    base = {"lineclear.yaml": (CONTRACT % ("", "")).replace("pytest: {}", "pytest: {required: false}")}
    base["test_it.py"] = TEST
    done = verify(changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"}))
    assert (done.code, done.verdict["outcome"]) == (0, "pass")
    assert [warning["source"] for warning in done.verdict["warnings"]] == ["variables pytest"]
    assert any(line.startswith("pytest: withheld.") for line in done.verdict["notEstablished"])


@pytest.mark.parametrize(
    "name",
    ["PATH", "HOME", "PYTHONPATH", "PYTEST_ADDOPTS", "LD_PRELOAD", "GIT_DIR", "SEMGREP_RULES", "UV_INDEX",
     "GITHUB_TOKEN", "https_proxy", "BASH_ENV", "LINECLEAR_CACHE", "A=B", "", "A B"],
)  # fmt: skip
def test_what_steers_tools_or_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    contract = tmp_path / "lineclear.yaml"
    contract.write_text(f"version: 1\nproject: {{env: {{pass: ['{name}']}}}}\n")
    done = lineclear("contract", "check", str(contract), cwd=tmp_path)
    assert_refused(done, 2, "project.env.pass", "steers tools" if name.replace("_", "").isalpha() else "no name")


@pytest.mark.parametrize(
    ("parent", "child", "refused"),
    [
        ("{pass: [A_KEY]}", "{pass: [A_KEY, B_KEY]}", "project.env.pass may not be changed"),
        ("{pass: [A_KEY]}", "{pass: []}", "project.env.pass may not be changed"),
        ("{whenMissing: fail}", "{whenMissing: review}", "project.env.whenMissing may not be loosened"),
        ("{pass: [A_KEY]}", "{whenMissing: fail}", None),
        ("{whenMissing: fail}", "{pass: [B_KEY]}", None),
    ],
)
def test_below_an_enforced_parent_variables_move_toward_stricter(
    parent: str, child: str, refused: str | None, tmp_path: Path
) -> None:
    (tmp_path / "org.yaml").write_text(f"version: 1\nenforcement: enforce\nproject: {{env: {parent}}}\n")
    contract = tmp_path / "lineclear.yaml"
    contract.write_text(f"version: 1\nextends: [./org.yaml]\nproject: {{env: {child}}}\n")
    done = lineclear("contract", "check", str(contract), cwd=tmp_path)
    if refused is None:
        assert done.returncode == 0, done.stderr
    else:
        assert_refused(done, 2, refused)
