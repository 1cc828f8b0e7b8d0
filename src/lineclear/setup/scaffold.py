"""Writes a check of a repository's own: its definition, a small tool, samples and a control."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lineclear.battery.definitions import load_definitions
from lineclear.battery.own import DATA, OWN_FOLDER, OwnFile
from lineclear.battery.own_definitions import load_own
from lineclear.errors import UsageError
from lineclear.setup.samples import EXPECTED

__all__ = ["new_check"]

_ID = re.compile(r"[a-z][a-z0-9-]*")
_EXAMPLES = Path(__file__).with_name("examples")
_CONTROL = "lineclear-control.txt"
_GOOD = b"Nothing to see here.\n"
_BAD = b"DO NOT MERGE this yet.\n"


@dataclass(frozen=True, kw_only=True)
class _Example:
    """What is written for an adapter: ``tool`` is its program's name in the check's folder.

    ``found`` is the rule of what it finds, ``place`` where it says so on the sample that must fail, and on the control
    under the control's name; empty where it names no file.
    """

    tool: str
    argv: tuple[str, ...]
    found: str
    place: str
    executes: bool


_ADAPTERS = {
    "sarif": _Example(
        tool="find.py",
        argv=("python3", "-I", f"{DATA}/find.py", "{report}"),
        found="do-not-merge",
        place="notes.txt",
        executes=False,
    ),
    "command": _Example(tool="find.sh", argv=("sh", f"{DATA}/find.sh"), found="exit-code", place="", executes=True),
    "junit": _Example(
        tool="find.py",
        argv=("python3", "-I", f"{DATA}/find.py", "{report}"),
        found="test-failed",
        place="notes.txt",
        executes=False,
    ),
    "nox": _Example(tool="", argv=(), found="session-failed", place="", executes=True),
}


def new_check(name: str, *, adapter: str, run: str | None, checks: Path) -> dict[str, bytes]:
    """Return the files of a new check by their path in the repository. Without ``run`` it is an example that works.

    ``checks`` is the folder of the shipped definitions. Raises :class:`UsageError` for a name that no check of one's
    own can have, ContractError for a command that is none.
    """
    if not _ID.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a check",
            where="lineclear check new",
            todo="Use lower case, digits and hyphens, and begin with a letter, such as no-todo.",
        )
    example = _ADAPTERS[adapter]
    files = {f"{name}.toml": _definition(name, adapter, example, run).encode()}
    if adapter == "nox":
        files[f"{name}/requirements.txt"] = (checks / "nox" / "requirements.txt").read_bytes()
    if run is None:
        files |= {f"{name}/{path}": content for path, content in _data(name, adapter, example).items()}
    placed = {f"{OWN_FOLDER}/{path}": content for path, content in files.items()}
    load_own(
        placed, lambda path: OwnFile(content=placed[path]), load_definitions(checks)
    )  # what is written is valid, or nothing is
    return placed


def _data(name: str, adapter: str, example: _Example) -> dict[str, bytes]:
    """Return what an example has in its folder: the tool, what it must let pass, must fail, and must catch."""
    extra = {}
    files = {}
    if adapter == "nox":
        extra = {"noxfile.py": _text(adapter, ".py").replace("SESSION", name).encode()}
    else:
        files[example.tool] = _text(adapter, PurePosixPath(example.tool).suffix).encode()
    for folder, content in (("pass", _GOOD), ("fail", _BAD)):
        files |= {f"{folder}/notes.txt": content, **{f"{folder}/{path}": text for path, text in extra.items()}}
    files[f"control/{_CONTROL}"] = _BAD
    files[EXPECTED] = f"{example.found} {example.place}".rstrip().encode() + b"\n"
    return files


def _text(adapter: str, suffix: str) -> str:
    return (_EXAMPLES / f"{adapter}{suffix}.txt").read_text("utf-8")


def _definition(name: str, adapter: str, example: _Example, run: str | None) -> str:
    executes = example.executes or run is not None
    program = "nox" if adapter == "nox" else _program(run) if run is not None else example.argv[0]
    covers = "the files of the tree, for lines that say DO NOT MERGE" if run is None else "what its command looks at"
    head = [
        f"# A check of this repository's own. What must hold for it is proven by: lineclear check test {name}",
        f"id = {_toml(name)}",
        f"title = {_toml(name)}",
        f'covers = {_toml(covers)}  # "{name} looked at ..."',
        f"adapter = {_toml(adapter)}",
        f"executes = {_toml(executes)}  # whether code of the change runs, as in a test or a build",
        f'trust = {_toml("reported" if executes else "observed")}  # "reported" where it does',
        'needs = "nothing"',
        *(["suite = true  # it counts tests"] if adapter == "junit" else []),
        f"base = {_toml('changed' if adapter == 'sarif' and run is None else 'whenFound')}",
        "",
        "[tool]",
        f"name = {_toml(program)}",
        'environment = "runner"',
        *([f"requirements = {_toml(f'{name}/requirements.txt')}"] if adapter == "nox" else []),
        "",
    ]
    parts = ["\n".join(head), _control(name, example) if run is None else "", _settings(name, adapter, example, run)]
    return "\n".join(part for part in parts if part)


def _program(run: str) -> str:
    try:
        argv = shlex.split(run)
    except ValueError:
        argv = []
    return PurePosixPath(argv[0]).name if argv else ""


def _control(name: str, example: _Example) -> str:
    path = f"path = {_toml(_CONTROL)}\n" if example.place else ""
    return f"""\
# A sample that the check must catch: laid over a tree, it gives this finding.
[control]
files = {_toml(f"{name}/control")}
rule = {_toml(example.found)}
{path}"""


def _settings(name: str, adapter: str, example: _Example, run: str | None) -> str:
    if adapter == "nox":
        session = name if run is None else run
        return _setting("session", "string", "The session of the noxfile.", session)
    command = list(example.argv) if run is None else [run]
    help_ = f"The command. {DATA} in it is the folder {OWN_FOLDER}/{name} of the base."
    parts = [_setting("run", "strings", help_, command)]
    if adapter == "command":
        parts.append(_setting("exitCodes", "integers", "Exit codes that mean a finding, besides 0.", [1]))
    elif not any("{report}" in word for word in command):
        parts.append(_setting("report", "strings", "Where the report is; - for what is printed.", ["-"]))
    return "\n".join(parts)


def _setting(name: str, kind: str, help_: str, default: object) -> str:
    return f"""\
[settings.{name}]
type = {_toml(kind)}
help = {_toml(help_)}
default = {_toml(default)}
direction = "fixed"
"""


def _toml(value: object) -> str:
    """Return a value as TOML, which these are written in as in JSON."""
    return json.dumps(value, ensure_ascii=False)
