"""Looks at the machine for what a verification needs. Each probe is bounded in time, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.metadata
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uv

from lineclear import __version__
from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.change.git import user_git
from lineclear.change.repository import git_version, open_repository
from lineclear.errors import LineclearError
from lineclear.model.definition import CheckDefinition
from lineclear.model.machine import Health, MachineReport, Probe
from lineclear.run.cachedirs import cache_folders
from lineclear.run.environments import EnvironmentFailed, reach_index, tool_is_ready

__all__ = ["examine_machine"]

_GIB = 2**30
#: What the environments of all tools take, with the caches that they are made from, and room for a checkout.
_CACHE_BYTES = 1 * _GIB
_TEMPORARY_BYTES = _GIB // 4
#: This version was not there before. A clock that is behind makes certificates invalid and waivers last.
_NOT_BEFORE = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where to look: the folder that the command was called in, and the check definitions."""

    start: Path
    checks: Path


@dataclass(frozen=True, kw_only=True)
class _Answer:
    said: str
    todo: str | None = None
    health: Health = Health.OK


def examine_machine(*, start: Path, checks: Path) -> MachineReport:
    """Return a report of this machine, and of the repository that ``start`` is in. What goes wrong is a problem."""
    place = _Place(start=start, checks=checks)
    probes = [
        Probe(name=name, health=answer.health, said=answer.said, todo=answer.todo)
        for name, look in _LOOKS.items()
        for answer in _answers(look, place)
    ]
    return MachineReport(lineclear=__version__, probes=probes)


def _answers(look: Callable[[_Place], Iterator[_Answer]], place: _Place) -> list[_Answer]:
    found: list[_Answer] = []
    try:
        found.extend(look(place))
    except LineclearError as exc:
        found.append(_problem(f"{exc.what} ({exc.where})", exc.todo))
    except OSError as exc:
        found.append(_problem(str(exc), "Make it readable and writable for this user."))
    return found


def _problem(said: str, todo: str) -> _Answer:
    return _Answer(said=said, todo=todo, health=Health.PROBLEM)


def _note(said: str, todo: str | None = None) -> _Answer:
    return _Answer(said=said, todo=todo, health=Health.NOTE)


def _system(_: _Place) -> Iterator[_Answer]:
    name = f"{platform.system()} {platform.release()} {platform.machine()}"
    if sys.platform.startswith("linux"):
        yield _Answer(said=name)
    elif sys.platform == "darwin":
        yield _note(f"{name}: supported, but nothing of this version has been run there yet")
    else:
        yield _problem(f"{name} is not supported", "Use Linux or macOS; on Windows, WSL2 (`wsl --install`).")


def _python(_: _Place) -> Iterator[_Answer]:
    yield _Answer(said=f"{platform.python_version()} ({sys.executable})")


def _clock(_: _Place) -> Iterator[_Answer]:
    now = dt.datetime.now(dt.UTC)
    said = now.strftime("%Y-%m-%d %H:%M UTC")
    if now < _NOT_BEFORE:
        yield _problem(
            f"{said}: the clock is behind, so certificates seem invalid and waivers seem to hold",
            "Set it, for example with `timedatectl set-ntp true`.",
        )
    else:
        yield _Answer(said=said)


def _git(place: _Place) -> Iterator[_Answer]:
    yield _Answer(said=git_version(user_git(place.start)))


def _repository(place: _Place) -> Iterator[_Answer]:
    inside = user_git(place.start).ask("rev-parse", "--git-dir")
    if inside.code != 0 and "not a git repository" in inside.err:
        yield _note("this folder is in none", "Change to your project, or make one with `git init`.")
        return
    yield _Answer(said=str(open_repository(place.start).root))


def _uv(_: _Place) -> Iterator[_Answer]:
    program = uv.find_uv_bin()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        yield _problem(f"{program} ended with {done.returncode}: {done.stderr.strip()}", "Install Lineclear again.")
    else:
        yield _Answer(said=done.stdout.strip().removeprefix("uv "))


def _nox(_: _Place) -> Iterator[_Answer]:
    yield _Answer(said=importlib.metadata.version("nox"))


