"""Repositories and revisions that cannot be verified, changes that are empty, and folders that are no bundle's."""

from __future__ import annotations

import os
import signal
import uuid
from pathlib import Path

import pytest
from e2e_support import assert_refused, changed_repo, contents, processes_with, start, verify, wait_for
from support import Repo, lineclear

CONTRACT = {"lineclear.yaml": "version: 1\n"}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A change of one file, under a contract without checks."""
    return changed_repo(tmp_path / "project", base={**CONTRACT, "a.py": "a = 1\n"}, change={"a.py": "a = 2\n"})


def clone(repo: Repo, *options: str) -> Repo:
    folder = repo.root.parent / "clone"
    repo.git("clone", "--quiet", *options, repo.root.as_uri(), str(folder))
    return Repo(root=folder)


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    before = contents(tmp_path)
    done = lineclear("verify", cwd=tmp_path)
    assert_refused(done, 2, "this is no git repository", str(tmp_path), "git init")
    assert contents(tmp_path) == before


def test_a_bare_repository_is_refused(repo: Repo) -> None:
    bare = clone(repo, "--bare").root
    before = contents(bare)
    assert_refused(lineclear("verify", cwd=bare), 2, "bare repository", str(bare), "git worktree add")
    assert contents(bare) == before


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "project")
    repo.write({"a.py": "a = 1\n"})
    assert_refused(verify(repo), 2, "no commit yet", str(repo.root), "Commit the state")


def test_one_commit_alone_is_compared_with_itself(tmp_path: Path) -> None:
    contract = {"lineclear.yaml": "version: 1\nchecks: {bandit: {}}\n"}
    repo = Repo.create(tmp_path / "project", {**contract, "a.py": "eval(input())\n"})
    run = verify(repo)
    assert run.code == 0
    assert run.verdict["summary"].startswith("The change is empty.")
    assert run.states("bandit") == {"a.py:1": "existing"}


def test_a_shallow_clone_that_lacks_the_named_base_is_refused(repo: Repo) -> None:
    shallow = clone(repo, "--depth=1", "--branch=feature")
    before = contents(shallow.root)
    run = verify(shallow, "--base=main")
    assert_refused(run, 2, "the commit 'main' is not here; this is a shallow clone", "--base 'main'", "fetch-depth: 0")
    assert contents(shallow.root) == before


def test_a_shallow_clone_that_lacks_the_common_ancestor_is_refused(repo: Repo) -> None:
    repo.git("switch", "--quiet", "main")
    repo.commit("main goes on", {"b.py": "b = 1\n"})
    shallow = clone(repo, "--depth=1", "--branch=feature")
    shallow.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    run = verify(shallow)
    assert_refused(run, 2, "no common ancestor here; this is a shallow clone", str(shallow.root), "--unshallow")


@pytest.mark.parametrize("options", [("--depth=1",), ("--single-branch",)], ids=["shallow", "one branch"])
def test_a_clone_of_the_changed_branch_alone_does_not_compare_it_with_itself(
    repo: Repo, options: tuple[str, ...]
) -> None:
    repo.git("switch", "--quiet", "main")
    run = verify(clone(repo, *options, "--branch=feature"))
    assert run.code == 2 or not run.verdict["summary"].startswith("The change is empty.")


def test_an_unknown_base_is_refused_with_the_near_name(repo: Repo) -> None:
    before = contents(repo.root)
    run = verify(repo, "--base=mian")
    assert_refused(run, 2, "there is no revision 'mian'", "--base 'mian'", "Did you mean main?")
    assert contents(repo.root) == before


def test_an_unknown_head_is_refused_with_the_near_name(repo: Repo) -> None:
    assert_refused(verify(repo, "--head=featrue"), 2, "no revision 'featrue'", "--head", "Did you mean feature?")


def test_a_head_that_is_an_option_is_no_revision(repo: Repo) -> None:
    assert_refused(verify(repo, "--head=--all"), 2, "'--all' is no revision", "--head", "a commit's SHA")


def test_a_head_of_unrelated_history_is_refused(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--orphan", "other")
    repo.commit("other", {"b.py": "b = 1\n"})
    assert_refused(verify(repo, "--base=main"), 2, "unrelated histories", str(repo.root), "branched from")


def test_an_empty_change_passes_and_says_that_it_is_empty(repo: Repo) -> None:
    run = verify(repo, "--base=feature", "--head=feature")
    verdict = run.verdict
    assert run.code == 0
    assert verdict["outcome"] == "pass"
    assert verdict["summary"].startswith("The change is empty.")
    assert verdict["change"]["base"]["commit"] == verdict["change"]["head"]["commit"]
    assert verdict["change"]["mergeTree"] == verdict["change"]["base"]["tree"]
    assert verdict["moved"] == []
    assert "The change is empty." in run.stdout
    assert "The change is empty." in run.summary


def test_a_clean_work_tree_on_the_base_is_an_empty_change_of_its_own_commit(repo: Repo) -> None:
    repo.git("switch", "--quiet", "main")
    run = verify(repo, "--base=main")
    assert run.verdict["summary"].startswith("The change is empty.")
    assert run.verdict["change"]["uncommitted"] is False


def test_the_command_works_from_a_folder_below_the_root(repo: Repo) -> None:
    repo.commit("folder", {"sub/b.py": "b = 1\n"})
    assert verify(repo, cwd=repo.root / "sub").code == 0


STRANGERS: dict[str, dict[str, str]] = {
    "a folder of notes": {"notes.txt": "mine"},
    "a virtual environment": {".gitignore": "*", "pyvenv.cfg": "home = /usr"},
    "a project": {".gitignore": "*.pyc\n", "setup.py": "", ".git/HEAD": "ref: refs/heads/main\n"},
    "somebody else's bundle": {".gitignore": "*\n", "verdict.json": "{}", "manifest.json": "{}"},
}


@pytest.mark.parametrize("files", STRANGERS.values(), ids=STRANGERS.keys())
def test_a_folder_of_something_else_is_refused_as_out_and_stays(repo: Repo, files: dict[str, str]) -> None:
    out = repo.root.parent / "out"
    Repo(root=out).write(files)
    before = contents(out)
    assert_refused(verify(repo, out=out), 2, "no bundle of Lineclear's", str(out), "empty folder with --out")
    assert contents(out) == before


def test_the_repository_itself_is_refused_as_out_and_stays(repo: Repo) -> None:
    repo.commit("ignore", {".gitignore": "*.pyc\n"})
    before = contents(repo.root)
    for out in (repo.root, repo.root / ".git", repo.root.parent):
        assert_refused(verify(repo, out=out), 2, "no bundle of Lineclear's", str(out))
    assert contents(repo.root) == before


def test_a_file_added_to_a_bundle_makes_it_somebody_s_folder(repo: Repo) -> None:
    out = verify(repo).bundle
    (out / "my-notes.txt").write_text("mine")
    before = contents(out)
    assert_refused(verify(repo), 2, "no bundle of Lineclear's")
    assert contents(out) == before


def test_a_bundle_that_the_change_brings_is_refused_as_out_and_stays(repo: Repo) -> None:
    out = verify(repo, out=repo.root / ".lineclear").bundle
    repo.git("add", "--force", ".lineclear")
    repo.git("commit", "--quiet", "-m", "a verdict to be taken for ours")
    before = contents(repo.root)
    for cwd in (repo.root, out.parent):
        assert_refused(verify(repo, out=out, cwd=cwd), 2, "holds files that git tracks", str(out))
    assert contents(repo.root) == before


def test_a_file_or_a_link_is_refused_as_out(repo: Repo) -> None:
    file, link, target = (repo.root.parent / name for name in ("file", "link", "target"))
    file.write_text("mine")
    target.mkdir()
    link.symlink_to(target)
    for out in (file, link):
        assert_refused(verify(repo, out=out), 2, "is a link or a file", str(out), "--out")
    assert_refused(verify(repo, out=file / "below"), 2, "cannot be", str(file / "below"), "--out")
    assert file.read_text() == "mine"
    assert list(target.iterdir()) == []


def test_a_second_verification_replaces_the_first_one_s_bundle(repo: Repo) -> None:
    first = verify(repo, "--base=main", "--head=main")
    (first.bundle / "evidence").mkdir(exist_ok=True)
    (first.bundle / "evidence" / "left-over.json").write_text("{}")
    second = verify(repo)
    assert second.verdict["change"]["head"]["ref"] == "worktree"
    assert not (second.bundle / "evidence" / "left-over.json").exists()


@pytest.mark.parametrize("wrong", ["--base=nothing", "--only=nothing", "--contract=nothing.yaml", "--key=nothing"])
def test_a_refused_verification_leaves_no_older_verdict_in_its_place(repo: Repo, wrong: str) -> None:
    assert (verify(repo).bundle / "manifest.json").is_file()
    run = verify(repo, wrong)
    assert run.code == 2
    assert not (run.bundle / "verdict.json").exists()
    assert not (run.bundle / "manifest.json").exists()


def test_two_verifications_do_not_write_into_one_bundle(repo: Repo, tmp_path: Path) -> None:
    mark = f"slow-{uuid.uuid4().hex}"
    repo.commit("attributes", {".gitattributes": "*.txt filter=slow\n"})
    repo.git("config", "filter.slow.clean", f"sh -c 'sleep 600 # {mark}'")
    repo.write({"slow.txt": "words\n"})
    bundle = tmp_path / "bundle"
    first = start(repo, f"--out={bundle}", env={})
    try:
        wait_for(lambda: processes_with(mark))
        second = verify(repo, "--head=feature", out=bundle)
        assert_refused(second, 2, "another verification is writing its bundle there", str(bundle), "--out")
    finally:
        os.killpg(first.pid, signal.SIGINT)
        first.communicate()
    assert verify(repo, "--head=feature", out=bundle).code == 0


def test_a_bundle_in_the_work_tree_is_no_part_of_the_change(repo: Repo) -> None:
    for out in (repo.root / ".lineclear", repo.root / "build" / "bundle"):
        for _ in range(2):
            assert verify(repo, out=out).verdict["change"]["uncommitted"] is False
    assert repo.git("status", "--porcelain") == ""


def test_a_number_of_jobs_that_is_none_is_refused(repo: Repo) -> None:
    run = verify(repo, "--jobs=none")
    assert run.code == 2
    assert "'none' is no number of at least 1" in run.stderr
