"""Text that is not what it looks like, and files that are more than they look like."""

from __future__ import annotations

import io
import posixpath
import tokenize
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from lineclear.battery.integrity.found import ERROR, NOTE, WARNING, Found, listed
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Source
from lineclear.battery.integrity.trees import Trees

__all__ = ["disguised_files", "disguised_names"]

_MAX_BYTES = 4_000_000
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Joiners (200C, 200D) and the soft hyphen are part of written languages and of emoji.
_UNSEEN = frozenset("\u200b\u2060\u2061\u2062\u2063\u2064\u180e\u115f\u1160\u3164\uffa0") | frozenset(
    map(chr, range(0xE0001, 0xE0080))
)
_CODE = (
    *(".py", ".pyi", ".pyx", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".c", ".h", ".cpp", ".go", ".rs", ".java"),
    *(".sh", ".bash", ".toml", ".yaml", ".yml", ".cfg", ".ini"),
)
_CODE_NAMES = frozenset({"Dockerfile", "Makefile", "justfile"})
_LOOK_ALIKES = frozenset("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u03bf\u03bd")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def disguised_files(trees: Trees) -> Iterator[Found]:
    """Yield characters that cannot be seen, links that leave the tree, and files that may be executed now."""
    for path in trees.changed:
        yield from _characters(path, trees)
        if trees.head.files[path] and trees.base.files.get(path) is False and not _is_script(path, trees):
            yield Found(
                rule="executable-gained",
                level=NOTE,
                path=path,
                message="The file may be executed now, and does not say by what (it has no `#!` line).",
                remedy="Take the mode away (`git update-index --chmod=-x`), or write the first line of a script.",
                subject="",
            )
    for path, target in trees.head.links.items():
        if trees.base.links.get(path) != target and _leaves(path, target):
            yield Found(
                rule="link-leaves-tree",
                level=ERROR,
                path=path,
                message=f"The link leads to {target!r}, which is not among the files of the change.",
                remedy="Put the file itself into the repository, or let the link stay within it.",
                subject=target,
            )


def _characters(path: str, trees: Trees) -> Iterator[Found]:
    name = PurePosixPath(path)
    if name.suffix not in _CODE and name.name not in _CODE_NAMES:
        return
    text = _text(trees.head.read(path))
    if text is None or text.isascii():
        return
    before = (_text(trees.base.read(path)) or "") if path in trees.base.files else ""
    for kind, characters, level in (("turn the direction of", _BIDI, ERROR), ("cannot be seen in", _UNSEEN, WARNING)):
        number = sum(map(text.count, characters)) - sum(map(before.count, characters))
        if number > 0 and not _moved(text, characters, trees):
            line = next(at for at, row in enumerate(text.split("\n"), 1) if characters.intersection(row))
            used = sorted(f"U+{ord(character):04X}" for character in characters.intersection(text))
            yield Found(
                rule="text-direction" if level == ERROR else "unseen-character",
                level=level,
                path=path,
                line=line,
                message=f"{number} characters that {kind} text are new: {listed(used)}. The code is not what it shows.",
                remedy='Write the character as an escape ("\\u202e") where it is meant, or take it out.',
                subject=" ".join(used),
            )


def _moved(text: str, characters: frozenset[str], trees: Trees) -> bool:
    """Say whether every line with such characters was in a file of the base that the change touches."""
    lines = {row for row in text.split("\n") if characters.intersection(row)}
    for path in trees.before:
        lines -= set((_text(trees.base.read(path)) or "").split("\n"))
    return not lines


def _text(content: bytes) -> str | None:
    """Return a file's text without a mark at its beginning, None where it is none or too much."""
    try:
        return content.decode("utf-8-sig") if len(content) <= _MAX_BYTES else None
    except UnicodeDecodeError:
        return None


def _is_script(path: str, trees: Trees) -> bool:
    return trees.head.read(path).startswith((b"#!", b"\x7fELF", b"MZ"))


def _leaves(path: str, target: str) -> bool:
    """Say whether a link leads out of the tree, or into the repository's own folder."""
    if target.startswith("/"):
        return True
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return place == ".." or place.startswith("../") or ".git" in PurePosixPath(place).parts[:1]


def disguised_names(project: Project) -> Iterator[Found]:
    """Yield names in Python files that are written in letters of two scripts, or that Python reads as another name."""
    known = {name for source in project.base.values() for name in _names(source)}
    for source in project.head.values():
        if source.content.isascii():
            continue
        for name, line in _names(source).items():
            reason = _reason(name)
            if reason is not None and name not in known:
                yield Found(
                    rule="name-disguised",
                    level=ERROR,
                    path=source.path,
                    line=line,
                    message=f"The name {name!r} ({_spelled(name)}) {reason}, so that it looks like another one.",
                    remedy="Write it in the letters of one alphabet.",
                    subject=name,
                )


def _names(source: Source) -> dict[str, int]:
    """Return the names in a file that are not ASCII, each with its first line."""
    found: dict[str, int] = {}
    if source.content.isascii():
        return found
    try:
        for token in tokenize.tokenize(io.BytesIO(source.content).readline):
            if token.type == tokenize.NAME and not token.string.isascii():
                found.setdefault(token.string, token.start[0])
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def _reason(name: str) -> str | None:
    normal = unicodedata.normalize("NFKC", name)
    if normal != name and normal.isascii():
        return f"is read by Python as {normal!r}"
    if _UNSEEN.intersection(name):
        return "has a letter that cannot be seen"
    for word in name.split("_"):
        scripts = {script for letter in word for script in _SCRIPTS if unicodedata.name(letter, "").startswith(script)}
        if len(scripts) > 1:
            return f"has letters of {' and '.join(sorted(script.capitalize() for script in scripts))}"
        if word and not word.isascii() and all(letter in _LOOK_ALIKES for letter in word):
            return "has letters that look like Latin ones alone"
    return None


def _spelled(name: str) -> str:
    return listed([f"U+{ord(character):04X}" for character in name if not character.isascii()])
