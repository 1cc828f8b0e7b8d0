"""The variables of the runner that a contract passes to the project's code: which are there, and which are not."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery.battery import Battery
from lineclear.model.contract import EffectiveContract, Variables
from lineclear.model.plan import Plan

__all__ = ["maskable", "passed_on", "withhold"]

_SHORTEST = 6


def passed_on(variables: Variables, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the named variables with their values. An empty one is not there: so a missing secret arrives in CI."""
    return {name: environ[name] for name in variables.pass_ if environ.get(name)}


def maskable(values: Mapping[str, str]) -> list[str]:
    """Return the values that are masked in what a run left, also as Python shows texts and pytest names tests.

    Shorter ones stand in too many other words.
    """
    long = [value for value in values.values() if len(value) >= _SHORTEST]
    return [
        form
        for value in long
        for form in (value, repr(value)[1:-1], ascii(value)[1:-1], value.encode("unicode_escape").decode("ascii"))
    ]


def withhold(plan: Plan, contract: EffectiveContract, battery: Battery, environ: Mapping[str, str]) -> Plan:
    """Return the plan in which no check runs the project's code without the variables that the contract passes to it.

    Only the names enter the plan.
    """
    variables = contract.project.env
    missing = sorted(set(variables.pass_).difference(passed_on(variables, environ)))
    if not missing:
        return plan
    checks = [
        planned.model_copy(update={"run": None, "missing": missing})
        if planned.run is not None and battery.definitions[planned.use].executes
        else planned
        for planned in plan.checks
    ]
    return plan.model_copy(update={"checks": checks})
