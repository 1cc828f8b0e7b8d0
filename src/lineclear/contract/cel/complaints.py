"""Turns the messages of CEL's parser and type checker into faults: what, where, and what to do."""

from __future__ import annotations

import re

from lineclear.contract.cel.descriptors import Catalogue
from lineclear.contract.cel.fault import Fault
from lineclear.contract.near import advise

__all__ = ["FUNCTIONS", "fault_from"]

#: The functions and macros that an expression may call (operators aside).
FUNCTIONS = frozenset(
    (
        *("all", "exists", "exists_one", "filter", "map", "has", "size"),
        *("contains", "endsWith", "matches", "startsWith"),
        *("bool", "bytes", "double", "duration", "int", "string", "timestamp", "type", "uint"),
    )
)

_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_UNDEFINED = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")
_SPELLED = re.compile(r"(?:lineclear\.|google\.protobuf\.)")
_NAME = re.compile(r"\w+\Z")
_OPERATORS = {"_?_:_": "?:", "_[_]": "[]", "!_": "!", "-_": "-", "@in": "in", "_&&_": "&&", "_||_": "||"}


def fault_from(message: str, source: str, catalogue: Catalogue) -> Fault:
    """Return the fault to show for what ``Env.compile`` raised: the first one, an unknown function before others."""
    found = [_read(match, source, catalogue) for match in _ERROR.finditer(message)]
    if not found or "recursion" in message:
        if "recursion" in message:
            return Fault(offset=None, what="the expression is nested too deeply", todo="split it into several")
        return Fault(offset=None, what=f"CEL refuses the expression: {_plain(message)}", todo="correct the expression")
    calls = [fault for fault, is_call in found if is_call]
    return calls[0] if calls else found[0][0]


def _plain(text: str) -> str:
    text = re.sub(r"\s*\[[A-Z_]+\]\s*$", "", text)
    return _SPELLED.sub("", re.sub(r"^[A-Z_]+: ", "", text))


def _read(match: re.Match[str], source: str, catalogue: Catalogue) -> tuple[Fault, bool]:
    """Return one complaint as a fault, and whether it is about an unknown function."""
    offset = _offset(source, int(match[1]), int(match[2]))
    text = _plain(match[3])
    if undefined := _UNDEFINED.search(match[3]):
        field, struct = undefined.groups()
        name = struct.rpartition(".")[2]
        at = source.find(field, offset)
        todo = advise(field, catalogue.messages.get(struct, ()), label=f"{name} has")
        return Fault(offset=at if at >= 0 else offset, what=f"{name} has no field {field!r}", todo=todo), False
    if undeclared := _UNDECLARED.search(match[3]):
        return _undeclared(undeclared[1], offset, source, catalogue)
    if overload := _OVERLOAD.search(match[3]):
        operator = _OPERATORS.get(overload[1], overload[1].strip("_"))
        what = f"{operator!r} cannot be applied to {_SPELLED.sub('', overload[2])}"
        return Fault(offset=offset, what=what, todo="compare values of one type"), False
    if "expecting" in text:
        text = re.sub(r" expecting .*", "", text)
        text = text.replace("mismatched input '<EOF>'", "the expression ends too early")
    return Fault(offset=offset, what=text, todo="correct the expression; see https://cel.dev for the syntax"), False


def _undeclared(name: str, offset: int, source: str, catalogue: Catalogue) -> tuple[Fault, bool]:
    if source[offset : offset + 1] == "(":
        before = source[:offset].rstrip()
        start = _NAME.search(before)
        at = start.start() if start else offset
        todo = advise(name, FUNCTIONS, label="functions")
        return Fault(offset=at, what=f"there is no function {name!r}", todo=todo), True
    head = name.partition(".")[0]
    at = source.rfind(head, 0, offset + len(head))
    todo = advise(head, catalogue.variables, label="facts")
    return Fault(offset=at if at >= 0 else offset, what=f"there is no fact {head!r}", todo=todo), False


def _offset(source: str, line: int, column: int) -> int:
    """Return the offset of a line and column that CEL counts from 1."""
    starts = [0, *(index + 1 for index, character in enumerate(source) if character == "\n")]
    return starts[min(max(line, 1), len(starts)) - 1] + max(column, 1) - 1
