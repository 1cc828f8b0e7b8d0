"""A checked CEL expression as plain values: what the rules of this room walk over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lineclear.contract.cel.wire import decode

__all__ = [
    "Build",
    "Call",
    "Comprehension",
    "Constant",
    "ListOf",
    "MapOf",
    "Name",
    "Node",
    "Select",
    "Type",
    "children",
    "read_tree",
    "walk",
]

_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}


@dataclass(frozen=True, kw_only=True)
class Type:
    """A CEL type: ``int``, ``list``, ``message`` and so on; ``wrapper`` is one that may be null."""

    kind: str
    name: str = ""
    of: tuple[Type, ...] = ()

    def holds(self, kind: str) -> bool:
        """Say whether the type is of a kind, or made of one that is."""
        return self.kind == kind or any(part.holds(kind) for part in self.of)


@dataclass(frozen=True, kw_only=True)
class Node:
    """An expression. ``offset`` counts code points of the source from 0; for an operator, where the operator is."""

    id: int
    offset: int
    type: Type


@dataclass(frozen=True, kw_only=True)
class Constant(Node):
    value: str | int | float | bool | bytes | None


@dataclass(frozen=True, kw_only=True)
class Name(Node):
    name: str


@dataclass(frozen=True, kw_only=True)
class Select(Node):
    """``operand.field``, or ``has(operand.field)`` where ``test`` is set."""

    operand: Node
    field: str
    test: bool


@dataclass(frozen=True, kw_only=True)
class Call(Node):
    """A function or operator; ``args`` begins with the target of a member call."""

    function: str
    args: tuple[Node, ...]

    @property
    def at(self) -> int:
        """The offset to show: of a function's name (CEL notes where its parenthesis is), or of the operator."""
        return max(self.offset - len(self.function), 0) if self.function.isidentifier() else self.offset


@dataclass(frozen=True, kw_only=True)
class ListOf(Node):
    elements: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class MapOf(Node):
    entries: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, kw_only=True)
class Build(Node):
    """The construction of a protobuf message, such as ``google.protobuf.Int64Value{value: 1}``."""

    message: str


@dataclass(frozen=True, kw_only=True)
class Comprehension(Node):
    """What the macros all, exists, exists_one, map and filter expand to."""

    variable: str
    over: Node
    result_name: str
    start: Node
    condition: Node
    step: Node
    result: Node


def read_tree(serialized: bytes) -> Node:
    """Return the expression that ``Expression.serialize`` wrote."""
    checked = decode(serialized)
    types = {key: _type(checked.type_map[key]) for key in checked.type_map}
    return _node(checked.expr, types, dict(checked.source_info.positions))


def children(node: Node) -> tuple[Node, ...]:
    """Return the expressions that one is made of."""
    match node:
        case Select(operand=operand):
            return (operand,)
        case Call(args=args):
            return args
        case ListOf(elements=elements):
            return elements
        case MapOf(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case Comprehension():
            return (node.over, node.start, node.condition, node.step, node.result)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield an expression and all that it is made of."""
    yield node
    for child in children(node):
        yield from walk(child)


def _type(message: Any) -> Type:
    match message.WhichOneof("kind"):
        case "primitive":
            return Type(kind=_PRIMITIVES.get(message.primitive, "other"))
        case "wrapper":
            return Type(kind="wrapper", of=(Type(kind=_PRIMITIVES.get(message.wrapper, "other")),))
        case "list_type":
            return Type(kind="list", of=(_type(message.list_type.elem_type),))
        case "map_type":
            return Type(kind="map", of=(_type(message.map_type.key_type), _type(message.map_type.value_type)))
        case "message_type":
            return Type(kind="message", name=message.message_type)
        case "dyn" | "null" | "type" as kind:
            return Type(kind=kind)
        case _:
            return Type(kind="other")


def _node(expr: Any, types: Mapping[int, Type], offsets: Mapping[int, int]) -> Node:
    """Convert one expression. One whose type the checker did not note (it notes all) counts as ``dyn``."""

    def below(part: Any) -> Node:
        return _node(part, types, offsets)

    id_, offset, type_ = expr.id, offsets.get(expr.id, 0), types.get(expr.id, Type(kind="dyn"))
    match expr.WhichOneof("kind"):
        case "const_expr":
            kind = expr.const_expr.WhichOneof("kind")
            value = None if kind == "null_value" else getattr(expr.const_expr, kind)
            return Constant(id=id_, offset=offset, type=type_, value=value)
        case "ident_expr":
            return Name(id=id_, offset=offset, type=type_, name=expr.ident_expr.name)
        case "select_expr":
            select = expr.select_expr
            operand = below(select.operand)
            return Select(id=id_, offset=offset, type=type_, operand=operand, field=select.field, test=select.test_only)
        case "call_expr":
            call = expr.call_expr
            args = ([call.target] if call.HasField("target") else []) + list(call.args)
            return Call(
                id=id_, offset=offset, type=type_, function=call.function, args=tuple(below(arg) for arg in args)
            )
        case "list_expr":
            return ListOf(
                id=id_, offset=offset, type=type_, elements=tuple(below(item) for item in expr.list_expr.elements)
            )
        case "struct_expr" if expr.struct_expr.message_name:
            return Build(id=id_, offset=offset, type=type_, message=expr.struct_expr.message_name)
        case "struct_expr":
            entries = tuple((below(entry.map_key), below(entry.value)) for entry in expr.struct_expr.entries)
            return MapOf(id=id_, offset=offset, type=type_, entries=entries)
        case "comprehension_expr" if not expr.comprehension_expr.iter_var2:
            loop = expr.comprehension_expr
            return Comprehension(
                id=id_,
                offset=offset,
                type=type_,
                variable=loop.iter_var,
                over=below(loop.iter_range),
                result_name=loop.accu_var,
                start=below(loop.accu_init),
                condition=below(loop.loop_condition),
                step=below(loop.loop_step),
                result=below(loop.result),
            )
        case kind:
            raise ValueError(f"CEL handed over an expression of an unknown kind: {kind}")
