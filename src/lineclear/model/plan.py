"""The plan: which checks run on which trees, with what; the only place where a clock was read for the judge."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, JsonValue

from lineclear.model.base import Model
from lineclear.model.definition import Reruns
from lineclear.model.evidence import Tool
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.words import Enforcement, ScopeKind, Trust

__all__ = ["CheckSource", "Plan", "PlannedCheck", "PlannedRun"]


class PlannedRun(Model):
    """How much of each tree a check examines. ``base`` is null where the base is run only if something was found."""

    merged: ScopeKind
    base: ScopeKind | None


class CheckSource(Model):
    """The definition of a check that is the repository's own, as the base has it.

    ``digest`` is the SHA-256 of its text, which is in ``inputs/check-definitions/``; ``files`` has that of each file
    in the check's folder, by its path there.
    """

    path: str
    digest: str
    files: dict[str, str]


class PlannedCheck(Model):
    """One check of the contract. ``run`` is null when it does not run; ``reason`` then says why.

    ``selection`` are the tests or files that ``--select`` named, null for all of it.
    ``missing`` names the variables that the contract passes to the project's code and the runner does not have: with
    one of them the check does not run. ``suite`` says that it runs tests and counts them, ``reruns`` how often what
    fails is run again. ``controlled`` says that its definition declares a control; ``source`` is null for a check that
    comes with Lineclear. ``overlay`` is set where the tests of each tree are run on the code of the other.
    ``comparing`` says that its one run compares the two trees itself: what it finds is new.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    use: str
    adapter: str
    title: str
    covers: str
    tool: Tool
    trust: Trust
    suite: bool
    comparing: bool = False
    required: bool
    enforcement: Enforcement
    enforce_from: dt.date | None = None
    settings: dict[str, JsonValue]
    seconds: int
    reruns: Reruns | None = None
    selected: bool
    selection: list[str] | None = None
    applicable: bool
    reason: str | None
    run: PlannedRun | None
    missing: list[str] = Field(default_factory=list)
    controlled: bool = False
    source: CheckSource | None = None
    overlay: PlannedOverlay | None = None


class Plan(Model):
    """What is going to happen, decided from the base's contract and the change alone.

    ``now`` is RFC 3339 in UTC, taken once. ``partial`` says that ``--only`` left checks out, or ``--select``
    parts of one.
    """

    schema_version: Literal[1] = 1
    now: str
    lineclear: str
    python: str
    platform: str
    partial: bool
    checks: list[PlannedCheck]
