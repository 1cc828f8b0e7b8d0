"""Reads a contract and all that it extends, in the order in which they apply: ancestors first, the contract last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lineclear.contract.document import Document
from lineclear.contract.parse import parse_contract
from lineclear.contract.remote import Remotes
from lineclear.contract.sources import Reader, Source, follow
from lineclear.errors import ContractError
from lineclear.model.contract import ContractFile

__all__ = ["Layer", "read_layers"]

_MOST = 32


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One contract file of an inheritance. ``parents`` are the uris that it extends, in order."""

    source: Source
    file: ContractFile
    document: Document
    parents: tuple[str, ...]

    @property
    def uri(self) -> str:
        return self.source.uri


def read_layers(root: Source, *, read: Reader, fetch: Collection[str] | None = None) -> list[Layer]:
    """Read a contract and its ancestors. What two parents share applies once, before both.

    ``fetch`` are the remote uris that may be fetched, null for any; another one raises ``NotFetched``.
    Raises :class:`ContractError` for a file that is not there or not valid, a cycle, or more than 32 files.
    """
    with Remotes(fetch) as remotes:
        walk = _Walk(read, remotes)
        walk.visit(root, ())
    return list(walk.layers.values())


class _Walk:
    def __init__(self, read: Reader, remotes: Remotes) -> None:
        self._read = read
        self._remotes = remotes
        self.layers: dict[str, Layer] = {}

    def visit(self, source: Source, children: tuple[str, ...]) -> None:
        """Add a contract after its parents. ``children``: the uris that lead here from the root."""
        parsed = parse_contract(source.text, source.uri)
        path = (*children, source.uri)
        parents = []
        for index, extends in enumerate(parsed.file.extends):
            where = parsed.document.where(("extends", index))
            parent = follow(extends, child=source, where=where, read=self._read, remotes=self._remotes)
            if parent.uri in path:
                chain = " → ".join((*path[path.index(parent.uri) :], parent.uri))
                raise ContractError(f"contracts extend each other: {chain}", where=where, todo="break the cycle")
            if parent.uri not in self.layers:
                self.visit(parent, path)
            parents.append(parent.uri)
        if len(self.layers) >= _MOST:
            raise ContractError(f"more than {_MOST} contracts", where=source.uri, todo="extend fewer")
        self.layers[source.uri] = Layer(
            source=source, file=parsed.file, document=parsed.document, parents=tuple(parents)
        )
