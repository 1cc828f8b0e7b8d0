"""A work tree with uncommitted work: all of it is verified, and none of it is touched."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from e2e_support import Run, contents, verify
from support import Repo

pytestmark = pytest.mark.tools

CONTRACT = "version: 1\nchecks: {bandit: {}}\n"
DEFECT = "import os\nos.chmod('{}', 0o777)\n"


@dataclass(frozen=True, kw_only=True)
class Dirty:
    """The verification of a dirty work tree, with what was there before and after it."""

    run: Run
    before: dict[str, tuple[int, int, str]]
    after: dict[str, tuple[int, int, str]]
    status_before: str
    status_after: str


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Dirty:
    """Verify a work tree in which every kind of uncommitted work brings a defect of its own."""
    base = {
        "lineclear.yaml": CONTRACT,
        ".gitignore": "ignored.py\n",
        "staged.py": "a = 1\n",
        "unstaged.py": "b = 1\n",
        "both.py": "c = 1\n",
        "removed.py": DEFECT.format("removed"),
        "old name.py": "d = 1\n",
        "reset.py": DEFECT.format("reset"),
    }
    repo = Repo.create(tmp_path_factory.mktemp("worktree") / "project", base)
    repo.write({"staged.py": DEFECT.format("staged"), "both.py": DEFECT.format("once staged")})
    repo.git("mv", "old name.py", "new name é.py")
    repo.git("add", "--all")
    repo.write(
        {
            "unstaged.py": DEFECT.format("unstaged"),
            "both.py": DEFECT.format("then edited") + "e = 1\n",
            "untracked.py": DEFECT.format("untracked"),
            "folder/untracked.py": DEFECT.format("below"),
            "new name é.py": DEFECT.format("renamed"),
            "ignored.py": DEFECT.format("ignored"),
            "reset.py": "f = 1\n",
        }
    )
    (repo.root / "removed.py").unlink()
    (repo.root / "link.py").symlink_to("ignored.py")
    before = contents(repo.root)
    run = verify(repo)
    after = contents(repo.root)
    status = repo.git("status", "--porcelain")
    again = verify(repo, out=repo.root / ".lineclear")
    assert again.verdict["findings"] == run.verdict["findings"]
    return Dirty(
        run=run, before=before, after=after, status_before=status, status_after=repo.git("status", "--porcelain")
    )


def test_staged_unstaged_and_untracked_work_is_verified(dirty: Dirty) -> None:
    states = dirty.run.states("bandit")
    assert {place for place, state in states.items() if state == "new"} == {
        "both.py:2",
        "folder/untracked.py:2",
        "new name é.py:2",
        "staged.py:2",
        "unstaged.py:2",
        "untracked.py:2",
    }
    assert dirty.run.verdict["change"]["uncommitted"] is True
    assert dirty.run.verdict["change"]["head"]["ref"] == "worktree"
    assert dirty.run.code == 1


def test_what_was_removed_or_mended_in_the_work_tree_is_fixed(dirty: Dirty) -> None:
    assert {place for place, state in dirty.run.states("bandit").items() if state == "fixed"} == {
        "removed.py:2",
        "reset.py:2",
    }


def test_the_work_tree_s_version_of_a_staged_file_counts(dirty: Dirty) -> None:
    shown = dirty.run.evidence("bandit")
    assert sorted(shown["examined"]) == [
        "both.py",
        "folder/untracked.py",
        "new name é.py",
        "reset.py",
        "staged.py",
        "unstaged.py",
        "untracked.py",
    ]
    assert "both.py" in (dirty.run.bundle / "inputs/change.json").read_text("utf-8")


def test_ignored_files_and_links_to_them_are_not_read(dirty: Dirty) -> None:
    assert "ignored.py" not in dirty.run.text("verdict.json")


def test_work_tree_index_and_objects_are_untouched(dirty: Dirty) -> None:
    assert dirty.after == dirty.before


def test_the_status_is_the_same_after_a_bundle_in_the_work_tree(dirty: Dirty) -> None:
    assert dirty.status_after == dirty.status_before
