"""Files are written whole, with their folders, and never through a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineclear.errors import UsageError
from lineclear.setup.files import read_file, read_text, write_file


def test_a_file_is_written_with_its_folders_and_read_again(tmp_path: Path) -> None:
    assert read_file(tmp_path, "a/b/c.txt") is None
    for content in (b"first", b"second"):
        write_file(tmp_path, "a/b/c.txt", content)
        assert read_file(tmp_path, "a/b/c.txt") == content
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.txt"]


def test_neither_a_file_nor_a_folder_may_be_a_link(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "target").write_text("theirs")
    (root / "file").symlink_to(outside / "target")
    (root / "folder").symlink_to(outside)
    (root / "dangling").symlink_to(outside / "new")
    for path in ("file", "folder/target", "folder/new", "dangling"):
        with pytest.raises(UsageError, match="link"):
            write_file(root, path, b"ours")
    for path in ("file", "folder/target"):
        with pytest.raises(UsageError, match="link"):
            read_file(root, path)
        assert read_text(root, path) == ""
    assert [path.name for path in outside.iterdir()] == ["target"]
    assert (outside / "target").read_text() == "theirs"


def test_a_folder_or_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    for path in ("folder", "file/below"):
        with pytest.raises(UsageError, match="cannot be used"):
            write_file(tmp_path, path, b"ours")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