def _home(_: _Place) -> Iterator[_Answer]:
    home = os.environ.get("HOME", "")
    without = "git's own settings are not found, and caches are temporary where LINECLEAR_CACHE names none"
    if not home:
        yield _note(f"HOME is not set: {without}", "export HOME=/path/to/a/folder/of/yours")
    elif not Path(home).is_dir():
        yield _note(f"HOME is no folder ({home}): {without}", f"mkdir -p {shlex.quote(home)}")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield _note(f"HOME cannot be written ({home})", "export LINECLEAR_CACHE=/path/to/a/folder/of/yours")
    else:
        yield _Answer(said=home)


def _temporary(_: _Place) -> Iterator[_Answer]:
    with tempfile.TemporaryDirectory(prefix="lineclear-") as folder:
        yield from _room(Path(folder).parent, _TEMPORARY_BYTES, "export TMPDIR=/path/to/a/folder/with/room")


def _cache(_: _Place) -> Iterator[_Answer]:
    root = cache_folders().root
    with tempfile.TemporaryDirectory(dir=root, prefix="probe-"):
        yield from _room(root, _CACHE_BYTES, "export LINECLEAR_CACHE=/path/to/a/folder/with/room")


def _room(folder: Path, needed: int, todo: str) -> Iterator[_Answer]:
    free = shutil.disk_usage(folder).free
    said = f"{folder}, {free / _GIB:.1f} GiB free"
    if free < needed:
        yield _problem(f"{said}; {needed / _GIB:.2g} GiB may be needed", f"Make room there, or {todo}")
    else:
        yield _Answer(said=said)


def _is_ready(definition: CheckDefinition, place: _Place) -> bool:
    requirements = definition.tool.requirements
    return requirements is None or tool_is_ready(place.checks / requirements, name=definition.tool.name)


def _tools(place: _Place) -> Iterator[_Answer]:
    for definition in _own(place):
        tool = locked_tool(definition, place.checks)
        ready = _is_ready(definition, place)
        state = "its environment is there" if ready else "its environment is made when it is first used"
        yield _Answer(said=f"{tool.name} {tool.version}, {state}")


def _index(place: _Place) -> Iterator[_Answer]:
    """Ask for what is locked first; where all environments are there already, an index out of reach stops little."""
    own = _own(place)
    missing = [definition.id for definition in own if not _is_ready(definition, place)]
    if os.environ.get("UV_OFFLINE"):
        said = "UV_OFFLINE is set, so only what is in the caches can be installed"
        yield _problem(f"{said}: not {', '.join(missing)}", "unset UV_OFFLINE") if missing else _note(said)
        return
    tool = locked_tool(own[0], place.checks)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lineclear-") as folder:
        try:
            asyncio.run(reach_index(f"{tool.name}=={tool.version}", Path(folder)))
        except EnvironmentFailed as exc:
            lacks = "not found in the package registry" in exc.what or "no version of" in exc.what
            todo = "That index lacks it: look at UV_DEFAULT_INDEX, UV_INDEX and uv.toml." if lacks else exc.todo
            yield _problem(f"no {tool.name} {tool.version} from it: {exc.what}", todo)
            return
    yield _Answer(said=f"answers through uv ({time.monotonic() - started:.1f} s)")


def _own(place: _Place) -> list[CheckDefinition]:
    definitions = load_definitions(place.checks).values()
    return [definition for definition in definitions if definition.tool.environment == "own"]


def _compiler(_: _Place) -> Iterator[_Answer]:
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if found is None:
        yield _note("none: only projects whose packages have wheels for this machine can be installed")
    else:
        yield _Answer(said=found)


_LOOKS: dict[str, Callable[[_Place], Iterator[_Answer]]] = {
    "system": _system,
    "python": _python,
    "clock": _clock,
    "git": _git,
    "repository": _repository,
    "uv": _uv,
    "nox": _nox,
    "home": _home,
    "temporary": _temporary,
    "cache": _cache,
    "tool": _tools,
    "index": _index,
    "compiler": _compiler,
}
