"""A change of 50,000 files has its answer, and soon."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest
from e2e_support import verify
from support import Repo, scrubbed_environment

FILES = 50_000
CONTRACT = "version: 1\nextends: [lineclear:agent-pr]\nchecks: {}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A branch that adds many files of equal content; nothing of it is checked out."""
    repo = Repo.create(tmp_path / "project", {"lineclear.yaml": CONTRACT, "a.txt": "words\n"})
    blob = repo.git("rev-parse", "HEAD:a.txt")
    listed = "".join(f"100644 {blob}\tfolder{number % 97}/file{number:05}.txt\n" for number in range(FILES))
    for arguments, text in ((["update-index", "--add", "--index-info"], listed), (["write-tree"], "")):
        done = subprocess.run(
            ["git", *arguments],
            cwd=repo.root,
            env=scrubbed_environment(),
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
    commit = repo.git("commit-tree", done.stdout.strip(), "-p", "HEAD", "-m", "many")
    repo.git("update-ref", "refs/heads/feature", commit)
    repo.git("read-tree", "HEAD")
    return repo


def test_every_shipped_invariant_has_an_answer_on_many_files(repo: Repo) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run = verify(repo, "--base=main", "--head=feature")
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert run.verdict["invariants"]
    assert {entry["result"] for entry in run.verdict["invariants"]} == {"held"}
    assert run.code == 3, run.stdout  # more than 100 files are for a person to look at
    assert used < 60
