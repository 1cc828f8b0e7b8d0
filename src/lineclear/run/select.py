"""Holds what ``--select`` names against the contract and the merge result, before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineclear.battery.selection import file_of, objection
from lineclear.errors import UsageError
from lineclear.model.contract import EffectiveContract
from lineclear.model.definition import CheckDefinition
from lineclear.run.projects import project_of

__all__ = ["Selection", "select"]

_WHERE = "--select"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The part of one check that is to run: test ids or files, relative to the repository, sorted."""

    check: str
    items: tuple[str, ...]


def select(
    items: Sequence[str],
    *,
    only: Sequence[str],
    contract: EffectiveContract,
    definitions: Mapping[str, CheckDefinition],
    files: Sequence[str] | None,
) -> Selection | None:
    """Return what is selected, None when nothing was. ``files`` are those of the merge result, None on a conflict.

    Which tests a file has is only known when it is run; a run that finds no such test is then an error.
    Raises :class:`UsageError`.
    """
    if not items:
        return None
    for item in items:
        why = objection(item)
        if why is not None:
            raise UsageError(f"{item!r} cannot be selected: {why}", where=_WHERE, todo=_todo("tests"))
    checks = {check.id: check for check in contract.checks}
    uses = {name: check.use for name, check in checks.items()}
    if len(only) != 1 or only[0] not in uses:
        raise UsageError(
            f"{len(only)} checks are named by --only where one is needed" if only else "no check is named by --only",
            where=_WHERE,
            todo="Name the check that the selection is for, as in `--only pytest --select tests/test_a.py::test_b`.",
        )
    kind = definitions[uses[only[0]]].select
    if kind == "nothing":
        able = [check for check, use in uses.items() if definitions[use].select != "nothing"]
        raise UsageError(
            f"the check {only[0]!r} cannot run in part",
            where=_WHERE,
            todo=f"Leave --select out, or choose among: {', '.join(able) or 'none of this contract can'}.",
        )
    named = sorted({_normal(item) for item in items})
    for item in named:
        _refuse(item, kind, project_of(checks[only[0]].settings, contract.project).root, files)
    return Selection(check=only[0], items=tuple(named))


def _refuse(item: str, kind: str, root: str, files: Sequence[str] | None) -> None:
    file = file_of(item)
    if kind == "files" and item != file:
        raise UsageError(f"{item!r} is a test, and this check takes files", where=_WHERE, todo=_todo(kind))
    if kind == "tests" and root != "." and not file.startswith(f"{root}/"):
        raise UsageError(
            f"{item!r} is not in the project's root {root!r}", where=_WHERE, todo=f"Name a test below {root}/."
        )
    if files is not None and file not in files:
        near = difflib.get_close_matches(file, files, n=3)
        meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise UsageError(f"the merge result has no file {file!r}{meant}", where=_WHERE, todo=_todo(kind))


def _normal(item: str) -> str:
    file, separator, name = item.partition("::")
    return f"{PurePosixPath(file)}{separator}{name}"


def _todo(kind: str) -> str:
    what = "a file, or a test as pytest names it (file::test)," if kind == "tests" else "a file"
    return f"Name {what} relative to the repository's root."
