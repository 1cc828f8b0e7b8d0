"""Says what a finding is, free of where it is, so that it is known again after lines moved (docs/fingerprints.md)."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from lineclear.battery.spelling import import_text, normalise

__all__ = ["Region", "SourceLines", "item_key", "logical_line"]

_MAX_LOGICAL_LINES = 12
_MAX_LENGTH = 500
_NEWLINE = re.compile(r"\r\n|\r|\n")
_NO_TEXT = (tokenize.INDENT, tokenize.DEDENT, tokenize.NL)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_COMPOUND = frozenset(
    ("async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with")
)


@dataclass(frozen=True, kw_only=True)
class Region:
    """What a tool points at: lines from 1, both included, and columns in bytes of the file from 0, the last excluded.

    ``line`` is the line that is shown. ``columns`` are None where the tool gives none. ``of_node`` says that they are
    the columns of a syntax node somewhere on the lines (bandit), not of the first and the last line: in bytes of UTF-8.
    """

    line: int
    first: int
    last: int
    columns: tuple[int, int] | None = None
    of_node: bool = False


def item_key(tool: str, rule: str, *what: str) -> str:
    """Return the key of a finding that is about a named thing (a test, an operation) and not a source line."""
    return _digest("item", tool, rule, *what)


def logical_line(lines: list[str]) -> str:
    """Return the text from the first line until its brackets close: for sources that are no Python."""
    depth = 0
    taken = []
    for line in lines[:_MAX_LOGICAL_LINES]:
        taken.append(line)
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0 and not line.rstrip().endswith("\\"):
            break
    return "\n".join(taken)


class SourceLines:
    """The lines of one source file, for keys and contexts. Bytes that are no text in its encoding are kept."""

    def __init__(self, content: bytes | None, *, python: bool = True) -> None:
        self._encoding = _encoding(content or b"") if python else "utf-8"
        text = (content or b"").decode(self._encoding, "surrogateescape").removeprefix("\ufeff")
        self._lines = _NEWLINE.split(text) if text else []
        self._python = python

    def key(self, tool: str, rule: str, region: Region | None, message: str = "") -> str:
        """Return the key of a finding on a region; without one that the file has, the rule alone is the key.

        It is made of the text that the tool points at, of which the first logical line alone counts: a rule that flags
        a whole function must not see a new defect whenever the function's body is edited. The message only tells
        which of the modules of one import statement is meant.
        """
        if region is None or not 1 <= region.line <= len(self._lines):
            return _digest("source", tool, rule, "")
        text = self._text(region)
        imported = import_text(text, message) if self._python else None
        return _digest("source", tool, rule, imported or normalise(text)[:_MAX_LENGTH])

    def context(self, line: int | None) -> str | None:
        """Return the digest of the two non-blank lines before and after a line, or None without one."""
        if line is None or not 1 <= line <= len(self._lines):
            return None
        before = islice(filter(None, map(normalise, reversed(self._lines[: line - 1]))), 2)
        after = islice(filter(None, map(normalise, self._lines[line:])), 2)
        return _digest("context", *reversed(list(before)), "", *after)

    def _text(self, region: Region) -> str:
        start, end = self._span(region)
        if self._python and self._tokens is not None:
            text = "".join(self._first_statement(self._tokens, start, end))
            return text if text.strip() else self._slice(start, end)  # what is found in a comment
        return logical_line(self._slice(start, end).split("\n"))

    def _span(self, region: Region) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return where the text begins and ends, in lines from 1 and characters from 0."""
        first, last = min(region.first, region.line), min(max(region.first, region.last), len(self._lines))
        if region.columns is not None and region.of_node:
            node = self._node(region, region.columns)
            if node is not None:
                return node
        elif region.columns is not None:
            start = (first, self._character(first, region.columns[0], self._encoding))
            end = (last, self._character(last, region.columns[1], self._encoding))
            if start < end:
                return start, end
        line = region.line
        return (line, 0), (max(last, line), len(self._lines[max(last, line) - 1]))

    def _node(self, region: Region, columns: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return the span of the syntax node with these columns, the one nearest to the line that is shown."""
        nodes = [
            (first, last)
            for first, last in self._nodes.get(columns, ())
            if region.first <= first <= last <= region.last
        ]
        if not nodes:
            return None
        first, last = min(nodes, key=lambda lines: (abs(lines[0] - region.line), lines))
        return (first, self._character(first, columns[0])), (last, self._character(last, columns[1]))

    @cached_property
    def _nodes(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """The lines of all syntax nodes, by their columns."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for node in ast.walk(self._tree) if self._tree is not None else ():
            if isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.keyword) and node.end_lineno is not None:
                columns = (node.col_offset, node.end_col_offset or 0)
                found.setdefault(columns, []).append((node.lineno, node.end_lineno))
        return found

    def _first_statement(
        self, tokens: list[tokenize.TokenInfo], start: tuple[int, int], end: tuple[int, int]
    ) -> Iterator[str]:
        """Yield the text between two places, without comments, up to the end of the line or the head of the block."""
        place, depth, block = start, 0, None
        for token in tokens:
            if token.end <= start or token.type in _NO_TEXT:
                continue
            if token.start >= end:
                break
            if token.type == tokenize.COMMENT:
                yield self._slice(place, token.start)
                place = token.end
                continue
            if token.type == tokenize.NEWLINE or (token.string == ";" and depth == 0):
                end = token.start
                break
            block = token.string in _COMPOUND if block is None else block
            if token.type == tokenize.OP:
                depth += (token.string in _OPENING) - (token.string in _CLOSING)
                if block and depth == 0 and token.string == ":":
                    end = min(end, token.end)
                    break
        yield self._slice(place, end)

    def _slice(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        if start >= end:
            return ""
        lines = self._lines[start[0] - 1 : end[0]]
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][start[1] :]
        return "\n".join(lines)

    def _character(self, line: int, column: int, encoding: str = "utf-8") -> int:
        try:
            before = self._lines[line - 1].encode(encoding, "surrogateescape")[:column]
            return len(before.decode(encoding, "surrogateescape"))
        except UnicodeError:  # inside a character, or an encoding that depends on what stands before
            return column

    @cached_property
    def _tokens(self) -> list[tokenize.TokenInfo] | None:
        """The tokens of a Python file, or None where it has none: such a file does not parse."""
        try:
            return list(tokenize.generate_tokens(io.StringIO("\n".join(self._lines)).readline))
        except (tokenize.TokenError, SyntaxError):
            return None

    @cached_property
    def _tree(self) -> ast.Module | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse("\n".join(self._lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _encoding(content: bytes) -> str:
    """Return the encoding that a Python file declares; UTF-8 where it declares none, or one that it does not have."""
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        content.decode(name)
    except (SyntaxError, LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name == "utf-8-sig" else name


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
