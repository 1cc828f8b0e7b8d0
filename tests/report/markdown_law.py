"""Render Markdown with a real parser, and say what of it is more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["active", "kinds", "visible"]

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What GitHub turns into a link, a mention or an emoji after Markdown is done, outside code.
_AFTERWARDS = re.compile(r"://|www\.|@|#\d|\bGH-\d|:[\w+-]+:|\$", re.IGNORECASE)
_ALLOWED = {"text", "code_inline", "softbreak", "paragraph_open", "paragraph_close", "inline"}


def visible(markdown: str) -> str:
    """Return what a reader sees of a text, on one line."""
    return "".join(token.content if token.type != "softbreak" else " " for token in _leaves(markdown))


def kinds(markdown: str) -> set[str]:
    """Return the kinds of token in a page."""
    return {token.type for token in _walk(_PARSER.parse(markdown))}


def active(markdown: str) -> list[str]:
    """Return what a text contains besides text: markup, and what GitHub would make of it afterwards."""
    markup = sorted(kinds(markdown) - _ALLOWED)
    text = (token.content for token in _walk(_PARSER.parse(markdown)) if token.type == "text")
    return markup + [found.group() for part in text for found in _AFTERWARDS.finditer(part)]


def _leaves(markdown: str) -> Iterator[Token]:
    return (token for token in _walk(_PARSER.parse(markdown)) if token.type in ("text", "code_inline", "softbreak"))


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])
