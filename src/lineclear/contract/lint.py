"""Holds a merged contract against the check definitions, and fills in what it leaves to them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from lineclear.contract import globs
from lineclear.contract.merge import Merged, MergedCheck
from lineclear.contract.near import advise
from lineclear.contract.problems import Problem
from lineclear.contract.settings import mistake, resolve
from lineclear.contract.variables import variable_problems
from lineclear.model.contract import EffectiveCheck, Project, Service
from lineclear.model.definition import CheckDefinition
from lineclear.model.words import Enforcement

__all__ = ["Settled", "is_shorthand", "lint"]

_INSTALL = "install"
_ROOT = "root"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The project and the checks of a contract, with defaults; or the problems that keep it from having them."""

    project: Project
    checks: list[EffectiveCheck]
    problems: list[Problem]


def is_shorthand(name: str, check: MergedCheck, definition: CheckDefinition) -> bool:
    """Say whether a setting of a check stands for the project's: ``install``, where the check runs the project.

    A check with a root of its own is about another project, and installs what that one needs.
    """
    return name == _INSTALL and definition.tool.environment == "project" and check.settings.get(_ROOT) is None


def lint(merged: Merged, definitions: Mapping[str, CheckDefinition]) -> Settled:
    """Return the project and the checks as they are to be run, checks in order of id."""
    problems = [
        *_project_problems(merged),
        *_service_problems(merged),
        *variable_problems(merged),
        *_waiver_problems(merged),
        *_budget_problems(merged),
        *_quarantine_problems(merged),
        *_start_problems(merged),
    ]
    checks = []
    for check in sorted(merged.checks.values(), key=lambda check: check.id):
        definition = definitions.get(check.use)
        if definition is None:
            problems.append(_unknown_check(merged, check, definitions))
            continue
        problems += _setting_problems(merged, check, definition)
        problems += _when_problems(merged, check)
        checks.append(
            EffectiveCheck(
                id=check.id,
                use=check.use,
                settings=resolve(check.settings, definition),
                when=check.when,
                required=check.required,
                enforcement=check.enforcement,
                enforce_from=check.enforce_from,
                seconds=check.seconds if check.seconds is not None else definition.limits.seconds,
            )
        )
    project, conflicts = _project(merged, definitions)
    problems += conflicts
    return Settled(project=project, checks=checks, problems=problems)


def _project(merged: Merged, definitions: Mapping[str, CheckDefinition]) -> tuple[Project, list[Problem]]:
    """Return the project's settings, those that checks state for it included, and where these contradict."""
    problems = []
    stated = dict(merged.project)
    place = merged.where("project", _INSTALL) if stated.get(_INSTALL) is not None else None
    for check in sorted(merged.checks.values(), key=lambda check: check.id):
        definition, value = definitions.get(check.use), check.settings.get(_INSTALL)
        if definition is None or value is None or not is_shorthand(_INSTALL, check, definition):
            continue
        where = merged.where("checks", check.id, "with", _INSTALL)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            what, todo = f"{value!r} is not a list of texts", "write what `uv pip install` gets, such as ['.[test]']"
            problems.append(Problem(what=what, where=where, todo=todo))
        elif place is not None and stated[_INSTALL] != value:
            what = f"two things to install for one project: {value!r} here, {stated[_INSTALL]!r} at {place}"
            problems.append(Problem(what=what, where=where, todo="state it once, as project.install"))
        else:
            stated[_INSTALL], place = value, where
    return Project.model_validate(stated), problems


def _project_problems(merged: Merged) -> Iterator[Problem]:
    if _leaves_the_tree(merged.project.get(_ROOT)):
        yield _outside(merged.project[_ROOT], merged.where("project", _ROOT))
    for check in sorted(merged.checks.values(), key=lambda check: check.id):
        if _leaves_the_tree(check.settings.get(_ROOT)):
            yield _outside(check.settings[_ROOT], merged.where("checks", check.id, "with", _ROOT))


def _leaves_the_tree(root: JsonValue) -> bool:
    return isinstance(root, str) and (root.startswith("/") or posixpath.normpath(root).split("/")[0] == "..")


def _outside(root: JsonValue, where: str) -> Problem:
    what = f"the project's root {root!r} is not in the tree"
    return Problem(what=what, where=where, todo="name a folder of the repository")


