"""Inputs that name places are checked before anything is installed, and by the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lineclear.github import inputs
from lineclear.github.inputs import Refused, resolve_inputs, tools_digest


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace with a repository in ``project`` and a policy beside it."""
    workspace = tmp_path / "workspace"
    for folder in ("project/.git", "project/deep", "policy"):
        (workspace / folder).mkdir(parents=True)
    for file in ("project/lineclear.yaml", "policy/lineclear.yaml"):
        (workspace / file).write_text("version: 1\n")
    return workspace


def _resolve(workspace: Path, **given: str) -> dict[str, str]:
    env = {"GITHUB_WORKSPACE": str(workspace), "INPUT_DIRECTORY": "project"}
    env |= {f"INPUT_{name.upper()}": value for name, value in given.items()}
    return resolve_inputs(env, work=workspace.parent / "work")


def test_without_inputs_the_bundle_is_outside_the_workspace(workspace: Path) -> None:
    assert _resolve(workspace) == {
        "project": str(workspace / "project"),
        "bundle": str(workspace.parent / "work" / "bundle"),
        "contract": "",
        "key": "",
    }


def test_paths_are_relative_to_the_workspace_or_absolute(workspace: Path, tmp_path: Path) -> None:
    found = _resolve(workspace, contract="policy/lineclear.yaml", key=str(tmp_path / "key"), bundle="project/../out")
    assert found["contract"] == str(workspace / "policy" / "lineclear.yaml")
    assert found["key"] == str(tmp_path / "key")
    assert found["bundle"] == str(workspace / "out")


@pytest.mark.parametrize("given", ["", "no-such-folder", "..", "/", "project/lineclear.yaml"])
def test_the_project_is_a_folder_of_the_workspace(workspace: Path, given: str) -> None:
    if given == "":
        assert _resolve(workspace, directory="")["project"] == str(workspace)
        return
    with pytest.raises(Refused, match="there is no folder"):
        _resolve(workspace, directory=given)


def test_a_link_out_of_the_workspace_is_no_project(workspace: Path, tmp_path: Path) -> None:
    (workspace / "link").symlink_to(tmp_path)
    with pytest.raises(Refused):
        _resolve(workspace, directory="link")


@pytest.mark.parametrize("given", ["project/lineclear.yaml", "policy/../project/lineclear.yaml", "project/absent.yaml"])
@pytest.mark.parametrize("directory", ["project", "project/deep"])
def test_a_contract_of_the_change_is_refused(workspace: Path, given: str, directory: str) -> None:
    with pytest.raises(Refused, match="the change could edit it"):
        _resolve(workspace, contract=given, directory=directory)


def test_links_do_not_hide_where_a_contract_is(workspace: Path) -> None:
    (workspace / "policy" / "link.yaml").symlink_to(workspace / "project" / "lineclear.yaml")
    (workspace / "project" / "link.yaml").symlink_to(workspace / "policy" / "lineclear.yaml")
    for given in ("policy/link.yaml", "project/link.yaml"):
        with pytest.raises(Refused):
            _resolve(workspace, contract=given)


def test_a_bundle_goes_where_nothing_is(workspace: Path) -> None:
    (workspace / "dangling").symlink_to("nowhere")
    (workspace / "link").symlink_to("policy")
    for given in ("project", "policy/lineclear.yaml", "dangling", "."):
        with pytest.raises(Refused, match="is there already"):
            _resolve(workspace, bundle=given)
    for given in ("absent/bundle", "link/bundle", "policy/lineclear.yaml/bundle"):
        with pytest.raises(Refused, match="does not exist, or is reached over a link"):
            _resolve(workspace, bundle=given)


def test_a_line_break_cannot_start_an_output(workspace: Path) -> None:
    with pytest.raises(Refused) as caught:
        _resolve(workspace, key="a\nbundle=/elsewhere")
    assert "\n" not in caught.value.line


def test_it_runs_by_its_path_in_a_python_that_has_nothing(workspace: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    env = {"GITHUB_WORKSPACE": str(workspace), "GITHUB_OUTPUT": str(output), "INPUT_DIRECTORY": "project"}
    command = [sys.executable, "-I", "-S", inputs.__file__]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    names = [line.partition("=")[0] for line in output.read_text().splitlines()]
    assert names == ["project", "bundle", "contract", "key", "tools"]
    output.unlink()
    refused = subprocess.run(
        command, cwd=tmp_path, env={**env, "INPUT_DIRECTORY": "x"}, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stdout == (
        "error: there is no folder 'x' in the workspace\n"
        "  where: the action's input working-directory\n"
        "  to do: Run actions/checkout before this action, and give the path that it checks out to.\n"
    )
    assert output.read_text().startswith("problem=there is no folder 'x' in the workspace. Where: ")


def test_the_key_of_the_cache_changes_with_every_lock(tmp_path: Path) -> None:
    lock = tmp_path / "bandit" / "requirements.txt"
    lock.parent.mkdir()
    lock.write_text("bandit==1\n")
    before = tools_digest(tmp_path)
    assert before == tools_digest(tmp_path)
    lock.write_text("bandit==2\n")
    changed = tools_digest(tmp_path)
    lock.rename(lock.with_name("server.txt"))
    assert len({before, changed, tools_digest(tmp_path)}) == 3
