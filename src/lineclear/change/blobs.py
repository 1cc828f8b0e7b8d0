"""Reads many files of a repository through one git process; one process a file costs more than the file."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import weakref

from lineclear.change.git import Git
from lineclear.errors import EngineError

__all__ = ["Blobs"]


class Blobs:
    """The contents of a repository's blobs. The process starts at the first read, and ends with this object."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, blob: str) -> bytes:
        """Return the bytes of a blob. Raise EngineError when git does not give them."""
        with self._lock:
            process = self._process or self._start()
            try:
                return _ask(process, blob)
            except (OSError, ValueError) as exc:
                self._process = None  # whatever it says next is no answer to the next question
                _end(process)
                raise EngineError(
                    f"git cannot read a file of the change: {exc}",
                    where=f"{self._git.folder}: git cat-file, object {blob}",
                    todo="Run `git fsck` in the repository; objects that are missing have to be fetched.",
                ) from exc

    def _start(self) -> subprocess.Popen[bytes]:
        process = self._git.serve("cat-file", "--batch")
        self._process = process
        weakref.finalize(self, _end, process)
        return process


def _ask(process: subprocess.Popen[bytes], blob: str) -> bytes:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - Git.serve makes both pipes
    process.stdin.write(blob.encode("ascii") + b"\n")
    process.stdin.flush()
    about = process.stdout.readline()
    name, kind, size = (*about.split(), b"", b"", b"")[:3]
    if name != blob.encode("ascii") or kind != b"blob":
        raise ValueError(f"it said {about[:200].decode('utf-8', 'replace').strip() or 'nothing, and ended'}")
    content = process.stdout.read(int(size) + 1)
    if len(content) != int(size) + 1:
        raise ValueError("it gave less than the whole of it")
    return content[:-1]


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdout, process.stdin):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()
