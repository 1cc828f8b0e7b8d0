"""The facts that an invariant can speak of. Their names are the names in CEL; null is never measured as zero."""

from __future__ import annotations

from typing import Literal

from pydantic import computed_field

from lineclear.model.base import Model
from lineclear.model.words import (
    AuthorKind,
    CheckStatus,
    ContractSource,
    Enforcement,
    FindingState,
    Level,
    PathKind,
)

__all__ = [
    "REVIEWED",
    "AuthorFacts",
    "ChangeFacts",
    "CheckFacts",
    "ContractFacts",
    "Facts",
    "FileFacts",
    "FindingFacts",
    "SuiteFacts",
]

#: What a person has to read of a change; lock files, data and documents are not counted as size.
REVIEWED = frozenset(
    {PathKind.SOURCE, PathKind.TEST, PathKind.CONFIGURATION, PathKind.CONTROL_PLANE, PathKind.API_DOCUMENT}
)


class AuthorFacts(Model):
    """``change.author``."""

    login: str | None
    kind: AuthorKind
    agent: str | None


class FileFacts(Model):
    """One of ``change.files``."""

    path: str
    status: Literal["added", "deleted", "modified", "renamed", "typeChanged"]
    kind: PathKind
    added: int | None
    deleted: int | None


class ChangeFacts(Model):
    """``change``: its paths, and its size in lines added and deleted (binary files count none).

    ``reviewedLines`` is that size without dependencies, data and documents.
    """

    author: AuthorFacts
    paths: list[str]
    files: list[FileFacts]
    lines: int
    added: int
    deleted: int
    commits: int
    uncommitted: bool

    @computed_field  # type: ignore[prop-decorator] # mypy does not know decorators on properties (python/mypy#1362)
    @property
    def reviewed_lines(self) -> int:
        """Lines added and deleted in the kinds of files that a person has to read."""
        return sum((f.added or 0) + (f.deleted or 0) for f in self.files if f.kind in REVIEWED)


class FindingFacts(Model):
    """One of ``findings``, which are those of the checks that may block.

    ``state`` is null where the base was not compared.
    """

    check: str
    rule: str
    level: Level
    message: str
    path: str | None
    line: int | None
    state: FindingState | None
    fingerprint: str


class CheckFacts(Model):
    """One of ``checks``. ``measures`` holds what the check counted; asking for another name is an error."""

    id: str
    status: CheckStatus
    required: bool
    enforcement: Enforcement
    measures: dict[str, int]


class SuiteFacts(Model):
    """``tests``: over all checks that run tests and may block; each is null unless every one of them measured it."""

    collected: int | None
    passed: int | None
    failed: int | None
    skipped: int | None


class ContractFacts(Model):
    """``contract``."""

    source: ContractSource


class Facts(Model):
    """All variables of the CEL environment, by name."""

    change: ChangeFacts
    findings: list[FindingFacts]
    checks: list[CheckFacts]
    tests: SuiteFacts
    contract: ContractFacts
