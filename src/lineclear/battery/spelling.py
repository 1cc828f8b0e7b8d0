r"""Folds what formatters change in a piece of source, so that what stays is what was written (docs/fingerprints.md).

White space, line ends, trailing commas, round brackets; of literals the kind of quote, the letter case of prefixes,
numbers and escapes, the ``u`` of Python 2, and the places where one string is written as several. Not a parser: it
works on fragments, on sources that do not parse, and on other languages, and gives the same under every Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["import_text", "normalise"]

_MAX_READ = 20_000
_MARK = "\0"  # stands for a string while the code around it is folded
_STRING = re.compile(
    r"""(?:(?<!\w)([bfurtBFURT]{1,2}))?
    (?: '{3}((?:\\.|[^\\])*?)'{3} | "{3}((?:\\.|[^\\])*?)"{3} | '((?:\\.|[^'\\\n])*)' | "((?:\\.|[^"\\\n])*)" )""",
    re.DOTALL | re.VERBOSE,
)
_SPACE = re.compile(r"\\\r?\n|\s+")
_QUOTE = re.compile(r"\\?['\"]")  # black writes 'it\'s' as "it's"
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]*\})")
_NUMBER = re.compile(r"(?<!\w)\d\w*")
_TRAILING_COMMA = re.compile(r",(?=[)\]}]|$)")
_BRACKET = re.compile(r"[()]")  # black adds and removes them around what it splits
_IMPORT = re.compile(r"\s*(?:from\s+(?P<module>[.\w]+)\s+)?import\b(?P<names>[\w\s.,*()\\]+)$")


def normalise(text: str) -> str:
    """Return a text without what formatters change."""
    strings: list[tuple[str, str]] = []

    def keep(found: re.Match[str]) -> str:
        strings.append((found[1] or "", next(body for body in found.groups()[1:] if body is not None)))
        return _MARK

    code = _STRING.sub(keep, text[:_MAX_READ].replace(_MARK, ""))
    code = _NUMBER.sub(lambda number: number[0].lower(), _SPACE.sub(" ", code)).replace(" ", "")
    code = _BRACKET.sub("", _TRAILING_COMMA.sub("", _QUOTE.sub('"', code)))
    rest = iter(strings)
    return re.sub(f"{_MARK}+", lambda run: _literal([next(rest) for _ in run[0]]), code)


def import_text(text: str, message: str) -> str | None:
    """Return what an import statement imports, in one spelling, or None for any other text.

    Import sorters split, merge and order such statements. Where the tool's message names some of what is imported,
    these alone count; it says no more than which of them is meant.
    """
    found = _IMPORT.match(text)
    if found is None:
        return None
    names = [part.split()[0] for part in re.sub(r"[()\\]", " ", found["names"]).split(",") if part.strip()]
    imported = sorted({*([found["module"]] if found["module"] else []), *names})
    return " ".join(("import", *(sorted(_named(imported, message)) or imported)))


def _named(names: list[str], message: str) -> Iterator[str]:
    for name in names:
        if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", message):
            yield name


def _literal(parts: list[tuple[str, str]]) -> str:
    """Return strings that stand side by side as the one that they are."""
    prefix = "".join(sorted({letter for letters, _ in parts for letter in letters.lower()} - {"u"}))
    return f'{prefix}"{"".join(_body(body) for _, body in parts)}"'


def _body(text: str) -> str:
    text = _ESCAPE.sub(lambda found: found[0].upper() if found[0][1] == "N" else found[0].lower(), text)
    return _QUOTE.sub('"', _SPACE.sub("", text))
