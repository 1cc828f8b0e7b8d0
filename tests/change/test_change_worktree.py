"""Uncommitted work becomes a commit, and the user's repository stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from change_repos import cloned, environment, git_files, project_with

from lineclear.change.resolve import Resolved


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def _statuses(resolved: Resolved) -> dict[str, str]:
    return {file.path: file.status for file in resolved.change.files or []}


def test_staged_unstaged_untracked_and_deleted_work_all_count(tmp_path: Path) -> None:
    project = project_with(
        tmp_path, {"a": "1\n", "b": "1\n", "gone": "333\n", "unstaged-gone": "22\n", ".gitignore": "*.log\n"}
    )
    project.write({"a": "2\n", "new/deep": "1\n", "ignored.log": "1\n", "staged": "first\n", "unstaged-gone": None})
    project.git("add", "staged")
    project.write({"staged": "second\n"})
    project.git("rm", "--quiet", "gone")
    resolved = project.resolve()
    assert _statuses(resolved) == {
        "a": "modified",
        "gone": "deleted",
        "new/deep": "added",
        "staged": "added",
        "unstaged-gone": "deleted",
    }
    commit = resolved.change.merge_commit or ""
    assert resolved.scratch.read(commit, "staged") == b"second\n"
    assert resolved.scratch.read(commit, "gone") is None


def test_nothing_of_the_users_repository_is_written(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n", "b": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"b": "2\n"})
    project.write({"a": "2\n", "c": "1\n"})
    project.git("add", "c")
    before, status = git_files(project), project.git("status", "--porcelain", env={"GIT_OPTIONAL_LOCKS": "0"})
    resolved = project.resolve()
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree")
    assert git_files(project) == before
    assert project.git("status", "--porcelain") == status


def test_work_of_equal_size_in_the_same_instant_is_seen(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("config", "core.trustctime", "false")
    index = project.root / ".git" / "index"
    instant = (1_700_000_000_000_000_000, 1_700_000_000_000_000_000)
    os.utime(project.root / "a", ns=instant)
    project.git("update-index", "--refresh")
    os.utime(index, ns=instant)
    project.write({"a": "2\n"})
    os.utime(project.root / "a", ns=instant)
    assert _statuses(project.resolve()) == {"a": "modified"}


def test_links_folders_and_modes_are_kept_as_git_has_them(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"file": "1\n", "folder/x": "1\n", "tool": "1\n", "into": "1\n"})
    (project.root / "file").unlink()
    (project.root / "file").symlink_to("/etc/passwd")
    (project.root / "folder" / "x").unlink()
    (project.root / "folder").rmdir()
    (project.root / "folder").symlink_to("..")
    (project.root / "tool").chmod(0o755)
    (project.root / "into").unlink()
    project.write({"into/y": "2\n"})
    resolved = project.resolve()
    modes = {file.path: (file.status, file.old_mode, file.mode) for file in resolved.change.files or []}
    assert modes == {
        "file": ("typeChanged", "100644", "120000"),
        "folder": ("added", "000000", "120000"),
        "folder/x": ("deleted", "100644", "000000"),
        "into": ("deleted", "100644", "000000"),
        "into/y": ("added", "000000", "100644"),
        "tool": ("modified", "100644", "100755"),
    }
    commit = resolved.change.merge_commit or ""
    assert resolved.scratch.read(commit, "file") is None
    resolved.scratch.materialise(commit, tmp_path / "tree")
    assert (tmp_path / "tree" / "file").readlink() == Path("/etc/passwd")


def test_a_submodule_is_its_commit_and_is_not_fetched(tmp_path: Path) -> None:
    library = project_with(tmp_path, {"lib.py": "x = 1\n"}, name="library")
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("submodule", "--quiet", "add", library.root.as_uri(), "vendor/library")
    project.commit({}, "add the library")
    (project.root / "vendor" / "library" / "lib.py").write_text("x = 2\n", encoding="utf-8")
    resolved = project.resolve()
    entry = next(e for e in resolved.scratch.entries(resolved.change.head.commit) if e.path == "vendor/library")
    assert (entry.mode, entry.size, resolved.change.uncommitted) == ("160000", None, False)
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree")
    assert list((tmp_path / "tree" / "vendor" / "library").iterdir()) == []


@pytest.mark.parametrize("settings", [("core.splitIndex=true",), ("index.sparse=true",), ("index.version=4",)])
def test_files_that_are_not_checked_out_are_not_deleted(tmp_path: Path, settings: tuple[str, ...]) -> None:
    project = project_with(tmp_path, {"a": "1\n", "far/b": "1\n", "near/c": "1\n"})
    for setting in settings:
        project.git("config", *setting.split("="))
    project.git("update-index", "--force-write-index")
    project.git("sparse-checkout", "set", "--cone", "near")
    assert not (project.root / "far").exists()
    project.write({"near/c": "2\n"})
    before = git_files(project)
    assert _statuses(project.resolve()) == {"near/c": "modified"}
    assert git_files(project) == before


def test_a_file_that_is_only_meant_to_be_added_counts(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.write({"b": "1\n"})
    project.git("add", "--intent-to-add", "b")
    assert _statuses(project.resolve()) == {"b": "added"}


def test_a_repository_inside_that_is_no_submodule_is_left_out(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("init", "--quiet", "--template=", "inner")
    project.write({"inner/x": "1\n", "b": "1\n"})
    assert _statuses(project.resolve()) == {"b": "added"}


def test_own_output_is_no_part_of_the_change(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.write({"b": "1\n", ".lineclear/verdict.json": "{}\n", "build/out/verdict.json": "{}\n"})
    resolved = project.resolve(leave_out=[project.root / "build" / "out"])
    assert _statuses(resolved) == {"b": "added"}


def test_the_clean_filters_of_the_user_hold_but_none_runs_on_checkout(tmp_path: Path) -> None:
    project = project_with(tmp_path, {".gitattributes": "*.big filter=stand-in\n", "x.big": "pointer\n"})
    project.git("config", "filter.stand-in.clean", "echo pointer 2")
    project.git("config", "filter.stand-in.smudge", f"touch {tmp_path / 'smudged'}; cat")
    project.git("config", "filter.stand-in.required", "true")
    project.write({"x.big": "a large content\n"})
    resolved = project.resolve()
    commit = resolved.change.merge_commit or ""
    assert resolved.scratch.read(commit, "x.big") == b"pointer 2\n"
    resolved.scratch.materialise(commit, tmp_path / "tree")
    assert (tmp_path / "tree" / "x.big").read_bytes() == b"pointer 2\n"
    assert not (tmp_path / "smudged").exists()


def test_a_resolved_merge_that_is_not_yet_committed_keeps_its_parents(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"a": "2\n"})
    project.git("switch", "--quiet", "main")
    project.commit({"a": "3\n"})
    project.git("switch", "--quiet", "feature")
    with pytest.raises(AssertionError):
        project.git("merge", "main")
    project.write({"a": "23\n"})
    project.git("add", "a")
    resolved = project.resolve()
    assert resolved.change.conflicts == []
    assert resolved.scratch.read(resolved.change.merge_commit or "", "a") == b"23\n"


def test_a_linked_work_tree_has_its_own_index_and_the_common_name(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("worktree", "add", "--quiet", "-b", "feature", str(tmp_path / "linked"))
    project.write({"only-in-main": "1\n"})
    linked = type(project)(root=tmp_path / "linked", beside=tmp_path)
    linked.write({"b": "1\n"})
    resolved = linked.resolve()
    assert (resolved.change.base.ref, resolved.change.repository) == ("main", "file:project")
    assert _statuses(resolved) == {"b": "added"}


def test_git_variables_of_a_surrounding_hook_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.write({"b": "1\n"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    assert _statuses(project.resolve()) == {"b": "added"}


def test_hooks_and_monitors_of_the_repository_do_not_run(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n", encoding="utf-8")
    program.chmod(0o755)
    hooks = project.root / ".git" / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        (hooks / name).symlink_to(program)
    project.git("config", "core.fsmonitor", str(program))
    (tmp_path / "ran").unlink(missing_ok=True)
    project.write({"b": "1\n"})
    resolved = project.resolve()
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree")
    assert not (tmp_path / "ran").exists()


def test_a_clone_that_borrows_its_objects_works(tmp_path: Path) -> None:
    clone = cloned(project_with(tmp_path, {"a": "1\n"}), "clone")
    clone.git("clone", "--quiet", "--shared", ".", str(tmp_path / "borrower"))
    borrower = type(clone)(root=tmp_path / "borrower", beside=tmp_path)
    borrower.write({"b": "1\n"})
    assert _statuses(borrower.resolve()) == {"b": "added"}
