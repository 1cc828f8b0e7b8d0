"""Validates instances against one JSON Schema and writes a JSON report. Runs in the tool's own environment.

Started as ``python -I validate_instances.py SCHEMA INSTANCE_LIST REPORT [BASE_TREE BASE_LIST]`` in the tree.
INSTANCE_LIST is a JSON file with pairs, the name of an instance in the report and its relative path, BASE_LIST one with
relative paths. Needs jsonschema, its format checkers, and PyYAML. References may lead to other files of the tree;
nothing is fetched. With a base, its instances are held to the schema of this tree as well.

The report: ``{"schemaError": {…} | null, "instances": [{"path", "unreadable", "errors": [{…}], "count"}], "narrowed":
[{…}] | null}``. Every missing and every surplus property is an error of its own, so that one cannot hide behind
another. ``narrowed`` says where data that fitted the base's schema does not fit this one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, UndefinedTypeCheck, UnknownType, ValidationError
from jsonschema.validators import validator_for
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it has no types
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

_MAX_ERRORS = 500
_MAX_NARROWED = 100
_MAX_BYTES = 32_000_000  # JSON and TOML
_MAX_YAML_BYTES = 8_000_000
_MAX_YAML_NODES = 2_000_000  # with every alias written out
_MAX_LINES_BYTES = 2_000_000  # beyond that, the lines of JSON are not worth reading it as YAML
_MAX_INDEXED = 2_000
_TREE = "file:///tree/"
_Place = tuple[str, str, str, list[Any] | None, str | None]  # pointer, keyword, message, path, digest of the value
_BASE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Refused(Exception):
    """A document that cannot be read as JSON, YAML or TOML, or a reference that may not be followed."""


def main(argv: list[str]) -> int:
    """Write the report; the exit code is 0 whenever it is whole."""
    schema_path, list_path, report_path, *base = argv
    report = _validate(schema_path, _list(list_path), base)
    Path(report_path).write_text(json.dumps(report), "utf-8")
    return 0


def _list(path: str) -> Any:
    return json.loads(Path(path).read_text("utf-8"))


def _validate(schema_path: str, instances: list[tuple[str, str]], base: list[str]) -> dict[str, Any]:
    try:
        validator = _validator(schema_path, ".")
        results = [_instance(validator, name, path) for name, path in instances]
    except _Refused as exc:
        return _unusable(str(exc))
    except SchemaError as exc:
        return _unusable(exc.message[:400], _pointer(exc.absolute_path))
    narrowed = _narrowed(validator, schema_path, base[0], _list(base[1])) if base else None
    return {"schemaError": None, "instances": results, "narrowed": narrowed}


def _unusable(message: str, pointer: str = "") -> dict[str, Any]:
    return {"schemaError": {"pointer": pointer, "message": message}, "instances": [], "narrowed": None}


# --- the schema and what it refers to


def _validator(path: str, root: str) -> Any:
    """Return a validator for a schema of a tree, all of whose references lead somewhere. Raises :class:`_Refused`."""
    document = _Document(path, root)
    schema = document.value
    if document.duplicates:
        raise _Refused(f"{path} has the key {document.duplicates[0]!r} twice in one object")
    cls: Any = validator_for(schema, default=Draft202012Validator)
    cls.check_schema(schema, format_checker=cls.FORMAT_CHECKER)
    files = _SchemaFiles(path, root, schema, cls)
    registry: Any = Registry(retrieve=files.retrieve)  # type: ignore[call-arg]  # attrs names it by its alias
    resource = files.resource(schema)
    registry = registry.with_resources([(_uri(path), resource), (files.base, resource)])
    try:
        _follow(resource, registry.resolver(files.base), cls)
    except Unresolvable as exc:
        why = files.refused or "there is no such place in it"
        raise _Refused(f"the reference {exc.ref!r} cannot be followed: {why}") from exc
    except (ValueError, RecursionError) as exc:
        raise _Refused(f"a reference of {path} cannot be followed: {' '.join(str(exc).split())[:300]}") from exc
    # By way of a reference, so that its relative ones are resolved from where it is.
    start = {"$ref": files.base} if isinstance(schema, dict) else schema
    return cls(start, format_checker=cls.FORMAT_CHECKER, registry=registry)


def _follow(resource: Any, resolver: Any, cls: Any) -> None:
    """Resolve every reference now: whether a schema stands must not depend on the data."""
    waiting, seen = [(resource, resolver)], set()
    while waiting:
        resource, resolver = waiting.pop()
        content = resource.contents
        if not isinstance(content, dict) or id(content) in seen:
            continue
        seen.add(id(content))
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            reference = content.get(keyword)
            if isinstance(reference, str):
                target = resolver.lookup(reference)
                cls.check_schema(target.contents)
                specification = resource._specification  # the dialect of who refers is the default
                made = Resource.from_contents(target.contents, default_specification=specification)
                waiting.append((made, target.resolver))
        waiting.extend((part, resolver.in_subresource(part)) for part in resource.subresources())


class _SchemaFiles:
    """Finds the files that a schema refers to: by their place in the tree, or by the ``$id`` that they state."""

    def __init__(self, path: str, root: str, schema: Any, cls: Any) -> None:
        self._folder, self._root, self._cls = Path(path).parent, root, cls
        stated = self.resource(schema).id() or ""
        self.base = urljoin(_uri(path), stated)
        self.refused: str | None = None
        self._index: dict[str, str] | None = None

    def resource(self, content: Any) -> Any:
        default: Any = Resource.from_contents({"$schema": self._cls.META_SCHEMA["$schema"]})
        return Resource.from_contents(content, default_specification=default._specification)

    def retrieve(self, uri: str) -> Any:
        """Return the resource at an address. Called by the registry, which hides what is raised here."""
        if uri in REGISTRY:
            return REGISTRY[uri]
        try:
            document = _Document(self._place(uri), self._root)
            self._cls.check_schema(document.value)
        except (_Refused, SchemaError) as exc:
            self.refused = str(getattr(exc, "message", exc))[:400]
            raise
        return self.resource(document.value)

    def _place(self, uri: str) -> str:
        if uri.startswith(_TREE):
            return unquote(uri.removeprefix(_TREE))
        if uri.startswith("file:"):
            raise _Refused("it leaves the tree")
        if self._index is None:
            self._index = dict(self._identified())
        if uri in self._index:
            return self._index[uri]
        beside = uri.removeprefix(urljoin(self.base, "."))
        if beside != uri and not self.base.startswith(_TREE):
            place = (self._folder / unquote(beside)).as_posix()
            if place not in self._index.values() and Path(self._root, place).is_file():
                return place
        raise _Refused(
            f"{uri} is none of the tree's files, and nothing is fetched; put that schema into the repository, and "
            "refer to it by its relative path or by the $id that it states"
        )

    def _identified(self) -> Iterator[tuple[str, str]]:
        """Yield ``$id`` and path of the schemas in the folder of the schema and below."""
        number = 0
        for folder, folders, names in os.walk(Path(self._root, self._folder)):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name).relative_to(self._root).as_posix()
                if not name.endswith((".json", ".yaml", ".yml")) or number >= _MAX_INDEXED:
                    continue
                number += 1
                try:
                    value = _Document(path, self._root).value
                except _Refused:
                    continue
                stated = (value.get("$id") or value.get("id")) if isinstance(value, dict) else None
                if isinstance(stated, str):
                    yield stated.rstrip("#"), path


def _uri(path: str) -> str:
    return _TREE + quote(path.encode("utf-8", "surrogateescape"))


# --- instances


def _instance(validator: Any, name: str, path: str) -> dict[str, Any]:
    try:
        document = _Document(path, ".")
        found, count = _errors(validator, document)
    except _Refused as exc:
        return {"path": name, "unreadable": str(exc), "errors": [], "count": 0}
    return {"path": name, "unreadable": None, "errors": found, "count": count}


def _errors(validator: Any, document: _Document) -> tuple[list[dict[str, Any]], int]:
    """Return the errors in order, the first of them with their lines, and how many there are."""
    try:
        found: list[_Place] = [place for error in validator.iter_errors(document.value) for place in _places(error)]
    except RecursionError as exc:
        raise _Refused(f"{document.path} is nested too deeply, or the schema refers to itself without end") from exc
    except (ArithmeticError, ValueError, re.error, UnknownType, UndefinedTypeCheck) as exc:
        said = " ".join(str(exc).split())[:300]
        raise _Refused(f"{document.path} cannot be held to the schema: {type(exc).__name__}: {said}") from exc
    for name in sorted(set(document.duplicates)):
        found.append(("", "duplicate-key", f"the key {name!r} is there twice in one object", None, _digest(name)))
    found.sort(key=lambda place: place[:3])
    errors = [
        {
            "pointer": pointer,
            "keyword": keyword,
            "message": message[:400],
            "line": None if path is None else document.line(path),
            "value": value,
        }
        for pointer, keyword, message, path, value in found[:_MAX_ERRORS]
    ]
    return errors, len(found)


def _places(error: ValidationError) -> Iterator[_Place]:
    """Yield pointer, keyword, message, path and value; what is about several properties is told apart by property.

    The value is a digest, and there only within an array: there the index says nothing of what is found.
    """
    path, keyword = list(error.absolute_path), str(error.validator)
    value = _digest(error.instance) if any(isinstance(part, int) for part in path) else None
    if keyword == "required" and isinstance(error.validator_value, list):
        # jsonschema gives one error for each missing property, and names it in the message only
        missing = [name for name in error.validator_value if error.message.startswith(f"{name!r} is ")]
        yield _pointer([*path, *missing[:1]]), keyword, error.message, path, value
    elif keyword == "additionalProperties" and error.validator_value is False:
        for name in _surplus(error):
            yield _pointer([*path, name]), keyword, f"{name!r} is not allowed here", [*path, name], value
    else:
        yield _pointer(path), keyword, error.message, path, value


def _surplus(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    instance: Any = error.instance
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    return [
        name
        for name in sorted(instance)
        if name not in known and not any(re.search(pattern, name) for pattern in patterns)
    ]


# --- the base's data


def _narrowed(validator: Any, schema_path: str, base: str, instances: list[str]) -> list[dict[str, Any]]:
    """Return where the base's data fitted the base's schema and does not fit this one, the same place told once."""
    try:
        before = _validator(schema_path, base)
    except (_Refused, SchemaError):
        return []  # a schema that could not be used promised nothing
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in instances:
        try:
            document = _Document(path, base)
            old, _ = _errors(before, document)
            new, _ = _errors(validator, document)
        except _Refused:
            continue
        known = {(error["pointer"], error["keyword"]) for error in old}
        for error in new:
            if (error["pointer"], error["keyword"]) in known:
                continue
            key = (re.sub(r"/[0-9]+(?=/|$)", "/*", error["pointer"]), error["keyword"])
            entry = found.setdefault(key, {"place": key[0], "path": path, "count": 0, **error})
            entry["count"] += 1
    return [found[key] for key in sorted(found)[:_MAX_NARROWED]]


# --- documents


class _Document:
    """One file of a tree as plain JSON data. Raises :class:`_Refused` where it cannot be read, or is too large.

    ``name`` is how messages call it, where its path is no UTF-8.
    """

    def __init__(self, path: str, root: str, name: str | None = None) -> None:
        self.path = name or path
        self.duplicates: list[str] = []
        self._yaml = path.endswith((".yaml", ".yml"))
        self._node: yaml.Node | None = None
        try:
            self._text = _content(path, root, _MAX_YAML_BYTES if self._yaml else _MAX_BYTES)
            self.value = self._read()
        except (OSError, ValueError, RecursionError, yaml.YAMLError, MemoryError) as exc:
            said = "it is nested too deeply" if isinstance(exc, RecursionError) else " ".join(str(exc).split())[:300]
            raise _Refused(f"{self.path} cannot be read: {said}") from exc

    def line(self, path: list[Any]) -> int | None:
        """Return the line of a place where the format has them; JSON is read as YAML for it."""
        if self._node is None and not self.path.endswith(".toml") and len(self._text) <= _MAX_LINES_BYTES:
            try:
                self._node = yaml.compose(self._text, Loader=_BASE_LOADER)
            except (yaml.YAMLError, RecursionError, ValueError):
                self._text = " " * (_MAX_LINES_BYTES + 1)  # JSON that is no YAML: only the lines are lost
        return _line(self._node, path)

    def _read(self) -> Any:
        if self.path.endswith(".toml"):
            return _plain(tomllib.loads(self._text))
        if self._yaml:
            self._node = yaml.compose(self._text, Loader=_BASE_LOADER)
            _refuse_expansion(self._node)
            return _plain(yaml.load(self._text, Loader=self._loader()))  # noqa: S506 - a safe loader's subclass
        if self._text.startswith("\ufeff"):
            raise ValueError("it begins with a byte order mark, which JSON does not allow")
        return json.loads(self._text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=self._pairs)

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            names = [name for name, _ in pairs]
            self.duplicates += {name for name in names if names.count(name) > 1}
        return value

    def _loader(self) -> Any:
        duplicates = self.duplicates

        class Loader(_BASE_LOADER):  # type: ignore[misc]  # the base is one of two classes
            def construct_mapping(self, node: Any, deep: bool = False) -> Any:
                names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
                if len(names) != len(set(names)):
                    duplicates.extend({name for name in names if names.count(name) > 1})
                return super().construct_mapping(node, deep=deep)

        return Loader


def _content(path: str, root: str, limit: int) -> str:
    """Return the text of a regular file of the tree, reached without a link."""
    parts = Path(path).parts
    if Path(path).is_absolute() or ".." in parts or "\0" in path:
        raise ValueError("it is outside the tree")
    whole = Path(root)
    for part in parts:
        whole /= part
        if whole.is_symlink():
            raise ValueError("it is reached through a link")
    if not whole.is_file():
        raise ValueError("there is no such file")
    with whole.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"it has more than {limit // 1_000_000} MB; split it, or leave it out of the instances")
    return data.decode("utf-8")


def _refuse_expansion(node: yaml.Node | None) -> None:
    """Refuse a document that is small, and huge once each alias is what it stands for; and one that holds itself."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    waiting: list[tuple[yaml.Node, bool]] = [(node, False)] if node is not None else []
    while waiting:
        item, done = waiting.pop()
        children = _children(item)
        if done:
            open_nodes.discard(id(item))
            sizes[id(item)] = 1 + sum(sizes[id(child)] for child in children)
            if sizes[id(item)] > _MAX_YAML_NODES:
                raise ValueError("its aliases stand for too much")
        elif id(item) in open_nodes:
            raise ValueError("it holds itself by an alias")
        elif id(item) not in sizes:
            open_nodes.add(id(item))
            waiting.append((item, True))
            waiting.extend((child, False) for child in children if id(child) not in sizes)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _plain(value: Any) -> Any:
    """Turn the dates of YAML and TOML into the strings that a JSON Schema can speak of; JSON has no infinity."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is too large a number")
    return value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _pointer(path: Iterable[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _line(node: yaml.Node | None, path: list[Any]) -> int | None:
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return None if node is None else int(node.start_mark.line) + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
