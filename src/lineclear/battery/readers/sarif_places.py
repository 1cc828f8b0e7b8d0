"""Finds the files of the tree that a SARIF log speaks of: relative, absolute and ``file:`` URIs, and named bases."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lineclear.battery.adapter import RunProblem
from lineclear.battery.readers.sarif_log import ArtifactPlace, SarifRun
from lineclear.model.words import Ended

__all__ = ["Files", "path_of"]

_MOST_BASES = 20


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files that a log may speak of.

    ``tree`` is the absolute folder that the tool saw, None where another job had it somewhere else; ``prefix`` the
    folder below it that the tool worked in, empty or with a slash at its end.
    """

    tree: str | None
    prefix: str
    names: frozenset[str]


def path_of(place: ArtifactPlace, run: SarifRun, files: Files, where: str) -> str | None:
    """Return the path of a place in the tree, None where it names no file.

    Raises :class:`RunProblem` for what lies outside the tree: a finding that nobody can look up is no finding.
    """
    if place.uri is None and 0 <= place.index < len(run.artifacts):
        place = run.artifacts[place.index]
    if place.uri is None:
        return None
    uri = _joined(place, run.bases, where)
    parts = urlsplit(uri)
    path = unquote(parts.path)
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost") or "\0" in path:
        raise _outside(uri, where)
    inside = _absolute(path, files) if path.startswith("/") else _relative(path, files)
    if inside is None:
        raise _outside(uri, where)
    return inside


def _joined(place: ArtifactPlace, bases: Mapping[str, ArtifactPlace], where: str) -> str:
    """Return a URI behind its bases. One whose place is not given is where the tool worked (``%SRCROOT%``)."""
    uri, base = place.uri or "", place.uri_base_id
    for _ in range(_MOST_BASES):
        if base is None or urlsplit(uri).scheme or uri.startswith("/"):
            return uri
        above = bases.get(base)
        if above is None or above.uri is None:
            return uri
        uri, base = f"{above.uri.rstrip('/')}/{uri}", above.uri_base_id
    raise RunProblem(
        Ended.BAD_REPORT,
        f"the bases of the URI {uri[:200]!r} have no end",
        where=where,
        todo="Let the tool write each base with its own URI.",
    )


def _relative(path: str, files: Files) -> str | None:
    """Return a relative path as one of the tree: below the folder that the tool worked in, else below the tree."""
    found = [posixpath.normpath(files.prefix + path), posixpath.normpath(path)]
    inside = [name for name in found if name != ".." and not name.startswith(("../", "/"))]
    return next((name for name in inside if name in files.names), inside[0] if inside else None)


def _absolute(path: str, files: Files) -> str | None:
    path = "/" + posixpath.normpath(path).lstrip("/")
    if files.tree is not None:
        root = files.tree.rstrip("/")
        return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else None
    parts = path.lstrip("/").split("/")
    ends = ("/".join(parts[number:]) for number in range(len(parts)))
    return next((end for end in ends if end in files.names), None)


def _outside(uri: str, where: str) -> RunProblem:
    return RunProblem(
        Ended.BAD_REPORT,
        f"the report has a finding outside the tree: {uri[:200]!r}",
        where=where,
        todo="Let the tool look at files of the tree only, and give their paths relative to where it runs.",
    )
