"""The trees with exchanged tests, made of git objects: nothing is written through links, nor to the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from change_repos import Content, Project, environment, git_files, project_with

from lineclear.change.composed import compose_overlays
from lineclear.change.definitions import defined_names, hooks
from lineclear.change.resolve import Resolved
from lineclear.model.overlay import PlannedOverlay


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


def changed(tmp_path: Path, base: dict[str, Content], change: dict[str, Content]) -> Project:
    project = project_with(tmp_path, base)
    project.git("switch", "--quiet", "-c", "feature")
    project.commit(change, "head")
    return project


def composed(resolved: Resolved, root: str = ".") -> PlannedOverlay:
    overlay = compose_overlays(resolved.scratch, resolved.change, root)
    assert overlay is not None
    return overlay


def test_each_tree_has_the_code_of_one_side_and_the_tests_of_the_other(tmp_path: Path) -> None:
    base: dict[str, Content] = {
        "code.py": "def f(a): pass\ndef g(): pass\n",
        "tests/test_a.py": "1\n",
        "tests/old.txt": "1\n",
        "pyproject.toml": "[project]\nversion = '1'\n",
    }
    change: dict[str, Content] = {
        "code.py": "def f(b): pass\n",
        "tests/test_a.py": "2\n",
        "tests/old.txt": None,
        "tests/new.txt": "2\n",
        "pytest.ini": "[pytest]\n",
        "pyproject.toml": "[project]\nversion = '2'\n",
    }
    project = changed(tmp_path, base, change)
    before = git_files(project)
    resolved = project.resolve()
    overlay = composed(resolved)
    scratch = resolved.scratch

    assert overlay.differs == ["pytest.ini", "tests/new.txt", "tests/old.txt", "tests/test_a.py"]
    assert overlay.steering == ["pytest.ini"]
    assert overlay.gone == ["a", "g"]
    old = {
        entry.path: scratch.read(overlay.old_tests.commit, entry.path)
        for entry in scratch.entries(overlay.old_tests.commit)
    }
    assert old == {
        "code.py": b"def f(b): pass\n",
        "pyproject.toml": b"[project]\nversion = '2'\n",  # it says nothing of the runner on either side
        "tests/old.txt": b"1\n",
        "tests/test_a.py": b"1\n",
    }
    new = {
        entry.path: scratch.read(overlay.new_tests.commit, entry.path)
        for entry in scratch.entries(overlay.new_tests.commit)
    }
    assert new == {
        "code.py": b"def f(a): pass\ndef g(): pass\n",
        "pyproject.toml": b"[project]\nversion = '1'\n",
        "pytest.ini": b"[pytest]\n",
        "tests/new.txt": b"2\n",
        "tests/test_a.py": b"2\n",
    }
    assert scratch.git.run("rev-parse", f"{overlay.old_tests.commit}^1").text() == resolved.change.merge_commit
    assert composed(project.resolve()) == overlay, "the ids depend on the change alone"
    assert git_files(project) == before


def test_a_link_in_the_place_of_the_tests_leads_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    project = changed(tmp_path, {"code.py": "1\n", "tests/test_a.py": "old\n", "tests/b.txt": "old\n"}, {})
    project.git("rm", "-rq", "tests")
    (project.root / "tests").symlink_to(outside)
    project.commit({}, "links")
    resolved = project.resolve()
    overlay = composed(resolved)
    folder = tmp_path / "tree"
    resolved.scratch.materialise(overlay.old_tests.commit, folder)
    assert not (folder / "tests").is_symlink()
    assert (folder / "tests/test_a.py").read_text() == "old\n"
    assert list(outside.iterdir()) == []
    assert {entry.path: entry.mode for entry in resolved.scratch.entries(overlay.new_tests.commit)} == {
        "code.py": "100644",
        "tests": "120000",
    }


def test_names_that_are_no_utf8_and_modes_are_kept(tmp_path: Path) -> None:
    project = changed(tmp_path, {"code.py": "1\n", "tests/run.sh": "a\n"}, {})
    (project.root / "tests/run.sh").chmod(0o755)
    (project.root / b"tests/caf\xe9.txt".decode("utf-8", "surrogateescape")).write_bytes(b"new\n")
    project.commit({}, "odd")
    resolved = project.resolve()
    overlay = composed(resolved)
    entries = {entry.raw: entry.mode for entry in resolved.scratch.entries(overlay.new_tests.commit)}
    assert entries == {b"code.py": "100644", b"tests/run.sh": "100755", b"tests/caf\xe9.txt": "100644"}
    assert [entry.mode for entry in resolved.scratch.entries(overlay.old_tests.commit)] == ["100644", "100644"]


def test_there_is_nothing_to_compose_where_only_code_differs(tmp_path: Path) -> None:
    base: dict[str, Content] = {"code.py": "1\n", "tests/test_a.py": "1\n", "other/tests/test_b.py": "1\n"}
    resolved = changed(tmp_path, base, {"code.py": "2\n", "other/tests/test_b.py": "2\n"}).resolve()
    assert compose_overlays(resolved.scratch, resolved.change, "tests") is None
    assert composed(resolved, "other").differs == ["other/tests/test_b.py"]


def test_hooks_and_plugins_steer_and_fixtures_do_not(tmp_path: Path) -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef a():\n    return {}\n"
    base: dict[str, Content] = {"tests/conftest.py": fixture.format(1), "tests/test_a.py": "x = 1\n"}
    for change, steers in (
        (fixture.format(2), []),
        (fixture.format(1) + "def pytest_runtest_call(item):\n    pass\n", ["tests/conftest.py"]),
        ("if True:\n    pytest_plugins = ['a']\n", ["tests/conftest.py"]),
        ("not python(\n", ["tests/conftest.py"]),
    ):
        folder = tmp_path / str(hash(change))
        folder.mkdir()
        assert composed(changed(folder, base, {"tests/conftest.py": change}).resolve()).steering == steers


@pytest.mark.parametrize(
    ("tables", "differs", "steers"),
    [
        ("[tool.coverage.run]\nbranch = true\n", True, False),
        ("[tool.pytest.ini_options]\n", True, True),
        ("", False, False),
    ],
)
def test_coverage_is_in_the_overlay_and_decides_no_outcome(
    tmp_path: Path, tables: str, differs: bool, steers: bool
) -> None:
    base: dict[str, Content] = {"pyproject.toml": "[project]\n", "tests/test_a.py": "x = 1\n"}
    change: dict[str, Content] = {"pyproject.toml": "[project]\n" + tables, "tests/test_a.py": "x = 2\n"}
    overlay = composed(changed(tmp_path, base, change).resolve())
    assert ("pyproject.toml" in overlay.differs, overlay.steering) == (differs, ["pyproject.toml"] if steers else [])


def test_names_are_those_of_definitions() -> None:
    imports = b"import z.v, u as t\nfrom s import r\n"
    source = b"x, y = 1, 2\nclass A:\n    b: int = 1\n    def c(self, d, *, e): f = 1\nif x:\n    def g(): pass\n"
    assert defined_names(imports + source) == {"z", "t", "r", "x", "y", "A", "b", "c", "self", "d", "e", "g"}
    assert defined_names(b"def (") == frozenset()
    assert hooks(b"def (") is None
    assert hooks(b"x = 1\n") == []
