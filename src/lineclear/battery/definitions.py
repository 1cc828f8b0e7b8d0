"""Reads the check definitions (``checks/*.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from lineclear.errors import ContractError
from lineclear.model.definition import CheckDefinition

__all__ = ["load_definitions"]


def load_definitions(folder: Path) -> dict[str, CheckDefinition]:
    """Return every definition in a folder by its id, in order of id.

    Raises :class:`ContractError` when a file is no TOML, does not fit the model, or is not named after its id.
    """
    definitions = {}
    for path in sorted(folder.glob("*.toml")):
        definition = _load(path)
        if definition.id != path.stem:
            raise ContractError(
                f"the definition's id is {definition.id!r} but its file is named {path.name!r}",
                where=path.name,
                todo=f"name the file {definition.id}.toml, or give it the id {path.stem!r}",
            )
        definitions[definition.id] = definition
    return definitions


def _load(path: Path) -> CheckDefinition:
    try:
        return CheckDefinition.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ContractError(
            f"not a TOML file: {exc}", where=path.name, todo="mend the syntax of the definition"
        ) from exc
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ContractError(
            f"not a check definition: {problems}", where=path.name, todo="compare it with checks/README.md"
        ) from exc
