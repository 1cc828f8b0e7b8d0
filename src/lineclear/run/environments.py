"""Environments made by ``uv``: one for each tool, hash-locked and read-only; one for the project's own code.

Which index is asked is the runner's to say (its ``UV_*`` variables, and its ``uv.toml``): the project's own
``[tool.uv]`` options and ``uv.toml`` are not read, so a private index has to be named in the workflow. That is no
boundary for the project's environment, whose requirements may name any address; tools are held by their hashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import stat
import sys
import sysconfig
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import filelock
import uv
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from lineclear.errors import ContractError, EngineError
from lineclear.model.base import sha256
from lineclear.model.evidence import Installed
from lineclear.run.cachedirs import cache_folders
from lineclear.run.detect import Locked
from lineclear.run.process import Command, clean_environment, run
from lineclear.run.pythons import search_path
from lineclear.run.uv_words import what_to_do, what_uv_said

__all__ = [
    "EnvironmentFailed",
    "ProjectEnvironment",
    "ToolEnvironment",
    "project_environment",
    "reach_index",
    "tool_environment",
    "tool_is_ready",
]

_OUTPUT_BYTES = 8_000_000
_NOTHING: Mapping[str, Path] = MappingProxyType({})
_RUNNERS_OWN = re.compile(
    r"NETRC|CURL_CA_BUNDLE|UV_(INDEX(_.+)?|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|KEYRING_PROVIDER"
    r"|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|OFFLINE|HTTP_.+|REQUEST_TIMEOUT|CONCURRENT_.+|PYTHON_DOWNLOADS"
    r"|PYTHON_INSTALL_DIR|PYTHON_INSTALL_MIRROR|PYPY_INSTALL_MIRROR|PYTHON_PREFERENCE|(NO_)?MANAGED_PYTHON)"
)
_OPTIONS = {"--group": "--group", "--extra": "--extra"}
_OPTIONS |= dict.fromkeys(("-r", "--requirement", "--requirements"), "-r")
_OPTIONS |= dict.fromkeys(("-c", "--constraint", "--constraints"), "-c")
_OPTIONS |= dict.fromkeys(("-e", "--editable"), "")


class EnvironmentFailed(EngineError):
    """An environment could not be made, so what needs it cannot run."""


@dataclass(frozen=True, kw_only=True)
class ToolEnvironment:
    """The environment of one tool. ``lock_digest`` is the SHA-256 of the requirements file it was made from."""

    folder: Path
    lock_digest: str
    lock: str = field(repr=False)

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def bin(self, name: str) -> Path:
        """Return the path of one of the environment's programs."""
        return self.folder / "bin" / name

    def version_of(self, package: str) -> str | None:
        """Return the version that the lock pins for a package, None where it pins none."""
        pins = {name: pin for name, pin, _ in _pins(self.lock)}
        return pins.get(canonicalize_name(package))


@dataclass(frozen=True, kw_only=True)
class ProjectEnvironment:
    """The environment of the project under review: its dependencies and, where it is a package, itself."""

    folder: Path
    installed: Installed | None = None

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def bin(self, name: str) -> Path:
        """Return the path of one of the environment's programs."""
        return self.folder / "bin" / name

    def version_of(self, package: str) -> str | None:
        """Return the installed version of a package, read from its metadata without starting the interpreter."""
        found = self._distribution(package)
        return None if found is None else found.version

    @property
    def python_version(self) -> str:
        """Return the version of its Python, as the environment itself states it."""
        lines = (self.folder / "pyvenv.cfg").read_text().splitlines()
        return dict(line.split(" = ", 1) for line in lines if " = " in line).get("version_info", "")

    def unmet(self, package: str) -> list[str]:
        """Return the requirements of an installed package that what is installed beside it does not meet."""
        version = self.python_version
        target = {"extra": "", "python_full_version": version, "python_version": ".".join(version.split(".")[:2])}
        found = self._distribution(package)
        unmet = []
        for requirement in map(Requirement, (found.requires if found else None) or ()):
            if requirement.marker is None or requirement.marker.evaluate(target):
                installed = self.version_of(requirement.name)
                if installed is None or not requirement.specifier.contains(installed, prereleases=True):
                    unmet.append(f"{requirement.name}{requirement.specifier} (installed: {installed})")
        return unmet

    def _distribution(self, package: str) -> importlib.metadata.Distribution | None:
        sites = [str(site) for site in self.folder.glob("lib/python*/site-packages")]
        wanted = canonicalize_name(package)
        candidates = importlib.metadata.distributions(path=sites)
        return next((one for one in candidates if canonicalize_name(one.metadata["Name"] or "") == wanted), None)


