"""Compiles the expressions of a contract against the facts, and evaluates them. It fails closed.

An expression is a :class:`Program` only if it is well typed and keeps the rules of :mod:`.measured` and
:mod:`.vocabulary`; an evaluation gives a value of the type that was asked for, or :class:`EvaluationError`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cel_expr_python import cel  # type: ignore[import-untyped] # it has stubs, but no py.typed
from google.protobuf import json_format, message_factory

from lineclear.contract.cel.complaints import fault_from
from lineclear.contract.cel.descriptors import Catalogue, describe
from lineclear.contract.cel.fault import Fault, contract_error
from lineclear.contract.cel.measured import guarded_reads, smuggling
from lineclear.contract.cel.parts import SIZE, Spread, spread
from lineclear.contract.cel.tree import Call, Constant, Name, Node, read_tree, walk
from lineclear.contract.cel.vocabulary import vocabulary_faults
from lineclear.contract.cel.wire import GUARD, encode_guarded
from lineclear.errors import ContractError
from lineclear.model.facts import Facts

__all__ = ["MAX_LENGTH", "Bound", "Environment", "EvaluationError", "Program"]

#: The longest expression, in characters.
MAX_LENGTH = 4_000

Value = TypeVar("Value", bool, int)

_TYPES = {
    bool: ("bool", "an expression that is true or false, such as a comparison"),
    int: ("int", "an expression that gives a whole number"),
}

_TOO_LONG = (
    "the expression looks at more than 10,000 items, which is the most that CEL allows; "
    "one that is LIST.exists(…) or LIST.all(…) alone, or its negation, may look at any number"
)


class EvaluationError(Exception):
    """An expression has no value for these facts. Never the same as false."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """Facts in the form that programs read. Made once by :meth:`Environment.bind`, for any number of programs."""

    activation: cel.Activation
    data: Mapping[str, Any]
    environment: cel.Env

    def parts(self, of: Spread) -> Iterator[cel.Activation]:
        """Yield the same facts, with a part of one list in place of the list."""
        whole = self.data[of.variable]
        items = whole if of.field is None else list(getattr(whole, of.field))
        for start in range(0, len(items), SIZE):
            part = items[start : start + SIZE]
            if of.field is not None:
                message = type(whole)()
                message.CopyFrom(whole)
                message.ClearField(of.field)
                getattr(message, of.field).extend(part)
                part = message
            yield self.environment.Activation(data={**self.data, of.variable: part})


@dataclass(frozen=True, kw_only=True)
class Program(Generic[Value]):
    """A compiled expression that gives a bool (an invariant) or an int (a budget).

    ``names`` are the variables that it speaks of, such as ``findings``.
    """

    text: str
    names: frozenset[str]
    expression: cel.Expression
    kind: type[Value]
    spread: Spread | None

    def evaluate(self, facts: Bound) -> Value:
        """Return the value. Raises :class:`EvaluationError` where there is none: a null fact, a missing key, …"""
        try:
            return self._answer(facts.activation)
        except EvaluationError as exc:
            if self.spread is None or str(exc) != _TOO_LONG:
                raise
        error: EvaluationError | None = None
        for part in facts.parts(self.spread):
            try:
                value = self._answer(part)
            except EvaluationError as exc:
                error = exc
            else:
                if value is self.spread.decides:
                    return value
        if error is not None:
            raise error
        return self.kind(not self.spread.decides)

    def _answer(self, activation: cel.Activation) -> Value:
        try:
            result = self.expression.eval(activation)
        except RuntimeError as exc:
            raise EvaluationError(_sentence(str(exc))) from exc
        if result.type() in (cel.Type.ERROR, cel.Type.UNKNOWN):
            raise EvaluationError(_sentence(str(result)))
        value = result.plain_value()
        if type(value) is not self.kind:
            raise EvaluationError(f"the value is {value!r}, which is no {_TYPES[self.kind][0]}")
        return value


class Environment:
    """The CEL environment of the facts. Making one takes a few milliseconds; use one for all expressions."""

    def __init__(self) -> None:
        self._catalogue: Catalogue = describe(Facts)
        guard = cel.Overload(
            GUARD, return_type=cel.Type.DYN, parameters=[cel.Type.DYN, cel.Type.STRING], is_member=False, impl=_known
        )
        self._env = cel.NewEnv(
            descriptor_pool=self._catalogue.pool,
            variables={name: _cel_type(notation) for name, notation in self._catalogue.variables.items()},
            extensions=[cel.CelExtension("lineclear", [cel.FunctionDecl(GUARD, [guard])])],
        )
        self._pattern = cel.NewEnv(variables={"pattern": cel.Type.STRING}).compile('"".matches(pattern)')

    def compile(self, text: str, *, expected: type[Value], where: str) -> Program[Value]:
        """Return the program of an expression whose value is of the expected type, bool or int.

        Raises :class:`ContractError` with the column, a caret under the place, and what to do. ``where`` names the
        place of the expression in its contract.
        """
        fault = _unreadable(text)
        if fault is not None:
            raise contract_error(fault, source=text, where=where)
        try:
            serialized = self._env.compile(text).serialize()
        except RuntimeError as exc:
            raise contract_error(fault_from(str(exc), text, self._catalogue), source=text, where=where) from exc
        root = read_tree(serialized)
        fault = self._fault(root, expected)
        if fault is not None:
            raise contract_error(fault, source=text, where=where)
        labels = guarded_reads(root, self._catalogue)
        names = {node.name for node in walk(root) if isinstance(node, Name)} & set(self._catalogue.variables)
        expression = self._guarded(serialized, labels, where)
        return Program(text=text, names=frozenset(names), kind=expected, expression=expression, spread=spread(root))

    def bind(self, facts: Facts) -> Bound:
        """Return the facts for evaluation. Raises :class:`EvaluationError` if a number or a text does not fit CEL."""
        values = facts.model_dump(mode="json", by_alias=True)
        try:
            data = {name: self._message(name, value) for name, value in values.items()}
        except (json_format.ParseError, ValueError) as exc:
            raise EvaluationError(f"the facts cannot be stated in CEL: {exc}") from exc
        return Bound(activation=self._env.Activation(data=data), data=data, environment=self._env)

    def _fault(self, root: Node, expected: type[bool] | type[int]) -> Fault | None:
        rules = (smuggling(root, self._catalogue), vocabulary_faults(root, self._catalogue), self._bad_patterns(root))
        for fault in itertools.chain(*rules):
            return fault
        kind, wanted = _TYPES[expected]
        actual = root.type.of[0] if root.type.kind == "wrapper" else root.type
        if actual.kind == kind:
            return None
        found = actual.name.rpartition(".")[2] or actual.kind
        return Fault(offset=None, what=f"the value is of type {found}, not {kind}", todo=f"write {wanted}")

    def _bad_patterns(self, root: Node) -> Iterator[Fault]:
        """Yield the literal regular expressions that RE2 does not take; CEL itself finds them only when evaluating."""
        for node in walk(root):
            if isinstance(node, Call) and node.function == "matches" and isinstance(node.args[-1], Constant):
                result = self._pattern.eval(data={"pattern": node.args[-1].value})
                if result.type() == cel.Type.ERROR:
                    todo = "correct it; the syntax is that of RE2 (https://github.com/google/re2/wiki/Syntax)"
                    yield Fault(offset=node.args[-1].offset, what=_sentence(str(result)), todo=todo)

    def _guarded(self, serialized: bytes, labels: dict[int, str], where: str) -> cel.Expression:
        try:
            return self._env.deserialize(encode_guarded(serialized, labels))
        except RuntimeError as exc:
            raise ContractError(
                f"CEL refuses the expression: {exc}", where=where, todo="split it into several"
            ) from exc

    def _message(self, variable: str, value: Any) -> Any:
        notation = self._catalogue.variables[variable]
        name = notation.removeprefix("list(").removesuffix(")")
        message = message_factory.GetMessageClass(self._catalogue.pool.FindMessageTypeByName(name))
        if notation == name:
            return json_format.ParseDict(value, message())
        return [json_format.ParseDict(item, message()) for item in value]


def _unreadable(text: str) -> Fault | None:
    """Return what keeps a text from being compiled at all."""
    if not text.strip():
        return Fault(offset=None, what="the expression is empty", todo="write a CEL expression")
    if len(text) > MAX_LENGTH:
        what = f"the expression has {len(text)} characters; {MAX_LENGTH} is the most"
        return Fault(offset=None, what=what, todo="split it into several")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return Fault(offset=None, what="the expression holds half a character (a lone surrogate)", todo="remove it")
    return None


def _cel_type(notation: str) -> cel.Type:
    item = notation.removeprefix("list(").removesuffix(")")
    return cel.Type(item) if item == notation else cel.Type.List(cel.Type(item))


def _known(value: object, label: str) -> object:
    """Let a measured fact through. CEL turns the exception into an error value."""
    if value is None:
        raise ValueError(f"{label} is null: it was not measured, or does not apply")
    return value


def _sentence(message: str) -> str:
    text = re.sub(r"\s*\[[A-Z_]+\]\s*$", "", re.sub(r"^[A-Z_]+: ", "", message)).strip()
    if "Iteration budget" in text:
        return _TOO_LONG
    return text or "CEL gave an error without a text"
