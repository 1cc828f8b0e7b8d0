"""What the contract states of a command and of its reports, for adapters that know no tool by name."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.adapter import Invocation, Raw, RunProblem, Workbench
from lineclear.battery.origin import words
from lineclear.battery.own import DATA
from lineclear.battery.selection import rerun
from lineclear.contract import globs
from lineclear.model.words import Ended

__all__ = ["Place", "command", "invocation", "last_lines", "numbers", "place", "reproduce", "texts"]

_PLACEHOLDER = "{report}"
_REPORT = "report"
_STDOUT = "-"
_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Place:
    """The folder that a command works in: absolute, and as a prefix of paths in the tree."""

    folder: Path
    prefix: str


def place(bench: Workbench) -> Place:
    """Return where the command works: the setting ``root``, else the project's root. The tree must have it."""
    stated = str(bench.settings.get("root") or "")
    root = (stated or bench.root.relative_to(bench.tree).as_posix()).strip("/")
    if stated.startswith("/") or ".." in root.split("/"):
        raise _fault(bench, "root", f"the folder {stated!r} is not in the tree", "Name a folder of the repository.")
    root = "/".join(part for part in root.split("/") if part not in (".", ""))
    prefix = f"{root}/" if root else ""
    if not any(path.startswith(prefix) for path in bench.files):
        raise RunProblem(
            Ended.NOTHING_EXAMINED,
            f"there is no folder {root or '.'!r} with a file in it in the {bench.tree_name.value} tree",
            where=f"check {bench.check}, setting root",
            todo="Name a folder that the tree has; a link is none.",
        )
    return Place(folder=bench.tree / root, prefix=prefix)


def command(bench: Workbench) -> tuple[str, ...]:
    """Return the words of the setting ``run``; for a check of the repository's own, with the place of its data."""
    return tuple(word.replace(DATA, str(bench.data)) if bench.own else word for word in _words(bench))


def _words(bench: Workbench) -> tuple[str, ...]:
    try:
        argv = words(bench.settings.get("run"))
    except ValueError as exc:
        raise _fault(bench, "run", f"the command cannot be split into words: {exc}", "Close the quote.") from exc
    if not argv or not argv[0]:
        raise _fault(bench, "run", "there is no command to run", "State one, for example `run: npm test`.")
    return argv


def invocation(bench: Workbench, argv: tuple[str, ...]) -> Invocation:
    """Return the command with the place of its report: ``{report}`` in it, ``-`` for what it prints, or in the tree."""
    folder = place(bench).folder
    patterns = [pattern.removeprefix("./") for pattern in texts(bench, "report")]
    if any(_PLACEHOLDER in word for word in argv):
        if patterns:
            todo = f"Leave `report` out, or {_PLACEHOLDER} in `run`."
            raise _fault(bench, "report", "the report is to be in two places", todo)
        report = str(bench.outputs / _REPORT)
        return Invocation(
            argv=tuple(word.replace(_PLACEHOLDER, report) for word in argv), cwd=folder, reports=(_REPORT,)
        )
    if patterns == [_STDOUT]:
        return Invocation(argv=argv, cwd=folder, stdout_report=_REPORT)
    if not patterns:
        todo = f"Add `report`, a path in the tree, or write {_PLACEHOLDER} in `run` where the tool is told a file."
        raise _fault(bench, "report", "nothing says where the command leaves its report", todo)
    for pattern in patterns:
        wrong = globs.problem(pattern)
        if wrong is not None:
            todo = "Name a file of the tree, relative to the repository and not to `root`."
            raise _fault(bench, "report", f"the report {pattern!r} is no file in the tree: {wrong}", todo)
    if not bench.writable:
        todo = f"Write {_PLACEHOLDER} in `run` where the tool is told a file, or give `executes = true`."
        raise _fault(bench, "report", "the tree is shared by several runs and not written to", todo)
    return Invocation(argv=argv, cwd=folder, tree_reports=tuple(patterns))


def reproduce(bench: Workbench) -> str:
    """Return the command for a person, with the folder to be in; one that needs the check's own folder runs in us."""
    if bench.own and any(DATA in word for word in _words(bench)):
        return rerun(bench.check)
    prefix = place(bench).prefix.rstrip("/")
    typed = shlex.join(_words(bench))
    return f"cd {shlex.quote(prefix)} && {typed}" if prefix else typed


def last_lines(raw: Raw, count: int = _LINES) -> str:
    """Return the last lines that a command printed, in one line; those of standard error if there are any."""
    output = (raw.stderr.strip() or raw.stdout.strip()).decode("utf-8", "replace")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-count:]) or "it printed nothing"


def texts(bench: Workbench, name: str) -> list[str]:
    """Return a setting that is a list of texts; a definition without it has none."""
    value = bench.settings.get(name)
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]


def numbers(bench: Workbench, name: str) -> list[int]:
    """Return a setting that is a list of whole numbers; a definition without it has none."""
    value = bench.settings.get(name)
    return [item for item in value if isinstance(item, int)] if isinstance(value, list) else []


def _fault(bench: Workbench, setting: str, what: str, todo: str) -> RunProblem:
    return RunProblem(Ended.NO_ENVIRONMENT, what, where=f"check {bench.check}, setting {setting}", todo=todo)
