"""What an enforced parent forbids: a contract that extends it moves toward stricter, or stays.

Each parent whose own file says ``enforcement: enforce`` is merged with its ancestors, as if it stood alone, and the
whole contract is held against that, in whatever order and through however many files it came about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from lineclear.contract.lint import is_shorthand
from lineclear.contract.merge import Merged, MergedCheck
from lineclear.contract.problems import Problem
from lineclear.contract.settings import at_least_as_strict, resolve, stricter_advice
from lineclear.contract.variables import loosened_variables
from lineclear.model.contract import Budget
from lineclear.model.definition import CheckDefinition
from lineclear.model.enforcement import starts
from lineclear.model.words import Enforcement

__all__ = ["loosened"]

_SEVERITY = ("warn", "review", "fail")
_OF_THE_PROJECT = ("root", "python")  # settings of a check that replace the project's


def loosened(
    parent: str, floor: Merged, final: Merged, definitions: Mapping[str, CheckDefinition]
) -> Iterator[Problem]:
    """Yield what a contract allows and its enforced parent (a uri, and what it makes with its ancestors) does not."""
    part = "enforcement" if final.enforcement is Enforcement.REPORT else "enforceFrom"
    yield from _start(parent, (part,), floor, final, final.where(part))
    yield from loosened_variables(parent, floor, final)
    for name, value in floor.project.items():
        if name != "env" and value is not None and final.project.get(name) != value:
            where = final.where("project", name)
            yield _problem(parent, f"project.{name}", value, final.project.get(name), where, f"write {value!r}")
    for check in floor.checks.values():
        kept = final.checks.get(check.id)
        if kept is None:
            where = final.where("checks", check.id, key=True)
            yield _problem(parent, f"checks.{check.id}", "the check", "false", where, "keep the check")
        else:
            yield from _check(parent, check, kept, floor.project, final, definitions)
    for name, placed in floor.budgets.items():
        yield from _budget(parent, placed.item, final.budgets[name].item, final)


def _check(
    parent: str,
    before: MergedCheck,
    after: MergedCheck,
    floor_project: Mapping[str, JsonValue],
    final: Merged,
    definitions: Mapping[str, CheckDefinition],
) -> Iterator[Problem]:
    name = f"checks.{before.id}"

    def problem(part: str, old: object, new: object, todo: str) -> Problem:
        path = part.split(".")
        return _problem(parent, f"{name}.{part}", old, new, final.where("checks", before.id, *path), todo)

    if after.use != before.use:
        yield problem("use", before.use, after.use, f"write {before.use!r}")
        return
    if before.required and not after.required:
        yield problem("required", True, False, "write true")
    part = "enforcement" if after.enforcement is Enforcement.REPORT else "enforceFrom"
    where = final.where("checks", before.id, part)
    yield from _start(parent, ("checks", before.id, part), before, after, where)
    if after.when is not None:
        old = before.when.paths if before.when else None
        if old is None or not set(old) <= set(after.when.paths):
            todo = "leave `when` out" if old is None else f"keep all of {old!r}; patterns may be added"
            yield problem("when", old or "every change", after.when.paths, todo)
    definition = definitions.get(before.use)
    if definition is None:
        return
    was, now = resolve(before.settings, definition), resolve(after.settings, definition)
    for setting_name, setting in sorted(definition.settings.items()):
        old_value, new_value = was[setting_name], now[setting_name]
        if old_value is None and definition.executes and setting_name in _OF_THE_PROJECT:
            old_value = floor_project.get(setting_name)  # what the parent says of every check that runs the code
            new_value = old_value if new_value is None else new_value
        if not at_least_as_strict(setting, old_value, new_value):
            yield problem(f"with.{setting_name}", old_value, new_value, stricter_advice(setting, old_value))
    for setting_name, value in before.settings.items():
        if setting_name in definition.settings or not is_shorthand(setting_name, before, definition):
            continue
        if after.settings.get(setting_name) != value:
            yield problem(f"with.{setting_name}", value, after.settings.get(setting_name), f"write {value!r}")


def _start(
    parent: str, path: tuple[str, ...], before: Merged | MergedCheck, after: Merged | MergedCheck, where: str
) -> Iterator[Problem]:
    """What is enforced from some day on stays so from that day on at the latest."""
    old, new = starts(before.enforcement, before.enforce_from), starts(after.enforcement, after.enforce_from)
    if new > old:
        todo = "write enforce" if old == dt.date.min else f"write {old.isoformat()}, or an earlier day"
        yield _problem(parent, ".".join(path), _since(old), _since(new), where, todo)


def _since(day: dt.date) -> str:
    words = {dt.date.min: "enforce", dt.date.max: "report"}
    return words.get(day, f"enforceFrom {day.isoformat()}")


def _budget(parent: str, before: Budget, after: Budget, final: Merged) -> Iterator[Problem]:
    """A limit holds if there is one at least as severe, at the same number or below."""
    placed = final.budgets[before.id]
    if after.of != before.of:
        what = f"budgets.{before.id}.of"
        yield _problem(parent, what, before.of, after.of, placed.where("of"), f"write {before.of!r}")
    for index, effect in enumerate(_SEVERITY):
        limit = getattr(before, effect)
        limits = [getattr(after, other) for other in _SEVERITY[index:]]
        if limit is not None and not any(new is not None and new <= limit for new in limits):
            what, todo = f"budgets.{before.id}.{effect}", f"write {limit}, or less"
            yield _problem(parent, what, limit, getattr(after, effect), placed.where(effect), todo)


def _problem(parent: str, name: str, old: object, new: object, where: str, todo: str) -> Problem:
    what = f"{name} may not be loosened: {parent} enforces {old!r}, and this contract says {new!r}"
    return Problem(what=what, where=where, todo=todo)
