"""The protobuf form in which CEL hands over a checked expression, and the one change made to it.

Field numbers are those of ``cel/expr/checked.proto`` and ``cel/expr/syntax.proto`` (github.com/google/cel-spec);
what is not described here travels along as unknown fields.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

__all__ = ["GUARD", "decode", "encode_guarded"]

#: The function that stands around each read of a fact that may be null. No CEL source can spell this name.
GUARD = "@known"

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _Field.TYPE_BOOL,
    "bytes": _Field.TYPE_BYTES,
    "double": _Field.TYPE_DOUBLE,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "string": _Field.TYPE_STRING,
    "uint64": _Field.TYPE_UINT64,
}

# message: fields as "number type name"; "*" before a type: repeated, "map" : from int64; "|": one of a kind.
_MESSAGES: dict[str, tuple[str, ...]] = {
    "CheckedExpr": (
        "2 map:Reference reference_map",
        "3 map:TypeOf type_map",
        "4 Expr expr",
        "5 SourceInfo source_info",
    ),
    "Reference": ("1 string name", "3 *string overload_id"),
    "SourceInfo": ("4 map:int32 positions",),
    "Nothing": (),
    "TypeOf": (
        "1 |Nothing dyn",
        "2 |int32 null",
        "3 |int32 primitive",
        "4 |int32 wrapper",
        "5 |int32 well_known",
        "6 |ListType list_type",
        "7 |MapType map_type",
        "9 |string message_type",
        "11 |TypeOf type",
    ),
    "ListType": ("1 TypeOf elem_type",),
    "MapType": ("1 TypeOf key_type", "2 TypeOf value_type"),
    "Expr": (
        "2 int64 id",
        "3 |Constant const_expr",
        "4 |Ident ident_expr",
        "5 |Select select_expr",
        "6 |Call call_expr",
        "7 |List list_expr",
        "8 |Struct struct_expr",
        "9 |Comprehension comprehension_expr",
    ),
    "Constant": (
        "1 |int32 null_value",
        "2 |bool bool_value",
        "3 |int64 int64_value",
        "4 |uint64 uint64_value",
        "5 |double double_value",
        "6 |string string_value",
        "7 |bytes bytes_value",
    ),
    "Ident": ("1 string name",),
    "Select": ("1 Expr operand", "2 string field", "3 bool test_only"),
    "Call": ("1 Expr target", "2 string function", "3 *Expr args"),
    "List": ("1 *Expr elements",),
    "Struct": ("1 string message_name", "2 *Entry entries"),
    "Entry": ("1 int64 id", "2 string field_key", "3 Expr map_key", "4 Expr value"),
    "Comprehension": (
        "1 string iter_var",
        "2 Expr iter_range",
        "3 string accu_var",
        "4 Expr accu_init",
        "5 Expr loop_condition",
        "6 Expr loop_step",
        "7 Expr result",
        "8 string iter_var2",
    ),
}


def _set_type(field: descriptor_pb2.FieldDescriptorProto, word: str) -> None:
    if word in _SCALARS:
        field.type = _SCALARS[word]
    else:
        field.type = _Field.TYPE_MESSAGE
        field.type_name = f".lineclear.cel.{word}"


def _describe() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="cel.proto", package="lineclear.cel", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, word, field_name in (line.split() for line in fields):
            field = message.field.add(name=field_name, number=int(number), label=_Field.LABEL_OPTIONAL)
            if word.startswith("|"):
                if not message.oneof_decl:
                    message.oneof_decl.add(name="kind")
                field.oneof_index = 0
            if word.startswith(("*", "map:")):
                field.label = _Field.LABEL_REPEATED
            if word.startswith("map:"):
                entry = message.nested_type.add(name=f"{field_name.title().replace('_', '')}Entry")
                entry.options.map_entry = True
                entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_INT64)
                _set_type(entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL), word[4:])
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".lineclear.cel.{name}.{entry.name}"
            else:
                _set_type(field, word.lstrip("|*"))
    return file


@functools.cache
def _checked_expr() -> Any:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_describe())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("lineclear.cel.CheckedExpr"))


def decode(serialized: bytes) -> Any:
    """Return the ``CheckedExpr`` message that ``Expression.serialize`` wrote (wrapped in an ``Any``)."""
    wrapped = any_pb2.Any.FromString(serialized)
    return _checked_expr().FromString(wrapped.value)


def encode_guarded(serialized: bytes, labels: Mapping[int, str]) -> bytes:
    """Return the same checked expression with ``@known(E, label)`` around each expression whose id has a label."""
    wrapped = any_pb2.Any.FromString(serialized)
    checked = _checked_expr().FromString(wrapped.value)
    last = max(expr.id for expr in _walk(checked.expr))
    for expr in [expr for expr in _walk(checked.expr) if expr.id in labels]:
        label, read = labels[expr.id], type(expr).FromString(expr.SerializeToString())
        expr.Clear()
        expr.id = last = last + 1
        expr.call_expr.function = GUARD
        expr.call_expr.args.add().CopyFrom(read)
        name = expr.call_expr.args.add()
        name.id = last = last + 1
        name.const_expr.string_value = label
        checked.reference_map[expr.id].overload_id.append(GUARD)
    wrapped.value = checked.SerializeToString()
    return wrapped.SerializeToString()


def _walk(expr: Any) -> Iterator[Any]:
    """Yield every expression, operands before what uses them."""
    kind = expr.WhichOneof("kind")
    if kind == "select_expr":
        yield from _walk(expr.select_expr.operand)
    elif kind == "call_expr":
        if expr.call_expr.HasField("target"):
            yield from _walk(expr.call_expr.target)
        for argument in expr.call_expr.args:
            yield from _walk(argument)
    elif kind == "list_expr":
        for element in expr.list_expr.elements:
            yield from _walk(element)
    elif kind == "struct_expr":
        for entry in expr.struct_expr.entries:
            yield from _walk(entry.map_key)
            yield from _walk(entry.value)
    elif kind == "comprehension_expr":
        for part in ("iter_range", "accu_init", "loop_condition", "loop_step", "result"):
            yield from _walk(getattr(expr.comprehension_expr, part))
    yield expr
