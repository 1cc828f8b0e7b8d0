"""Files that Python or pytest load by themselves, and modules that take the place of others."""

from __future__ import annotations

import configparser
import sys
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from lineclear.battery.integrity.found import ERROR, WARNING, Found
from lineclear.battery.integrity.trees import Folder, Trees

__all__ = ["startup_files"]

_CUSTOMISING = frozenset({"sitecustomize.py", "usercustomize.py"})
_TOOLS = frozenset(
    [
        "pytest",
        "_pytest",
        "pluggy",
        "iniconfig",
        "coverage",
        "hypothesis",
        "unittest",
        "doctest",
        "bandit",
        "semgrep",
        "schemathesis",
        "jsonschema",
        "nox",
        "tox",
        "pip",
        "setuptools",
        "wheel",
        "hatchling",
        "lineclear",
    ]
)
_HARMLESS = frozenset({"test", "this", "antigravity"})
_PATH_FOLDERS = ("", "src", "lib", "test", "tests")
_LOADED = (
    "Nobody calls it and nobody imports it: it is loaded before the first line of the program, the tests and the tools."
)
_MANIFESTS = ("pyproject.toml", "setup.cfg")


def startup_files(trees: Trees) -> Iterator[Found]:
    """Yield what is new of them; a file that is only moved is not."""
    for path in trees.changed:
        yield from _loaded(path, trees)
        yield from _shadowing(path, trees)
        yield from _plugins(path, trees)


def _loaded(path: str, trees: Trees) -> Iterator[Found]:
    name = PurePosixPath(path).name
    lines = _path_lines(trees.head.read(path)) if name.endswith(".pth") else []
    if (name in _CUSTOMISING or lines) and not _moved(path, trees):
        yield Found(
            rule="startup-file",
            level=ERROR,
            path=path,
            message=f"Python loads {name} by itself at each start where it is on the path. {_LOADED}",
            remedy="Take it out; call what it does where it is needed.",
            subject=name,
        )


def _path_lines(content: bytes) -> list[str]:
    """Return the lines of a path file; what is no text, such as a model of that ending, has none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    return [] if "\0" in text else [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _moved(path: str, trees: Trees) -> bool:
    """Say whether the base has the same file under the same name elsewhere."""
    name, content = PurePosixPath(path).name, trees.head.read(path)
    return any(PurePosixPath(other).name == name and trees.base.read(other) == content for other in trees.base.files)


def _shadowing(path: str, trees: Trees) -> Iterator[Found]:
    module = _root_module(path, trees.head)
    if module is None or _has_root_module(module, trees.base):
        return
    tool = module in _TOOLS
    if (tool or module in sys.stdlib_module_names) and module not in _HARMLESS:
        kind = "a tool that checks the change" if tool else "a module of the standard library"
        yield Found(
            rule="module-shadowed",
            level=ERROR if tool else WARNING,
            path=path,
            message=f"{path} has the name of {kind}: where its folder is on the path, {module} is this file.",
            remedy="Give it another name, or put it into the project's package.",
            subject=module,
        )


def _root_module(path: str, tree: Folder) -> str | None:
    """Return the module that a file is at a place that is on the path, None for all other files."""
    file = PurePosixPath(path)
    if file.suffix != ".py":
        return None
    place = file.parent if file.name == "__init__.py" else file.with_suffix("")
    folder = "" if str(place.parent) == "." else str(place.parent)
    inside = folder != "" and f"{folder}/__init__.py" in tree.files
    return place.name if folder in _PATH_FOLDERS and not inside and place.name else None


def _has_root_module(module: str, tree: Folder) -> bool:
    return any(_root_module(path, tree) == module for path in tree.files)


def _plugins(path: str, trees: Trees) -> Iterator[Found]:
    name = PurePosixPath(path).name
    if name not in _MANIFESTS:
        return
    before = _entry_points(name, trees.base.read(path)) if path in trees.base.files else {}
    after = _entry_points(name, trees.head.read(path))
    if not before:  # a project of plugins adds plugins
        for plugin in sorted(after):
            yield Found(
                rule="plugin-registered",
                level=WARNING,
                path=path,
                message=f"The project now installs a pytest plugin, {plugin} = {after[plugin]!r}. {_LOADED}",
                remedy="Put what the tests need into a conftest, where a reader of the tests looks for it.",
                subject=plugin,
            )


def _entry_points(name: str, content: bytes) -> dict[str, str]:
    """Return the pytest plugins that a project's description registers; one that cannot be read installs nothing."""
    try:
        text = content.decode("utf-8")
        if name == "setup.cfg":
            parser = configparser.ConfigParser(interpolation=None)
            parser.read_string(text)
            listed = parser.get("options.entry_points", "pytest11", fallback="")
            pairs = [line.partition("=") for line in listed.splitlines() if line.strip()]
            return {key.strip(): value.strip() for key, _, value in pairs}
        document = tomllib.loads(text)
    except (ValueError, configparser.Error, RecursionError):
        return {}
    tables = [
        _table(document, "project", "entry-points", "pytest11"),
        _table(document, "tool", "poetry", "plugins", "pytest11"),
    ]
    return {str(key): str(value) for table in tables for key, value in table.items()}


def _table(document: Any, *names: str) -> dict[str, Any]:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}
