"""The step of an audit that holds the repository's own checks to their definitions, which are in the bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lineclear.battery.definitions import read_definition
from lineclear.errors import BundleError, ContractError
from lineclear.model.bundle import CHECK_DEFINITIONS, PLAN
from lineclear.model.definition import CheckDefinition
from lineclear.model.plan import PlannedCheck
from lineclear.prove.contents import Contents
from lineclear.prove.examine import AuditProblem, Step
from lineclear.prove.files import read_bytes

__all__ = ["examine_definitions"]


def examine_definitions(bundle: Path, contents: Contents) -> list[AuditProblem]:
    """Hold definitions to their names, the plan to the definitions, and let none be there that it does not name."""
    found = sorted(_found(bundle, contents))
    return [AuditProblem(step=Step.CONTRACT, path=path, what=what) for path, what in found]


def _found(bundle: Path, contents: Contents) -> Iterator[tuple[str, str]]:
    own = [check for check in contents.plan.checks if check.source is not None]
    named = {check.source.digest for check in own if check.source is not None}
    there = {path: digest for path, digest in contents.digests.items() if path.startswith(f"{CHECK_DEFINITIONS}/")}
    for path, digest in there.items():
        if path != f"{CHECK_DEFINITIONS}/{digest}":
            yield path, "is not what its name says: its digest is another"
        if path.removeprefix(f"{CHECK_DEFINITIONS}/") not in named:
            yield path, "defines no check of the plan"
    for check in own:
        yield from _of_check(bundle, check, there)


def _of_check(bundle: Path, check: PlannedCheck, there: dict[str, str]) -> Iterator[tuple[str, str]]:
    assert check.source is not None  # noqa: S101 - only such checks are looked at
    path = f"{CHECK_DEFINITIONS}/{check.source.digest}"
    if path not in there:
        yield path, f"defines the check {check.id} and is missing"
        return
    try:
        definition = read_definition(read_bytes(bundle, path), check.source.path)
    except (BundleError, ContractError) as exc:
        yield path, f"is no definition: {exc.what}"
        return
    planned = (check.use, check.adapter, check.title, check.covers, check.trust, check.suite, check.reruns)
    if (*planned, check.controlled) != _defined(definition):
        yield PLAN, f"does not have the check {check.id} as {check.source.path} defines it"


def _defined(item: CheckDefinition) -> tuple[object, ...]:
    controlled = item.control is not None
    return item.id, item.adapter, item.title, item.covers, item.trust, item.suite, item.reruns, controlled
