"""Says of every value of a loaded contract where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from lineclear.contract.document import Path, dotted
from lineclear.contract.load import Loaded
from lineclear.model.base import Model
from lineclear.model.contract import EffectiveCheck, Project
from lineclear.model.explanation import ExplainedContract, ExplainedValue, Origin

__all__ = ["explain"]

_INSTALL: Path = ("project", "install")
_NAMED = {"id", "use", "settings"}
_OTHERWISE = {"seconds": Origin.DEFINITION}


def explain(loaded: Loaded, *, base: str | None, found: tuple[JsonValue, str] | None) -> ExplainedContract:
    """Return the contract with its origins. ``base``: the commit it was read from.

    ``found`` is what a tree's files say to install and which files these are, None where no tree was looked at.
    """
    contract = loaded.effective
    return ExplainedContract(
        source=contract.source,
        uri=contract.uri,
        digest=contract.digest,
        base=base,
        extends=contract.extends,
        values=list(_values(loaded, found)),
    )


def _values(loaded: Loaded, found: tuple[JsonValue, str] | None) -> Iterator[ExplainedValue]:
    contract, origins = loaded.effective, loaded.origins
    yield _value(("enforcement",), contract.enforcement.value, origins)
    if contract.enforce_from is not None:
        yield _value(("enforceFrom",), contract.enforce_from.isoformat(), origins)
    yield from _project(contract.project, origins, found)
    for check in contract.checks:
        yield from _check(check, origins)
    for kind, items in (("invariants", contract.invariants), ("budgets", contract.budgets)):
        for item in items:
            path: Path = (kind, item.id)
            yield _value(path, _plain(item), origins)
    for name in ("waivers", "quarantine"):
        for index, entry in enumerate(getattr(contract, name)):
            yield _value((name, index), _plain(entry), origins)


def _project(
    project: Project, origins: Mapping[Path, str], found: tuple[JsonValue, str] | None
) -> Iterator[ExplainedValue]:
    for key, value in project.model_dump(mode="json", by_alias=True).items():
        path: Path = ("project", key)
        if path == _INSTALL and value is None:
            what, where = found if found is not None else (None, None)
            yield ExplainedValue(path=dotted(path), value=what, origin=Origin.FOUND, where=where)
        elif path == _INSTALL and path not in origins:
            yield _value(path, value, {path: _shorthand(origins)})
        else:
            yield _value(path, value, origins)


def _shorthand(origins: Mapping[Path, str]) -> str:
    """Return where a check states ``install`` for the project."""
    places = [
        place
        for path, place in origins.items()
        if path[0] == "checks" and path[2:] == ("with", "install") and (*path[:3], "root") not in origins
    ]
    return places[0]


def _check(check: EffectiveCheck, origins: Mapping[Path, str]) -> Iterator[ExplainedValue]:
    path: Path = ("checks", check.id)
    use = (*path, "use")
    yield ExplainedValue(
        path=dotted(use), value=check.use, origin=Origin.STATED, where=origins.get(use) or origins[path]
    )
    for key, value in check.model_dump(mode="json", by_alias=True, exclude=_NAMED).items():
        yield _value((*path, key), value, origins, otherwise=_OTHERWISE.get(key, Origin.DEFAULT))
    for name, value in check.settings.items():
        yield _value((*path, "with", name), value, origins, otherwise=Origin.DEFINITION)


def _value(
    path: Path, value: JsonValue, origins: Mapping[Path, str], otherwise: Origin = Origin.DEFAULT
) -> ExplainedValue:
    where = origins.get(path)
    return ExplainedValue(
        path=dotted(path), value=value, origin=otherwise if where is None else Origin.STATED, where=where
    )


def _plain(item: Model) -> JsonValue:
    data: JsonValue = item.model_dump(mode="json", by_alias=True)
    return data