async def tool_environment(requirements: Path, *, name: str, seconds: float = 600) -> ToolEnvironment:
    """Return the environment of a tool, made from a hash-locked requirements file unless it is in the cache.

    It is made once, whoever asks at the same time, and read-only. Raises :class:`EnvironmentFailed`.
    """
    folders, base = cache_folders(), _base_python()
    made = _tool_place(requirements, name=name)
    folder, digest = made.folder, made.lock_digest
    marker = _complete(folder)
    installer = _Uv(
        where=f"the environment of the tool {name} ({requirements})",
        env={
            **_runners_environment(),
            **{key: os.environ[key] for key in ("HOME", "TMPDIR", "UV_LINK_MODE") if key in os.environ},
            "UV_CACHE_DIR": str(folders.uv_tools),
        },
        deadline=time.monotonic() + seconds,
    )
    async with _one_at_a_time(folder.with_name(f"{folder.name}.lock"), installer):
        if marker.is_file() and made.python.exists():
            return made
        marker.unlink(missing_ok=True)
        _remove(folder)
        await installer("venv", "--no-project", "--python", base, str(folder), cwd=folders.tools)
        install = ("pip", "install", "--python", str(made.python), "--require-hashes", "--compile-bytecode")
        await installer(*install, "-r", str(requirements.absolute()), cwd=folders.tools)
        _make_read_only(folder)
        marker.write_text(json.dumps({"lock": digest, "python": base}) + "\n")
    return made


def tool_is_ready(requirements: Path, *, name: str) -> bool:
    """Say whether the environment of a tool is in the cache."""
    made = _tool_place(requirements, name=name)
    return _complete(made.folder).is_file() and made.python.exists()


async def reach_index(requirement: str, folder: Path, *, seconds: float = 20) -> None:
    """Ask the package index for one requirement as the tools' environments would, without any cache.

    ``folder`` is an empty one for what that takes. Raises :class:`EnvironmentFailed` when it gives no answer in time.
    """
    asked = folder / "asked.txt"
    asked.write_text(f"{requirement}\n", "utf-8")
    impatient = {"UV_HTTP_TIMEOUT": "8", "UV_HTTP_RETRIES": "1"}
    installer = _Uv(
        where="the package index",
        env={**impatient, **_runners_environment(), "HOME": str(folder), "UV_CACHE_DIR": str(folder / "cache")},
        deadline=time.monotonic() + seconds,
    )
    await installer("pip", "compile", "--no-deps", "--python", _base_python(), str(asked), cwd=folder)


async def project_environment(
    *,
    tree: Path,
    install: Sequence[str] | Locked,
    python: str | None,
    folder: Path,
    provides: Mapping[str, Path] = _NOTHING,
    constraints: Sequence[str] = (),
    seconds: float = 900,
) -> ProjectEnvironment:
    """Make the project's environment below ``folder``, from a copy of its tree that may be written to and thrown away.

    ``install`` holds entries of ``project.install`` or what :func:`~lineclear.run.detect.detect` found; ``python`` is
    what ``uv`` accepts for ``--python``, null for the Python that runs Lineclear; ``constraints`` are the versions that
    a lock pins. What is then missing of ``provides`` (package to hash-locked requirements) is added, and of its lock
    only what is not installed in another version. An editable install is made a plain one: the copy goes away. Raises
    :class:`EnvironmentFailed` or ContractError.
    """
    arguments = [] if isinstance(install, Locked) else _arguments(install)
    if python is not None and python.startswith("-"):
        raise ContractError(
            f"project.python is {python!r}", where="project.python in the contract", todo='Give a version, as "3.12".'
        )
    made = ProjectEnvironment(folder=folder / "venv")
    home, temporary = folder / "home", folder / "tmp"
    for needed in (home, temporary):
        needed.mkdir(parents=True)
    installer = _Uv(
        where="the project's environment" + (", at the versions of its lock" if constraints else ""),
        env={
            **_runners_environment(),
            **_from_real_home(),
            **{key: os.environ[key] for key in ("UV_EXCLUDE_NEWER",) if key in os.environ},
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "UV_CACHE_DIR": str(cache_folders().uv_project),
            "UV_LINK_MODE": "copy",
            "UV_NO_EDITABLE": "1",
        },
        deadline=time.monotonic() + seconds,
    )
    finder = dataclasses.replace(
        installer, env={**installer.env, "PATH": search_path(installer.env["PATH"], os.environ)}
    )
    await finder("venv", "--no-project", "--python", python or _base_python(), str(made.folder), cwd=folder)
    if isinstance(install, Locked):
        locked = folder / "locked.txt"
        chosen = [part for name in install.extras for part in ("--extra", name)]
        chosen += [part for name in install.groups for part in ("--group", name)]
        export = ("export", "--frozen", "--no-editable", "--no-header", "--no-default-groups", "-o", str(locked))
        await installer(*export, "--python", str(made.python), *chosen, cwd=tree)
        arguments = ["-r", str(locked)]
    pip = ("pip", "install", "--python", str(made.python), "--compile-bytecode")
    if arguments:
        if constraints:
            versions = folder / "constraints.txt"
            versions.write_text("".join(f"{line}\n" for line in constraints))
            arguments = [*arguments, "-c", str(versions)]
        await installer(*pip, *arguments, cwd=tree)
    for package, requirements in sorted(provides.items()):
        if made.version_of(package) is None:
            await _provide(package, requirements, made, installer, pip)
    return made


