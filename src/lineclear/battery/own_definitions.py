"""Loads the checks of a repository's own, and refuses what is none: each with its file, its line and what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from posixpath import normpath

from lineclear.battery.definitions import line_of, read_definition
from lineclear.battery.origin import words
from lineclear.battery.own import DATA, OWN_FOLDER, OwnCheck, OwnFile, below
from lineclear.contract.settings import mistake, resolve
from lineclear.errors import ContractError
from lineclear.model.definition import CheckDefinition

__all__ = ["OWN_ADAPTERS", "load_own"]

#: The adapters that know no tool by name, each with the setting that says what it runs.
OWN_ADAPTERS: Mapping[str, str] = {"command": "run", "junit": "run", "nox": "session", "sarif": "run"}

_HASH = b"--hash=sha256:"
_Place = tuple[int | str, ...]
_Problem = tuple[str, _Place, str]
"""What was found, where in the file, and what to do about it."""


def load_own(
    paths: Iterable[str], read: Callable[[str], OwnFile | None], shipped: Collection[str]
) -> dict[str, OwnCheck]:
    """Return the checks that a tree defines, in order of id. ``paths`` are its regular files, ``read`` reads one.

    ``shipped`` are the ids that are taken. Raises :class:`ContractError` for a definition that is not valid.
    """
    names = sorted(path.removeprefix(f"{OWN_FOLDER}/") for path in paths if path.startswith(f"{OWN_FOLDER}/"))
    checks = {}
    for name in names:
        if "/" in name or not name.endswith(".toml"):
            continue
        uri = f"{OWN_FOLDER}/{name}"
        text = _read(read, uri).content
        definition = read_definition(text, uri)
        prefix = f"{definition.id}/"
        files = {
            path.removeprefix(prefix): _read(read, f"{OWN_FOLDER}/{path}") for path in names if path.startswith(prefix)
        }
        check = OwnCheck(definition=definition, text=text, files=files)
        _refuse(check, uri, shipped)
        checks[definition.id] = check
    return checks


def _read(read: Callable[[str], OwnFile | None], path: str) -> OwnFile:
    file = read(path)
    if file is None:
        raise ContractError(
            "a file of a check cannot be read",
            where=path,
            todo="put a regular file in its place; where Git LFS keeps it, run `git lfs pull`",
        )
    return file


def _refuse(check: OwnCheck, uri: str, shipped: Collection[str]) -> None:
    """Raise for the first thing that a repository's own definition may not say, or that is not there."""
    problem = next(filter(None, (*_what_is_wrong(check, shipped), _control_problem(check))), None)
    if problem is not None:
        what, place, todo = problem
        raise ContractError(what, where=f"{uri}:{line_of(check.text, place)}", todo=todo)


def _what_is_wrong(check: OwnCheck, shipped: Collection[str]) -> Iterator[_Problem | None]:
    definition = check.definition
    if definition.id in shipped:
        todo = "give it another id and file name"
        yield f"the id {definition.id!r} is that of a check that comes with Lineclear", ("id",), todo
    if definition.adapter not in OWN_ADAPTERS:
        todo = f"choose among {', '.join(OWN_ADAPTERS)}"
        yield f"the adapter {definition.adapter!r} is none that knows no tool by name", ("adapter",), todo
        return
    needed = OWN_ADAPTERS[definition.adapter]
    if needed not in definition.settings:
        todo = f"add [settings.{needed}]; its `default` is what is run"
        yield f"the adapter {definition.adapter} needs a setting {needed!r}", ("adapter",), todo
    if definition.provides:
        yield "only checks that come with Lineclear provide packages", ("provides",), "leave it out"
    if definition.tool.environment == "lineclear":
        todo = "write own, project or runner"
        yield "only checks that come with Lineclear run in its own environment", ("tool", "environment"), todo
    if definition.base in ("comparing", "exchanged"):
        yield (
            f"only checks that come with Lineclear are {definition.base}",
            ("base",),
            "write changed, whenFound or all",
        )
    yield _execution_problem(definition)
    yield _tests_problem(definition)
    yield _default_problem(definition)
    yield _command_problem(definition)
    yield _lock_problem(check)


def _execution_problem(definition: CheckDefinition) -> _Problem | None:
    """The project's environment holds the change's code, and so does what is installed to run beside it."""
    project = definition.tool.environment == "project" or "environment" in definition.settings
    if definition.executes or not project:
        return None
    return "the project's environment is there only for what runs code of the change", ("executes",), "write true"


def _tests_problem(definition: CheckDefinition) -> _Problem | None:
    """No adapter that a repository may use can be told which tests to run."""
    named = {"base": definition.base == "failing", "select": definition.select == "tests", "reruns": definition.reruns}
    key = next((key for key, stated in named.items() if stated), None)
    if key is None:
        return None
    todo = "choose changed, whenFound or all" if key == "base" else "leave it out"
    return f"`{key}` asks for single tests, which the adapter {definition.adapter} cannot be told", (key,), todo


def _default_problem(definition: CheckDefinition) -> _Problem | None:
    for name, value in resolve({}, definition).items():
        wrong = mistake(definition.settings[name], value)
        if wrong is not None:
            return wrong[0], ("settings", name, "default"), wrong[1]
    return None


def _command_problem(definition: CheckDefinition) -> _Problem | None:
    """A command that names the folder in the tree would run what the change has there."""
    setting = definition.settings.get("run")
    place = ("settings", "run", "default")
    if setting is None:
        return None
    try:
        argv = words(setting.default)
    except ValueError as exc:
        return f"the command cannot be split into words: {exc}", place, "close the quote"
    if any(OWN_FOLDER in word for word in argv):
        todo = f"write {DATA} for {OWN_FOLDER}/{definition.id}: it is the folder as the base has it"
        return f"the command names {OWN_FOLDER}, which in the tree is the change's", place, todo
    return None


def _lock_problem(check: OwnCheck) -> _Problem | None:
    tool, place = check.definition.tool, ("tool", "requirements")
    if tool.requirements is None:
        if check.definition.adapter == "nox":
            todo = "add hash-locked requirements that have nox, as `uv pip compile --generate-hashes` writes them"
            return "the adapter nox needs requirements that it is installed from", ("tool",), todo
        return None
    file = check.files.get(_inside(check, tool.requirements) or "")
    if file is None:
        todo = f"write the path of a file below {check.definition.id}/"
        return f"there is no file {tool.requirements!r}", place, todo
    if _HASH not in file.content:
        todo = "lock it: `uv pip compile --generate-hashes`"
        return f"{tool.requirements} is not locked by hashes", place, todo
    return None


def _control_problem(check: OwnCheck) -> _Problem | None:
    control = check.definition.control
    if control is None:
        return None
    folder = _inside(check, control.files)
    if folder is None or not below(check.files, folder):
        todo = f"write a folder below {check.definition.id}/ that has files, such as {check.definition.id}/control"
        return f"there is no folder {control.files!r} with a file in it", ("control", "files"), todo
    for name in control.with_:
        if name not in check.definition.settings:
            todo = f"choose among {', '.join(sorted(check.definition.settings))}"
            return f"the control sets {name!r}, which the check does not have", ("control", "with", name), todo
    return None


def _inside(check: OwnCheck, path: str) -> str | None:
    """Return a path relative to the check's folder, or None where it is not in it."""
    prefix = f"{check.definition.id}/"
    plain = path.rstrip("/")
    return plain.removeprefix(prefix) if plain.startswith(prefix) and normpath(plain) == plain else None
