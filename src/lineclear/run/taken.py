"""Takes a report that another job made, instead of running anything; it has to be about this very verification."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from lineclear.battery.adapter import RunProblem
from lineclear.model.evidence import Taken
from lineclear.model.words import Ended, TreeName
from lineclear.run.outputs import OutputFolder, OutputMissing, OutputRefused, OutputTooLarge
from lineclear.run.workspaces import Trees

__all__ = ["Elsewhere", "TakenReport", "is_taken", "take"]

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SETTINGS = {TreeName.MERGED: ("from", "commit"), TreeName.BASE: ("baseFrom", "baseCommit")}


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Where the command was started: its folder, the repository's, and the variables of the runner."""

    folder: Path
    repository: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TakenReport:
    """A report as it was read, and what it is about."""

    name: str
    content: bytes
    about: Taken


def is_taken(settings: Mapping[str, JsonValue], tree: TreeName) -> bool:
    """Say whether the contract names a report of another job for a tree."""
    return tree in _SETTINGS and bool(settings.get(_SETTINGS[tree][0]))


def take(
    check: str, settings: Mapping[str, JsonValue], tree: TreeName, *, trees: Trees, elsewhere: Elsewhere, limit: int
) -> TakenReport:
    """Read the report for a tree. Raises :class:`RunProblem` where it is not there, or not about this change."""
    source_setting, commit_setting = _SETTINGS[tree]
    source = settings.get(source_setting)
    commit = _expanded(check, commit_setting, settings.get(commit_setting), elsewhere)
    about = Taken(source=str(source), commit=commit, tree=_bound(check, commit_setting, commit, tree, trees))
    path = _expanded(check, source_setting, source, elsewhere)
    where = f"check {check}, setting {source_setting}"
    try:
        name, content = _read(path, trees, elsewhere, limit)
    except OutputMissing as exc:
        todo = "Fetch the other job's report before Lineclear starts, for example with actions/download-artifact."
        raise RunProblem(Ended.NO_REPORT, f"there is no report {path!r}", where=where, todo=todo) from exc
    except (OutputRefused, OutputTooLarge) as exc:
        raise RunProblem(Ended.BAD_REPORT, exc.what, where=where, todo=exc.todo) from exc
    return TakenReport(name=name if name.isprintable() else "report", content=content, about=about)


def _expanded(check: str, setting: str, value: JsonValue, elsewhere: Elsewhere) -> str:
    """Return a setting with the runner's variables filled in; one that is not set is never an empty text."""
    where = f"check {check}, setting {setting}"
    if not value:
        todo = f"State {setting}: the commit that the report was made for, for example `$GITHUB_SHA`."
        what = "nothing says which commit the report is about"
        raise RunProblem(Ended.NO_ENVIRONMENT, what, where=where, todo=todo)
    try:
        text = string.Template(str(value)).substitute(elsewhere.environment).strip()
    except KeyError as exc:
        todo = "Set it in the workflow, in `env` of the step or job that runs Lineclear."
        what = f"the variable {exc.args[0]} of {str(value)!r} is not set"
        raise RunProblem(Ended.NO_ENVIRONMENT, what, where=where, todo=todo) from exc
    except ValueError as exc:
        todo = "Write a variable as $NAME or ${NAME}, and a dollar sign as $$."
        raise RunProblem(Ended.NO_ENVIRONMENT, f"{str(value)!r}: {exc}", where=where, todo=todo) from exc
    if not text:
        todo = "Give the variable a value where the workflow runs Lineclear."
        raise RunProblem(Ended.NO_ENVIRONMENT, f"{str(value)!r} is empty", where=where, todo=todo)
    return text


def _bound(check: str, setting: str, commit: str, tree: TreeName, trees: Trees) -> str:
    """Return the tree that a report was made for, if that is one of this verification's."""
    change, where = trees.change, f"check {check}, setting {setting}"
    if tree is TreeName.MERGED and change.uncommitted:
        raise RunProblem(
            Ended.BAD_REPORT,
            "the change has uncommitted work, which no report of another job can be about",
            where=where,
            todo="Commit it, or leave this check out with --only.",
        )
    subject = trees.subject(tree)
    if commit in (subject.commit, subject.tree):
        return subject.tree
    if tree is TreeName.MERGED and commit == change.head.commit:
        return change.head.tree
    # A merge made by the forge is another commit with the same tree; the objects tell whether it is one.
    if _COMMIT.fullmatch(commit) and _tree_of(commit, trees) == subject.tree:
        return subject.tree
    wanted = "the base" if tree is TreeName.BASE else f"the head {change.head.commit} or the merge result"
    raise RunProblem(
        Ended.BAD_REPORT,
        f"the report is about {commit[:64]!r}, which is not this verification's",
        where=where,
        todo=f"Take the report of a job that ran on {wanted} (tree {subject.tree}), and state its whole commit.",
    )


def _tree_of(commit: str, trees: Trees) -> str | None:
    done = trees.scratch.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{tree}}")
    return done.out.decode("ascii", "replace").strip() if done.code == 0 else None


def _read(path: str, trees: Trees, elsewhere: Elsewhere, limit: int) -> tuple[str, bytes]:
    """Read a file of the runner; in the work tree through no link, and never a file that the change brought."""
    full = Path(os.path.normpath(elsewhere.folder / path))
    for root in {elsewhere.repository, Path(os.path.realpath(elsewhere.repository))}:
        if full.is_relative_to(root):
            relative = full.relative_to(root).as_posix()
            _refuse_tracked(relative, trees)
            return full.name, _collect(root, relative, limit)
    return full.name, _collect(full.parent, full.name, limit)


def _collect(folder: Path, relative: str, limit: int) -> bytes:
    try:
        with OutputFolder(folder, where="the runner") as held:
            return held.read(relative, limit)
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise OutputMissing("the folder is not there", where="the runner", todo="Make it first.") from exc


def _refuse_tracked(relative: str, trees: Trees) -> None:
    commits = (trees.change.head.commit, trees.subject(TreeName.MERGED).commit)
    for entry in (entry for commit in commits for entry in trees.scratch.entries(commit)):
        if relative == entry.path or (not entry.is_file and relative.startswith(f"{entry.path}/")):
            raise OutputRefused(
                f"the report {relative!r} is a file of the change itself",
                where="the work tree",
                todo="Put the other job's report outside of the checkout, and name it there.",
            )
