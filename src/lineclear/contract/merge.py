"""Merges contracts: later ones override earlier ones, a contract overrides what it extends.

What overrides: project settings and budgets by name, checks by id with ``with`` key by key, ``enforcement``.
``enforcement`` and ``enforceFrom`` are one thing: whoever states either states both.
What only adds: invariants, whose ids are taken once and for all, waivers, and the quarantine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import JsonValue

from lineclear.contract.document import Path
from lineclear.contract.inherit import Layer
from lineclear.contract.near import advise
from lineclear.contract.origins import Origins
from lineclear.contract.problems import Problem, error_from
from lineclear.model.contract import Budget, CheckEntry, Invariant, Quarantine, Waiver, When
from lineclear.model.words import Enforcement

__all__ = ["Merged", "MergedCheck", "Placed", "ancestry", "merge"]


Item = TypeVar("Item", Invariant, Budget, Waiver, Quarantine)


@dataclass(frozen=True, kw_only=True)
class MergedCheck:
    """A check after merging. ``settings`` are those that contracts state; null is as good as unstated."""

    id: str
    use: str
    settings: dict[str, JsonValue] = field(default_factory=dict)
    when: When | None = None
    required: bool = True
    enforcement: Enforcement = Enforcement.ENFORCE
    enforce_from: dt.date | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Placed(Generic[Item]):
    """An invariant, budget, waiver or quarantined test, with its layer and its path in that layer's document."""

    item: Item
    layer: Layer
    path: Path

    def where(self, *inside: str) -> str:
        """Return its place, or that of a part of it."""
        return self.layer.document.where((*self.path, *inside))


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The contract that some layers make together.

    ``where`` says where a value was stated last, for what is wrong with it; ``origins`` where each value that holds
    was stated, by its path: what a later layer removed or replaced is not in it.
    """

    enforcement: Enforcement | None
    enforce_from: dt.date | None
    project: dict[str, JsonValue]
    checks: dict[str, MergedCheck]
    invariants: list[Placed[Invariant]]
    budgets: dict[str, Placed[Budget]]
    waivers: list[Placed[Waiver]]
    quarantine: list[Placed[Quarantine]]
    where: Callable[..., str]
    origins: Mapping[Path, str]


def ancestry(layers: Sequence[Layer], uri: str) -> list[Layer]:
    """Return one of the layers and what it extends, in their order."""
    by_uri = {layer.uri: layer for layer in layers}
    wanted: set[str] = set()
    queue = [uri]
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += by_uri[name].parents
    return [layer for layer in layers if layer.uri in wanted]


def merge(layers: Sequence[Layer]) -> Merged:
    """Merge layers, ancestors first. Raises :class:`ContractError` that lists what cannot be merged."""
    problems: list[Problem] = []
    enforcement: Enforcement | None = None
    enforce_from: dt.date | None = None
    project: dict[str, JsonValue] = {}
    checks: dict[str, MergedCheck] = {}
    origins = Origins()
    for layer in layers:
        origins.note(layer)
        if layer.file.enforcement is not None or layer.file.enforce_from is not None:
            enforcement, enforce_from = layer.file.enforcement, layer.file.enforce_from
        if layer.file.project is not None:
            stated = layer.file.project.model_dump(mode="json", exclude_unset=True, by_alias=False)
            before, env = project.get("env"), stated.get("env")
            if isinstance(before, dict) and isinstance(env, dict):
                stated["env"] = {**before, **env}
            project.update(stated)
        for name, entry in layer.file.checks.items():
            if entry is not False:
                checks[name] = _overridden(name, checks.get(name), entry or CheckEntry())
            elif checks.pop(name, None) is None:
                what = f"the check {name!r} cannot be removed: no contract that is extended here has it"
                where = layer.document.where(("checks", name))
                problems.append(Problem(what=what, where=where, todo=advise(name, checks, label="inherited checks")))
    invariants = _added(layers, problems)
    budgets = _budgets(layers, problems)
    waivers = [
        Placed(item=waiver, layer=layer, path=("waivers", index))
        for layer in layers
        for index, waiver in enumerate(layer.file.waivers)
    ]
    quarantine = [
        Placed(item=entry, layer=layer, path=("quarantine", index))
        for layer in layers
        for index, entry in enumerate(layer.file.quarantine)
    ]
    if problems:
        raise error_from(problems, layers[-1].uri)
    return Merged(
        enforcement=enforcement,
        enforce_from=enforce_from,
        project=project,
        checks=checks,
        invariants=invariants,
        budgets=budgets,
        waivers=waivers,
        quarantine=quarantine,
        where=_finder(layers),
        origins=origins.places,
    )


def _overridden(name: str, inherited: MergedCheck | None, entry: CheckEntry) -> MergedCheck:
    before = inherited or MergedCheck(id=name, use=name)
    stated = entry.model_fields_set
    starts = entry if stated & {"enforcement", "enforce_from"} else before
    return MergedCheck(
        id=name,
        use=entry.use or before.use,
        settings={**before.settings, **entry.with_},
        when=entry.when if "when" in stated else before.when,
        required=entry.required if "required" in stated else before.required,
        enforcement=starts.enforcement,
        enforce_from=starts.enforce_from,
        seconds=entry.seconds if "seconds" in stated else before.seconds,
    )


def _added(layers: Sequence[Layer], problems: list[Problem]) -> list[Placed[Invariant]]:
    taken: dict[str, Placed[Invariant]] = {}
    for layer in layers:
        for index, invariant in enumerate(layer.file.invariants):
            placed = Placed(item=invariant, layer=layer, path=("invariants", index))
            first = taken.setdefault(invariant.id, placed)
            if first is not placed:
                what = f"the invariant {invariant.id!r} is there already: {first.where('id')}"
                problems.append(
                    Problem(
                        what=what, where=placed.where("id"), todo="give it another id; invariants are only added to"
                    )
                )
    return list(taken.values())


def _budgets(layers: Sequence[Layer], problems: list[Problem]) -> dict[str, Placed[Budget]]:
    budgets: dict[str, Placed[Budget]] = {}
    for layer in layers:
        own: set[str] = set()
        for index, budget in enumerate(layer.file.budgets):
            path: Path = ("budgets", index)
            if budget.id in own:
                what = f"the budget {budget.id!r} is there twice in one file"
                where = layer.document.where((*path, "id"))
                problems.append(Problem(what=what, where=where, todo="keep one of them"))
            own.add(budget.id)
            budgets[budget.id] = Placed(item=budget, layer=layer, path=path)
    return budgets


def _finder(layers: Sequence[Layer]) -> Callable[..., str]:
    def where(*path: str, key: bool = False) -> str:
        """Return the place of the last layer that states a path, or the nearest part of it."""
        for length in range(len(path), 0, -1):
            for layer in reversed(layers):
                if path[:length] in layer.document.values:
                    return layer.document.where(path, key=key)
        return layers[-1].uri

    return where
