"""Says whether a change brought or edited a test: its function's syntax tree on one side against that on the other."""

from __future__ import annotations

import ast
import warnings

__all__ = ["has_test", "is_edited"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_edited(item: str, before: bytes | None, after: bytes | None) -> bool:
    """Return whether the function of a test differs in two versions of its file, or is in the later one only.

    ``item`` is ``path::Class::function[parameters]``. White space, comments and moved lines are no edit; decorators
    are one. Where the file differs and holds no such function (it is inherited, or made at run time), or cannot be
    parsed, nothing shows that the test is what it was: it counts as edited.
    """
    if before == after:
        return False
    if before is None or after is None:
        return True
    names = item.partition("[")[0].split("::")[1:]
    try:
        now, then = _definitions(after, names), _definitions(before, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not now or now != then


def has_test(item: str, source: bytes | None) -> bool:
    """Say whether a file defines the function of a test; not where it is inherited, or the file cannot be parsed."""
    try:
        return source is not None and bool(_definitions(source, item.partition("[")[0].split("::")[1:]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _definitions(source: bytes, names: list[str]) -> list[str]:
    """Return the syntax trees of every function that a dotted name means, without their places."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        level: list[ast.AST] = [ast.parse(source)]
    for depth, name in enumerate(names, 1):
        wanted = _FUNCTIONS if depth == len(names) else (ast.ClassDef,)
        level = [found for node in level for found in _named(node, name) if isinstance(found, wanted)]
    return [ast.dump(node) for node in level] if names else []


def _named(parent: ast.AST, name: str) -> list[ast.AST]:
    """Return the definitions of a name in a body, those within its ``if``, ``try`` and ``with`` too."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found += [node] if node.name == name else []
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            found += _named(node, name)
    return found
