"""The merge result, the difference it makes, and the trees that are written from it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from change_repos import Content, Project, environment, project_with

from lineclear.errors import UsageError
from lineclear.model.change import ChangedFile

TEN = "".join(f"line {number}\n" for number in range(10))


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def _diverged(
    tmp_path: Path, first: dict[str, Content], *, base: dict[str, Content], head: dict[str, Content]
) -> Project:
    project = project_with(tmp_path, first)
    project.git("switch", "--quiet", "-c", "feature")
    project.commit(head, "head", date=1700000300)
    project.git("switch", "--quiet", "main")
    project.commit(base, "base", date=1700000200)
    project.git("switch", "--quiet", "feature")
    return project


def _file(project: Project, path: str) -> ChangedFile:
    return next(file for file in project.resolve().change.files or [] if file.path == path)


def test_what_is_verified_is_the_merge_of_base_and_head(tmp_path: Path) -> None:
    project = _diverged(tmp_path, {"a": "1\n"}, base={"from-base": "1\n"}, head={"from-head": "1\n"})
    resolved = project.resolve()
    change = resolved.change
    assert [file.path for file in change.files or []] == ["from-head"]
    assert {entry.path for entry in resolved.scratch.entries(change.merge_commit or "")} == {
        "a",
        "from-base",
        "from-head",
    }
    assert change.merge_base == project.git("merge-base", "main", "feature")
    project.git("merge", "--quiet", "main")
    assert change.merge_tree == project.git("rev-parse", "HEAD^{tree}")


def test_two_runs_give_the_same_commit_dated_by_the_younger_parent(tmp_path: Path) -> None:
    project = _diverged(tmp_path, {"a": "1\n"}, base={"b": "1\n"}, head={"c": "1\n"})
    project.write({"uncommitted": "1\n"})
    first, second = project.resolve(), project.resolve()
    assert first.change == second.change
    shown = first.scratch.git.run("show", "-s", "--format=%ct %at %P", first.change.merge_commit or "").text()
    assert shown == f"1700000300 1700000300 {first.change.base.commit} {first.change.head.commit}"


def test_a_conflict_names_its_paths_and_has_no_tree(tmp_path: Path) -> None:
    change = _diverged(tmp_path, {"a": "1\n", "b": "1\n"}, base={"a": "2\n"}, head={"a": "3\n"}).resolve().change
    assert [conflict.path for conflict in change.conflicts] == ["a"]
    assert (change.merge_tree, change.merge_commit, change.files) == (None, None, None)


@pytest.mark.parametrize("where", ["head", "uncommitted", "info", "configured"])
def test_a_union_attribute_outside_the_base_cannot_make_a_merge_of_a_conflict(tmp_path: Path, where: str) -> None:
    line = "a merge=union\n"
    attributes: dict[str, Content] = {".gitattributes": line} if where == "head" else {}
    project = _diverged(tmp_path, {"a": "1\n"}, base={"a": "2\n"}, head={"a": "3\n", **attributes})
    if where == "uncommitted":
        project.write({".gitattributes": line})
    if where == "info":
        (project.root / ".git" / "info").mkdir(exist_ok=True)
        (project.root / ".git" / "info" / "attributes").write_text(line, encoding="ascii")
    if where == "configured":
        (tmp_path / "attributes").write_text(line, encoding="ascii")
        project.git("config", "core.attributesFile", str(tmp_path / "attributes"))
    assert project.resolve().change.merge_tree is None


@pytest.mark.parametrize("folder", ["", "deep/er/"])
def test_a_union_attribute_of_the_base_holds(tmp_path: Path, folder: str) -> None:
    first: dict[str, Content] = {f"{folder}.gitattributes": "a merge=union\n", f"{folder}a": "1\n"}
    project = _diverged(tmp_path, first, base={f"{folder}a": "2\n"}, head={f"{folder}a": "3\n"})
    resolved = project.resolve()
    assert resolved.scratch.read(resolved.change.merge_commit or "", f"{folder}a") == b"2\n3\n"


def test_a_head_behind_the_base_changes_nothing(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.git("branch", "old")
    project.commit({"b": "1\n"})
    change = project.resolve(base="main", head="old").change
    assert (change.files, change.merge_tree, change.commits) == ([], change.base.tree, 0)


@pytest.mark.parametrize("where", ["base", "head", "info"])
def test_a_binary_attribute_hides_no_lines(tmp_path: Path, where: str) -> None:
    line = "*.py binary -diff\n"
    base: dict[str, Content] = {".gitattributes": line} if where == "base" else {}
    project = project_with(tmp_path, {"a.py": TEN, **base})
    if where == "info":
        (project.root / ".git" / "info").mkdir(exist_ok=True)
        (project.root / ".git" / "info" / "attributes").write_text(line, encoding="ascii")
    project.git("switch", "--quiet", "-c", "feature")
    project.commit({"a.py": TEN + "evil()\n", **({".gitattributes": line} if where == "head" else {})})
    found = _file(project, "a.py")
    assert (found.added, found.deleted) == (1, 0)


def test_a_file_with_a_nul_byte_counts_no_lines(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n", "late": "x" * 9000})
    project.write({"a": b"1\n\0\n", "late": "x" * 9000 + "\0"})
    assert (_file(project, "a").added, _file(project, "a").deleted) == (None, None)
    assert (_file(project, "late").added, _file(project, "late").deleted) == (1, 1)


def test_a_rename_keeps_its_old_path_and_counts_what_was_edited(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"src/old.py": TEN})
    project.write({"src/old.py": None, "src/new.py": TEN.replace("line 3", "line three")})
    files = project.resolve().change.files or []
    assert [(f.status, f.old_path, f.path, f.added, f.deleted) for f in files] == [
        ("renamed", "src/old.py", "src/new.py", 1, 1)
    ]


def test_a_workflow_that_is_moved_away_is_control_plane(tmp_path: Path) -> None:
    project = project_with(tmp_path, {".github/workflows/ci.yml": TEN})
    project.write({".github/workflows/ci.yml": None, "attic/ci.yml": TEN})
    assert (_file(project, "attic/ci.yml").status, _file(project, "attic/ci.yml").kind) == ("renamed", "controlPlane")


def test_files_come_in_order_of_path_with_any_name(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    project.write({"z": "1\n", "tab\there": "1\n", "line\nfeed": "1\n", "ü": "1\n", "B": "1\n"})
    (project.root / os.fsdecode(b"latin-\xe9.py")).write_bytes(b"1\n")
    resolved = project.resolve()
    paths = [file.path for file in resolved.change.files or []]
    assert paths == sorted(paths)
    assert paths == ["B", "latin-\\xe9.py", "line\nfeed", "tab\there", "z", "ü"]
    assert json.loads(resolved.change.canonical())["files"][1]["path"] == "latin-\\xe9.py"
    assert resolved.scratch.read(resolved.change.merge_commit or "", "latin-\\xe9.py") == b"1\n"


@pytest.mark.parametrize("path", ["", ".", "/a", "folder", "folder/", "../a", "folder/../a", "missing", "./a"])
def test_only_the_exact_path_of_a_file_can_be_read(tmp_path: Path, path: str) -> None:
    project = project_with(tmp_path, {"a": "1\n", "folder/b": "1\n"})
    project.write({"c": "1\n"})
    resolved = project.resolve()
    assert resolved.scratch.read(resolved.change.base.commit, path) is None
    assert resolved.scratch.read(resolved.change.base.commit, "folder/b") == b"1\n"


def test_a_written_tree_is_a_repository_with_the_tags(tmp_path: Path) -> None:
    project = _diverged(tmp_path, {"a": "1\n"}, base={"b": "1\n"}, head={"c": "1\n"})
    project.git("tag", "light", "main")
    project.git("tag", "-a", "-m", "one", "v1.0", "main")
    resolved = project.resolve()
    commit = resolved.change.merge_commit or ""
    resolved.scratch.materialise(commit, tmp_path / "merged")
    resolved.scratch.materialise(resolved.change.base.commit, tmp_path / "base")
    tree = Project(root=tmp_path / "merged", beside=tmp_path)
    assert tree.git("rev-parse", "HEAD") == commit
    assert tree.git("describe", "--long").startswith("v1.0-2-g")
    assert tree.git("tag", "--list").split() == ["light", "v1.0"]
    assert tree.git("status", "--porcelain") == ""
    assert tree.git("rev-parse", "--show-toplevel") == str(tree.root)
    assert sorted(path.name for path in (tmp_path / "base").iterdir()) == [".git", "a", "b"]
    assert not (tmp_path / "merged" / ".git" / "hooks").exists()
    with pytest.raises(UsageError, match="not empty"):
        resolved.scratch.materialise(commit, tmp_path / "merged")


def test_a_tree_of_a_shallow_clone_can_be_written_and_walked(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": "1\n"})
    for number in range(4):
        project.commit({"a": f"{number}\n"})
    project.git("clone", "--quiet", "--depth=2", project.root.as_uri(), str(tmp_path / "shallow"))
    shallow = Project(root=tmp_path / "shallow", beside=tmp_path)
    resolved = shallow.resolve(base="HEAD^1")
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree")
    assert len(Project(root=tmp_path / "tree", beside=tmp_path).git("log", "--format=%h").split()) == 3


def test_a_repository_with_sha256_works(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project = Project(root=root, beside=tmp_path)
    project.git("init", "--quiet", "--template=", "-b", "main", "--object-format=sha256")
    project.commit({"a": "1\n"})
    project.write({"b": "1\n"})
    resolved = project.resolve()
    assert len(resolved.change.head.commit) == 64
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree")
    assert (tmp_path / "tree" / "b").read_bytes() == b"1\n"


def test_the_configuration_of_the_user_changes_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = _diverged(
        tmp_path,
        {"a": TEN, ".gitattributes": "*.bin filter=x merge=x\n", "c.bin": "1\n"},
        base={"b": "1\n", "a": None, "moved": TEN},
        head={"a": TEN + "more\n"},
    )
    plain = project.resolve(head="feature")
    template = tmp_path / "template"
    (template / "hooks").mkdir(parents=True)
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nautocrlf = true\nsymlinks = false\n[init]\ntemplateDir = {template}\ndefaultObjectFormat = sha256\n"
        '[filter "x"]\nsmudge = tr 1 2\nrequired = true\n[merge]\nrenames = false\n[diff]\nrenames = false\n'
        "[i18n]\ncommitEncoding = latin1\n[log]\nshowSignature = true\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    configured = project.resolve(head="feature")
    assert configured.change == plain.change
    assert plain.change.merge_tree is not None
    configured.scratch.materialise(configured.change.merge_commit or "", tmp_path / "tree")
    assert (tmp_path / "tree" / "moved").read_bytes() == (TEN + "more\n").encode()
    assert (tmp_path / "tree" / "c.bin").read_bytes() == b"1\n"
    assert not (tmp_path / "tree" / ".git" / "hooks").exists()


@pytest.mark.parametrize("name", ['"quoted"', "#hash", "line\nfeed", "with space", "semi:colon", "back\\slash"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    project = project_with(tmp_path, {"a": "1\n"}, name=name)
    project.write({"b": "1\n"})
    resolved = project.resolve()
    resolved.scratch.materialise(resolved.change.merge_commit or "", tmp_path / "tree" / name)
    assert [file.path for file in resolved.change.files or []] == ["b"]
