"""The session ``verify`` for the user's own noxfile: as a new file, or as the lines to paste into theirs."""

from __future__ import annotations

import ast

__all__ = ["LINES", "NEW_FILE", "has_session"]

LINES = "from lineclear.nox import verify"

NEW_FILE = f'''\
"""Sessions: ``verify`` verifies the change in this repository; arguments after ``--`` go to ``lineclear verify``."""

{LINES}

__all__ = ["verify"]
'''


def has_session(text: str) -> bool:
    """Say whether a noxfile imports the session already. A file that cannot be parsed does not."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "lineclear.nox"
        and any(alias.name == "verify" for alias in node.names)
        for node in tree.body
    )
