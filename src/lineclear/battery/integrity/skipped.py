"""Tests that are still there and no longer run: skipped, expected to fail, emptied, or not collected any more."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lineclear.battery.integrity.assertions import NOTHING, assertions, stops
from lineclear.battery.integrity.found import NOTE, WARNING, Found, listed
from lineclear.battery.integrity.project import Project, body, likeness
from lineclear.battery.integrity.source import Function, Source, called, dotted, mentioned, text

__all__ = ["emptied_tests", "kept_as_functions", "skipped_tests", "uncollected_tests"]

_ALWAYS = frozenset({"skip", "xfail", "expectedFailure", "skipTest", "SkipTest"})
_SOMETIMES = frozenset({"skipif", "skipIf", "skipUnless"})
_ALIKE = 0.6
_REMEDY = (
    "Let the test run and make it pass. Where it cannot run somewhere, skip it under a condition that names that "
    "place; where the behaviour is meant to go, take the test out with the code."
)


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """Something that keeps a test from running, or from failing. ``where`` is the name of what carries it."""

    what: str
    where: str
    line: int
    always: bool
    text: str


def skipped_tests(project: Project) -> Iterator[Found]:
    """Yield one finding for each mark that is new on tests that the base has without it."""
    marked: dict[tuple[str, _Mark], list[str]] = {}
    for before, after in project.pairs:
        had = {mark.text for mark in _marks(before, project.base[before.path])}
        for mark in _marks(after, project.head[after.path]):
            if mark.text not in had:
                marked.setdefault((after.path, mark), []).append(after.id)
    for (path, mark), names in marked.items():
        many = "s" if len(names) > 1 else ""
        when = "" if mark.always else " under a condition"
        yield Found(
            rule="test-skipped",
            level=WARNING if mark.always else NOTE,
            path=path,
            line=mark.line,
            message=(
                f"{mark.what}{when} is new on {mark.where}: the test{many} {listed(names)} ran at the base, and a "
                "failure of it no longer counts."
            ),
            remedy=_REMEDY,
            subject=f"{mark.where} {mark.text}",
        )


def emptied_tests(project: Project) -> Iterator[Found]:
    """Yield tests that asserted something at the base and now end before they do anything."""
    for before, after in project.pairs:
        if not _asserts(before) or _asserts(after) or _marks(after, project.head[after.path]):
            continue
        end = next((node for node in after.node.body if stops(node)), None)
        cut = end is not None and end is not after.node.body[-1]
        reached = after.node.body if end is None else after.node.body[: after.node.body.index(end) + 1]
        if cut or not any(called(node) for node in reached):
            yield Found(
                rule="test-emptied",
                level=WARNING,
                path=after.path,
                line=after.node.lineno,
                message=f"{after.id} asserted something at the base, and now passes whatever the code does.",
                remedy="Put its assertions back; take the test out where what it tested is gone.",
                subject=after.id,
            )


def kept_as_functions(project: Project) -> dict[Function, Function]:
    """Return the tests of the base that are still there as functions that are no test by themselves."""
    taken = {after for _, after in project.pairs}
    waiting = [
        function
        for source in project.head.values()
        for function in source.functions
        if function not in taken and function not in source.tests and not _is_fixture(function)
    ]
    found: dict[Function, Function] = {}
    for test in project.unmatched:
        for function in waiting:
            same = (function.path, function.id) == (test.path, test.id) or body(function) == body(test)
            if same or (_asserts(test) and likeness(test, function) >= _ALIKE and len(test.node.body) > 1):
                found[test] = function
                waiting.remove(function)
                break
    return found


def uncollected_tests(project: Project, kept: dict[Function, Function]) -> Iterator[Found]:
    """Yield those of them that no test calls and no test class inherits."""
    used = {word for source in project.head.values() for test in source.tests for word in mentioned(test.node)}
    parents = {
        (dotted(base) or "").rpartition(".")[2]
        for source in project.head.values()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }
    for test, function in kept.items():
        if function.name in used or any(item.name in parents for item in function.classes):
            continue
        yield Found(
            rule="test-uncollected",
            level=WARNING,
            path=function.path,
            line=function.node.lineno,
            message=(
                f"{test.id} of {test.path} is still there as {function.id}, which no test runner collects: a name, "
                "its class, its file, a second function of its name or __test__ keeps it from running."
            ),
            remedy="Give it a name and a place that are collected, or take it out with what it tests.",
            subject=f"{test.path} {test.id}",
        )


def _asserts(test: Function) -> bool:
    return any(item.strength > NOTHING and not item.swallowed for item in assertions(test.node))


def _marks(test: Function, source: Source) -> list[_Mark]:
    known = _names(source.tree)
    found = [*_of_body(source.tree.body, "the module", known)]
    for item in test.classes:
        found += [*_of_list(item.decorator_list, item.name, known), *_of_body(item.body, item.name, known)]
    found += _of_list(test.node.decorator_list, test.id, known)
    return [*found, *_in_body(test)]


def _names(module: ast.Module) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _of_body(statements: list[ast.stmt], where: str, known: dict[str, ast.expr]) -> Iterator[_Mark]:
    """Yield what a module or a class says of all its tests."""
    for node in statements:
        if isinstance(node, ast.Assign) and any(dotted(target) == "pytestmark" for target in node.targets):
            value = node.value
            yield from _of_list(value.elts if isinstance(value, ast.List | ast.Tuple) else [value], where, known)
        elif stops(node):
            yield _Mark(what="a skip", where=where, line=node.lineno, always=True, text=f"skip {where}")


def _of_list(marks: list[ast.expr], where: str, known: dict[str, ast.expr]) -> Iterator[_Mark]:
    for given in marks:
        mark = known.get(given.id, given) if isinstance(given, ast.Name) else given
        if (dotted(mark.func if isinstance(mark, ast.Call) else mark) or "").endswith("parametrize"):
            for node in ast.walk(mark):
                if isinstance(node, ast.keyword) and node.arg == "marks":
                    value = node.value
                    yield from _of_list(
                        value.elts if isinstance(value, ast.List | ast.Tuple) else [value], where, known
                    )
            continue
        name = (dotted(mark.func if isinstance(mark, ast.Call) else mark) or "").rpartition(".")[2]
        if name not in _ALWAYS | _SOMETIMES:
            continue
        conditions = mark.args[:1] if isinstance(mark, ast.Call) and name not in ("skip", "expectedFailure") else []
        if isinstance(mark, ast.Call) and name in ("skipif", "xfail"):
            conditions = conditions or [keyword.value for keyword in mark.keywords if keyword.arg == "condition"]
        skips = name != "skipUnless"
        always = not conditions or any(_holds(condition) is skips for condition in conditions)
        yield _Mark(what=name, where=where, line=given.lineno, always=always, text=f"{name} {text(mark)}")


def _in_body(test: Function) -> Iterator[_Mark]:
    """Yield the skips in a test's own body; those below an ``if`` are under a condition."""
    for statement in test.node.body:
        for node in ast.walk(statement):
            if _is_skip(node):
                always = node is statement or stops(statement)
                name = "a skip in the body"
                shown = f"{name} {'' if always else text(statement)}"
                yield _Mark(what=name, where=test.id, line=getattr(node, "lineno", 1), always=always, text=shown)


