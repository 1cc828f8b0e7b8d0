"""The names that Python source defines, and its pytest hooks: by syntax alone, nothing is imported."""

from __future__ import annotations

import ast
import warnings

__all__ = ["defined_names", "hooks", "module_name"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def defined_names(source: bytes) -> frozenset[str]:
    """Return the names of functions, their parameters, classes, and what is assigned or imported outside of functions.

    Source that cannot be parsed defines nothing.
    """
    tree = _parse(source)
    return frozenset() if tree is None else frozenset(_names(tree))


def hooks(source: bytes | None) -> list[str] | None:
    """Return what a file tells pytest to do by hooks and plugins, without places; None where it cannot be parsed."""
    tree = _parse(source or b"")
    if tree is None:
        return None
    return sorted(ast.dump(node) for node in ast.walk(tree) if _is_hook(node))


def module_name(path: str) -> str:
    """Return the last part of the name under which a file is imported."""
    parts = path.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


def _parse(source: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_hook(node: ast.AST) -> bool:
    if isinstance(node, _FUNCTIONS):
        return node.name.startswith("pytest_")
    return isinstance(node, ast.Assign | ast.AnnAssign) and "pytest_plugins" in _targets(node)


def _names(parent: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, _FUNCTIONS):
            arguments = node.args
            found |= {node.name, *(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))}
        elif isinstance(node, ast.ClassDef):
            found |= {node.name, *_names(node)}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found |= _targets(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.stmt | ast.ExceptHandler):
            found |= _names(node)
    return found


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
