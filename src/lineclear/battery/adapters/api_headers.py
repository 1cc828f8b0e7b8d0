"""Headers of a contract, whose ``${NAME}`` are variables of the runner. Their values reach the tool by environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lineclear.battery.adapter import RunProblem
from lineclear.model.words import Ended

__all__ = ["Headers", "read_headers"]

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(\S(?:.*\S)?)[ \t]*")  # RFC 9110, section 5.1
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SHORTEST_SECRET = 6


@dataclass(frozen=True, kw_only=True)
class Headers:
    """Headers as the contract writes them, and the variables that they need with their values."""

    templates: Mapping[str, str]
    variables: Mapping[str, str]


def read_headers(lines: Iterable[str], environment: Mapping[str, str], check: str) -> Headers:
    """Parse ``Name: value`` lines. Raises :class:`RunProblem` on another line, and on a variable that is not set."""
    templates, variables = {}, {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None or "\n" in line or "${" in _VARIABLE.sub("", line):
            raise _refused(
                f"{line!r} is no header",
                check,
                "Write `Name: value`, for example `Authorization: Bearer ${API_TOKEN}`.",
            )
        templates[match[1]] = match[2]
        for name in _VARIABLE.findall(match[2]):
            variables[name] = _value(name, environment, check)
    return Headers(templates=templates, variables=variables)


def _value(name: str, environment: Mapping[str, str], check: str) -> str:
    value = environment.get(name)
    if not value:
        raise _refused(
            f"the variable {name} is not set",
            check,
            f"Give the step that runs Lineclear the variable: `env: {{{name}: ${{{{ secrets.{name} }}}}}}`.",
        )
    if not value.isprintable() or not value.isascii():
        raise _refused(
            f"the value of the variable {name} cannot be in a header", check, "Give it printable ASCII characters only."
        )
    if len(value) < _SHORTEST_SECRET:
        raise _refused(
            f"the value of the variable {name} is too short to be masked wherever it shows",
            check,
            f"Give it at least {_SHORTEST_SECRET} characters.",
        )
    return value


def _refused(what: str, check: str, todo: str) -> RunProblem:
    return RunProblem(Ended.NO_ENVIRONMENT, what, where=f"check {check}, setting headers", todo=todo)
