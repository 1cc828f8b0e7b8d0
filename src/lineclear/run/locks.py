"""The versions that a lock of another tool pins, as constraints for ``uv``; ``uv.lock`` needs none of this.

Which of its packages apply, on this Python and platform and for the tests, is found by resolving: the lock only says
at which version. So no tool has to be installed to read its own lock, and none runs on what the change wrote.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from lineclear.errors import EngineError

__all__ = ["Pinned", "pinned", "unread"]

_LOCKS = ("poetry.lock", "pdm.lock", "pylock.toml")
_OTHERS = ("uv.lock", *_LOCKS, "Pipfile.lock", "conda-lock.yml")
_NO_INDEX = frozenset({"git", "url", "directory", "file", "path", "vcs", "archive", "hg", "svn", "bzr"})


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """The file that pins versions, its constraints, and what to say of it beside the evidence."""

    file: str
    constraints: tuple[str, ...]
    note: str


def pinned(paths: Collection[str], read: Callable[[str], str]) -> Pinned | None:
    """Return the pins of the first lock that the project has. Raises EngineError for one that is no lock."""
    file = next((name for name in _LOCKS if name in paths), None)
    if file is None:
        return None
    try:
        packages = tomllib.loads(read(file)).get("packages" if file == "pylock.toml" else "package", [])
        versions: dict[str, set[str | None]] = {}
        for name, version in _pins(packages):
            versions.setdefault(name, set()).add(version)
    except (tomllib.TOMLDecodeError, InvalidName, InvalidVersion, AttributeError, KeyError, TypeError) as exc:
        raise EngineError(
            f"what the tests need cannot be found out: {file} is not a lock ({exc})",
            where=file,
            todo="Lock again, or state what to install under project.install in the contract.",
        ) from exc
    one = {name: next(iter(found)) for name, found in versions.items() if len(found) == 1}
    free = sorted(name for name in versions if one.get(name) is None)
    note = f"{file}: installed at the versions that it pins; its hashes were not checked"
    if free:
        note += f", and these were resolved anew, being pinned at several versions or from no index: {', '.join(free)}"
    return Pinned(
        file=file,
        constraints=tuple(f"{name}=={version}" for name, version in sorted(one.items()) if version is not None),
        note=f"{note}.",
    )


def _pins(packages: list[dict[str, Any]]) -> Iterator[tuple[str, str | None]]:
    """Yield names and versions; None for what comes from somewhere else than an index."""
    for package in packages:
        source = package.get("source")
        elsewhere = _NO_INDEX.intersection(package) or (isinstance(source, dict) and source.get("type") in _NO_INDEX)
        name = canonicalize_name(package["name"], validate=True)
        yield name, None if elsewhere or "version" not in package else str(Version(package["version"]))


def unread(paths: Collection[str], used: str | None, why: str) -> tuple[str, ...]:
    """Return what to say of each lock that is there and not used."""
    return tuple(f"{name} was not used: {why}." for name in _OTHERS if name in paths and name != used)
