"""A change that cannot be merged: it fails, and nothing about it reads as clean."""

from __future__ import annotations

import pytest
from e2e_support import Run, contents, verify
from support import Repo, lineclear

CONTRACT = """\
version: 1
checks: {bandit: {}, pytest: {}}
invariants:
  - {id: no-new, require: '!findings.exists(f, f.state == "new")', otherwise: fail, message: New., remedy: Mend.}
  - {id: small, require: change.lines < 100, otherwise: warn, message: Large., remedy: Split.}
budgets:
  - {id: size, of: change.lines, fail: 100}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A verification of two branches that change the same line, and of a file that one of them removes."""
    base = {"lineclear.yaml": CONTRACT, "a.py": "a = 1\n", "gone.py": "b = 1\n", "test_a.py": "def test(): pass\n"}
    repo = Repo.create(tmp_path_factory.mktemp("conflict") / "project", base)
    repo.branch("feature")
    repo.commit("change", {"a.py": "a = 2\n", "gone.py": "b = 2\n", "new.py": "eval(input())\n"})
    repo.git("switch", "--quiet", "main")
    repo.git("rm", "--quiet", "gone.py")
    repo.commit("main goes on", {"a.py": "a = 3\n", ".gitattributes": "a.py merge=binary\n"})
    repo.git("switch", "--quiet", "feature")
    before = contents(repo.root)
    done = verify(repo)
    assert contents(repo.root) == before
    return done


def test_a_conflict_fails(run: Run) -> None:
    assert run.code == 1
    assert run.verdict["outcome"] == "fail"
    assert [reason["source"] for reason in run.verdict["reasons"]] == ["change"]
    assert "Merge main into the change" in run.verdict["reasons"][0]["todo"]


def test_each_path_in_conflict_is_a_finding(run: Run) -> None:
    found = run.findings("change")
    assert [(f["rule"], f["path"], f["level"], f["state"]) for f in found] == [
        ("merge-conflict", "a.py", "error", "new"),
        ("merge-conflict", "gone.py", "error", "new"),
    ]
    assert len({f["fingerprint"] for f in found}) == 2
    assert run.verdict["findings"] == found


def test_there_is_no_merge_result(run: Run) -> None:
    assert run.verdict["change"]["mergeTree"] is None
    assert run.verdict["moved"] is None


def test_no_check_ran_and_no_count_is_zero(run: Run) -> None:
    for name in ("bandit", "pytest"):
        check = run.check(name)
        assert check["status"] == "skipped"
        assert check["findings"] == {"new": None, "existing": None, "fixed": None}
        assert check["measures"] is None
        assert check["evidence"] == []
    assert not (run.bundle / "evidence").exists()


def test_no_invariant_held_and_no_budget_was_measured(run: Run) -> None:
    assert {entry["result"] for entry in run.verdict["invariants"]} == {"error"}
    assert [(b["used"], b["exceeded"]) for b in run.verdict["budgets"]] == [(None, None)]
    assert run.verdict["established"] == []


def test_no_report_reads_as_clean(run: Run) -> None:
    for text in (run.stdout, run.summary, run.repair):
        assert "Base and head conflict in 2 files, so nothing could be examined." in text.replace("`", "")
        assert "merge-conflict" in text
        for clean in ("passed", "0 new", "0 findings", "Nothing to repair", "held", "PASS"):
            assert clean not in text


def test_the_statement_never_says_passed(run: Run) -> None:
    assert run.statement()["predicate"]["verificationResult"] == "FAILED"


def test_the_bundle_holds_together(run: Run) -> None:
    done = lineclear("audit", str(run.bundle), cwd=run.bundle.parent)
    assert (done.returncode, done.stderr) == (0, "")
    judged = lineclear("judge", str(run.bundle), "--format=json", cwd=run.bundle.parent)
    assert judged.returncode == 1
    assert judged.stdout == run.text("verdict.json")
