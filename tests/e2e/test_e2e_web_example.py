"""The JavaScript example: verified without Python of its own, offline, with node's test runner."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from e2e_support import verify
from support import Repo

EXAMPLE = Path(__file__).parents[2] / "examples/web-widget"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("junit.xml", ".lineclear"))
    repo = Repo.create(tmp_path / "project")
    repo.commit("The widget as it is")
    repo.branch("change")
    return repo


def _replace(repo: Repo, path: str, old: str, new: str) -> None:
    text = (repo.root / path).read_text("utf-8")
    assert old in text
    repo.write({path: text.replace(old, new)})


def test_a_change_with_its_test_passes(repo: Repo) -> None:
    _replace(repo, "src/cart.js", "export function shown", "export const empty = [];\n\nexport function shown")
    _replace(
        repo,
        "test/cart.test.js",
        '  it("shows',
        '  it("is empty first", () => assert.equal(total([]), 0));\n\n  it("shows',
    )
    repo.commit("An empty cart")
    run = verify(repo, "--base=main")
    assert (run.code, run.verdict["outcome"]) == (0, "pass"), run.stdout
    assert run.check("web")["measures"] == {"testsCollected": 7, "testsPassed": 7, "testsFailed": 0, "testsSkipped": 0}
    assert run.evidence("web")["tool"]["name"] == "npm"


def test_a_change_that_breaks_a_test_fails_and_names_file_and_test(repo: Repo) -> None:
    _replace(repo, "src/render.js", "${escape(line.id)}", "${line.id}")
    repo.commit("Faster without escaping")
    run = verify(repo, "--base=main")
    assert (run.code, run.verdict["outcome"]) == (1, "fail"), run.stdout
    (finding,) = run.findings("web")
    assert (finding["path"], finding["state"], finding["reproduce"]) == ("test/render.test.js", "new", "npm test")
    assert finding["message"].startswith("render > escapes what comes from outside failed: ")
    assert finding["line"] is not None
    assert "test/render.test.js" in run.repair


def test_a_syntax_error_where_no_test_looks_fails_its_check_alone(repo: Repo) -> None:
    repo.commit("Half of it", {"src/half.js": "export function half( {\n"})
    run = verify(repo, "--base=main")
    assert {check["id"]: check["status"] for check in run.verdict["checks"]} == {"syntax": "failed", "web": "passed"}
    assert run.code == 1
    assert "SyntaxError" in run.findings("syntax")[0]["message"]


def test_a_change_of_the_words_alone_runs_nothing(repo: Repo) -> None:
    repo.commit("Words", {"README.md": "# Another name\n"})
    run = verify(repo, "--base=main")
    assert {check["status"] for check in run.verdict["checks"]} == {"notApplicable"}
