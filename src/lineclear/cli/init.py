"""``lineclear init``: writes a first contract, the workflow and the nox session for the repository it is run in."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lineclear.change.repository import Repository, open_repository
from lineclear.change.revisions import has_commit, is_committed
from lineclear.cli.checks import battery_of, checks_in_work_tree
from lineclear.contract.find import CONTRACT_FILE
from lineclear.errors import UsageError
from lineclear.report.escape import line_for_terminal
from lineclear.setup.files import write_file
from lineclear.setup.proposal import ACTION, WORKFLOW, FileChange, Proposal, propose
from lineclear.setup.survey import NOXFILE, Survey

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    command = commands.add_parser("init", help="write a first contract, a workflow and a nox session")
    command.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    command.add_argument("--yes", action="store_true", help="overwrite what is there and differs, without asking")
    command.add_argument(
        "--action", metavar="OWNER/NAME@REF", default=ACTION, help="where the workflow finds Lineclear's action"
    )
    command.set_defaults(run=_init)


def _init(arguments: argparse.Namespace) -> int:
    repository = open_repository(Path.cwd())
    own = checks_in_work_tree(repository)
    proposal = propose(repository, battery_of(own).definitions, own=own, action=arguments.action)
    needed = [file for file in proposal.files if file.is_needed]
    _say(["Found", *(f"  {line}" for line in _found(proposal.found))])
    if arguments.dry_run:
        for file in needed:
            _say(["", *file.diff()])
        _say(["", *_noxfile(proposal), "Nothing was written (--dry-run)." if needed else "Nothing to do."])
        return 0
    if needed:
        _confirm([file for file in needed if file.before is not None], yes=arguments.yes)
        for file in needed:
            write_file(repository.root, file.path, file.after)
    _say(_written(proposal, repository, needed))
    _say(_next(repository, needed, arguments.action))
    return 0


def _confirm(overwritten: Sequence[FileChange], *, yes: bool) -> None:
    """Show what would be lost and ask. Raises :class:`UsageError` when the answer is no, or nobody can give one."""
    for file in overwritten:
        _say(["", *file.diff()])
    if not overwritten or yes:
        return
    names = ", ".join(file.path for file in overwritten)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            f"files would be overwritten: {names}",
            where="lineclear init, without a terminal to ask on",
            todo="Look at the difference above, then run `lineclear init --yes`. Nothing was written.",
        )
    print(f"\nOverwrite {names}? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was written", where="lineclear init", todo="Run it again to change your mind.")


def _found(found: Survey) -> Iterator[str]:
    if found.python:
        place = "" if found.root == "." else f" in {found.root}"
        project = f"a Python project{place}" if found.projects else "Python files"
        folders = ", ".join(folder for folder in found.tests[:4] if folder != ".")
        tests = "without tests" if not found.tests else f"with tests in {folders}" if folders else "with tests"
        yield f"{project}, {tests}"
    if found.others:
        yield f"and {len(found.others)} more projects with tests: {', '.join(found.others[:8])}"
    if found.service is not None:
        documents, apps = found.service.documents, found.service.apps
        yield f"OpenAPI documents: {', '.join(documents[:4]) or 'none'}"
        yield f"ASGI applications: {', '.join(apps[:4]) or 'none'}"
    for item in found.instances:
        yield f"the JSON Schema {item.schema}, for {item.pattern}"
    for folder in found.web:
        yield f"a package.json with tests in {folder}, which no check of this version runs"
    if not (found.python or found.service or found.instances or found.web):
        yield "nothing that this version has a check for; the invariants hold for any change"


def _written(proposal: Proposal, repository: Repository, needed: Sequence[FileChange]) -> Iterator[str]:
    if not needed:
        yield "Nothing to do: all is there already."
    else:
        where = "" if repository.root == Path.cwd() else f" in {repository.root}"
        yield f"Written{where}"
        for file in proposal.files:
            state = "as it was" if not file.is_needed else "new" if file.before is None else "overwritten"
            yield f"  {file.path:<{len(WORKFLOW)}}  {state}"
    yield from _noxfile(proposal)


def _noxfile(proposal: Proposal) -> Iterator[str]:
    if proposal.paste:
        yield f"Your {NOXFILE} was left alone. For `nox -s verify`, paste this at its top:"
        yield f"  {proposal.paste}"


def _next(repository: Repository, needed: Sequence[FileChange], action: str) -> Iterator[str]:
    contract = shlex.quote(os.path.relpath(repository.root / CONTRACT_FILE))
    yield "Next"
    if not has_commit(repository):
        yield "  git add --all && git commit -m 'first'   (there is no commit yet to compare a change with)"
        yield "  lineclear verify"
        return
    if is_committed(repository, CONTRACT_FILE):
        yield "  lineclear verify"
        return
    yield f"  lineclear verify --contract {contract}"
    yield ""
    yield "A change is judged by its base's contract, and the base has none yet: --contract names this one. Once it is"
    yield "there, `lineclear verify` is enough. This change brings what decides how changes are checked, so a person is"
    yield "asked for: the answer is `review` at best, this once."
    if action == ACTION and any(file.path == WORKFLOW for file in needed):
        yield f"Before you push {WORKFLOW}: write in it who publishes the action, in place of OWNER."


def _say(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        print(line_for_terminal(line))
