"""The collector follows nothing that a run planted in its output folder."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineclear.model.base import sha256
from lineclear.run.outputs import OutputFolder, OutputMissing, OutputRefused, OutputTooLarge, save


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    return folder


@pytest.fixture
def outputs(place: Path) -> Iterator[OutputFolder]:
    with OutputFolder(place) as held:
        yield held


def test_a_plain_file_is_read_up_to_its_limit(place: Path, outputs: OutputFolder) -> None:
    (place / "deep" / "er").mkdir(parents=True)
    (place / "deep/er/report.json").write_bytes(b"12345")
    assert outputs.read("deep/er/report.json", 5) == b"12345"
    with pytest.raises(OutputTooLarge, match="more than 4 bytes"):
        outputs.read("deep/er/report.json", 4)


def test_an_empty_file_is_read_and_a_missing_one_is_missing(place: Path, outputs: OutputFolder) -> None:
    (place / "empty").touch()
    assert outputs.read("empty", 0) == b""
    for name in ("absent", "absent/report"):
        with pytest.raises(OutputMissing):
            outputs.read(name, 10)


def test_a_huge_sparse_file_costs_no_more_than_the_limit(place: Path, outputs: OutputFolder) -> None:
    with (place / "huge").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OutputTooLarge):
        outputs.read("huge", 1_000)


def test_no_link_is_followed(place: Path, outputs: OutputFolder) -> None:
    (place / "link").symlink_to(place.parent / "secret")
    (place / "dangling").symlink_to("nowhere")
    (place / "folder").symlink_to(place.parent)
    (place / "hard").hardlink_to(place.parent / "secret")
    for name, why in [("link", "symbolic"), ("dangling", "symbolic"), ("folder/secret", "symbolic"), ("hard", "hard")]:
        with pytest.raises(OutputRefused, match=why):
            outputs.read(name, 100)


def test_whatever_is_no_plain_file_is_refused_without_waiting(
    place: Path, outputs: OutputFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(place / "fifo")
    (place / "directory").mkdir()
    (place / "file").touch()
    monkeypatch.chdir(place)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    for name, why in [
        ("fifo", "FIFO"),
        ("directory", "folder"),
        ("socket", "socket"),
        ("file/below", "has a file in its path"),
        ("fifo/below", "has a FIFO in its path"),
    ]:
        with pytest.raises(OutputRefused, match=why):
            outputs.read(name, 100)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_refused(place: Path, outputs: OutputFolder) -> None:
    try:
        os.mknod(place / "zero", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices cannot be made here")
    with pytest.raises(OutputRefused, match="character device"):
        outputs.read("zero", 100)


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret", "a/../../secret", "./report", "", "a//b", "a\0b"])
def test_a_path_that_leads_elsewhere_is_refused(name: str, outputs: OutputFolder) -> None:
    with pytest.raises(OutputRefused, match="no plain relative path"):
        outputs.read(name, 100)


def test_the_folder_is_the_one_from_before_the_run(place: Path, outputs: OutputFolder) -> None:
    (place / "report").write_text("true")
    place.rename(place.parent / "moved")
    place.symlink_to(place.parent)
    assert outputs.read("report", 100) == b"true"
    with pytest.raises(OutputMissing):
        outputs.read("secret", 100)


def test_a_symlink_in_place_of_the_folder_is_not_opened(place: Path) -> None:
    (place.parent / "link").symlink_to(place)
    with pytest.raises(OSError, match="link"):
        OutputFolder(place.parent / "link")


def test_an_output_is_saved_as_a_new_file_with_its_digest(tmp_path: Path, place: Path, outputs: OutputFolder) -> None:
    (place / "raw.json").write_bytes(b"{}")
    bundle = tmp_path / "bundle"
    saved = outputs.save("raw.json", 100, bundle, "tool/report.json")
    assert (saved.path, saved.size, saved.sha256) == ("tool/report.json", 2, sha256(b"{}"))
    assert (bundle / "tool/report.json").read_bytes() == b"{}"
    with pytest.raises(FileExistsError):
        save(b"again", bundle, "tool/report.json")
    (bundle / "planted").symlink_to(tmp_path / "secret")
    with pytest.raises(FileExistsError):
        save(b"through the link", bundle, "planted")
    assert (tmp_path / "secret").read_text() == "secret"


def test_what_a_pattern_means_is_found_and_no_link_entered(place: Path, outputs: OutputFolder) -> None:
    (place / "a/target/reports").mkdir(parents=True)
    (place / ".git").mkdir()
    for name in ("a/target/reports/TEST-x.xml", "a/target/TEST-y.xml", "a/other.txt", ".git/TEST-z.xml"):
        (place / name).touch()
    (place / "linked").symlink_to(place.parent)
    (place / "a/TEST-link.xml").symlink_to("other.txt")
    assert outputs.find("**/TEST-*.xml") == ["a/TEST-link.xml", "a/target/TEST-y.xml", "a/target/reports/TEST-x.xml"]
    assert outputs.find("a/target/*.xml") == ["a/target/TEST-y.xml"]
    assert outputs.find("nothing/*.xml") == []
    assert outputs.find("plain.xml") == ["plain.xml"]
    for pattern in ("linked/*.xml", "a/other.txt/*.xml"):
        with pytest.raises(OutputRefused, match="in its path"):
            outputs.find(pattern)
    for pattern in ("../*.xml", "/etc/*"):
        with pytest.raises(OutputRefused, match="no plain relative path"):
            outputs.find(pattern)


def test_removing_goes_through_no_link(place: Path, outputs: OutputFolder) -> None:
    secret = place.parent / "secret"
    (place / "link").symlink_to(secret)
    (place / "folder").symlink_to(place.parent)
    (place / "directory").mkdir()
    os.mkfifo(place / "fifo")
    outputs.remove("link")
    outputs.remove("fifo")
    outputs.remove("absent")
    outputs.remove("absent/report")
    assert sorted(path.name for path in place.iterdir()) == ["directory", "folder"]
    for name, why in [("folder/secret", "symbolic"), ("directory", "is a folder"), ("../secret", "no plain")]:
        with pytest.raises(OutputRefused, match=why):
            outputs.remove(name)
    assert secret.read_text() == "secret"


def test_a_tree_too_deep_to_look_through_is_refused(place: Path, outputs: OutputFolder) -> None:
    (place / "/".join("d" * 110)).mkdir(parents=True)
    with pytest.raises(OutputTooLarge, match="too much"):
        outputs.find("**/*.xml")
