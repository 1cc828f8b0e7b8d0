"""Reads check definitions: the shipped ones (``checks/*.toml``), and the text of any other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from lineclear.errors import ContractError
from lineclear.model.definition import CheckDefinition

__all__ = ["line_of", "load_definitions", "read_definition"]

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")


def load_definitions(folder: Path) -> dict[str, CheckDefinition]:
    """Return every definition in a folder by its id, in order of id.

    Raises :class:`ContractError` when a file is no TOML, does not fit the model, or is not named after its id.
    """
    definitions = {}
    for path in sorted(folder.glob("*.toml")):
        definition = read_definition(path.read_bytes(), path.name)
        definitions[definition.id] = definition
    return definitions


def read_definition(text: bytes, uri: str) -> CheckDefinition:
    """Return the definition that a file holds; ``uri`` is its path, and it must be named after its id.

    Raises :class:`ContractError` with the file and the line.
    """
    try:
        definition = CheckDefinition.model_validate(tomllib.loads(text.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        at = re.search(r"at line (\d+)", str(exc))
        where = f"{uri}:{at[1] if at else 1}"
        raise ContractError(f"not a TOML file: {exc}", where=where, todo="mend the syntax of the definition") from exc
    except ValidationError as exc:
        problems = [(".".join(map(str, e["loc"])), e["msg"], line_of(text, e["loc"])) for e in exc.errors()]
        said = "; ".join(f"{place or 'the definition'}: {what}" for place, what, _ in problems)
        raise ContractError(
            f"not a check definition: {said}",
            where=f"{uri}:{problems[0][2]}",
            todo="compare it with docs/your-own-check.md, or with its schema check-definition.schema.json",
        ) from exc
    name = uri.rpartition("/")[2]
    if name != f"{definition.id}.toml":
        raise ContractError(
            f"the definition's id is {definition.id!r} but its file is named {name!r}",
            where=f"{uri}:{line_of(text, ('id',))}",
            todo=f"name the file {definition.id}.toml, or give it the id {name.removesuffix('.toml')!r}",
        )
    return definition


def line_of(text: bytes, place: tuple[int | str, ...]) -> int:
    """Return the line of a value in a TOML file, or that of the innermost table that is there to hold it."""
    table: tuple[str, ...] = ()
    best, line = 0, 1
    for number, row in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        if header := _TABLE.match(row):
            table = tuple(part.strip(" \"'") for part in header[1].split("."))
            here = table
        elif key := _KEY.match(row):
            here = (*table, key[1].strip("\"'"))
        else:
            continue
        if len(here) > best and here == place[: len(here)]:
            best, line = len(here), number
    return line
