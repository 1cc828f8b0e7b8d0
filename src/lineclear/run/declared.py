"""What Poetry and PDM projects declare in tables of their own, as requirements that every installer reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from lineclear.errors import EngineError

__all__ = ["Declared", "declared", "table"]

_EDITABLE = re.compile(r"-e\s+file:///\$\{PROJECT_ROOT\}/([^#]+?)(?:#.*)?")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Requirements by group. ``project``: what the project itself needs, where building it does not say so.

    ``packaged`` is false where Poetry is told that there is no package to build.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    project: tuple[str, ...] = ()
    packaged: bool = True


def declared(pyproject: Mapping[str, Any], chosen_extras: tuple[str, ...]) -> Declared:
    """Return what the tables ``tool.poetry`` and ``tool.pdm`` declare.

    Raises EngineError for an entry that is none of theirs.
    """
    poetry, pdm = table(pyproject, "tool", "poetry"), table(pyproject, "tool", "pdm")
    groups: dict[str, tuple[str, ...]] = {}
    for name, entries in table(pdm, "dev-dependencies").items():
        groups[name] = tuple(_pdm(str(entry)) for entry in entries) if isinstance(entries, list) else ()
    tables = {"dev": table(poetry, "dev-dependencies")}
    tables |= {name: table(poetry, "group", name, "dependencies") for name in table(poetry, "group")}
    for name, entries in tables.items():
        if entries:
            groups[name] = (*groups.get(name, ()), *_poetry(entries, frozenset(entries)))
    packaged = poetry.get("package-mode", True) is not False
    project: tuple[str, ...] = ()
    if poetry and not (packaged and "build-system" in pyproject):
        extras = [table(poetry, "extras").get(name, []) for name in chosen_extras]
        wanted = frozenset(str(name) for names in extras if isinstance(names, list) for name in names)
        project = tuple(_poetry(table(poetry, "dependencies"), wanted))
    return Declared(groups=groups, project=project, packaged=packaged)


def _poetry(entries: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[str]:
    """Yield the requirements of a table; of the optional ones only those that are wanted."""
    from poetry.core.factory import Factory  # only now: it takes a while to import, and few projects need it

    for name, stated in entries.items():
        for constraint in stated if isinstance(stated, list) else [stated]:
            if canonicalize_name(name) == "python":
                continue
            if isinstance(constraint, dict):
                if constraint.get("optional") is True and name not in wanted:
                    continue
                if path := constraint.get("path") or constraint.get("file"):
                    yield _local(str(path), name)
                    continue
            try:
                yield str(Requirement(Factory.create_dependency(name, constraint).to_pep_508(with_extras=False)))
            except Exception as exc:  # the converter raises whatever it stumbles over, and the table is the change's
                raise _unreadable("tool.poetry", name, constraint) from exc


def _pdm(entry: str) -> str:
    if editable := _EDITABLE.fullmatch(entry.strip()):
        return _local(editable[1], entry)
    try:
        return str(Requirement(entry))
    except InvalidRequirement as exc:
        raise _unreadable("tool.pdm.dev-dependencies", entry, entry) from exc


def _local(path: str, name: str) -> str:
    """Return a folder or file of the project as a requirement."""
    if PurePosixPath(path).is_absolute() or re.search(r"[\s'\"\\$]", path):
        raise _unreadable("a path", name, path)
    return f"./{path}"


def table(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return the table at a path of keys, an empty one where there is none."""
    for key in keys:
        value = data.get(key)
        if not isinstance(value, dict):
            return {}
        data = value
    return data


def _unreadable(where: str, name: str, constraint: object) -> EngineError:
    return EngineError(
        f"what the tests need cannot be found out: {where} asks for {name} as {constraint!r}",
        where="pyproject.toml",
        todo="Repair the entry, or state what to install under project.install in the contract.",
    )
