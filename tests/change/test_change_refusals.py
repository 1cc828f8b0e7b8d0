"""Every input that cannot be used is refused with what, where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from change_repos import cloned, empty_project, environment, project_with, pull_request

from lineclear.change import git as git_module
from lineclear.change.repository import open_repository
from lineclear.errors import UsageError


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        open_repository(tmp_path / "missing")


def test_a_folder_outside_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git repository") as caught:
        open_repository(tmp_path)
    assert str(tmp_path) in caught.value.where
    assert "git init" in caught.value.todo


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    project = empty_project(tmp_path)
    project.git("init", "--quiet", "--bare", "bare.git")
    with pytest.raises(UsageError, match="bare repository"):
        open_repository(project.root / "bare.git")


def test_the_git_folder_itself_is_refused(tmp_path: Path) -> None:
    project = empty_project(tmp_path)
    with pytest.raises(UsageError, match="inside git's own folder"):
        open_repository(project.root / ".git")


def test_git_that_is_not_installed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git was not found"):
        open_repository(tmp_path)


def test_git_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.25.1\n", encoding="ascii")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(UsageError, match=r"git 2\.25\.1"):
        open_repository(tmp_path)


def test_a_repository_of_another_user_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    monkeypatch.setitem(git_module._FIXED, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UsageError, match="dubious ownership") as caught:
        open_repository(project.root)
    assert f"safe.directory {project.root}" in caught.value.todo


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    project = empty_project(tmp_path)
    project.write({"a": "1\n"})
    with pytest.raises(UsageError, match="no commit yet"):
        project.resolve()
    with pytest.raises(UsageError, match="no commit yet"):
        project.resolve(head="HEAD")


def test_an_unknown_revision_suggests_close_names(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "feature/totals")
    project.git("tag", "v1.0")
    with pytest.raises(UsageError, match="no revision 'feature/total'") as caught:
        project.resolve(base="feature/total")
    assert "feature/totals" in caught.value.todo
    with pytest.raises(UsageError, match=r"v1\.0"):
        project.resolve(base="v1.")
    with pytest.raises(UsageError, match="git fetch") as caught:
        project.resolve(base="0" * 40)
    assert "--base" in caught.value.where


def test_a_branch_that_only_the_remote_has_is_suggested(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "release")
    with pytest.raises(UsageError, match="origin/release"):
        cloned(project, "clone").resolve(base="release")


@pytest.mark.parametrize("revision", ["", "-n", "--all", "main\n", "main..main", "^main", "main:a", ":/first\0"])
def test_what_is_no_revision_is_refused(tmp_path: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="revision"):
        project_with(tmp_path, {"a": "1\n"}).resolve(base=revision)


def test_a_tag_of_a_file_is_no_commit(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("tag", "key", "HEAD:a")
    with pytest.raises(UsageError, match="names a blob, not a commit"):
        project.resolve(base="key")


def test_an_ambiguous_sha_asks_for_more_digits(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    seen: set[str] = set()
    for number in range(2000):
        sha = project.commit({}, f"commit {number}")[:4]
        if sha in seen:
            break
        seen.add(sha)
    with pytest.raises(UsageError, match="more than one commit"):
        project.resolve(base=sha)


def test_a_shallow_clone_without_the_base_says_so(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    first = project.git("rev-parse", "HEAD")
    project.commit({"a": "2\n"})
    shallow = cloned(project, "shallow", "--depth=1")
    with pytest.raises(UsageError, match="shallow clone") as caught:
        shallow.resolve(event=pull_request(base_sha=first))
    assert "fetch-depth: 0" in caught.value.todo
    assert "git fetch --unshallow" in caught.value.todo


def test_a_shallow_clone_without_a_common_ancestor_says_so(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"b": "1\n"})
    project.git("switch", "--quiet", "main")
    project.commit({"c": "1\n"})
    shallow = cloned(project, "shallow", "--depth=1", "--no-single-branch")
    with pytest.raises(UsageError, match="no common ancestor here; this is a shallow clone"):
        shallow.resolve(base="origin/main", head="origin/feature")


def test_a_shallow_clone_without_the_parent_says_so(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.commit({"a": "2\n"})
    shallow = cloned(project, "shallow", "--depth=1")
    shallow.git("remote", "remove", "origin")
    with pytest.raises(UsageError, match=r"parent of HEAD .* shallow clone"):
        shallow.resolve()


def test_unrelated_histories_are_refused(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "--orphan", "other")
    project.commit({"b": "1\n"})
    with pytest.raises(UsageError, match="unrelated histories"):
        project.resolve()


def test_a_partial_clone_without_the_files_is_refused(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n", "b": "2\n"})
    project.git("config", "uploadpack.allowFilter", "true")
    project.commit({"a": "3\n"})
    partial = cloned(project, "partial", "--filter=blob:none")
    with pytest.raises(UsageError, match="partial clone"):
        partial.resolve(base="HEAD^1")


def test_a_merge_with_conflicts_in_progress_is_refused(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"a": "2\n"})
    project.git("switch", "--quiet", "main")
    project.commit({"a": "3\n"})
    project.git("switch", "--quiet", "feature")
    with pytest.raises(AssertionError):
        project.git("merge", "main")
    with pytest.raises(UsageError, match=r"merge is in progress: 1 files .*\(a\)"):
        project.resolve()
    assert project.resolve(head="HEAD").change.conflicts[0].path == "a"


def test_several_branches_and_no_default_ask_for_the_base(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "-m", "trunk")
    project.git("switch", "--quiet", "-c", "feature")
    with pytest.raises(UsageError, match="no default branch") as caught:
        project.resolve()
    assert "--base" in caught.value.todo