async def _provide(
    package: str, requirements: Path, made: ProjectEnvironment, installer: _Uv, pip: tuple[str, ...]
) -> None:
    pins = _pins(requirements.read_text(encoding="utf-8"))
    missing = {name: text for name, _, text in pins if made.version_of(name) is None}
    added = made.folder.with_name(f"{package}.txt")
    added.write_text("".join(missing.values()))
    await installer(*pip, "--no-deps", "--require-hashes", "-r", str(added), cwd=added.parent)
    unmet = [f"{name} needs {requirement}" for name in missing for requirement in made.unmet(name)]
    if unmet or made.version_of(package) is None:
        why = "; ".join(unmet) or "its lock does not hold it"
        raise EnvironmentFailed(
            f"{package} cannot be added beside what the project installs: {why}",
            where=installer.where,
            todo=f"Have the project install a {package} of its own: name it under project.install in the contract.",
        )


@dataclass(frozen=True, kw_only=True)
class _Uv:
    """``uv`` with the environment and the deadline of one task."""

    where: str
    env: dict[str, str]
    deadline: float

    async def __call__(self, *arguments: str, cwd: Path) -> None:
        argv = (uv.find_uv_bin(), *arguments, "--no-progress", *_configuration())
        seconds = max(self.deadline - time.monotonic(), 1.0)
        command = Command(argv=argv, cwd=cwd, env=self.env, seconds=seconds, output_bytes=_OUTPUT_BYTES)
        finished = await run(command)
        if finished.exit_code != 0:
            raise EnvironmentFailed(what_uv_said(finished), where=self.where, todo=what_to_do(finished))


def _tool_place(requirements: Path, *, name: str) -> ToolEnvironment:
    """Return where the environment of a tool is or will be: there is one a lock, interpreter and platform."""
    data = requirements.read_bytes()
    digest = sha256(data)
    about = sha256("\n".join((_base_python(), sys.version, sysconfig.get_platform())).encode())
    folder = cache_folders().tools / f"{name}-{digest[:16]}-{sys.implementation.cache_tag}-{about[:8]}"
    return ToolEnvironment(folder=folder, lock_digest=digest, lock=data.decode())


def _complete(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.complete")  # beside it: the folder is read-only by then


def _base_python() -> str:
    """Return the interpreter below the virtual environment that Lineclear runs in, if it runs in one."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _configuration() -> tuple[str, ...]:
    """Return the options that make ``uv`` read the runner's own configuration file, and no other."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    own = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml"
    given = os.environ.get("UV_CONFIG_FILE")
    for path in [Path(given)] if given else [own, Path("/etc/uv/uv.toml")]:
        if path.is_absolute() and path.is_file():
            return ("--config-file", str(path))
    return ("--no-config",)


def _runners_environment() -> dict[str, str]:
    return clean_environment({name: value for name, value in os.environ.items() if _RUNNERS_OWN.fullmatch(name)})


def _from_real_home() -> dict[str, str]:
    """Return variables by which the runner's settings are found although a build sees an empty home folder."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    found = {
        "NETRC": home / ".netrc",
        "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "UV_PYTHON_INSTALL_DIR": data / "uv/python",
    }
    return {
        name: os.environ.get(name) or str(path) for name, path in found.items() if name in os.environ or path.exists()
    }


def _arguments(install: Sequence[str]) -> list[str]:
    """Turn the entries of ``project.install`` into arguments of ``uv pip install``; options by allow-list only."""
    arguments: list[str] = []
    for entry in install:
        words = iter(_words(entry))
        for word in words:
            option, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
            if not word.startswith("-"):
                arguments.append(word)
                continue
            value = value if equals else next(words, "")
            if option not in _OPTIONS or not value:
                raise _not_installable(entry)
            arguments += [_OPTIONS[option], value] if _OPTIONS[option] else [value]
    return arguments


def _words(entry: str) -> list[str]:
    with contextlib.suppress(InvalidRequirement):
        Requirement(entry)  # as it stands: its marker may hold spaces and quotes
        return [entry.strip()]
    try:
        return shlex.split(entry)
    except ValueError as exc:
        raise _not_installable(entry) from exc


def _not_installable(entry: str) -> ContractError:
    return ContractError(
        f"{entry!r} is no entry that project.install may hold",
        where="project.install in the contract",
        todo="Name requirements, or use -r FILE, -c FILE, --group NAME or --extra NAME. "
        "Indexes are set by UV_INDEX and its like in the workflow.",
    )


def _pins(lock: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, version and full text of each pinned requirement of a lock."""
    for block in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        if pin := re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)", block):
            yield canonicalize_name(pin[1]), pin[2], block


@contextlib.asynccontextmanager
async def _one_at_a_time(path: Path, installer: _Uv) -> AsyncIterator[None]:
    lock = filelock.FileLock(path, thread_local=False)
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except filelock.Timeout as exc:
            if time.monotonic() > installer.deadline:
                raise EnvironmentFailed(
                    "another process has been making it for too long",
                    where=installer.where,
                    todo=f"Find who holds {path}, or allow more time.",
                ) from exc
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        lock.release()


def _make_read_only(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~0o222)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        for path in (folder, *(entry for entry in folder.rglob("*") if entry.is_dir() and not entry.is_symlink())):
            path.chmod(0o700)
        shutil.rmtree(folder)
