"""Finds JSON Schemas of the repository's own, and the data files that are plainly meant by one."""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineclear.change.kinds import path_kind
from lineclear.model.words import PathKind

__all__ = ["Instances", "find_instances"]

_SUFFIXES = (".json", ".yaml", ".yml", ".toml")
_MOST_FILES = 2_000
_SCHEMA_URI = "json-schema.org/"
_YAML_SCHEMA = re.compile(r"""^["']?\$schema["']?:\s*["']?https?://json-schema\.org/""", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Instances:
    """A schema, and the pattern of the data files that it is for. ``name`` is fit for the id of a check."""

    name: str
    schema: str
    pattern: str


def find_instances(files: Sequence[str], read: Callable[[str], str]) -> Iterator[Instances]:
    """Yield each schema with its data: files that name it in ``$schema``, else those in a folder of its name."""
    data = [path for path in files if path.endswith(_SUFFIXES) and path_kind(path) is not PathKind.TEST][:_MOST_FILES]
    stated = {path: _stated_schema(path, read(path)) for path in data if not path.endswith(".toml")}
    schemas = [path for path, uri in stated.items() if uri is not None and _SCHEMA_URI in uri]
    folders: dict[str, list[str]] = defaultdict(list)
    for path in data:
        if path not in schemas:
            folders[str(PurePosixPath(path).parent)].append(path)
    taken: set[str] = set()
    for schema in schemas:
        pattern = _named_by(schema, stated) or _beside(schema, folders)
        name = _check_name(schema)
        if pattern is not None and name is not None and name not in taken:
            taken.add(name)
            yield Instances(name=name, schema=schema, pattern=pattern)


def _stated_schema(path: str, text: str) -> str | None:
    if not path.endswith(".json"):
        return f"https://{_SCHEMA_URI}" if _YAML_SCHEMA.search(text) else None
    if '"$schema"' not in text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    uri = value.get("$schema") if isinstance(value, dict) else None
    return uri if isinstance(uri, str) else None


def _named_by(schema: str, stated: Mapping[str, str | None]) -> str | None:
    """Return a pattern of the files whose ``$schema`` leads to a schema by a relative path."""
    users = [
        path
        for path, uri in stated.items()
        if uri is not None
        and "://" not in uri
        and posixpath.normpath(posixpath.join(posixpath.dirname(path), uri)) == schema
    ]
    if not users:
        return None
    places = {(posixpath.dirname(path), PurePosixPath(path).suffix) for path in users}
    in_place = [p for p in stated if (posixpath.dirname(p), PurePosixPath(p).suffix) in places]
    if len(places) == 1 and len(users) > 1 and sorted(in_place) == sorted(users):
        ((folder, suffix),) = places
        return f"{folder}/*{suffix}" if folder else f"*{suffix}"
    return users[0]


def _beside(schema: str, folders: Mapping[str, Sequence[str]]) -> str | None:
    """Return a pattern of the data in the one folder that is called as the schema is, in singular or plural."""
    stem = _stem(schema)
    names = {stem, f"{stem}s", f"{stem}es", re.sub("y$", "ies", stem)}
    found = [
        (folder, suffix)
        for folder, paths in folders.items()
        if PurePosixPath(folder).name.lower() in names
        for suffix in sorted({PurePosixPath(path).suffix for path in paths})
    ]
    return f"{found[0][0]}/*{found[0][1]}" if len(found) == 1 else None


def _stem(schema: str) -> str:
    return PurePosixPath(schema).name.lower().rsplit(".", 1)[0].removesuffix(".schema").removesuffix("-schema")


def _check_name(schema: str) -> str | None:
    name = re.sub(r"[^a-z0-9]+", "-", _stem(schema)).strip("-")
    return f"{name}-data" if re.match(r"[a-z]", name) else None
