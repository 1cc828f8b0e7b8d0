"""A scanner of a few lines, for laws about real source: it flags calls of ``eval`` as the real ones would."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lineclear.battery.fingerprints import Region
from lineclear.battery.readers.scanner import Hit, located
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

__all__ = ["scan"]


def scan(files: Mapping[str, str], *, columns: str = "exact") -> list[RawFinding]:
    """Return a finding for every call of ``eval``.

    ``columns``: ``exact`` gives the call's own (semgrep), ``node`` the call's own on the lines of all of the statement
    (bandit), ``none`` no columns.
    """
    hits = [hit for path, text in sorted(files.items()) for hit in _hits(path, text, columns)]
    return located(hits, tool="toy", check="toy", source=lambda path: files[path].encode())


def _hits(path: str, text: str, columns: str) -> list[Hit]:
    return [
        Hit(
            rule="eval",
            level=Level.ERROR,
            message="Text is run as code.",
            path=path,
            region=_region(expression, node, columns),
            remedy="Do not.",
        )
        for statement in ast.walk(ast.parse(text))
        for expression in ast.iter_child_nodes(statement)
        if isinstance(statement, ast.stmt) and isinstance(expression, ast.expr)
        for node in ast.walk(expression)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "eval"
    ]


def _region(expression: ast.expr, node: ast.Call, columns: str) -> Region:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    assert expression.end_lineno is not None
    if columns == "none":
        return Region(line=node.lineno, first=node.lineno, last=node.end_lineno)
    whole = columns == "node"
    return Region(
        line=node.lineno,
        first=expression.lineno if whole else node.lineno,
        last=expression.end_lineno if whole else node.end_lineno,
        columns=(node.col_offset, node.end_col_offset),
        of_node=whole,
    )
