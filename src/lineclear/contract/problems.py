"""Problems found in a contract, gathered into one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineclear.errors import ContractError

__all__ = ["Problem", "error_from"]

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What was found, where (``uri:line:column path``), and what to do about it."""

    what: str
    where: str
    todo: str


def error_from(problems: Sequence[Problem], uri: str) -> ContractError:
    """Return one error that lists the first ten of one or more problems."""
    if len(problems) == 1:
        return ContractError(problems[0].what, where=problems[0].where, todo=problems[0].todo)
    lines = [f"{len(problems)} problems in the contract"]
    for problem in problems[:_SHOWN]:
        lines += [f"- {problem.what}", f"    where: {_indent(problem.where)}", f"    to do: {problem.todo}"]
    if len(problems) > _SHOWN:
        lines.append(f"- and {len(problems) - _SHOWN} more")
    return ContractError("\n".join(lines), where=uri, todo="mend each of them")


def _indent(text: str) -> str:
    return text.replace("\n", "\n    ")