def _is_skip(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise) and node.exc is not None:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return (dotted(kind) or "").rpartition(".")[2] == "SkipTest"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return dotted(node.value.func) in ("pytest.skip", "pytest.xfail", "self.skipTest")
    return False


def _holds(condition: ast.expr) -> bool | None:
    """Return whether a condition about the platform holds on this one, None where that is not plain."""
    if isinstance(condition, ast.Constant):
        return bool(condition.value) if not isinstance(condition.value, str) else None
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        inner = _holds(condition.operand)
        return None if inner is None else not inner
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        here = {"sys.platform": sys.platform, "os.name": os.name}.get(dotted(condition.left) or "")
        other = condition.comparators[0]
        if here is not None and isinstance(other, ast.Constant):
            if isinstance(condition.ops[0], ast.Eq):
                return here == other.value
            if isinstance(condition.ops[0], ast.NotEq):
                return here != other.value
    if isinstance(condition, ast.Call) and dotted(condition.func) == "sys.platform.startswith" and condition.args:
        start = condition.args[0]
        return sys.platform.startswith(str(start.value)) if isinstance(start, ast.Constant) else None
    return None


def _is_fixture(function: Function) -> bool:
    names = (dotted(item.func if isinstance(item, ast.Call) else item) or "" for item in function.node.decorator_list)
    return any(name.endswith("fixture") for name in names)
