"""One contract file: bytes in, model out, and every error of the model said in the words of the file."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lineclear.contract.document import Document, Path, read_document
from lineclear.contract.near import advise
from lineclear.contract.problems import Problem, error_from
from lineclear.model.base import Model
from lineclear.model.contract import CheckEntry, ContractFile

__all__ = ["Parsed", "parse_contract"]

_SHOWN = 60

_TODO = {
    "string_type": "write a text; put a number or date in quotes",
    "bool_type": "write true or false",
    "int_type": "write a whole number, without quotes",
    "list_type": "write a list: [ … ]",
    "dict_type": "write a mapping: { … }",
    "model_type": "write a mapping: { … }",
    "model_attributes_type": "write a mapping: { … }",
    "string_pattern_mismatch": "use lower case, digits and hyphens, and begin with a letter",
    "string_too_short": "write what people should read there",
    "too_short": "name at least one",
    "greater_than": "write a number greater than 0",
    "missing": "add it",
}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A contract file with the document that it was read from."""

    file: ContractFile
    document: Document


def parse_contract(text: bytes, uri: str) -> Parsed:
    """Read one contract file. Raises :class:`ContractError` that lists what is wrong, each with its place."""
    document = read_document(text, uri)
    problems = _alike(document)
    try:
        # Strict and from JSON: no number becomes a text or a truth value, while dates and words are still read.
        file = ContractFile.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as exc:
        raise error_from([*problems, *_problems(exc.errors(), document)], uri) from exc
    if problems:
        raise error_from(problems, uri)
    return Parsed(file=file, document=document)


def _alike(document: Document) -> list[Problem]:
    """Return the values that the model holds for equal to an allowed one and that are not: true is no 1, 0 no false."""
    data = document.data if isinstance(document.data, dict) else {}
    version, checks = data.get("version"), data.get("checks")
    found: list[tuple[Path, str]] = []
    if isinstance(version, bool | float) and version == 1:
        found.append((("version",), "write 1"))
    for name, entry in checks.items() if isinstance(checks, dict) else ():
        if isinstance(entry, int | float) and not isinstance(entry, bool) and entry == 0:
            found.append((("checks", name), "write {} to run the check as it is, or false to remove it"))
    return [
        Problem(what=f"{_shown(document.value(path))} is not allowed here", where=document.where(path), todo=todo)
        for path, todo in found
    ]


def _problems(errors: Iterable[ErrorDetails], document: Document) -> list[Problem]:
    """Return the problems in order of place, one for each part of the file that is wrong."""
    found: dict[Path, Problem] = {}
    for error in errors:
        path = document.path_of(error["loc"])
        if _is_check(path) and not isinstance(document.value(path), dict):
            what = f"a check is a mapping of its settings, or false, not {_shown(document.value(path))}"
            problem = Problem(what=what, where=document.where(path), todo="write {} to run it as it is")
        elif _is_check(path[:2]) and error["loc"][2:3] != (CheckEntry.__name__,) and "[key]" not in error["loc"]:
            continue  # the complaint of the union's other member: that a mapping is not `false`
        else:
            problem = _problem(error, path, document)
        found.setdefault((*path, error["type"] == "missing" and str(error["loc"][-1])), problem)
    return [found[path] for path in sorted(found, key=lambda path: _order(path, document))]


def _order(path: Path, document: Document) -> tuple[int, int, str]:
    while path not in document.values:
        path = path[:-1]
    place = document.keys.get(path, document.values[path])
    return place.line, place.column, str(path)


def _is_check(path: Path) -> bool:
    return len(path) == 2 and path[0] == "checks"


def _problem(error: ErrorDetails, path: Path, document: Document) -> Problem:
    kind, last = error["type"], error["loc"][-1] if error["loc"] else ""
    if kind == "extra_forbidden":
        model = _model_at(path[:-1])
        todo = advise(str(last), _keys(model), label="known keys")
        return Problem(what=f"unknown key {str(last)!r}", where=document.where(path, key=True), todo=todo)
    if kind == "missing":
        return Problem(what=f"{str(last)!r} is missing", where=document.where(path), todo=f"add `{last}: …`")
    value = document.value(path)
    if last == "[key]":
        name = str(path[-1])
        return Problem(what=f"{name!r} is no name for a check", where=document.where(path, key=True), todo=_TODO[kind])
    words = _words(error)
    if words:
        what = f"{_shown(value)} is not allowed here"
        todo = advise(str(value), words, label="allowed")
        return Problem(what=what, where=document.where(path), todo=todo)
    if kind.startswith("date"):
        what = f"{_shown(value)} is no date"
        return Problem(what=what, where=document.where(path), todo="write a date such as 2026-12-31")
    message = (
        error["msg"]
        .removeprefix("Value error, ")
        .replace("an object", "a mapping")
        .replace("valid array", "valid list")
    )
    message = message[:1].lower() + message[1:]
    if kind == "string_pattern_mismatch":
        message = "no valid name"
    what = message if isinstance(value, dict | list) else f"{_shown(value)}: {message}"
    return Problem(what=what, where=document.where(path), todo=_TODO.get(kind, "correct the value"))


def _words(error: ErrorDetails) -> list[str]:
    """Return the words that are allowed, for an enumeration or a literal."""
    expected = error.get("ctx", {}).get("expected") if error["type"] in ("enum", "literal_error") else None
    if expected is None:
        return []
    return [word.strip().strip("'") for word in str(expected).replace(" or ", ", ").split(",")]


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _keys(model: type[Model] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_at(path: Path) -> type[Model] | None:
    """Return the model whose keys stand at a path of a contract."""
    annotation: object = ContractFile
    for part in path:
        model = _model_in(annotation)
        if model is not None:
            by_key = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            annotation = by_key.get(str(part))
        else:
            annotation = typing.get_args(annotation)[-1]
    return _model_in(annotation)


def _model_in(annotation: object) -> type[Model] | None:
    """Return the model in an annotation, through optional and other unions; None for a list or a mapping."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _model_in(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return next(filter(None, map(_model_in, typing.get_args(annotation))), None)
    if isinstance(annotation, type) and issubclass(annotation, Model) and not issubclass(annotation, Enum):
        return annotation
    return None
