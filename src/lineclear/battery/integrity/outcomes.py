"""Hooks and patches that change what a test run reports: its outcomes, its exit status, and which tests there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineclear.battery.integrity.assertions import constant
from lineclear.battery.integrity.found import ERROR, NOTE, WARNING, Found, listed
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Function, Source, dotted, mentioned

__all__ = ["changed_outcomes"]

_OUTCOME = frozenset({"outcome", "longrepr", "wasxfail", "exitstatus", "testsfailed", "_exitstatus"})
_FORCING = frozenset({"force_result", "force_exception"})
_REPORTING = (
    "pytest_runtest_",
    "pytest_pyfunc_call",
    "pytest_report_teststatus",
    "pytest_exception_interact",
    "pytest_sessionfinish",
    "pytest_unconfigure",
    "pytest_terminal_summary",
)
_IN_PLACE_OF = ("pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_ignore_collect", "pytest_runtestloop")
_CHOOSING = ("pytest_collection_modifyitems", "pytest_collection_finish", "pytest_itemcollected")
_DROPPING = frozenset({"clear", "remove", "pop"})
_RUNNERS = frozenset({"pytest", "_pytest", "pluggy", "unittest", "builtins"})


@dataclass(frozen=True, kw_only=True)
class _Effect:
    rule: str
    level: str
    what: str
    line: int


def changed_outcomes(project: Project) -> Iterator[Found]:
    """Yield the effects of hooks, patches and lists that no file of the base had."""
    had = {(item.rule, item.what) for source in project.base.values() for _, item in _effects(source)}
    ignored = {name for source in project.base.values() for name in _ignored(source)}
    for source in project.head.values():
        for where, item in _effects(source):
            if (item.rule, item.what) not in had:
                yield _found(source.path, where, item)
        for level in (WARNING, NOTE):
            new = sorted({name for name, how in _ignored(source).items() if how == level} - ignored)
            if new:
                what = f"leaves {listed(new)} out of the collection"
                yield _found(
                    source.path, "collect_ignore", _Effect(rule="tests-left-out", level=level, what=what, line=1)
                )


def _found(path: str, where: str, item: _Effect) -> Found:
    return Found(
        rule=item.rule,
        level=item.level,
        path=path,
        line=item.line,
        message=f"{where} {item.what}: the run then says of the tests what the change wants it to say.",
        remedy=(
            "Let the runner report what the tests do. What must not run somewhere is marked at the test itself, with "
            "its reason; what must be chosen is chosen by an option that is off by default."
        ),
        subject=f"{where} {item.what}",
    )


def _effects(source: Source) -> Iterator[tuple[str, _Effect]]:
    for function in source.functions:
        if function.name.startswith("pytest_"):
            yield from ((function.name, item) for item in _of_hook(function))
    if source.is_test:
        yield from (("A statement", item) for item in _patches(source))


def _of_hook(function: Function) -> Iterator[_Effect]:
    name = function.name
    chosen = "getoption" in mentioned(function.node) or "getvalue" in mentioned(function.node)
    for node in ast.walk(function.node):
        line = getattr(node, "lineno", function.node.lineno)
        if name.startswith(_REPORTING):
            what = _rewrites(node)
            if what is not None:
                yield _Effect(rule="outcome-rewritten", level=ERROR, what=what, line=line)
        if name in _IN_PLACE_OF and isinstance(node, ast.Return) and node.value is not None and constant(node.value):
            yield _Effect(
                rule="tests-left-out",
                level=NOTE if chosen else WARNING,
                what="returns true in place of running or collecting",
                line=line,
            )
        if name in _CHOOSING:
            what = _drops(node)
            if what is not None:
                yield _Effect(rule="tests-left-out", level=NOTE if chosen else WARNING, what=what, line=line)


def _rewrites(node: ast.AST) -> str | None:
    for target in _targets(node):
        if isinstance(target, ast.Attribute) and target.attr in _OUTCOME:
            return f"sets {target.attr}"
    if isinstance(node, ast.Call):
        name = (dotted(node.func) or "").rpartition(".")[2]
        if name in _FORCING:
            return f"calls {name}"
        if name == "setattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return f"sets {node.args[1].value}" if node.args[1].value in _OUTCOME else None
        if dotted(node.func) in ("os._exit", "sys.exit", "pytest.exit", "os.kill"):
            return f"calls {dotted(node.func)}"
    return None


def _drops(node: ast.AST) -> str | None:
    """Return how a hook takes tests out of the collected ones, or marks them so that they do not count."""
    for target in _targets(node):
        if isinstance(target, ast.Subscript) and dotted(target.value) == "items":
            value = getattr(node, "value", None)
            ordered = isinstance(value, ast.Call) and dotted(value.func) in ("sorted", "list", "reversed")
            return None if ordered else "replaces the collected tests"
    if isinstance(node, ast.Delete) and any("items" in mentioned(target) for target in node.targets):
        return "deletes collected tests"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if dotted(node.func.value) == "items" and node.func.attr in _DROPPING:
            return f"calls items.{node.func.attr}"
        if node.func.attr == "add_marker" and any(mentioned(word) & {"skip", "xfail"} for word in node.args):
            return "marks collected tests as skipped or expected to fail"
    return None


def _patches(source: Source) -> Iterator[_Effect]:
    """Yield assignments to what belongs to the test runner."""
    modules: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            modules |= {a.asname or a.name.partition(".")[0] for a in node.names if a.name.split(".")[0] in _RUNNERS}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _RUNNERS:
            modules |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(source.tree):
        for target in _targets(node):
            name = dotted(target) or ""
            if isinstance(target, ast.Attribute) and name.partition(".")[0] in modules:
                yield _Effect(
                    rule="runner-patched",
                    level=ERROR,
                    what=f"replaces {name}",
                    line=getattr(node, "lineno", 1),
                )
        if isinstance(node, ast.Call) and dotted(node.func) == "os._exit":
            yield _Effect(rule="runner-patched", level=WARNING, what="calls os._exit", line=node.lineno)


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _ignored(source: Source) -> dict[str, str]:
    """Return what a conftest names in ``collect_ignore`` and its like: a warning, and a note under a condition."""
    if PurePosixPath(source.path).name != "conftest.py":
        return {}
    found: dict[str, str] = {}
    for statement in source.tree.body:
        for node in ast.walk(statement):
            named = [dotted(target) or "" for target in _targets(node)]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                named = [dotted(node.func.value) or ""]
            if any(name.startswith("collect_ignore") for name in named):
                level = NOTE if isinstance(statement, ast.If) and constant(statement.test) is None else WARNING
                texts = (item.value for item in ast.walk(node) if isinstance(item, ast.Constant))
                found |= {value: level for value in texts if isinstance(value, str)}
    return found
