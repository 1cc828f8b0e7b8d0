"""Contracts in other repositories: ``git+https://host/repository@<commit>#path``.

A full commit id names its content, so what was fetched cannot be anything else. Git computes the ids of all that it
receives, and nothing of the repository is checked out or run.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lineclear.errors import ContractError, EngineError

__all__ = ["RemoteUri", "Remotes", "parse_remote"]

_URI = re.compile(r"git\+(?P<url>https://[^\s@#]+)@(?P<commit>[0-9a-f]{40})#(?P<path>[^\s#]+)")
_FORM = "write git+https://host/repository@<commit, 40 hexadecimal digits>#path/to/contract.yaml"
_SECONDS = 120
_MAX_BYTES = 1_000_001
_FILE_MODES = ("100644", "100755")
# Inside a hook, these would turn git to the repository of the hook.
_ELSEWHERE = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
)


@dataclass(frozen=True, kw_only=True)
class RemoteUri:
    """The parts of a ``git+https`` uri."""

    url: str
    commit: str
    path: str

    def at(self, path: str) -> str:
        """Return the uri of another file of the same commit."""
        return f"git+{self.url}@{self.commit}#{path}"


def parse_remote(text: str, where: str) -> RemoteUri:
    """Take a uri apart. Raises :class:`ContractError` for anything but https, a full commit id and a path."""
    match = _URI.fullmatch(text)
    if match is not None and ".." not in match["path"].split("/") and not match["path"].startswith("/"):
        return RemoteUri(url=match["url"], commit=match["commit"], path=match["path"])
    if "@" in text.partition("://")[2].partition("/")[0]:
        what = "the address holds a user name or password, and it would be written into every bundle"
    elif not text.startswith("git+https://"):
        what = f"{text!r} is not fetched over https"
    elif not re.search(r"@[0-9a-f]{40}(#|$)", text):
        what = f"{text!r} does not name a full commit id; a branch, tag or short id can come to mean something else"
    else:
        what = f"{text!r} names no path in the repository"
    raise ContractError(what, where=where, todo=_FORM)


class NotFetched(Exception):
    """A contract names another one that nobody trusted has named, so it is not fetched."""


class Remotes:
    """Commits fetched into temporary bare repositories, which are removed on exit; each is fetched once.

    ``only`` are the uris that may be fetched, null for any: what a change brings must not choose what is asked.
    """

    def __init__(self, only: Collection[str] | None = None) -> None:
        self._only = only
        self._scratch = tempfile.TemporaryDirectory(prefix="lineclear-contracts-")
        self._repositories: dict[tuple[str, str], Path] = {}

    def __enter__(self) -> Remotes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._scratch.cleanup()

    def read(self, uri: RemoteUri, where: str) -> bytes | None:
        """Return a file of a commit, None if the commit has no such file. Fetches the commit if need be."""
        if self._only is not None and uri.at(uri.path) not in self._only:
            raise NotFetched(uri.at(uri.path))
        repository = self._repositories.get((uri.url, uri.commit)) or self._fetch(uri, where)
        entry = _git(repository, "ls-tree", "-z", "-l", uri.commit, "--", f":(literal,top){uri.path}").stdout
        meta = entry.partition(b"\t")[0].decode("ascii", "replace").split()
        if len(meta) != 4 or meta[0] not in _FILE_MODES:
            return None
        if int(meta[3]) >= _MAX_BYTES:
            raise ContractError(f"the file has {meta[3]} bytes", where=where, todo="split it, and use `extends`")
        return _git(repository, "cat-file", "blob", meta[2]).stdout

    def _fetch(self, uri: RemoteUri, where: str) -> Path:
        repository = Path(self._scratch.name) / str(len(self._repositories))
        try:
            _git(None, "init", "--bare", "--quiet", "--template=", str(repository))
            _git(
                repository,
                *("-c", "protocol.ext.allow=never", "fetch", "--quiet", "--depth=1", "--no-tags"),
                *("--no-recurse-submodules", uri.url, uri.commit),
            )
            _git(repository, "cat-file", "-e", f"{uri.commit}^{{commit}}")
        except subprocess.SubprocessError as exc:
            stderr = exc.stderr if isinstance(exc, subprocess.CalledProcessError) else None
            said = stderr.decode("utf-8", "replace").strip() if stderr else str(exc)
            raise ContractError(
                f"commit {uri.commit} of {uri.url} cannot be fetched: {said or 'git gave no reason'}",
                where=where,
                todo="make sure that the server is reachable from here and still has this commit",
            ) from exc
        self._repositories[uri.url, uri.commit] = repository
        return repository


def _git(repository: Path | None, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    place = [] if repository is None else ["-C", str(repository)]
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    try:
        return subprocess.run(
            ["git", *place, *arguments],
            env=environment | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except FileNotFoundError as exc:
        raise EngineError("git was not found", where="PATH", todo="install git") from exc
