"""The contract: as people write it (``lineclear.yaml``), and as it stands after inheritance."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from lineclear.model.base import Model
from lineclear.model.words import ContractSource, Effect, Enforcement

__all__ = [
    "Budget",
    "CheckEntry",
    "ContractFile",
    "EffectiveCheck",
    "EffectiveContract",
    "Inherited",
    "Invariant",
    "Project",
    "Quarantine",
    "Service",
    "Variables",
    "Waiver",
    "When",
]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", description="Lower case, digits and hyphens.")]


class Service(Model):
    """A service that the project's code needs while it runs, on the loopback interface.

    With ``start``, every run has one of its own, ended with the run; without, it must be there already. ``ready`` is a
    command that exits with 0 once the service can be used; without it, a connection that is accepted counts. ``stop``
    takes away what ends not by itself, such as a container. In ``reach``, the commands and the values of ``env``,
    ``{port}`` stands for a free port and ``{folder}`` for an empty private folder, both new for each run. Runs that
    share one ``reach`` take turns.
    """

    name: Name
    reach: str = Field(
        pattern=r"^(127\.0\.0\.1|localhost|\[::1\]):([0-9]{1,5}|\{port\})$", description="HOST:PORT, on the loopback."
    )
    start: str | None = Field(default=None, min_length=1)
    ready: str | None = Field(default=None, min_length=1)
    stop: str | None = Field(default=None, min_length=1)
    seconds: int = Field(default=60, gt=0, description="How long it may take to be ready.")
    env: dict[str, str] = Field(default_factory=dict, description="What the project's code is told.")


class Variables(Model):
    """Variables of the runner that the project's code needs, and what follows where one is not set or is empty.

    A check that runs the code does not run without them: a person must look, or the change fails.
    """

    pass_: list[str] = Field(default_factory=list, alias="pass", description="Names; values are kept nowhere.")
    when_missing: Literal["review", "fail"] = "review"


class Project(Model):
    """What every check that runs the project's code needs to know, once.

    ``install`` holds the arguments of ``uv pip install``, one list entry per requirement or option line;
    null means: found by looking at the tree.
    """

    root: str = "."
    python: str | None = None
    install: list[str] | None = None
    services: list[Service] = Field(default_factory=list)
    env: Variables = Field(default_factory=Variables)


class When(Model):
    """What a change must touch for a check to apply: glob patterns on changed paths."""

    paths: list[str] = Field(min_length=1)


class CheckEntry(Model):
    """One entry under ``checks``. ``use`` defaults to the entry's own name."""

    use: str | None = None
    with_: dict[str, JsonValue] = Field(default_factory=dict, alias="with")
    when: When | None = None
    required: bool = True
    enforcement: Enforcement = Enforcement.ENFORCE
    enforce_from: dt.date | None = Field(
        default=None, description="Until this day (UTC) judged and shown only, from it on enforced."
    )
    seconds: int | None = Field(default=None, gt=0, description="Wall time of one run, in seconds.")


class Invariant(Model):
    """A CEL expression that must hold, and what follows when it does not."""

    id: Name
    applies: str | None = Field(default=None, description="CEL; the invariant is asked only where this is true.")
    require: str = Field(description="CEL; must be true.")
    otherwise: Effect
    message: str = Field(min_length=1)
    remedy: str = Field(min_length=1)
    enforcement: Enforcement = Enforcement.ENFORCE
    enforce_from: dt.date | None = Field(
        default=None, description="Until this day (UTC) judged and shown only, from it on enforced."
    )


class Budget(Model):
    """A quantity with limits. ``of`` is a CEL expression that gives a whole number."""

    id: Name
    of: str
    warn: int | None = None
    review: int | None = None
    fail: int | None = None


class Waiver(Model):
    """An accepted finding or invariant, with who accepted it, why, and until when (inclusive, UTC)."""

    fingerprint: str | None = None
    invariant: str | None = None
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: dt.date

    @model_validator(mode="after")
    def _names_one_thing(self) -> Waiver:
        if (self.fingerprint is None) == (self.invariant is None):
            raise ValueError("a waiver names either a fingerprint or an invariant")
        return self


class Quarantine(Model):
    """A test that is known to be flaky, with who looks after it, why, and until when (inclusive, UTC).

    ``test`` is the id that the suite gives it; without its parameters it means all of them.
    """

    test: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: dt.date


class ContractFile(Model):
    """A contract as one file states it."""

    version: Literal[1]
    extends: list[str] = Field(default_factory=list)
    enforcement: Enforcement | None = None
    enforce_from: dt.date | None = Field(
        default=None, description="Until this day (UTC) judged and shown only, from it on enforced."
    )
    project: Project | None = None
    checks: dict[Name, CheckEntry | Literal[False] | None] = Field(default_factory=dict)
    invariants: list[Invariant] = Field(default_factory=list)
    budgets: list[Budget] = Field(default_factory=list)
    waivers: list[Waiver] = Field(default_factory=list)
    quarantine: list[Quarantine] = Field(default_factory=list)


class Inherited(Model):
    """One contract that was read: where from, and the SHA-256 of its bytes."""

    uri: str
    digest: str


class EffectiveCheck(Model):
    """A check of the effective contract: defaults filled in, settings checked against its definition."""

    id: str
    use: str
    settings: dict[str, JsonValue]
    when: When | None
    required: bool
    enforcement: Enforcement
    enforce_from: dt.date | None = None
    seconds: int


class EffectiveContract(Model):
    """The contract after inheritance: what the plan and the judge go by. Checks are in order of id.

    ``digest`` is the SHA-256 of the file that ``uri`` names; ``extends`` has those of the contracts it inherits.
    """

    schema_version: Literal[1] = 1
    source: ContractSource
    uri: str
    digest: str
    extends: list[Inherited]
    enforcement: Enforcement
    enforce_from: dt.date | None = None
    project: Project
    checks: list[EffectiveCheck]
    invariants: list[Invariant]
    budgets: list[Budget]
    waivers: list[Waiver]
    quarantine: list[Quarantine] = Field(default_factory=list)
