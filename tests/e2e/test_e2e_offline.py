"""No network to make the tools' environments with: there is a verdict, and it says that there is no result."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify
from support import lineclear

CONTRACT = """\
version: 1
checks: {bandit: {}, pytest: {}, quiet: {use: bandit, required: false}}
invariants:
  - {id: no-new, require: '!findings.exists(f, f.state == "new")', otherwise: fail, message: New., remedy: Mend.}
  - {id: tests, require: tests.collected > 0, otherwise: fail, message: None., remedy: Write some.}
"""


@pytest.fixture(scope="module", params=["told to be offline", "no index answers"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A verification with an empty cache and no index."""
    folder = tmp_path_factory.mktemp("offline")
    base = {"lineclear.yaml": CONTRACT, "a.py": "a = 1\n", "test_a.py": "def test(): pass\n"}
    repo = changed_repo(folder / "project", base=base, change={"a.py": "a = 2\n"})
    (folder / "cache").mkdir()
    network = {
        "told to be offline": {"UV_OFFLINE": "1"},
        "no index answers": {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"},
    }[request.param]
    config = folder / "uv.toml"
    config.write_text("")
    return verify(repo, env={"LINECLEAR_CACHE": str(folder / "cache"), "UV_CONFIG_FILE": str(config), **network})


@pytest.mark.parametrize("check", ["bandit", "pytest"])
def test_a_check_without_an_environment_has_no_result(run: Run, check: str) -> None:
    assert_no_result(run, check, "noEnvironment")


def test_the_problem_names_the_network(run: Run) -> None:
    for check, where in (("bandit", "the environment of the tool bandit"), ("pytest", "the project's environment")):
        problem = run.evidence(check)["problem"]
        assert problem["where"].startswith(where)
        assert "index could not be reached" in problem["todo"], problem


def test_there_is_a_verdict_and_it_is_an_error(run: Run) -> None:
    assert run.code == 4
    assert run.verdict["outcome"] == "error"
    assert run.verdict["summary"].startswith("No verdict could be established: bandit and pytest gave no result")
    assert run.stdout.startswith("ERROR  No verdict could be established")


def test_no_invariant_held(run: Run) -> None:
    assert {entry["id"]: entry["result"] for entry in run.verdict["invariants"]} == {
        "no-new": "error",
        "tests": "error",
    }


def test_a_check_that_is_not_required_still_has_no_counts(run: Run) -> None:
    assert run.check("quiet")["status"] == "error"
    assert run.check("quiet")["findings"] == {"new": None, "existing": None, "fixed": None}
    assert "check quiet" in [warning["source"] for warning in run.verdict["warnings"]]


def test_the_bundle_is_whole(run: Run, tmp_path: Path) -> None:
    judged = lineclear("judge", str(run.bundle), "--format=json", cwd=tmp_path)
    assert judged.stdout == run.text("verdict.json")
    assert judged.returncode == 4
    assert (run.bundle / "manifest.json").is_file()
