"""Finds an OpenAPI document and the ASGI application that serves it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineclear.change.kinds import path_kind
from lineclear.model.words import PathKind

__all__ = ["Service", "find_service"]

_NAMED = re.compile(r"(^|/)[^/]*(openapi|swagger)[^/]*\.(json|ya?ml)$", re.IGNORECASE)
_DOCUMENT = re.compile(r"""(^|\{|,)\s*["']?(openapi|swagger)["']?\s*:\s*["']?[23]\.""", re.MULTILINE)
_FRAMEWORKS = {
    "fastapi": "FastAPI",
    "starlette.applications": "Starlette",
    "quart": "Quart",
    "litestar": "Litestar",
    "blacksheep": "Application",
    "connexion": "AsyncApp",
}
_AT_TOP = 100_000


@dataclass(frozen=True, kw_only=True)
class Service:
    """OpenAPI documents (paths) and ASGI applications (``module:attribute``). Only one of each makes a check."""

    documents: tuple[str, ...]
    apps: tuple[str, ...]


def find_service(files: Sequence[str], root: str, read: Callable[[str], str]) -> Service | None:
    """Return what there is of both, applications as they are imported from the project's root; None for neither."""
    documents = tuple(
        path
        for path in files
        if _NAMED.search(path)
        and path_kind(path) is not PathKind.TEST
        and _DOCUMENT.search(read(path)[:_AT_TOP]) is not None
    )
    prefix = "" if root == "." else f"{root}/"
    apps = tuple(
        app
        for path in files
        if path.endswith(".py") and path.startswith(prefix) and path_kind(path) is PathKind.SOURCE
        for app in _apps(path.removeprefix(prefix), read(path))
    )
    return Service(documents=documents, apps=apps) if documents or apps else None


def _apps(path: str, text: str) -> Iterator[str]:
    if not any(word in text for word in _FRAMEWORKS.values()):
        return
    module = PurePosixPath(path.removeprefix("src/")).with_suffix("")
    parts = module.parts[:-1] if module.name == "__init__" else module.parts
    if not parts or not all(part.isidentifier() for part in parts) or parts[0] in ("docs", "examples"):
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    classes = set(_classes(tree))
    classes |= {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) in classes
    }
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if ast.unparse(node.value.func) in classes:
            yield from (f"{'.'.join(parts)}:{target.id}" for target in targets if isinstance(target, ast.Name))


def _classes(tree: ast.Module) -> Iterator[str]:
    """Yield how the classes of the frameworks are called in a module, by its imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            known = {
                name for module, name in _FRAMEWORKS.items() if module.split(".")[0] == str(node.module).split(".")[0]
            }
            yield from (alias.asname or alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in _FRAMEWORKS:
                    yield f"{alias.asname or alias.name}.{_FRAMEWORKS[alias.name]}"
