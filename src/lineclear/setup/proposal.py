"""What ``lineclear init`` would have a repository hold: three files, and how they differ from what is there."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.repository import Repository
from lineclear.change.revisions import default_branch
from lineclear.contract.find import CONTRACT_FILE
from lineclear.contract.load import load_contract
from lineclear.errors import UsageError
from lineclear.model.definition import CheckDefinition
from lineclear.model.words import ContractSource
from lineclear.setup import noxfile
from lineclear.setup.contract_text import contract_text
from lineclear.setup.files import list_files, read_file, read_text
from lineclear.setup.survey import NOXFILE, Survey, survey

__all__ = ["ACTION", "WORKFLOW", "FileChange", "Proposal", "propose"]

WORKFLOW = ".github/workflows/lineclear.yml"
#: The action as the documentation names it; who publishes it is for the user to say.
ACTION = "OWNER/lineclear@v1"

_ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*@[A-Za-z0-9][A-Za-z0-9._/-]*")
_TEMPLATE = Path(__file__).with_name("workflow.yml")


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One file as it is (None where there is none) and as it is to be."""

    path: str
    before: bytes | None
    after: bytes

    @property
    def is_needed(self) -> bool:
        return self.before != self.after

    def diff(self) -> list[str]:
        """Return the lines of a unified diff; bytes that are no text are shown as escapes."""
        before, after = ((text or b"").decode("utf-8", "backslashreplace").splitlines() for text in self._both())
        name = "/dev/null" if self.before is None else f"a/{self.path}"
        return list(difflib.unified_diff(before, after, name, f"b/{self.path}", lineterm=""))

    def _both(self) -> tuple[bytes | None, bytes]:
        return self.before, self.after


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The files, what was found, and the lines that the user's own noxfile lacks (empty where it lacks none)."""

    found: Survey
    files: tuple[FileChange, ...]
    paste: str


def propose(
    repository: Repository,
    definitions: Mapping[str, CheckDefinition],
    *,
    own: Collection[str] = (),
    action: str = ACTION,
) -> Proposal:
    """Look at a repository and return what to write. Nothing is written, and nothing of the repository executed.

    ``own`` are the ids of the definitions that are the repository's own.

    Raises :class:`UsageError` for an action that is none, and where a link stands in the place of a file.
    """
    if not _ACTION.fullmatch(action):
        raise UsageError(f"{action!r} is no action", where="--action", todo=f"Write it as {ACTION}.")
    found = survey(list_files(repository), lambda path: read_text(repository.root, path))
    ready = [name for name in sorted(own) if not _needs_settings(definitions[name])]
    contract = contract_text(found, definitions, own=ready).encode()
    load_contract(  # what is written is valid, or nothing is
        source=ContractSource.GIVEN, uri=CONTRACT_FILE, text=contract, read=lambda _: None, definitions=definitions
    )
    wanted = {CONTRACT_FILE: contract, WORKFLOW: _workflow(default_branch(repository), action).encode()}
    sessions = read_file(repository.root, NOXFILE)
    if sessions is None:
        wanted[NOXFILE] = noxfile.NEW_FILE.encode()
    return Proposal(
        found=found,
        files=tuple(
            FileChange(path=path, before=read_file(repository.root, path), after=after)
            for path, after in wanted.items()
        ),
        paste="" if sessions is None or noxfile.has_session(sessions.decode("utf-8", "replace")) else noxfile.LINES,
    )


def _needs_settings(definition: CheckDefinition) -> bool:
    return any(setting.required for setting in definition.settings.values())


def _workflow(branch: str, action: str) -> str:
    """Return the workflow that docs/action.md offers, for a default branch."""
    shown = branch if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", branch) else json.dumps(branch)
    text = _TEMPLATE.read_text("utf-8")
    return text.replace("branches: [main]", f"branches: [{shown}]").replace(ACTION, action)
