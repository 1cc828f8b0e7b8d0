"""The checks that a command knows: those that come with Lineclear, and the repository's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from lineclear.battery.battery import Battery
from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.battery.own import OwnCheck, OwnFile
from lineclear.battery.own_definitions import load_own
from lineclear.change.repository import Repository, open_repository
from lineclear.change.resolve import Resolved
from lineclear.errors import UsageError
from lineclear.model.plan import Plan
from lineclear.resources import checks_folder
from lineclear.setup.files import MOST_BYTES, list_files, read_file

__all__ = ["battery_of", "checks_at", "checks_beside", "checks_in_work_tree", "own_texts"]


def battery_of(own: Mapping[str, OwnCheck]) -> Battery:
    """Return the shipped checks together with a repository's own."""
    folder = checks_folder()
    shipped = load_definitions(folder)
    return Battery(
        definitions={**shipped, **{name: check.definition for name, check in own.items()}},
        tools={
            **{name: locked_tool(item, folder) for name, item in shipped.items()},
            **{name: check.tool for name, check in own.items()},
        },
        own=own,
    )


def checks_at(resolved: Resolved, commit: str) -> dict[str, OwnCheck]:
    """Return the repository's own checks as a commit has them. Raises ContractError for a faulty one."""
    scratch = resolved.scratch
    files = {entry.path: entry.mode for entry in scratch.entries(commit) if entry.is_file}

    def read(path: str) -> OwnFile | None:
        content = None if scratch.pointers(commit).get(path, Path()) is None else scratch.read(commit, path)
        return None if content is None else OwnFile(content=content, executable=files[path] == "100755")

    return load_own(files, read, _shipped())


def checks_in_work_tree(repository: Repository) -> dict[str, OwnCheck]:
    """Return the repository's own checks as they are in its work tree. Raises ContractError for a faulty one."""

    def read(path: str) -> OwnFile | None:
        content = read_file(repository.root, path)
        if content is not None and len(content) >= MOST_BYTES:
            raise UsageError(
                "a file of a check is too large to be read from the work tree",
                where=path,
                todo=f"Keep it below {MOST_BYTES} bytes.",
            )
        executable = os.access(repository.root / path, os.X_OK)
        return None if content is None else OwnFile(content=content, executable=executable)

    return load_own(list_files(repository), read, _shipped())


def checks_beside(contract: Path) -> dict[str, OwnCheck]:
    """Return the own checks of the repository that a contract's file is in; none where it is in no repository."""
    try:
        repository = open_repository(contract.resolve().parent)
    except UsageError:
        return {}
    return checks_in_work_tree(repository)


def own_texts(plan: Plan, battery: Battery) -> dict[str, bytes]:
    """Return the definitions that a plan uses of the repository's own, by SHA-256."""
    return {check.source.digest: battery.own[check.use].text for check in plan.checks if check.source is not None}


def _shipped() -> list[str]:
    return list(load_definitions(checks_folder()))
