"""Comments that keep a tool from speaking, more of them than at the base."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lineclear.battery.integrity.found import NOTE, WARNING, Found
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Source

__all__ = ["added_suppressions"]

_OF_A_LINE = {
    "nosec": WARNING,
    "nosemgrep": WARNING,
    "nosem": WARNING,
    "pragma: no cover": NOTE,
    "pragma: no branch": NOTE,
    "type: ignore": NOTE,
    "pyright: ignore": NOTE,
    "pylint: disable": NOTE,
    "noqa": NOTE,
}
_OF_A_FILE = ("mypy: ignore-errors", "ruff: noqa", "flake8: noqa", "pylint: skip-file", "pyright: basic")


@dataclass(frozen=True, kw_only=True)
class _Comment:
    kind: str
    path: str
    line: int
    beside: str


def added_suppressions(project: Project) -> Iterator[Found]:
    """Yield one finding for each kind and file that has more of them, where the change as a whole has more.

    A line that is edited and keeps its comment, or that moves with it, adds none.
    """
    before = [item for source in project.base.values() for item in _comments(source)]
    after = [item for source in project.head.values() for item in _comments(source)]
    known = Counter((item.kind, item.beside) for item in before)
    new: dict[str, list[_Comment]] = {}
    for item in after:
        if known[item.kind, item.beside]:
            known[item.kind, item.beside] -= 1
        else:
            new.setdefault(item.kind, []).append(item)
    for kind, items in new.items():
        edited = sum(number for (name, _), number in known.items() if name == kind)
        if len(items) <= edited:
            continue
        for path in sorted({item.path for item in items}):
            of_path = [item for item in items if item.path == path]
            if _grown(kind, path, project):
                yield _found(kind, path, of_path)


def _grown(kind: str, path: str, project: Project) -> bool:
    """Say whether a file has more comments of a kind than the base's file of its name, if there is one."""
    had = sum(item.kind == kind for item in _comments(project.base[path])) if path in project.base else 0
    return sum(item.kind == kind for item in _comments(project.head[path])) > had


def _found(kind: str, path: str, items: list[_Comment]) -> Found:
    whole = kind in _OF_A_FILE
    where = "the whole file" if whole else "1 line" if len(items) == 1 else f"{len(items)} lines"
    return Found(
        rule="suppression-added",
        level=WARNING if whole else _OF_A_LINE[kind],
        path=path,
        line=items[0].line,
        message=f"`# {kind}` is new on {where}: what a tool would say there is no longer heard.",
        remedy=(
            "Mend what the tool says and take the comment out. Where the tool is wrong, let the comment name the one "
            "rule that is meant, with the reason beside it."
        ),
        subject=f"{kind} {' '.join(sorted(item.beside for item in items))}",
    )


def _comments(source: Source) -> Iterator[_Comment]:
    """Yield the comments of a file that suppress something, each with the code on its line without spaces."""
    beside: dict[int, str] = {}
    found: list[tuple[str, int]] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(source.content).readline):
            if token.type == tokenize.COMMENT:
                found += [(kind, token.start[0]) for kind in _kinds(token.string)]
            elif token.string.strip():
                line = token.start[0]
                beside[line] = beside.get(line, "") + token.string
    except (tokenize.TokenError, SyntaxError):
        return  # it was parsed before, so these are the few sources on which the two disagree
    for kind, line in found:
        yield _Comment(kind=kind, path=source.path, line=line, beside=beside.get(line, ""))


def _kinds(comment: str) -> list[str]:
    """Return what a comment suppresses; several may stand one after the other, each after its own ``#``."""
    found = []
    for part in comment.split("#")[1:]:
        words = " ".join(part.lower().split()).replace("type:ignore", "type: ignore")
        for kind in (*_OF_A_FILE, *_OF_A_LINE):
            rest = words.removeprefix(kind)
            if rest != words and not rest[:1].isalnum():
                found.append(kind)
                break
    return found
