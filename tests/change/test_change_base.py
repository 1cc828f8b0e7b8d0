"""Which base is taken when none is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from change_repos import cloned, environment, project_with, pull_request

from lineclear.model.words import AuthorKind


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def test_an_explicit_base_wins_over_the_event(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    first = project.git("rev-parse", "HEAD")
    second = project.commit({"a": "2\n"})
    project.commit({"a": "3\n"})
    event = pull_request(base_sha=second)
    assert project.resolve(base=first, event=event).change.base.commit == first
    assert project.resolve(event=event).change.base.commit == second


def test_the_event_names_repository_number_and_person(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    first = project.git("rev-parse", "HEAD")
    project.commit({"a": "2\n"})
    change = project.resolve(event=pull_request(base_sha=first), head="HEAD").change
    assert (change.repository, change.pull_request) == ("github.com/acme/shop", 7)
    assert (change.author.kind, change.author.login) == (AuthorKind.HUMAN, "ada")


def test_the_default_branch_of_origin_comes_first(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "-m", "trunk")
    clone = cloned(project, "clone")
    clone.git("switch", "--quiet", "-c", "feature")
    clone.commit({"b": "1\n"})
    change = clone.resolve().change
    assert (change.base.ref, change.commits) == ("origin/trunk", 1)


def test_origin_main_serves_without_origin_head(tmp_path: Path) -> None:
    clone = cloned(project_with(tmp_path, {"a": "1\n"}), "clone")
    clone.git("remote", "set-head", "origin", "--delete")
    clone.commit({"b": "1\n"})
    assert clone.resolve().change.base.ref == "origin/main"


def test_the_only_remote_serves_under_any_name(tmp_path: Path) -> None:
    clone = cloned(project_with(tmp_path, {"a": "1\n"}), "clone", "--origin=forge")
    clone.commit({"b": "1\n"})
    clone.git("remote", "set-url", "forge", "https://ada:secret@git.example.com/acme/shop.git")
    change = clone.resolve().change
    assert (change.base.ref, change.repository) == ("forge/main", "git.example.com/acme/shop")


def test_the_configured_upstream_serves_where_the_default_is_unknown(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "-m", "trunk")
    clone = cloned(project, "clone")
    clone.git("remote", "set-head", "origin", "--delete")
    clone.git("switch", "--quiet", "-c", "feature", "--track", "origin/trunk")
    clone.commit({"b": "1\n"})
    assert clone.resolve().change.base.ref == "origin/trunk"


def test_the_pushed_copy_of_the_branch_itself_is_no_base(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    clone = cloned(project, "clone")
    clone.git("switch", "--quiet", "-c", "feature")
    pushed = clone.commit({"b": "1\n"})
    clone.git("push", "--quiet", "-u", "origin", "feature")
    clone.git("update-ref", "refs/remotes/origin/trunk", "origin/main")
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    clone.git("remote", "set-head", "origin", "--delete")
    change = clone.resolve().change
    assert (change.base.ref, change.head.commit) == ("main", pushed)
    assert change.commits == 1


def test_without_a_remote_another_branch_is_compared_with_main(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"b": "1\n"})
    project.commit({"c": "1\n"})
    change = project.resolve().change
    assert (change.base.ref, change.commits) == ("main", 2)


def test_a_new_branch_without_work_is_an_empty_change(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    change = project.resolve().change
    assert change.files == []
    assert (change.commits, change.uncommitted) == (0, False)


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_on_the_only_branch_the_last_commit_is_the_change(tmp_path: Path, branch: str) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "-M", branch)
    project.commit({"b": "1\n"})
    change = project.resolve().change
    assert (change.base.ref, change.head.ref) == ("HEAD^1", "worktree")
    assert [file.path for file in change.files or []] == ["b"]


def test_on_main_uncommitted_work_alone_is_the_change(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.commit({"b": "1\n"})
    project.write({"c": "1\n"})
    change = project.resolve().change
    assert (change.base.ref, change.uncommitted, change.commits) == ("HEAD", True, 0)
    assert [file.path for file in change.files or []] == ["c"]


def test_one_commit_and_uncommitted_work_can_be_compared(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.write({"a": "2\n"})
    assert [file.status for file in project.resolve().change.files or []] == ["modified"]


def test_a_detached_head_at_the_tip_of_main_is_compared_with_its_parent(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.commit({"b": "1\n"})
    project.git("switch", "--quiet", "--detach")
    assert project.resolve().change.base.ref == "HEAD^1"


def test_an_explicit_head_ignores_uncommitted_work(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"b": "1\n"})
    project.git("switch", "--quiet", "main")
    project.write({"c": "1\n"})
    change = project.resolve(head="feature").change
    assert (change.base.ref, change.head.ref, change.uncommitted) == ("main", "feature", False)
    assert [file.path for file in change.files or []] == ["b"]


def test_an_annotated_tag_names_its_commit(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    first = project.git("rev-parse", "HEAD")
    project.git("tag", "-a", "-m", "one", "v1")
    project.commit({"b": "1\n"})
    assert project.resolve(base="v1").change.base.commit == first
