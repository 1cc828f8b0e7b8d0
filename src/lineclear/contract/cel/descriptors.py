"""Describes the facts to CEL: protobuf messages built from the pydantic models, and what protobuf cannot say of them.

A field that may be null becomes a wrapper message, an enumeration a string; that it is nullable, and which words
it can hold, stays known in the :class:`Fact` of each field.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from google.protobuf import descriptor_pb2, descriptor_pool, wrappers_pb2

from lineclear.model.base import Model

__all__ = ["Catalogue", "Fact", "Vocabulary", "describe"]

_PACKAGE = "lineclear"
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    bool: (_Field.TYPE_BOOL, "BoolValue"),
    int: (_Field.TYPE_INT64, "Int64Value"),
    float: (_Field.TYPE_DOUBLE, "DoubleValue"),
    str: (_Field.TYPE_STRING, "StringValue"),
}


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The closed list of words that an enumeration has."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What is known of one field of one message."""

    nullable: bool
    vocabulary: Vocabulary | None


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The facts as CEL sees them.

    ``variables`` gives the type of each variable in CEL's notation; ``messages`` the fields of each message.
    """

    pool: descriptor_pool.DescriptorPool
    variables: Mapping[str, str]
    messages: Mapping[str, Mapping[str, Fact]]


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """An annotation taken apart: what a field holds, once, many times, or by name."""

    item: type
    many: bool = False
    mapped: bool = False
    nullable: bool = False
    vocabulary: Vocabulary | None = None


def describe(facts: type[Model]) -> Catalogue:
    """Describe a model whose fields are the variables. Raises ``TypeError`` for a type that CEL could misread."""
    file = descriptor_pb2.FileDescriptorProto(
        name="lineclear/facts.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    messages: dict[str, Mapping[str, Fact]] = {}
    variables = {}
    for name, annotation in _fields(facts):
        shape = _shape(annotation)
        if not issubclass(shape.item, Model) or shape.nullable or shape.mapped:
            raise TypeError(f"a variable of CEL is a model or a list of models, not {annotation}")
        _add_message(file, shape.item, messages)
        message = _message_name(shape.item)
        variables[name] = f"list({message})" if shape.many else message
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    for part in (wrappers, file):
        pool.Add(part)
    return Catalogue(pool=pool, variables=variables, messages=messages)


def _message_name(model: type[Model]) -> str:
    return f"{_PACKAGE}.{model.__name__.removesuffix('Facts')}"


def _fields(model: type[Model]) -> Iterator[tuple[str, object]]:
    """Yield each field's JSON key and annotation, computed fields too."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation
    for name, computed in model.model_computed_fields.items():
        yield computed.alias or name, computed.return_type


def _add_message(
    file: descriptor_pb2.FileDescriptorProto, model: type[Model], messages: dict[str, Mapping[str, Fact]]
) -> None:
    name = _message_name(model)
    if name in messages:
        return
    facts: dict[str, Fact] = {}
    messages[name] = facts
    message = descriptor_pb2.DescriptorProto(name=name.removeprefix(f"{_PACKAGE}."))
    for number, (key, annotation) in enumerate(_fields(model), start=1):
        shape = _shape(annotation)
        field = message.field.add(name=key, number=number, label=_Field.LABEL_OPTIONAL)
        facts[key] = Fact(nullable=shape.nullable, vocabulary=_named(shape.vocabulary, f"{message.name}.{key}"))
        if shape.many or shape.mapped:
            field.label = _Field.LABEL_REPEATED
        if shape.mapped:
            entry = message.nested_type.add(name=f"{key[0].upper()}{key[1:]}Entry")
            entry.options.map_entry = True
            entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL, type=_Field.TYPE_STRING)
            value = entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL)
            value.type = _SCALARS[shape.item][0]
            field.type, field.type_name = _Field.TYPE_MESSAGE, f".{name}.{entry.name}"
        elif issubclass(shape.item, Model):
            _add_message(file, shape.item, messages)
            field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_message_name(shape.item)}"
        elif shape.nullable:
            field.type, field.type_name = _Field.TYPE_MESSAGE, f".google.protobuf.{_SCALARS[shape.item][1]}"
        else:
            field.type = _SCALARS[shape.item][0]
    file.message_type.append(message)


def _named(vocabulary: Vocabulary | None, place: str) -> Vocabulary | None:
    """Name a list of words that has no class of its own after the field that it is for."""
    if vocabulary is None or vocabulary.name:
        return vocabulary
    return Vocabulary(name=place, words=vocabulary.words)


def _shape(annotation: object) -> _Shape:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        rest = [item for item in arguments if item is not types.NoneType]
        if len(rest) == 1:
            shape = _shape(rest[0])
            if not (shape.many or shape.mapped or shape.nullable or issubclass(shape.item, Model)):
                return _Shape(item=shape.item, nullable=True, vocabulary=shape.vocabulary)
    elif origin is list:
        shape = _shape(arguments[0])
        if not (shape.many or shape.mapped or shape.nullable):
            return _Shape(item=shape.item, many=True, vocabulary=shape.vocabulary)
    elif origin is dict and arguments[0] is str and arguments[1] in _SCALARS:
        return _Shape(item=arguments[1], mapped=True)
    elif origin is typing.Literal and all(isinstance(word, str) for word in arguments):
        return _Shape(item=str, vocabulary=Vocabulary(name="", words=tuple(arguments)))
    elif isinstance(annotation, type):
        if issubclass(annotation, Enum):
            words = tuple(str(member.value) for member in annotation)
            return _Shape(item=str, vocabulary=Vocabulary(name=annotation.__name__, words=words))
        if annotation in _SCALARS or issubclass(annotation, Model):
            return _Shape(item=annotation)
    raise TypeError(f"a fact cannot be described to CEL: {annotation}")
