"""Where caches go, and where they do not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lineclear.errors import EngineError
from lineclear.run.cachedirs import cache_folders


def test_the_named_folder_goes_before_xdg_and_home(tmp_path: Path) -> None:
    named = {"LINECLEAR_CACHE": str(tmp_path / "named")}
    xdg = {"XDG_CACHE_HOME": str(tmp_path / "xdg")}
    home = {"HOME": str(tmp_path / "home")}
    assert cache_folders(named | xdg | home).root == tmp_path / "named"
    assert cache_folders(xdg | home).root == tmp_path / "xdg/lineclear"
    assert cache_folders(home).root == tmp_path / "home/.cache/lineclear"
    assert cache_folders({"XDG_CACHE_HOME": "relative"} | home).root == tmp_path / "home/.cache/lineclear"


def test_tools_and_projects_share_no_folder(tmp_path: Path) -> None:
    folders = cache_folders({"LINECLEAR_CACHE": str(tmp_path)})
    made = [folders.tools, folders.uv_tools, folders.uv_project]
    assert [folder.name for folder in made] == ["tools", "uv-tools", "uv-project"]
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in made)


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/dev/null"}])
def test_without_a_home_there_is_a_private_temporary_folder(home: dict[str, str], tmp_path: Path) -> None:
    root = cache_folders({"TMPDIR": str(tmp_path)} | home).root
    assert root == tmp_path / f"lineclear-{os.geteuid()}"
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_temporary_folder_that_others_prepared_is_refused(tmp_path: Path) -> None:
    name = tmp_path / f"lineclear-{os.geteuid()}"
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    name.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match="not a folder of this user alone"):
        cache_folders({"TMPDIR": str(tmp_path)})
    name.unlink()
    name.mkdir()
    name.chmod(0o750)
    with pytest.raises(EngineError, match="not a folder of this user alone"):
        cache_folders({"TMPDIR": str(tmp_path)})


def test_a_cache_that_everybody_can_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(EngineError, match="can be written by every user"):
        cache_folders({"LINECLEAR_CACHE": str(tmp_path)})


def test_a_named_cache_must_be_an_absolute_path_that_can_be_made() -> None:
    for name in ("relative/cache", "/dev/null/cache"):
        with pytest.raises(EngineError, match="is not an absolute path"):
            cache_folders({"LINECLEAR_CACHE": name})
