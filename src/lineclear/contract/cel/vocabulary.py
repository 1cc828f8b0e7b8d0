"""The rule for enumerations: they are compared only with words that they have, and never taken apart.

CEL knows an enumeration as a string, so ``c.status == "pased"`` would compile and be silently false. Each part of
the checked expression is walked for the vocabularies and the literal words that its value can carry, through lists,
maps, conditionals and macros.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lineclear.contract.cel.descriptors import Catalogue, Vocabulary
from lineclear.contract.cel.fault import Fault
from lineclear.contract.cel.tree import Call, Comprehension, Constant, ListOf, MapOf, Name, Node, Select, children
from lineclear.contract.near import advise

__all__ = ["vocabulary_faults"]


@dataclass(frozen=True)
class _Carried:
    """The vocabularies and literal words (with their offsets) that a value, or what is inside it, can carry."""

    vocabularies: frozenset[Vocabulary] = frozenset()
    words: frozenset[tuple[int, str]] = frozenset()

    def __or__(self, other: _Carried) -> _Carried:
        return _Carried(self.vocabularies | other.vocabularies, self.words | other.words)


@dataclass(frozen=True)
class _Value:
    """``own``: of the value, or of a list's elements or a map's values; ``keys``: of a map's keys."""

    own: _Carried = _Carried()
    keys: _Carried = _Carried()

    def __or__(self, other: _Value) -> _Value:
        return _Value(self.own | other.own, self.keys | other.keys)


_NOTHING = _Value()


def vocabulary_faults(root: Node, catalogue: Catalogue) -> list[Fault]:
    """Return the faults of an expression, in order of place."""
    faults: set[Fault] = set()
    _Walk(catalogue, faults).value(root, {})
    return sorted(faults, key=lambda fault: (fault.offset or 0, fault.what))


class _Walk:
    def __init__(self, catalogue: Catalogue, faults: set[Fault]) -> None:
        self._catalogue = catalogue
        self._faults = faults

    def value(self, node: Node, names: Mapping[str, _Value]) -> _Value:
        """Return what an expression can carry, noting the faults in it. ``names``: what macro variables carry."""
        match node:
            case Constant(value=str() as word):
                return _Value(_Carried(words=frozenset({(node.offset, word)})))
            case Name(name=name):
                return names.get(name, _NOTHING)
            case Select():
                return self._selected(node, self.value(node.operand, names))
            case ListOf():
                return _union(self.value(element, names) for element in node.elements)
            case MapOf():
                keys = _union(self.value(key, names) for key, _ in node.entries)
                return _Value(_union(self.value(value, names) for _, value in node.entries).own, keys.own)
            case Comprehension():
                return self._looped(node, names)
            case Call():
                return self._called(node, [self.value(arg, names) for arg in node.args])
            case _:
                for child in children(node):
                    self.value(child, names)
                return _NOTHING

    def _selected(self, node: Select, operand: _Value) -> _Value:
        if node.test:
            return _NOTHING
        if node.operand.type.kind != "message":
            return _Value(operand.own)
        vocabulary = self._catalogue.messages[node.operand.type.name][node.field].vocabulary
        return _Value(_Carried(frozenset({vocabulary}))) if vocabulary else _NOTHING

    def _looped(self, node: Comprehension, names: Mapping[str, _Value]) -> _Value:
        over = self.value(node.over, names)
        element = _Value(over.keys if node.over.type.kind == "map" else over.own)
        result = self.value(node.start, names)
        while True:
            inner = {**names, node.variable: element, node.result_name: result}
            self.value(node.condition, inner)
            step = result | self.value(node.step, inner)
            if step == result:
                return self.value(node.result, {**names, node.result_name: result})
            result = step

    def _called(self, node: Call, args: list[_Value]) -> _Value:
        match node.function:
            case "_==_" | "_!=_":
                self._compare(node, args[0].own, args[1].own)
                self._compare(node, args[0].keys, args[1].keys)
                return _NOTHING
            case "@in":
                in_map = node.args[1].type.kind == "map"
                self._compare(node, args[0].own, args[1].keys if in_map else args[1].own)
                return _NOTHING
            case "_[_]":
                if node.args[0].type.kind != "map":
                    return args[0]
                self._compare(node, args[1].own, args[0].keys)
                return _Value(args[0].own)
            case "_?_:_":
                return args[1] | args[2]
            case "_+_" if node.type.kind == "list":
                return args[0] | args[1]
        for part, carried in zip(node.args, args, strict=True):
            if carried.own.vocabularies and part.type.kind in ("string", "wrapper"):
                self._faults.add(_taken_apart(node, carried.own.vocabularies))
        return _NOTHING

    def _compare(self, node: Call, first: _Carried, second: _Carried) -> None:
        for carried, other in ((first, second), (second, first)):
            for vocabulary in carried.vocabularies:
                for offset, word in other.words:
                    if word not in vocabulary.words:
                        self._faults.add(_no_member(vocabulary, word, offset))
        for one in first.vocabularies:
            for two in second.vocabularies:
                if not set(one.words) & set(two.words):
                    self._faults.add(
                        Fault(
                            offset=node.offset,
                            what=f"{one.name} and {two.name} have no word in common",
                            todo="compare facts of the same kind",
                        )
                    )


def _union(values: Iterable[_Value]) -> _Value:
    result = _NOTHING
    for value in values:
        result |= value
    return result


def _no_member(vocabulary: Vocabulary, word: str, offset: int) -> Fault:
    return Fault(
        offset=offset,
        what=f"{word!r} is no {vocabulary.name}: the comparison always gives the same answer",
        todo=advise(word, vocabulary.words, label=vocabulary.name),
    )


def _taken_apart(node: Call, vocabularies: frozenset[Vocabulary]) -> Fault:
    names = " or ".join(sorted(vocabulary.name for vocabulary in vocabularies))
    return Fault(
        offset=node.at,
        what=f"{node.function.strip('_')!r} cannot be applied to {names}, whose words have no order and no parts",
        todo='compare it by ==, != or in ["…", "…"]',
    )
