"""YAML text as data, with the place in the text of every part of it.

Only what JSON can say is data: a date stays the text that it was written as, and tags, merge keys, repeated keys and
numbers that are not finite are refused. Sizes are limited, so that a small text cannot become a large value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml
from pydantic import JsonValue

from lineclear.errors import ContractError

__all__ = ["Document", "Place", "read_document"]

_MAX_BYTES = 1_000_000
_MAX_ALIASES = 100
_MAX_NODES = 100_000
_MAX_DEPTH = 50
_YAML = "tag:yaml.org,2002:"

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True)
class Document:
    """Data with places. ``values`` has the place of each value by its path, ``keys`` that of each key."""

    uri: str
    data: JsonValue
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def where(self, path: Path, *, key: bool = False) -> str:
        """Return ``uri:line:column path``; for a part that is not there, the place of what it would be in."""
        known = path
        while known not in self.values:
            known = known[:-1]
        place = self.keys[known] if key and known in self.keys else self.values[known]
        return f"{self.uri}:{place} {dotted(path)}".rstrip()

    def path_of(self, loc: Sequence[str | int]) -> Path:
        """Return the path in the data that a pydantic location means, whose union members and ``[key]`` are none."""
        path: Path = ()
        here = self.data
        for part in loc:
            if isinstance(here, dict) and part in here:
                here = here[str(part)]
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                continue
            path = (*path, part)
        return path

    def value(self, path: Path) -> JsonValue:
        """Return the value at a path that exists."""
        here = self.data
        for part in path:
            here = here[part]  # type: ignore[index] # the path was made from this data
        return here


def dotted(path: Path) -> str:
    """Return a path as people write it: ``checks.pytest.with``, ``invariants[2].require``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def read_document(text: bytes, uri: str) -> Document:
    """Read YAML. Raises :class:`ContractError` with line and column for what cannot be read or is not allowed."""
    if len(text) > _MAX_BYTES:
        raise ContractError(
            f"the file has {len(text)} bytes; {_MAX_BYTES} is the most", where=uri, todo="split it, and use `extends`"
        )
    try:
        source = text.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = text.count(b"\n", 0, exc.start) + 1
        raise ContractError("the file is not UTF-8", where=f"{uri}:{line}", todo="save it as UTF-8") from exc
    reader = _Reader(uri)
    try:
        loader = yaml.SafeLoader(source)
        _limit(source, reader)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as exc:
        raise _not_yaml(exc, uri) from exc
    except yaml.YAMLError as exc:
        raise ContractError(f"not YAML: {exc}", where=uri, todo="mend the syntax") from exc
    if root is None:
        raise ContractError("the file is empty", where=uri, todo="write `version: 1` and what it declares")
    data = reader.read(loader, root, ())
    return Document(uri=uri, data=data, values=reader.values, keys=reader.keys)


def _limit(source: str, reader: _Reader) -> None:
    """Count aliases and depth on the events, before anything is built of them."""
    aliases = depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > _MAX_ALIASES:
            raise reader.error(event.start_mark, (), f"more than {_MAX_ALIASES} aliases", "write the values out")
        if depth > _MAX_DEPTH:
            raise reader.error(event.start_mark, (), f"nested deeper than {_MAX_DEPTH}", "flatten it")


def _not_yaml(error: yaml.MarkedYAMLError, uri: str) -> ContractError:
    mark = error.problem_mark or error.context_mark
    where = f"{uri}:{mark.line + 1}:{mark.column + 1}" if mark else uri
    parts = [part for part in (error.context, error.problem) if part]
    return ContractError(f"not YAML: {', '.join(parts)}", where=where, todo="mend the syntax")


class _Reader:
    """Builds the data and notes the places."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._nodes = 0
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def error(self, mark: yaml.Mark, path: Path, what: str, todo: str) -> ContractError:
        where = f"{self._uri}:{mark.line + 1}:{mark.column + 1} {dotted(path)}".rstrip()
        return ContractError(what, where=where, todo=todo)

    def read(self, loader: yaml.SafeLoader, node: yaml.Node, path: Path) -> JsonValue:
        self._nodes += 1
        if self._nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise self.error(node.start_mark, (), "too large once its aliases are resolved", "write the values out")
        self.values[path] = _place(node.start_mark)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_YAML}map":
            return self._mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_YAML}seq":
            return [self.read(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(loader, node, path)
        raise self.error(node.start_mark, path, f"the tag {node.tag!r} is not allowed", "write plain values")

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path) -> JsonValue:
        data: dict[str, JsonValue] = {}
        for key, value in node.value:
            if key.tag == f"{_YAML}merge":
                raise self.error(key.start_mark, path, "the merge key << is not allowed", "use `extends`")
            if key.tag != f"{_YAML}str" or not isinstance(key, yaml.ScalarNode):
                shown = key.value if isinstance(key, yaml.ScalarNode) else "a list or mapping"
                raise self.error(key.start_mark, path, f"the key {shown} is not a string", "put the key in quotes")
            name = str(key.value)
            if name in data:
                first = self.keys[(*path, name)]
                what = f"the key {name!r} is there twice, first in line {first.line}"
                raise self.error(key.start_mark, path, what, "keep one of them")
            self.keys[(*path, name)] = _place(key.start_mark)
            data[name] = self.read(loader, value, (*path, name))
        return data

    def _scalar(self, loader: yaml.SafeLoader, node: yaml.ScalarNode, path: Path) -> JsonValue:
        match node.tag.removeprefix(_YAML):
            case "str" | "timestamp" | "value":
                if any("\ud800" <= character <= "\udfff" for character in node.value):
                    raise self.error(node.start_mark, path, "half a character (a lone surrogate)", "remove it")
                return str(node.value)
            case "null" | "bool" | "int" | "float":
                try:
                    value: JsonValue = loader.construct_object(node)
                except (ValueError, OverflowError) as exc:
                    raise self.error(node.start_mark, path, f"not a number: {exc}", "put a text in quotes") from exc
                if isinstance(value, float) and not math.isfinite(value):
                    raise self.error(node.start_mark, path, f"{node.value} is no finite number", "write a number")
                return value
        raise self.error(node.start_mark, path, f"the tag {node.tag!r} is not allowed", "write plain values")


def _place(mark: yaml.Mark) -> Place:
    return Place(line=mark.line + 1, column=mark.column + 1)
