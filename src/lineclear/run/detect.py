"""Find out what a project's tests need installed, when the contract does not say: from its files, as data.

Sources named for tests are preferred; those named for development count only where there are none, because they
usually add documentation and release tools. Nothing is executed, ``setup.py`` is only parsed.
"""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from lineclear.errors import EngineError
from lineclear.run.declared import declared, table
from lineclear.run.locks import pinned, unread

__all__ = ["Detected", "Locked", "detect"]

_TEST_NAMES = ("test", "tests", "testing")
_DEV_NAMES = ("dev", "development")


@dataclass(frozen=True, kw_only=True)
class Locked:
    """Install what ``uv.lock`` pins: the project with these extras and dependency groups, and no others."""

    extras: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What to install, in the terms of ``project.install`` or from the lock, and the files that say so.

    ``constraints`` are the versions that a lock of another tool pins, ``notes`` what became of the locks.
    """

    install: tuple[str, ...] | Locked
    because: str
    constraints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Names:
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    files: tuple[str, ...]
    declared: tuple[str, ...]

    def among(self, wanted: Iterable[str]) -> _Names:
        names = set(wanted)
        return _Names(
            extras=tuple(name for name in self.extras if canonicalize_name(name) in names),
            groups=tuple(name for name in self.groups if canonicalize_name(name) in names),
            files=tuple(name for name in self.files if _file_means(name) in names),
            declared=tuple(name for name in self.declared if canonicalize_name(name) in names),
        )

    def __bool__(self) -> bool:
        return bool(self.extras or self.groups or self.files or self.declared)


def detect(listing: Collection[str], read: Callable[[str], str]) -> Detected:
    """Return what to install for a project, from the paths of its files (relative to its root) and their text.

    Raises EngineError for a ``pyproject.toml`` or ``setup.cfg`` that cannot be parsed.
    """
    paths = set(listing)
    pyproject = _toml(read("pyproject.toml")) if "pyproject.toml" in paths else {}
    cfg = _cfg(read("setup.cfg")) if "setup.cfg" in paths else None
    program = read("setup.py") if "setup.py" in paths else None
    everything = _Names(
        extras=_extras(pyproject, cfg, program),
        groups=tuple(table(pyproject, "dependency-groups")),
        files=tuple(sorted(path for path in paths if _file_means(path) and not _is_compiled(path, paths))),
        declared=tuple(declared(pyproject, ()).groups),
    )
    chosen = everything.among(_TEST_NAMES) or everything.among(_DEV_NAMES)

    if "uv.lock" in paths and "project" in pyproject:
        parts = [f"extra {name}" for name in chosen.extras] + [f"group {name}" for name in chosen.groups]
        return Detected(
            install=Locked(extras=chosen.extras, groups=chosen.groups),
            because=", ".join(["uv.lock", *parts]),
            notes=unread(paths, "uv.lock", "uv.lock is there"),
        )
    tables = declared(pyproject, chosen.extras)
    base = ["requirements/base.txt", "requirements/base.in"] if not chosen.files else []
    files = [path for path in (*chosen.files, *base, "requirements.txt", "requirements.in") if path in paths]
    files = [path for path in files if not _is_compiled(path, paths)]
    lines = [f"--group {name}" for name in chosen.groups] + [f"-r {path}" for path in files]
    lines += [line for name in chosen.declared for line in tables.groups[name]]
    lines += tables.project
    built = "build-system" in pyproject and tables.packaged
    if built or (cfg is not None and cfg.has_section("metadata")) or program is not None:
        lines.append(f".[{','.join(chosen.extras)}]" if chosen.extras else ".")
    elif "project" in pyproject:
        # No build system, so there is nothing to build: only what it depends on.
        lines.append(" ".join(["-r pyproject.toml", *(f"--extra {name}" for name in chosen.extras)]))
    read_from = [path for path in ("pyproject.toml", "setup.cfg", "setup.py", *files) if path in paths]
    pins = pinned(paths, read) if lines else None
    return Detected(
        install=tuple(lines),
        because=", ".join(read_from) if lines else "no file says what to install",
        constraints=pins.constraints if pins is not None else (),
        notes=(
            *((pins.note,) if pins is not None else ()),
            *unread(paths, pins.file if pins is not None else None, "it is none that could be read here"),
        ),
    )


def _is_compiled(path: str, paths: Collection[str]) -> bool:
    """Say whether a file is the source of a compiled one, which is then read instead."""
    return path.endswith(".in") and f"{path.removesuffix('.in')}.txt" in paths


def _file_means(path: str) -> str:
    """Return what a requirements file is for, by its name: ``requirements-test.txt`` and ``requirements/test.txt``."""
    folder, _, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in ("txt", "in"):
        if folder == "requirements":
            return str(canonicalize_name(stem))
        for separator in "-_":
            before, _, after = stem.partition(separator)
            if not folder and before == "requirements":
                return str(canonicalize_name(after))
            if not folder and after == "requirements":
                return str(canonicalize_name(before))
    return ""


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _unreadable("pyproject.toml", str(exc)) from exc


def _cfg(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as exc:
        raise _unreadable("setup.cfg", str(exc).splitlines()[0]) from exc
    return parser


def _unreadable(path: str, why: str) -> EngineError:
    return EngineError(
        f"what the tests need cannot be found out: {path} is not valid ({why})",
        where=path,
        todo=f"Repair {path}, or state what to install under project.install in the contract.",
    )


def _extras(pyproject: dict[str, Any], cfg: configparser.ConfigParser | None, program: str | None) -> tuple[str, ...]:
    names = dict.fromkeys(table(pyproject, "project", "optional-dependencies"))
    names |= dict.fromkeys(table(pyproject, "tool", "setuptools", "dynamic", "optional-dependencies"))
    names |= dict.fromkeys(table(pyproject, "tool", "poetry", "extras"))
    if cfg is not None and cfg.has_section("options.extras_require"):
        names |= dict.fromkeys(cfg.options("options.extras_require"))
    names |= dict.fromkeys(_literal_extras(program or ""))
    return tuple(names)


def _literal_extras(program: str) -> list[str]:
    """Return the extras that a ``setup.py`` writes down as a literal; computed ones cannot be known."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError):
        return []
    literals = [
        node.value
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg == "extras_require")
        or (isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "extras_require" for t in node.targets))
    ]
    keys = [key for literal in literals if isinstance(literal, ast.Dict) for key in literal.keys]
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
