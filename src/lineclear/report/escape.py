"""Make text from a change harmless in each medium: paths, messages, test names and logins are untrusted."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["code_span", "for_markdown", "for_terminal", "line_for_terminal", "plain"]

# ECMA-48 control sequences, operating system commands, and the two-character escapes.
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]")
# Control, format (bidirectional overrides, zero-width characters, tags) and surrogate characters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What Markdown, or what GitHub does after it (mentions, issue and commit links, bare addresses, emoji, mathematics),
# could take for more than text. Backslashes stop Markdown but not mentions: a code span stops both.
_MARKUP = re.compile(
    r"""[\\`*_\[\]<|~@$] | &[#\w] | :// | \#\d | :[\w+-]+:
      | www\. | (?:mailto|xmpp): | \bGH-\d | \b[0-9a-f]{7,64}\b""",
    re.VERBOSE | re.IGNORECASE,
)
# What opens a heading, a quotation, a list or a rule where a line begins with it.
_BLOCK = re.compile(r"[#>] | [-+=]+$ | \d+[.)]", re.VERBOSE)
# A code span that the text has already, between white space; else a word. Either may stand in brackets or quotes.
_TOKEN = re.compile(r"""([("']*)`([^`]+)`([.,;:!?"')]*)(?!\S)|(\S+)""")
_WORD = re.compile(r"""([("']*)(.*?)([.,;:!?"')]*)""", re.DOTALL)


def plain(text: str, limit: int) -> str:
    """Return the text as one line of at most ``limit`` characters, with nothing in it that cannot be seen.

    Terminal sequences are removed; other control and format characters become U+FFFD, so that what was hidden shows.
    """
    folded = " ".join(_ANSI.sub("", text).split())
    shown = "".join(_REPLACEMENT if unicodedata.category(char) in _UNSEEN else char for char in folded)
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def for_terminal(text: str, limit: int) -> str:
    """Return the text as one line for a terminal or a build log.

    The GitHub runner takes ``::name::`` at the start of a line, and ``##[name]`` anywhere in it, for a command
    (actions/runner, ActionCommand.cs): both are broken with a space.
    """
    shown = plain(text, limit).replace("##[", "## [")
    return ": :" + shown[2:] if shown.startswith("::") else shown


def line_for_terminal(line: str, limit: int = 2_000) -> str:
    """Return a line for a terminal with its spaces kept: a caret stands under a place, depth means something."""
    parts = re.split(r"(^[ \t]+|[ \t]{2,}|\t)", line)
    return "".join(part if number % 2 else for_terminal(part, limit) for number, part in enumerate(parts))


def for_markdown(text: str, limit: int = 600) -> str:
    """Return Markdown that renders as the text and as nothing else, in a paragraph, a list or a table cell.

    Words that could be markup become code spans, and code spans that the text has already stay what they are; all
    other words are left alone, so the source reads well too.
    """
    tokens = _TOKEN.finditer(plain(text, limit))
    return " ".join(_spanned(match) if match[2] else _word(match[4], first=match.start() == 0) for match in tokens)


def code_span(text: str, limit: int = 300) -> str:
    """Return a code span that renders as the text, in a paragraph, a list or a table cell.

    A vertical bar ends a table cell even inside a code span, so the span is interrupted by the bar's entity.
    """
    shown = plain(text, limit) or " "
    return "&#124;".join(_fenced(part) if part else "" for part in shown.split("|"))


def _spanned(match: re.Match[str]) -> str:
    return match[1] + code_span(match[2], len(match[2])) + match[3]


def _word(word: str, *, first: bool) -> str:
    if not _MARKUP.search(word) and not (first and _BLOCK.match(word)):
        return word
    match = _WORD.fullmatch(word)
    if match is None or not match[2]:
        return code_span(word, len(word))
    before, core, after = match.groups()
    if "(" in core and after.startswith(")"):
        core, after = f"{core})", after[1:]
    return f"{before}{code_span(core, len(core))}{after}"


def _fenced(text: str) -> str:
    """Fence with the shortest run of backticks that the text does not hold (CommonMark 0.31 §6.1)."""
    runs = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    stripped_by_markdown = text.strip() and text.startswith(" ") and text.endswith(" ")
    pad = " " if text.startswith("`") or text.endswith("`") or stripped_by_markdown else ""
    return f"{fence}{pad}{text}{pad}{fence}"
