"""Run git so that neither the caller's environment nor the repository decides what else is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineclear.errors import EngineError, UsageError

__all__ = ["Answer", "Git", "decode_path", "isolated_git", "user_git"]

# What a user's own git may need: credentials, transport, and where the configuration is. Everything else that git
# reads from the environment (GIT_DIR and GIT_INDEX_FILE inside a hook, GIT_ATTR_SOURCE, tracing, …) is dropped.
KEPT = re.compile(
    r"GIT_(ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|SSL_.+|PROXY_.+|HTTP_PROXY_AUTHMETHOD"
    r"|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)"
)

_LITTLE = 16_384  # bytes

_FIXED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}

_ISOLATED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_DEFAULT_REF_FORMAT": "files",
    "GIT_NO_LAZY_FETCH": "1",
}

# Given on the command line, so that no configuration file can say otherwise.
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.splitIndex=false",
    "core.safecrlf=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "color.ui=false",
    "advice.detachedHead=false",
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What git said: exit code, standard output in bytes, standard error as text."""

    code: int
    out: bytes
    err: str

    def text(self) -> str:
        """Return the output as text, without the newlines at its end."""
        return os.fsdecode(self.out).rstrip("\n")

    def records(self) -> list[bytes]:
        """Return the output of a ``-z`` command: what stands between its NUL bytes."""
        return self.out.removesuffix(b"\0").split(b"\0") if self.out else []


@dataclass(frozen=True, kw_only=True)
class Git:
    """Git in one folder with one environment. Make it by :func:`user_git` or :func:`isolated_git`."""

    folder: Path
    environment: Mapping[str, str]
    settings: tuple[str, ...] = _SETTINGS

    def ask(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """Run git and return its answer, whatever the exit code. Raise UsageError when git is not there."""
        try:
            done = subprocess.run(
                self._command(arguments),
                cwd=self.folder,
                env=dict(self.environment),
                input=stdin,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as exc:
            raise self._not_found() from exc
        if done.returncode != 0 and _no_room(self.folder, done.stderr):
            raise EngineError(
                "git cannot write: no space is left",
                where=f"{self.folder}: git {arguments[0]}",
                todo="Free space in the temporary folder, or name another one with TMPDIR.",
            )
        return Answer(code=done.returncode, out=done.stdout, err=done.stderr.decode(errors="backslashreplace").strip())

    def run(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """Run git and return its answer; raise EngineError on any exit code but 0."""
        answer = self.ask(*arguments, stdin=stdin)
        if answer.code != 0:
            raise EngineError(
                f"git {arguments[0]} ended with {answer.code}: {answer.err or 'it said nothing'}",
                where=f"{self.folder}: git {shlex.join(arguments)}",
                todo="Run `git fsck` in the repository; if it finds nothing, report this as a defect of Lineclear.",
            )
        return answer

    def serve(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start git with pipes at both ends, for the caller to talk with and to end. A Ctrl-C does not reach it."""
        try:
            return subprocess.Popen(
                self._command(arguments),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except FileNotFoundError as exc:
            raise self._not_found() from exc

    def having(self, **variables: str) -> Git:
        """Return the same git with more environment variables."""
        return Git(folder=self.folder, environment={**self.environment, **variables}, settings=self.settings)

    def setting(self, *settings: str) -> Git:
        """Return the same git with more ``-c name=value`` settings."""
        return Git(folder=self.folder, environment=self.environment, settings=(*self.settings, *settings))

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", *(part for setting in self.settings for part in ("-c", setting)), *arguments]

    def _not_found(self) -> UsageError:
        return UsageError(
            "git was not found",
            where=f"PATH={self.environment.get('PATH', '')}",
            todo="Install git 2.38 or newer, or put it on PATH.",
        )


def user_git(folder: Path) -> Git:
    """Return git with the user's own configuration: their ignore rules, filters and safe directories hold."""
    return Git(folder=folder, environment={**_scrubbed(), **_FIXED})


def isolated_git(git_dir: Path, *, work_tree: Path | None = None) -> Git:
    """Return git for a repository of our own: no configuration, attributes, filters or hooks from outside it."""
    environment = {name: value for name, value in _scrubbed().items() if not name.startswith("GIT_CONFIG")}
    environment |= _FIXED | _ISOLATED | {"GIT_DIR": str(git_dir)}
    if work_tree is not None:
        environment["GIT_WORK_TREE"] = str(work_tree)
    return Git(folder=work_tree or git_dir, environment=environment)


def decode_path(raw: bytes) -> str:
    r"""Return a path of git as text that is always valid UTF-8; bytes that are not become ``\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


def _no_room(folder: Path, said: bytes) -> bool:
    """Say whether git failed for want of space; it does not always say so."""
    try:
        return b"No space left on device" in said or shutil.disk_usage(folder).free < _LITTLE
    except OSError:
        return False


def _scrubbed() -> dict[str, str]:
    dropped = {"LANG", "LANGUAGE"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and (not name.startswith("GIT_") or KEPT.fullmatch(name))
    }
