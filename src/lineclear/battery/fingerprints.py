"""Says what a finding is, free of where it is, so that it is known again after lines moved (docs/fingerprints.md)."""

from __future__ import annotations

import hashlib
import re

__all__ = ["SourceLines", "item_key", "logical_line", "normalise"]

_MAX_LOGICAL_LINES = 12
_SPACE = re.compile(r"\s+")
_TRAILING_COMMA = re.compile(r",([)\]}])")


def normalise(text: str) -> str:
    """Fold what reindenting and reformatting change: white space, the kind of quote, a trailing comma."""
    return _TRAILING_COMMA.sub(r"\1", _SPACE.sub("", text).replace("'", '"'))


def item_key(tool: str, rule: str, *what: str) -> str:
    """Return the key of a finding that is about a named thing (a test, an operation) and not a source line."""
    return _digest("item", tool, rule, *what)


def logical_line(lines: list[str], start: int, end: int) -> str:
    """Return the text from line ``start`` until its brackets close, at most to ``end`` (from 1, inclusive).

    The first logical line alone stands for the finding: a rule that flags a whole function must not see a new
    defect whenever the function's body is edited.
    """
    depth = 0
    taken = []
    for line in lines[start - 1 : min(end, start - 1 + _MAX_LOGICAL_LINES)]:
        taken.append(line)
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0 and not line.rstrip().endswith("\\"):
            break
    return "\n".join(taken)


class SourceLines:
    """The lines of one source file, for keys and contexts. Bytes that are no UTF-8 are replaced."""

    def __init__(self, content: bytes | None) -> None:
        self._lines = (content or b"").decode("utf-8", "replace").splitlines()

    def key(self, tool: str, rule: str, start: int | None, end: int | None) -> str:
        """Return the key of a finding on lines ``start`` to ``end``; without a line the rule alone is the key."""
        if start is None or start > len(self._lines):
            return _digest("source", tool, rule, "")
        return _digest("source", tool, rule, normalise(logical_line(self._lines, start, end or start)))

    def context(self, start: int | None) -> str | None:
        """Return the digest of the two non-blank lines before and after a line, or None without one."""
        if start is None or start > len(self._lines):
            return None
        before = [t for t in map(normalise, self._lines[: start - 1]) if t][-2:]
        after = [t for t in map(normalise, self._lines[start:]) if t][:2]
        return _digest("context", *before, "", *after)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
