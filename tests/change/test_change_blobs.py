"""Many files through one process: bytes as they are, and an error where git does not give them."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest
from support import Repo

from lineclear.change.blobs import Blobs
from lineclear.change.git import isolated_git
from lineclear.errors import EngineError

CONTENTS = [b"", b"\n", b"text", b"two\nlines\n", b"\0\xff\r\n", b"x" * 3_000_000]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.create(tmp_path / "project", {f"f{number}": content for number, content in enumerate(CONTENTS)})


def test_every_content_is_read_byte_for_byte_by_many_at_once(repo: Repo) -> None:
    blobs = Blobs(isolated_git(repo.root / ".git"))
    names = [repo.git("rev-parse", f"HEAD:f{number}") for number in range(len(CONTENTS))]
    wrong: list[str] = []

    def read() -> None:
        wrong.extend(name for name, content in zip(names, CONTENTS, strict=True) if blobs.read(name) != content)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_is_no_blob_or_not_there_is_an_error_and_the_next_read_works(repo: Repo) -> None:
    blobs = Blobs(isolated_git(repo.root / ".git"))
    for name in ("0" * 40, repo.git("rev-parse", "HEAD^{tree}")):
        with pytest.raises(EngineError) as caught:
            blobs.read(name)
        assert name in caught.value.where
    assert blobs.read(repo.git("rev-parse", "HEAD:f2")) == b"text"


def test_the_process_ends_with_its_owner(repo: Repo) -> None:
    blobs = Blobs(isolated_git(repo.root / ".git"))
    blobs.read(repo.git("rev-parse", "HEAD:f2"))
    process = blobs._process
    assert process is not None
    del blobs
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
