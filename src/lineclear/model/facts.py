"""The facts that an invariant can speak of. Their names are the names in CEL; null is never measured as zero."""

from __future__ import annotations

from lineclear.model.base import Model
from lineclear.model.words import (
    AuthorKind,
    CheckStatus,
    ContractSource,
    FindingState,
    Level,
    PathKind,
)

__all__ = [
    "AuthorFacts",
    "ChangeFacts",
    "CheckFacts",
    "ContractFacts",
    "Facts",
    "FileFacts",
    "FindingFacts",
    "SuiteFacts",
]


class AuthorFacts(Model):
    """``change.author``."""

    login: str | None
    kind: AuthorKind
    agent: str | None


class FileFacts(Model):
    """One of ``change.files``."""

    path: str
    status: str
    kind: PathKind
    added: int | None
    deleted: int | None


class ChangeFacts(Model):
    """``change``: its paths, and its size in lines added and deleted (binary files count none)."""

    author: AuthorFacts
    paths: list[str]
    files: list[FileFacts]
    lines: int
    added: int
    deleted: int
    commits: int
    uncommitted: bool


class FindingFacts(Model):
    """One of ``findings``. ``state`` is null where the base was not compared."""

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
    measures: dict[str, int]


class SuiteFacts(Model):
    """``tests``: over all checks that run tests; each is null unless every one of them measured it."""

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
