"""Where a contract comes from: what each form of ``extends`` leads to, and how it is read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from lineclear.contract.near import advise
from lineclear.contract.remote import Remotes, parse_remote
from lineclear.errors import ContractError
from lineclear.resources import contracts_folder

__all__ = ["SHIPPED", "Reader", "Source", "follow", "shipped_names", "shipped_text"]

#: Reads a file of the tree that a contract is in: its path, with forward slashes, to its bytes, None if there is none.
Reader = Callable[[str], bytes | None]

SHIPPED = "lineclear:"
_FORMS = "write lineclear:<name>, ./<path> or git+https://…@<commit>#<path>"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A contract's text, its uri, and its path in a tree (None for a shipped one, which has no files beside it)."""

    uri: str
    text: bytes
    path: str | None


def shipped_names() -> list[str]:
    """Return the names of the shipped contracts."""
    return sorted(path.stem for path in contracts_folder().glob("*.yaml"))


def shipped_text(name: str) -> bytes:
    """Return the text of a shipped contract, which must exist."""
    return (contracts_folder() / f"{name}.yaml").read_bytes()


def follow(extends: str, *, child: Source, where: str, read: Reader, remotes: Remotes) -> Source:
    """Read what one entry of ``extends`` names. ``where`` is the place of the entry.

    Raises :class:`ContractError` when the entry has no known form, leads out of its tree, or names nothing.
    """
    if extends.startswith(SHIPPED):
        return _shipped(extends, where)
    if extends.startswith(("./", "../")):
        return _beside(extends, child, where, read, remotes)
    if extends.startswith("git+"):
        remote = parse_remote(extends, where)
        return _found(remotes.read(remote, where), extends, remote.path, where)
    if "/" in extends or extends.endswith((".yaml", ".yml")):
        todo = f"did you mean './{extends.lstrip('/')}'? {_FORMS}"
    else:
        todo = advise(extends, [SHIPPED + name for name in shipped_names()], label="shipped")
    raise ContractError(f"{extends!r} is no contract to extend", where=where, todo=todo)


def _shipped(extends: str, where: str) -> Source:
    names = shipped_names()
    if extends.removeprefix(SHIPPED) not in names:
        todo = advise(extends, [SHIPPED + name for name in names], label="shipped")
        raise ContractError(f"there is no shipped contract {extends!r}", where=where, todo=todo)
    return Source(uri=extends, text=shipped_text(extends.removeprefix(SHIPPED)), path=None)


def _beside(extends: str, child: Source, where: str, read: Reader, remotes: Remotes) -> Source:
    if child.path is None:
        raise ContractError(f"{child.uri} has no files beside it: {extends!r}", where=where, todo=_FORMS)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(child.path), extends))
    if path.split("/")[0] == "..":
        raise ContractError(f"{extends!r} leads out of the tree", where=where, todo="name a file inside the tree")
    if child.uri.startswith("git+"):
        remote = parse_remote(child.uri, where)
        remote = parse_remote(remote.at(path), where)
        return _found(remotes.read(remote, where), remote.at(path), path, where)
    return _found(read(path), path, path, where)


def _found(text: bytes | None, uri: str, path: str, where: str) -> Source:
    if text is None:
        raise ContractError(
            f"there is no file {path!r} to extend", where=where, todo="correct the path, or add the file"
        )
    return Source(uri=uri, text=text, path=path)
