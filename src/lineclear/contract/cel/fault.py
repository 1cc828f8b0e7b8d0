"""One thing that is wrong with an expression, and how it is shown under the expression's text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lineclear.errors import ContractError

__all__ = ["Fault", "contract_error"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``offset`` counts code points of the source from 0; None where the whole expression is meant."""

    offset: int | None
    what: str
    todo: str


def contract_error(fault: Fault, *, source: str, where: str) -> ContractError:
    """Return the error that shows a fault with its line, its column (from 1) and a caret under the place."""
    if fault.offset is None:
        return ContractError(fault.what, where=where, todo=fault.todo)
    offset = min(fault.offset, len(source))
    start = source.rfind("\n", 0, offset) + 1
    end = source.find("\n", offset)
    text = source[start:] if end < 0 else source[start:end]
    line, column = source.count("\n", 0, offset) + 1, offset - start + 1
    place = f"column {column}" if "\n" not in source.strip() else f"line {line}, column {column}"
    caret = "".join(map(_blank, text[: column - 1])) + "^"
    return ContractError(fault.what, where=f"{where}, {place}\n    {text}\n    {caret}", todo=fault.todo)


def _blank(character: str) -> str:
    """Return white space that is as wide as a character on a terminal."""
    if character == "\t":
        return "\t"
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
