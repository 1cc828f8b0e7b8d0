"""Expressions that may be asked of a long list part by part, because CEL ends an evaluation after 10,000 items.

These are ``LIST.exists(x, …)`` and ``LIST.all(x, …)``, alone or negated, where LIST is a list of facts that is spoken
of nowhere else in the expression. One part that says so decides; else an error in any part is an error, as within CEL.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineclear.contract.cel.tree import Call, Comprehension, Constant, Name, Node, Select, walk

__all__ = ["SIZE", "Spread", "spread"]

#: How many items one part has: each may itself look at a few others.
SIZE = 1_000

_LOOPS = {(False, "_||_"): True, (True, "_&&_"): False}  # exists, all: where they start, how they go on, and some


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The list that an expression asks about, and the answer of one part that is the answer of the whole."""

    variable: str
    field: str | None
    decides: bool


def spread(root: Node) -> Spread | None:
    """Return how an expression may be asked in parts, or None where it may not."""
    negated = isinstance(root, Call) and root.function == "!_"
    loop = root.args[0] if isinstance(root, Call) and negated else root
    if not isinstance(loop, Comprehension) or not isinstance(loop.step, Call) or not isinstance(loop.start, Constant):
        return None
    some = _LOOPS.get((loop.start.value is True, loop.step.function))
    if some is None or not isinstance(loop.result, Name) or loop.result.name != loop.result_name:
        return None
    place = _place(loop.over)
    if place is None or any(_place(node) == place for node in walk(loop.step)):
        return None
    return Spread(variable=place[0], field=place[1], decides=some != negated)


def _place(node: Node) -> tuple[str, str | None] | None:
    """Return what ``findings`` and ``change.paths`` are: a variable, and a field of it."""
    match node:
        case Name(name=name) if node.type.kind == "list":
            return name, None
        case Select(operand=Name(name=name), field=field, test=False) if node.type.kind == "list":
            return name, field
        case _:
            return None
