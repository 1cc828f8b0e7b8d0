"""Which contract a change is judged by: the one given, else the base's, else the built-in one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lineclear.contract.sources import SHIPPED, Reader, shipped_text
from lineclear.errors import UsageError
from lineclear.model.words import ContractSource

__all__ = ["CONTRACT_FILE", "Found", "find_contract"]

#: The contract's path in the base's tree.
CONTRACT_FILE = "lineclear.yaml"

_MAX_BYTES = 1_000_001


@dataclass(frozen=True, kw_only=True)
class Found:
    """A contract before it is parsed. ``read`` reads the files that its ``extends`` can name by ``./path``."""

    source: ContractSource
    uri: str
    text: bytes
    read: Reader


def find_contract(*, given: Path | None, read: Reader) -> Found:
    """Find the contract; ``read`` reads the base's tree.

    A given file brings its own folder as the tree for ``./path``, and its name as uri: no local path gets into a
    verdict. Raises :class:`UsageError` when it cannot be read.
    """
    if given is not None:
        return _given(given)
    text = read(CONTRACT_FILE)
    if text is not None:
        return Found(source=ContractSource.BASE, uri=CONTRACT_FILE, text=text, read=read)
    return Found(source=ContractSource.BUILTIN, uri=f"{SHIPPED}default", text=shipped_text("default"), read=_nothing)


def _given(given: Path) -> Found:
    folder = given.resolve().parent

    def beside(path: str) -> bytes | None:
        file = (folder / path).resolve()
        return _read(file) if file.is_relative_to(folder) and file.is_file() else None

    try:
        text = _read(given)
    except OSError as exc:
        raise UsageError(
            f"the contract cannot be read: {exc.strerror}", where=str(given), todo="give --contract a file to read"
        ) from exc
    return Found(source=ContractSource.GIVEN, uri=given.name, text=text, read=beside)


def _read(file: Path) -> bytes:
    """Read what a contract may have in bytes, and one more, so that a larger file is seen to be too large."""
    with file.open("rb") as stream:
        return stream.read(_MAX_BYTES)


def _nothing(path: str) -> bytes | None:
    """Read from no tree at all."""
    del path
    return None
