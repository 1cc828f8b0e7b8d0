"""Reports that another job made: taken only for this very verification, and never without saying so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify
from support import Repo, lineclear

CONTRACT = """version: 1
checks:
  web: {use: junit, with: {from: "$REPORTS/junit.xml", commit: $TESTED}}
"""
WITH_BASE = CONTRACT.replace("$TESTED", "$TESTED, baseFrom: base.xml, baseCommit: $BASE")
LINT = 'version: 1\nchecks: {lint: {use: sarif, with: {from: "$REPORTS/lint.sarif", commit: "${TESTED}"}}}\n'
PASSED = "<testsuite><testcase name='a' file='a.js'/></testsuite>"
FAILED = "<testsuite><testcase name='a' file='a.js'><failure message='no'/></testcase></testsuite>"


def _repo(folder: Path, contract: str = CONTRACT) -> Repo:
    return changed_repo(folder / "project", base={"lineclear.yaml": contract, "a.js": "1\n"}, change={"a.js": "2\n"})


def _verify(repo: Repo, report: str | None, commit: str, *, name: str = "junit.xml", **env: str) -> Run:
    folder = repo.root.parent / "reports"
    folder.mkdir(exist_ok=True)
    if report is not None:
        (folder / name).write_text(report)
    return verify(repo, env={"REPORTS": str(folder), "TESTED": commit, **env})


def _head(repo: Repo) -> str:
    return repo.git("rev-parse", "HEAD")


def test_a_report_of_another_job_is_judged_and_the_verdict_says_what_it_is(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    run = _verify(repo, PASSED, _head(repo))
    assert (run.code, run.check("web")["status"], run.check("web")["trust"]) == (0, "passed", "reported")
    evidence = run.evidence("web")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    assert evidence["taken"] == {"source": "$REPORTS/junit.xml", "commit": _head(repo), "tree": tree}
    assert (evidence["argv"], evidence["environment"], evidence["exitCode"]) == ([], [], None)
    assert evidence["tool"]["name"] == "junit"
    assert run.text("evidence/web/merged/reports/junit.xml") == PASSED
    words = f"web ran nothing: its evidence is taken from a report of another job for {_head(repo)[:12]}"
    assert words in run.summary.replace("`", "")
    assert words in run.stdout
    assert "web: that the report of another job is what its tool wrote was not checked" in run.summary
    assert lineclear("audit", str(run.bundle), cwd=tmp_path).returncode == 0


def test_without_a_report_of_the_base_every_finding_counts_as_new(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    run = _verify(repo, FAILED, _head(repo))
    assert (run.code, run.check("web")["findings"]) == (1, {"new": 1, "existing": 0, "fixed": None})
    assert "web: no report of the base was given, so every finding counts as new." in run.summary


def test_with_a_report_of_the_base_findings_are_compared(tmp_path: Path) -> None:
    repo = _repo(tmp_path, WITH_BASE)
    repo.write({"base.xml": FAILED, ".git/info/exclude": "base.xml\n"})
    base = repo.git("rev-parse", "main")
    run = _verify(repo, FAILED, _head(repo), BASE=base)
    assert (run.code, run.check("web")["findings"]) == (0, {"new": 0, "existing": 1, "fixed": 0})
    assert run.evidence("web", "base")["taken"]["commit"] == base
    wrong = _verify(repo, FAILED, _head(repo), BASE=_head(repo))
    assert (wrong.code, wrong.check("web")["status"]) == (4, "error")
    assert "which is not this verification's" in wrong.check("web")["reason"]


def test_a_merge_that_the_forge_made_is_known_by_its_tree(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    repo.git("switch", "--quiet", "main")
    repo.commit("meanwhile", {"other.js": "1\n"})
    repo.git("switch", "--quiet", "--detach", "main")
    repo.git("merge", "--quiet", "--no-ff", "-m", "merged by the forge", "feature")
    merged = _head(repo)
    repo.git("switch", "--quiet", "feature")
    run = _verify(repo, PASSED, merged)
    assert (run.code, run.evidence("web")["taken"]["commit"]) == (0, merged)
    assert run.evidence("web")["taken"]["tree"] == run.verdict["change"]["mergeTree"]
    of_tree = _verify(repo, PASSED, run.verdict["change"]["mergeTree"])
    assert of_tree.code == 0
    of_head = _verify(repo, PASSED, _head(repo))
    assert of_head.code == 0
    said = f"web: the report is about the head {_head(repo)[:12]}, not about the merge result."
    assert said in of_head.verdict["notEstablished"]
    assert any(line.startswith("All of it but web is about the merge") for line in of_head.verdict["established"])


@pytest.mark.parametrize(
    ("commit", "ended", "what"),
    [
        ("main", "badReport", "which is not this verification's"),
        ("HEAD", "badReport", "which is not this verification's"),
        ("0" * 40, "badReport", "which is not this verification's"),
        ("", "noEnvironment", "'$TESTED' is empty"),
    ],
)
def test_a_report_about_anything_else_is_no_result(tmp_path: Path, commit: str, ended: str, what: str) -> None:
    run = _verify(_repo(tmp_path), PASSED, commit)
    assert_no_result(run, "web", ended)
    assert what in run.evidence("web")["problem"]["what"]


def test_a_report_about_an_older_commit_of_the_change_is_no_result(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    before = _head(repo)
    repo.commit("more", {"a.js": "3\n"})
    assert_no_result(_verify(repo, PASSED, before), "web", "badReport")


def test_uncommitted_work_has_no_report_of_another_job(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    repo.write({"a.js": "3\n"})
    run = _verify(repo, PASSED, _head(repo))
    assert_no_result(run, "web", "badReport")
    assert "uncommitted work" in run.evidence("web")["problem"]["what"]


def test_a_variable_or_report_that_is_not_there_is_no_result(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    assert_no_result(_verify(repo, None, _head(repo)), "web", "noReport")
    unset = verify(repo, env={"REPORTS": str(tmp_path)})
    assert_no_result(unset, "web", "noEnvironment")
    assert "the variable TESTED of '$TESTED' is not set" in unset.evidence("web")["problem"]["what"]
    missing = verify(repo, env={"REPORTS": str(tmp_path / "no/folder"), "TESTED": _head(repo)})
    assert_no_result(missing, "web", "noReport")


def test_a_report_without_a_commit_is_no_result(tmp_path: Path) -> None:
    repo = _repo(tmp_path, CONTRACT.replace(", commit: $TESTED", ""))
    run = _verify(repo, PASSED, "")
    assert_no_result(run, "web", "noEnvironment")
    assert "nothing says which commit" in run.evidence("web")["problem"]["what"]


@pytest.mark.parametrize("link", [False, True])
def test_a_report_that_the_change_brings_itself_is_refused(tmp_path: Path, link: bool) -> None:
    contract = CONTRACT.replace("$REPORTS", "artifacts")
    repo = _repo(tmp_path, contract)
    (tmp_path / "forged.xml").write_text(PASSED)
    if link:
        (repo.root / "artifacts").symlink_to("..")
        (tmp_path / "junit.xml").write_text(PASSED)
    else:
        repo.write({"artifacts/junit.xml": PASSED})
    repo.commit("forged")
    run = _verify(repo, None, _head(repo))
    assert_no_result(run, "web", "badReport")
    assert "is a file of the change itself" in run.evidence("web")["problem"]["what"]


def test_a_link_in_place_of_a_report_is_refused(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/junit.xml").symlink_to(repo.root / "a.js")
    run = _verify(repo, None, _head(repo))
    assert_no_result(run, "web", "badReport")


def test_a_log_of_another_job_had_its_tree_somewhere_else(tmp_path: Path) -> None:
    repo = _repo(tmp_path, LINT)
    place = {"artifactLocation": {"uri": "file:///home/runner/work/p/p/a.js"}, "region": {"startLine": 1}}
    result = {"level": "error", "message": {"text": "no"}, "locations": [{"physicalLocation": place}], "ruleId": "r"}
    log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [result]}]}
    run = _verify(repo, json.dumps(log), _head(repo), name="lint.sarif")
    assert (run.code, run.states("lint")) == (1, {"a.js:1": "new"})


def test_evidence_of_another_commit_is_not_believed_by_the_judge(tmp_path: Path) -> None:
    repo = _repo(tmp_path)
    run = _verify(repo, PASSED, _head(repo))
    path = run.bundle / "evidence/web/merged/evidence.json"
    for change in ({"commit": "0" * 40, "tree": "0" * 40}, {"source": "elsewhere"}, None):
        evidence = run.evidence("web")
        evidence["taken"] = None if change is None else evidence["taken"] | change
        altered = path.read_text()
        path.write_text(json.dumps(evidence))
        done = lineclear("judge", "--format=json", str(run.bundle), cwd=tmp_path)
        (check,) = json.loads(done.stdout)["checks"]
        assert check["status"] == "error", check
        path.write_text(altered)
