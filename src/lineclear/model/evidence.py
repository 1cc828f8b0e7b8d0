"""What one run of one check on one tree left behind. It says how it ended, never whether that is good."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lineclear.model.base import Model
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, ScopeKind, TreeName, Trust

__all__ = [
    "Evidence",
    "FileDigest",
    "Installed",
    "Materials",
    "Permissions",
    "Problem",
    "Scope",
    "Subject",
    "Taken",
    "Tool",
    "Unexamined",
]


class Problem(Model):
    """Why something could not be done: what was found, where, and what to do about it."""

    what: str = Field(min_length=1)
    where: str = Field(min_length=1)
    todo: str = Field(min_length=1)

    def sentence(self) -> str:
        """Return the three parts as one line."""
        return f"{self.what} ({self.where}). {self.todo}"


class FileDigest(Model):
    """A file of the bundle: path relative to the folder that names it, size in bytes, SHA-256."""

    path: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Tool(Model):
    """The program that ran. ``lock_digest`` is the SHA-256 of the hash-locked requirements it came from."""

    name: str
    version: str | None
    lock_digest: str | None


class Installed(Model):
    """The project's environment: its root, its Python, which files say what to install, what became of its locks."""

    root: str
    python: str
    because: str
    notes: list[str]


class Subject(Model):
    """What the run examined: a git tree, and the commit that was checked out to have it."""

    tree: str
    commit: str


class Scope(Model):
    """How much of the tree the run was to examine. ``items`` are paths or test ids, null for all.

    Where items are run again, ``edited`` lists those that the change brought or edited, as the two trees in git say.
    """

    kind: ScopeKind
    items: list[str] | None = None
    edited: list[str] | None = None


class Taken(Model):
    """A report that another job made: what the contract names, and the commit and tree that it was made for."""

    source: str
    commit: str
    tree: str


class Unexamined(Model):
    """Something that the run should have examined and did not, or ``partly`` only."""

    path: str
    reason: str
    partly: bool = False


class Materials(Model):
    """What the run read. ``notObserved``: nothing watched it."""

    status: Literal["notObserved"] = "notObserved"


class Permissions(Model):
    """What the run was allowed to do, and whether anything held it to that."""

    network: Literal["notEnforced"] = "notEnforced"
    filesystem: Literal["notEnforced"] = "notEnforced"
    processes: Literal["notEnforced"] = "notEnforced"


class Evidence(Model):
    """One execution of a check on one tree.

    ``examined`` lists the changed files that the run looked into one by one; ``unexamined`` files it should have.
    ``findings``, ``measures``, ``examined`` and ``unexamined`` are null unless ``ended`` is ``completed``: what was
    not looked at is never an empty list. Times are RFC 3339 in UTC. ``argv`` has scratch folders replaced.
    ``installed`` is null where the run has nothing of the project's own.
    ``taken`` is set where nothing was run because the report is another job's: there is then no exit code of ours.
    ``again`` numbers the runs that repeat, alone, what failed in the first one; it is null for that one. ``passed``
    lists the items that were seen to pass, where the scope names items; null where it does not.
    """

    schema_version: Literal[1] = 1
    check: str
    tree: TreeName
    again: int | None = Field(default=None, ge=1)
    subject: Subject
    ended: Ended
    problem: Problem | None
    tool: Tool
    installed: Installed | None = None
    argv: list[str]
    environment: list[str]
    started_at: str
    finished_at: str
    exit_code: int | None
    signal: int | None
    trust: Trust
    scope: Scope
    findings: list[RawFinding] | None
    measures: dict[str, int] | None
    examined: list[str] | None
    unexamined: list[Unexamined] | None
    passed: list[str] | None = None
    outputs: list[FileDigest] = Field(default_factory=list)
    materials: Materials = Field(default_factory=Materials)
    permissions: Permissions = Field(default_factory=Permissions)
    taken: Taken | None = None

    @model_validator(mode="after")
    def _says_only_what_it_saw(self) -> Evidence:
        saw = [value is not None for value in (self.findings, self.measures, self.examined, self.unexamined)]
        if self.ended is Ended.COMPLETED and not (all(saw) and self.problem is None):
            raise ValueError("a completed run states findings, measures, examined and unexamined, and no problem")
        if self.ended is not Ended.COMPLETED and (any(saw) or self.passed is not None or self.problem is None):
            raise ValueError("a run that did not complete states a problem and nothing else")
        if self.taken is not None and (self.argv or self.exit_code is not None or self.signal is not None):
            raise ValueError("a report of another job has no command and no exit code")
        return self
