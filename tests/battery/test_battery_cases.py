"""Runs every case under ``tests/cases``: a change that a check must let pass, or must fail, by the real command.

A case is a folder with the trees ``base`` and ``head``, and ``expected.txt``: one finding a line, its state, rule and
path. Without it nothing is to be found.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import Repo, lineclear, verdict_of

CASES = Path(__file__).parent.parent / "cases"
FOUND = sorted(path.relative_to(CASES).as_posix() for path in CASES.glob("*/*/*") if path.is_dir())


@pytest.mark.tools
@pytest.mark.parametrize("case", FOUND)
def test_case(case: str, tmp_path: Path) -> None:
    check, kind, _ = case.split("/")
    repo = Repo.create(tmp_path / "repo")
    for tree, branch in (("base", None), ("head", "change")):
        if branch is not None:
            repo.branch(branch)
            repo.git("rm", "-r", "--quiet", ".")
        shutil.copytree(CASES / case / tree, repo.root, dirs_exist_ok=True)
        repo.commit(tree)

    done = lineclear("verify", "--base=main", f"--only={check}", f"--out={tmp_path / 'bundle'}", cwd=repo.root)
    said = f"{done.stdout}\n{done.stderr}"
    verdict = verdict_of(tmp_path / "bundle")
    (result,) = (entry for entry in verdict["checks"] if entry["id"] == check)
    found = sorted(f"{f['state']} {f['rule']} {f['path']}" for f in verdict["findings"])
    expected = CASES / case / "expected.txt"
    wanted = expected.read_text("utf-8").splitlines() if expected.exists() else []
    assert (result["status"], found) == ({"pass": "passed", "fail": "failed"}[kind], wanted), said
    assert done.returncode == {"pass": 0, "fail": 1}[kind], said
