"""What a repository has that checks can look at, found in its files as data: nothing of it is executed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from lineclear.change.kinds import path_kind
from lineclear.errors import EngineError
from lineclear.model.words import PathKind
from lineclear.run.detect import Detected, detect
from lineclear.run.plan import speaks_of_tests
from lineclear.setup.data_files import Instances, find_instances
from lineclear.setup.services import Service, find_service

__all__ = ["NOXFILE", "Reader", "Survey", "detect_install", "survey"]

NOXFILE = "noxfile.py"

#: Reads a file by its path from the repository's root; empty where it cannot be read.
Reader = Callable[[str], str]

_PLAIN = re.compile(r"[A-Za-z0-9_@+=./-]+")
_ASIDE = re.compile(r"(^|/)(node_modules|vendor|vendored|third_party|\.[^/]*|site-packages)/")
_EXAMPLES = re.compile(r"(^|/)(tests?|testing|examples?|docs?|fixtures|templates?)/")
_NO_TESTS = 'echo "Error: no test specified"'


@dataclass(frozen=True, kw_only=True)
class Survey:
    """``root`` is the folder of the main project, ``projects`` all folders that hold one.

    ``others`` are those besides the main one that have tests; none where the main one is the repository itself.
    ``detected`` says what its tests need installed, None where that is not to be found out. ``web`` names the folders
    whose ``package.json`` has tests.
    """

    root: str
    projects: tuple[str, ...]
    others: tuple[str, ...]
    detected: Detected | None
    python: bool
    tests: tuple[str, ...]
    service: Service | None
    instances: tuple[Instances, ...]
    web: tuple[str, ...]


def survey(files: Sequence[str], read: Reader) -> Survey:
    """Look at the files of a repository (paths from its root). Names that a contract cannot plainly state are left."""
    plain = [path for path in files if _PLAIN.fullmatch(path) and not _ASIDE.search(path)]
    sources = [path for path in plain if path.endswith((".py", ".pyi")) and path != NOXFILE]
    tests = [path for path in plain if path != NOXFILE and speaks_of_tests(path)]
    projects = tuple(_projects(plain, read))
    root = _main_project(projects, tests)
    return Survey(
        root=root,
        projects=projects,
        others=() if root == "." else tuple(p for p in projects if p != root and _has_any(p, tests)),
        detected=detect_install(root, files, read) if sources else None,
        python=bool(sources),
        tests=tuple(_test_folders(tests, root)),
        service=find_service(plain, root, read),
        instances=tuple(find_instances(plain, read)),
        web=tuple(_web(plain, read)),
    )


def _projects(files: Sequence[str], read: Reader) -> list[str]:
    """Return the folders that hold a Python project, that at the repository's root first."""
    found = set()
    for path in files:
        name = PurePosixPath(path).name
        aside = path_kind(path) is PathKind.TEST or _EXAMPLES.search(path)
        if not aside and name in _DECLARES and _DECLARES[name](read(path)):
            found.add(_folder(path))
    return sorted(found, key=lambda folder: (folder != ".", folder.count("/"), folder))


def _is_project(text: str) -> bool:
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    tool = data.get("tool")
    return "project" in data or "build-system" in data or (isinstance(tool, dict) and "poetry" in tool)


def _is_metadata(text: str) -> bool:
    return re.search(r"(?m)^\[metadata\]", text) is not None


def _is_program(text: str) -> bool:
    return "setup" in text


_DECLARES = {"setup.py": _is_program, "setup.cfg": _is_metadata, "pyproject.toml": _is_project}


def _main_project(projects: Sequence[str], tests: Sequence[str]) -> str:
    """Return the repository's root where it is a project or none is anywhere, else the first one that has tests."""
    if not projects or projects[0] == ".":
        return "."
    return next((folder for folder in projects if _has_any(folder, tests)), projects[0])


def _has_any(folder: str, paths: Sequence[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def detect_install(root: str, files: Sequence[str], read: Reader) -> Detected | None:
    """Return what the tests of the project in a folder need, None where its files cannot say."""
    prefix = "" if root == "." else f"{root}/"
    listing = [path.removeprefix(prefix) for path in files if path.startswith(prefix)]
    try:
        return detect(listing, lambda path: read(prefix + path))
    except EngineError:
        return None  # the verification says it, with the place


def _test_folders(tests: Sequence[str], root: str) -> list[str]:
    """Return where the project's tests are: folders as far up as they are called tests, or the files' own."""
    prefix = "" if root == "." else f"{root}/"
    found = set()
    for path in tests:
        if not path.startswith(prefix):
            continue
        parts = PurePosixPath(path).parts[:-1]
        named = next((n for n, part in enumerate(parts, 1) if part in ("test", "tests", "testing")), len(parts))
        found.add("/".join(parts[:named]) or ".")
    return sorted(found)


def _web(files: Sequence[str], read: Reader) -> list[str]:
    found = []
    for path in files:
        if PurePosixPath(path).name != "package.json":
            continue
        try:
            scripts = json.loads(read(path))["scripts"]["test"]
        except (ValueError, RecursionError, LookupError, TypeError):
            continue
        if isinstance(scripts, str) and scripts and not scripts.startswith(_NO_TESTS):
            found.append(_folder(path))
    return found


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