def _service_problems(merged: Merged) -> Iterator[Problem]:
    """Yield what is wrong with the declared services; what a single text may hold is the model's to say."""
    names: set[str] = set()
    stated = merged.project.get("services")
    for number, data in enumerate(stated if isinstance(stated, list) else ()):
        service, place = Service.model_validate(data), ("project", "services", number)
        if service.name in names:
            yield Problem(
                what=f"there are two services {service.name!r}",
                where=merged.where(*place, "name"),
                todo="give each a name of its own",
            )
        names.add(service.name)
        if "{port}" in service.reach and service.start is None:
            yield Problem(
                what="a free port is of no use without a command that starts the service at it",
                where=merged.where(*place, "reach"),
                todo="add `start`, or name the port that the service has",
            )
        for name in ("start", "ready", "stop"):
            try:
                shlex.split(getattr(service, name) or "")
            except ValueError as exc:
                yield Problem(
                    what=f"not a command line: {str(exc)[:1].lower()}{str(exc)[1:]}",
                    where=merged.where(*place, name),
                    todo="close the quotation; for more than one command, `sh FILE` or `sh -c '…'`",
                )


def _waiver_problems(merged: Merged) -> Iterator[Problem]:
    ids = [placed.item.id for placed in merged.invariants]
    for placed in merged.waivers:
        if placed.item.invariant is not None and placed.item.invariant not in ids:
            yield Problem(
                what=f"there is no invariant {placed.item.invariant!r} to waive",
                where=placed.where("invariant"),
                todo=advise(placed.item.invariant, ids, label="invariants"),
            )


def _quarantine_problems(merged: Merged) -> Iterator[Problem]:
    for placed in merged.quarantine:
        if "::" not in placed.item.test:
            yield Problem(
                what=f"{placed.item.test!r} names no test",
                where=placed.where("test"),
                todo="write the id that the suite gives it, such as tests/test_orders.py::test_total",
            )


def _start_problems(merged: Merged) -> Iterator[Problem]:
    """What is in report mode is never enforced, so a day from which it is contradicts it."""
    stated = [(merged.enforcement, merged.enforce_from, merged.where("enforceFrom"))]
    stated += [
        (check.enforcement, check.enforce_from, merged.where("checks", check.id, "enforceFrom"))
        for check in merged.checks.values()
    ]
    stated += [
        (placed.item.enforcement, placed.item.enforce_from, placed.where("enforceFrom")) for placed in merged.invariants
    ]
    for enforcement, enforce_from, where in stated:
        if enforcement is Enforcement.REPORT and enforce_from is not None:
            yield Problem(
                what="`enforcement: report` never enforces, and `enforceFrom` names a day from which it does",
                where=where,
                todo="leave one of them out",
            )


def _budget_problems(merged: Merged) -> Iterator[Problem]:
    for placed in merged.budgets.values():
        budget = placed.item
        if budget.warn is budget.review is budget.fail is None:
            yield Problem(
                what=f"the budget {budget.id!r} has no limit",
                where=placed.where(),
                todo="add warn, review or fail",
            )


def _unknown_check(merged: Merged, check: MergedCheck, definitions: Mapping[str, CheckDefinition]) -> Problem:
    return Problem(
        what=f"there is no check {check.use!r}",
        where=merged.where("checks", check.id, *(() if check.use == check.id else ("use",)), key=check.use == check.id),
        todo=advise(check.use, definitions, label="checks"),
    )


def _setting_problems(merged: Merged, check: MergedCheck, definition: CheckDefinition) -> Iterator[Problem]:
    for name, value in check.settings.items():
        if is_shorthand(name, check, definition):
            continue
        setting = definition.settings.get(name)
        if setting is None:
            todo = advise(name, definition.settings, label=f"settings of {definition.id}")
            if name == _INSTALL:
                todo = f"state it as project.install; {todo}"
            where = merged.where("checks", check.id, "with", name, key=True)
            yield Problem(what=f"{definition.id} has no setting {name!r}", where=where, todo=todo)
            continue
        wrong = mistake(setting, resolve({name: value}, definition)[name])
        if wrong is not None:
            what, todo = wrong
            yield Problem(what=what, where=merged.where("checks", check.id, "with", name), todo=todo)
    values: dict[str, JsonValue] = resolve(check.settings, definition)
    for name, setting in sorted(definition.settings.items()):
        if setting.required and values[name] is None:
            yield Problem(
                what=f"the check {check.id!r} needs the setting {name!r}",
                where=merged.where("checks", check.id),
                todo=f"add `with: {{{name}: …}}`: {setting.help}",
            )


def _when_problems(merged: Merged, check: MergedCheck) -> Iterator[Problem]:
    for pattern in check.when.paths if check.when else ():
        wrong = globs.problem(pattern)
        if wrong is not None:
            yield Problem(
                what=f"the pattern {pattern!r} means no path: {wrong}",
                where=merged.where("checks", check.id, "when", "paths"),
                todo="write a pattern such as src/**/*.py",
            )
