"""Glob patterns on paths: ``*``, ``?`` and ``[…]`` within a folder's name or a file's, ``**`` for any folders.

A pattern speaks of the whole path, relative to the tree, with forward slashes; upper and lower case differ, and a
leading dot is a character like any other. Time grows with pattern times path, whatever the pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["matches", "problem"]

_Token = TypeVar("_Token")
_Item = TypeVar("_Item")


def matches(pattern: str, path: str) -> bool:
    """Say whether a path is one that a pattern means. A pattern with a :func:`problem` means none."""
    if problem(pattern) is not None:
        return False
    segments = pattern.split("/")
    if segments[-1] == "**":
        segments.append("*")  # what is inside: web/** means no file that is itself called web
    return _fits(segments, path.split("/"), many="**", one=_segment)


def problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    segments = pattern.split("/")
    if not pattern:
        return "it is empty"
    if "\\" in pattern:
        return "it has a backslash; paths are written with forward slashes"
    if any(segment in ("", ".", "..") for segment in segments):
        return "it has an empty, '.' or '..' part; write it relative to the tree, as in src/**/*.py"
    if any("**" in segment and segment != "**" for segment in segments):
        return "'**' stands for whole folders only; write it between slashes, as in **/*.py"
    if any(_tokens(segment) is None for segment in segments):
        return "a '[' is not closed"
    return None


def _segment(pattern: str, name: str) -> bool:
    return _fits(_tokens(pattern) or [], name, many="*", one=_character)


def _character(piece: str, character: str) -> bool:
    if piece == "?":
        return True
    if not piece.startswith("[") or len(piece) == 1:
        return piece == character
    body = piece[1:-1]
    negated = body.startswith("!")
    body = body[1:] if negated else body
    found, index = False, 0
    while index < len(body):
        if body[index + 1 : index + 2] == "-" and index + 2 < len(body):
            found |= body[index] <= character <= body[index + 2]
            index += 3
        else:
            found |= body[index] == character
            index += 1
    return found is not negated


def _tokens(segment: str) -> list[str] | None:
    """Return ``*``, ``?``, a class with its brackets, or one character each; None where a class is not closed."""
    tokens, index = [], 0
    while index < len(segment):
        end = index + 1
        if segment[index] == "[":
            # As in shells, a bracket that comes first is a member: []a], [!]a].
            first = index + 2 if segment[index + 1 : index + 2] == "!" else index + 1
            close = segment.find("]", first + 1)
            if close < 0:
                return None
            end = close + 1
        tokens.append(segment[index:end])
        index = end
    return tokens


def _fits(
    tokens: Sequence[_Token], items: Sequence[_Item], *, many: _Token, one: Callable[[_Token, _Item], bool]
) -> bool:
    """Match items against tokens of which ``many`` stands for any number; only the last ``many`` is ever retried."""
    token = item = 0
    retry: tuple[int, int] | None = None
    while item < len(items):
        if token < len(tokens) and tokens[token] == many:
            retry = (token, item)
            token += 1
        elif token < len(tokens) and one(tokens[token], items[item]):
            token, item = token + 1, item + 1
        elif retry is not None:
            retry = (retry[0], retry[1] + 1)
            token, item = retry[0] + 1, retry[1]
        else:
            return False
    return all(rest == many for rest in tokens[token:])
