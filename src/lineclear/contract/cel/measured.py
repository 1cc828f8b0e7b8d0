"""The rule for facts that may be null.

**Reading a fact that is null is an error, everywhere except as an operand of ``== null``, ``!= null`` or ``has()``.**

CEL by itself calls ``tests.failed == 0`` false and ``tests.failed != 3`` true where ``tests.failed`` is null, so an
invariant could hold because nothing was measured. Here each such read is wrapped in ``@known(…)``, which fails on
null. What does not depend on the unknown value stays decided (``unknown || true`` is true, ``unknown && false`` is
false, ``exists`` is true once one element says so), because CEL's logical operators absorb errors that way.

The rule holds only if no value reaches a comparison around a read, so :func:`smuggling` refuses the ways to do that.
"""

from __future__ import annotations

from collections.abc import Iterator

from lineclear.contract.cel.descriptors import Catalogue, Fact
from lineclear.contract.cel.fault import Fault
from lineclear.contract.cel.tree import Build, Call, Constant, Name, Node, Select, children, walk

__all__ = ["guarded_reads", "smuggling", "spell"]

_EQUALITIES = ("_==_", "_!=_")


def guarded_reads(root: Node, catalogue: Catalogue) -> dict[int, str]:
    """Return the reads that must fail on null: the id of each expression, with the words to name it by."""
    return {node.id: f"{spell(node)} (column {node.offset + 1})" for node in _reads(root, catalogue)}


def _reads(node: Node, catalogue: Catalogue) -> Iterator[Select]:
    asked = _compared_with_null(node)
    for child in children(node):
        if child is asked and isinstance(child, Select):
            yield from _reads(child.operand, catalogue)
        else:
            yield from _reads(child, catalogue)
    if isinstance(node, Select) and not node.test:
        fact = _fact(node, catalogue)
        if fact is not None and fact.nullable:
            yield node


def _compared_with_null(node: Node) -> Node | None:
    """Return what ``x == null`` or ``x != null`` asks about."""
    if isinstance(node, Call) and node.function in _EQUALITIES:
        first, second = node.args
        for asked, other in ((first, second), (second, first)):
            if isinstance(other, Constant) and other.value is None:
                return asked
    return None


def smuggling(root: Node, catalogue: Catalogue) -> Iterator[Fault]:
    """Yield what would let a null, or a word of an enumeration, escape the rules: see the module's docstring."""
    for node in walk(root):
        match node:
            case Call(function="dyn"):
                yield Fault(offset=node.at, what="dyn() hides the type of a fact", todo="leave dyn() out")
            case Build():
                yield Fault(
                    offset=node.offset,
                    what=f"messages cannot be made in an expression: {node.message}",
                    todo="write the value itself",
                )
            case Call(function="_==_" | "_!=_" | "@in") if any(arg.type.holds("message") for arg in node.args):
                yield Fault(
                    offset=node.offset,
                    what="whole records cannot be compared",
                    todo="compare a field of the record, or ask for the size() of a list",
                )
            case Select(test=True) if not _may_be_absent(node, catalogue):
                yield Fault(
                    offset=max(node.offset - len("has"), 0),
                    what=f"{spell(node)} is always there, so has() does not say whether it is zero or empty",
                    todo="compare its value, or ask for its size()",
                )
            case _ if node.type.holds("dyn"):
                yield Fault(
                    offset=node.offset,
                    what="this part mixes types, or is an empty list or map of no type",
                    todo="use values of one type",
                )


def _may_be_absent(node: Select, catalogue: Catalogue) -> bool:
    fact = _fact(node, catalogue)
    return fact is None or fact.nullable


def _fact(node: Select, catalogue: Catalogue) -> Fact | None:
    """Return what is known of the field that is read; None for the key of a map."""
    if node.operand.type.kind != "message":
        return None
    return catalogue.messages[node.operand.type.name][node.field]


def spell(node: Node) -> str:
    """Return a name for a selection as its author wrote it: ``f.state``, ``(…).state``."""
    match node:
        case Name(name=name):
            return name
        case Select(operand=operand, field=field):
            return f"{spell(operand)}.{field}"
        case _:
            return "(…)"
