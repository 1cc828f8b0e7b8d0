"""Python files as syntax: what a test is, and the text that stands for a piece of code whatever its layout."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

__all__ = ["Function", "Source", "Unreadable", "called", "dotted", "is_test_file", "mentioned", "parse", "text"]

_MAX_BYTES = 4_000_000
_FOLDERS = frozenset({"test", "tests", "testing"})

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


class Unreadable(Exception):
    """A file that is no Python for this interpreter, or too much for it."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True, kw_only=True, eq=False)
class Function:
    """A function of a module or of a class in it. ``collected``: pytest takes it for a test by its default names."""

    path: str
    name: str
    node: AnyFunction
    classes: tuple[ast.ClassDef, ...]
    collected: bool

    @property
    def id(self) -> str:
        """Its name with those of its classes."""
        return "::".join([*(item.name for item in self.classes), self.name])


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One file that was parsed. ``functions`` are those that no function holds."""

    path: str
    tree: ast.Module
    content: bytes
    functions: list[Function] = field(default_factory=list)

    @property
    def tests(self) -> list[Function]:
        """What pytest collects from it: of those with one name the last, which takes the place of the others."""
        return list({function.id: function for function in self.functions if function.collected}.values())

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests: a test file, a conftest, or a helper in their folder."""
        path = PurePosixPath(self.path)
        return is_test_file(self.path) or path.name == "conftest.py" or bool(_FOLDERS.intersection(path.parts[:-1]))


def is_test_file(path: str) -> bool:
    """Say whether pytest, unittest or Django collect tests from a file of this name."""
    stem = PurePosixPath(path).stem
    return stem.startswith("test") or stem.endswith(("_test", "_tests"))


def parse(path: str, content: bytes) -> Source:
    """Parse a file. Raises :class:`Unreadable`."""
    if len(content) > _MAX_BYTES:
        raise Unreadable(f"it has more than {_MAX_BYTES // 1_000_000} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
            ast.dump(tree)  # what is nested too deeply for this is so for all that follows
    except SyntaxError as exc:
        raise Unreadable(exc.msg, exc.lineno or None) from exc
    except (ValueError, RecursionError, MemoryError) as exc:
        raise Unreadable(str(exc) or type(exc).__name__) from exc
    return Source(path=path, tree=tree, content=content, functions=list(_functions(path, tree)))


def _functions(path: str, module: ast.Module) -> Iterator[Function]:
    collecting = is_test_file(path) and not _opted_out(module.body)
    waiting: list[tuple[ast.stmt, tuple[ast.ClassDef, ...], bool]] = [
        (node, (), collecting) for node in reversed(module.body)
    ]
    while waiting:
        node, classes, collects = waiting.pop()
        if isinstance(node, AnyFunction):
            collected = collects and node.name.startswith("test")
            yield Function(path=path, name=node.name, node=node, classes=classes, collected=collected)
            continue
        if isinstance(node, ast.ClassDef):
            collects, classes = collects and _is_test_class(node), (*classes, node)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value:
            waiting += [(child, classes, collects) for child in reversed(node.orelse)]
            waiting += [(child, classes, False) for child in reversed(node.body)]
            continue
        inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        if isinstance(node, ast.Try | ast.TryStar):
            inner += [child for handler in node.handlers for child in handler.body]
        waiting += [(child, classes, collects) for child in reversed(inner)]


def _is_test_class(node: ast.ClassDef) -> bool:
    named = node.name.startswith("Test") or any((dotted(base) or "").endswith("TestCase") for base in node.bases)
    # What derives from a class of another file may well be a test case by it.
    derived = node.name.endswith(("Test", "Tests", "TestCase")) and bool(node.bases)
    return (named or derived) and not _opted_out(node.body)


def _opted_out(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "__test__" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and not node.value.value
        for node in body
    )


def text(node: ast.AST) -> str:
    """Return what stands for a piece of code, without places."""
    return ast.dump(node)


def called(node: ast.AST) -> set[str]:
    """Return the names that a piece of code calls: of ``a.b()`` it is ``b``."""
    names = (dotted(item.func) for item in ast.walk(node) if isinstance(item, ast.Call))
    return {name.rpartition(".")[2] for name in names if name is not None}


def mentioned(node: ast.AST) -> set[str]:
    """Return every name, attribute, keyword and text that a piece of code uses."""
    found: set[str] = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            found.add(item.id)
        elif isinstance(item, ast.Attribute):
            found.add(item.attr)
        elif isinstance(item, ast.keyword | ast.arg) and item.arg is not None:
            found.add(item.arg)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            found.add(item.value)
        elif isinstance(item, ast.alias):
            found.update(item.name.split("."))
    return found


def dotted(node: ast.AST) -> str | None:
    """Return a dotted name, None for anything else; of a call's result the attribute alone."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return node.attr if before is None else f"{before}.{node.attr}"
    return None
