"""Both trees as parsed sources, what each test of the base has become, and what is gone with purpose."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from lineclear.battery.integrity.assertions import assertions
from lineclear.battery.integrity.source import Function, Source, Unreadable, dotted, mentioned, parse, text
from lineclear.battery.integrity.trees import Folder, Trees

__all__ = ["Project"]

_ALIKE = 0.6
_NAME_ONLY = 0.25
_SHORT = 4


@dataclass(frozen=True, kw_only=True)
class Project:
    """The Python files that the change touches, on both sides; ``unread`` are those of the merge result that fail."""

    trees: Trees
    base: dict[str, Source]
    head: dict[str, Source]
    unread: dict[str, Unreadable]

    @classmethod
    def of(cls, trees: Trees) -> Project:
        """Parse what differs. What cannot be parsed on the base has no test that could be weakened."""
        unread: dict[str, Unreadable] = {}
        head = _parsed(trees.head, trees.changed, unread)
        return cls(trees=trees, base=_parsed(trees.base, trees.before, {}), head=head, unread=unread)

    @cached_property
    def pairs(self) -> list[tuple[Function, Function]]:
        """Each test of the base with the one of the merge result that it has become."""
        return list(self._matched.items())

    @cached_property
    def unmatched(self) -> list[Function]:
        """Tests of the base that no test of the merge result is like."""
        return [test for test in _tests(self.base) if test not in self._matched]

    @cached_property
    def new(self) -> list[Function]:
        """Tests of the merge result that no test of the base has become."""
        taken = set(self._matched.values())
        return [test for test in _tests(self.head) if test not in taken]

    @cached_property
    def _matched(self) -> dict[Function, Function]:
        """Match by place and name, then by content, then by name and some content, then by likeness."""
        matched: dict[Function, Function] = {}
        before, after = list(_tests(self.base)), list(_tests(self.head))
        rounds = (
            lambda test: (test.path, test.id),
            lambda test: body(test),
            lambda test: (PurePosixPath(test.path).name, test.id),
        )
        for key in rounds:
            waiting: dict[object, list[Function]] = {}
            for test in reversed(after):
                waiting.setdefault(key(test), []).append(test)
            for test in before:
                found = waiting.get(key(test))
                if found:
                    matched[test] = found.pop()
            taken = set(matched.values())
            before = [test for test in before if test not in matched]
            after = [test for test in after if test not in taken]
        for named, least in ((True, _NAME_ONLY), (False, _ALIKE)):
            for test in before:
                left = [other for other in after if not named or other.name == test.name]
                best = max(left, key=lambda other: likeness(test, other), default=None)
                if best is not None and likeness(test, best) >= least:
                    matched[test] = best
                    after.remove(best)
            before = [test for test in before if test not in matched]
        return matched

    @cached_property
    def added_assertions(self) -> Counter[str]:
        """Texts of the assertions that functions of the changed test files have and had not before."""
        partners = {after: before for before, after in self.pairs}
        before = {
            (source.path, function.id): function
            for source in self.base.values()
            for function in source.functions
            if not function.collected
        }
        added: Counter[str] = Counter()
        for source in self.head.values():
            for function in source.functions if source.is_test else ():
                partner = partners.get(function) or before.get((function.path, function.id))
                added += _asserted(function) - (Counter() if partner is None else _asserted(partner))
        return added

    @cached_property
    def gone(self) -> frozenset[str]:
        """What the product's changed files defined, accepted or wrote out, and no longer do."""
        before = {word for source in self.base.values() if not source.is_test for word in _offers(source.tree)}
        after = {word for source in self.head.values() if not source.is_test for word in _offers(source.tree)}
        return frozenset(before - after)

    def is_about_what_is_gone(self, test: Function) -> bool:
        """Say whether a test of the base uses what the change takes out of the product."""
        words = mentioned(test.node) | self._used_helpers(test)
        if words & self.gone:
            return True
        source = self.base[test.path]
        return any(name in words and not self._is_there(module, item) for name, module, item in _imports(source.tree))

    def _used_helpers(self, test: Function) -> set[str]:
        """Return what the functions of the same file that a test uses mention: helpers, fixtures, set-up."""
        words = mentioned(test.node)
        setup = ("setUp", "setup_method", "setup_class", "setUpClass", "setup_module", "setup")
        return {
            word
            for function in self.base[test.path].functions
            if function.name in words or (function.name in setup and function.classes == test.classes)
            for word in mentioned(function.node)
        }

    def _is_there(self, module: str, item: str | None) -> bool:
        """Say whether a module of the base's own is still there with a name. Of others nothing is known: they are."""
        where = _module_files(module, self.trees.base)
        if not where:
            return True
        still = [path for path in where if path in self.trees.head.files]
        if not still and not _module_files(module, self.trees.head):
            return False
        if item is None:
            return True
        for path in still or _module_files(module, self.trees.head):
            try:
                source = self.head.get(path) or parse(path, self.trees.head.read(path))
            except Unreadable:
                return True
            if item in _offers(source.tree) | {"*"} or _module_files(f"{module}.{item}", self.trees.head):
                return True
            if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in source.tree.body):
                return True
        return False


def body(test: Function) -> str:
    """Return the text of what a test does, without its name and its docstring."""
    statements = test.node.body
    first = statements[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        statements = statements[1:]
    return "\n".join([text(test.node.args), *map(text, statements)])


def likeness(one: Function, other: Function) -> float:
    """Return how much two tests have in common: the share of statements and assertions, from 0 to 1."""
    ours, theirs = _pieces(one), _pieces(other)
    both = sum((ours & theirs).values())
    return both / max(1, min(sum(ours.values()), sum(theirs.values())))


_PIECES: dict[Function, Counter[str]] = {}


def _pieces(test: Function) -> Counter[str]:
    if test not in _PIECES:
        _PIECES[test] = Counter(
            text(node) for part in test.node.body for node in ast.walk(part) if isinstance(node, ast.stmt)
        )
    return _PIECES[test]


def _asserted(function: Function) -> Counter[str]:
    return Counter(item.text for item in assertions(function.node) if not item.swallowed)


def _tests(sources: dict[str, Source]) -> Iterable[Function]:
    return (test for source in sources.values() for test in source.tests)


def _parsed(folder: Folder, paths: list[str], unread: dict[str, Unreadable]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for path in paths:
        if path.endswith((".py", ".pyi")):
            try:
                sources[path] = parse(path, folder.read(path))
            except Unreadable as exc:
                unread[path] = exc
    return sources


def _offers(module: ast.Module) -> set[str]:
    """Return what a module defines, imports, accepts as arguments, sets as attributes, and writes out as texts."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= _SHORT:
            found.add(node.value)
    return found


def _imports(module: ast.Module) -> Iterable[tuple[str, str, str | None]]:
    """Yield the name, module and item of each import, and of each ``module.item`` that is used."""
    modules: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            for alias in node.names:
                yield alias.asname or alias.name, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name] = alias.name
                yield alias.asname or alias.name.partition(".")[0], alias.name, None
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and (dotted(node.value) or "") in modules:
            yield node.attr, modules[dotted(node.value) or ""], node.attr


def _module_files(module: str, folder: Folder) -> list[str]:
    """Return where a module of the project is, from its root or below ``src`` or ``lib``."""
    place = module.replace(".", "/")
    ends = (f"{place}.py", f"{place}/__init__.py")
    return [f"{start}{end}" for start in ("", "src/", "lib/") for end in ends if f"{start}{end}" in folder.files]
