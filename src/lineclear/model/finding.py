"""One located defect: as a reader leaves it, and as the judge states it."""

from __future__ import annotations

from pydantic import Field

from lineclear.model.base import Model
from lineclear.model.words import FindingState, Level

__all__ = ["Finding", "RawFinding"]


class RawFinding(Model):
    """A finding as a reader took it from a tool's output, before it is compared with the base.

    ``path`` is relative to the tree, with forward slashes; ``line`` and ``end_line`` count from 1. ``key`` says
    what was found, free of where: equal keys on both trees are the same defect. ``context`` digests the lines
    around it and tells equal keys apart; see docs/fingerprints.md. ``item`` is the name under which what was found
    can be run again by itself (a test's id), null where there is no such thing.
    """

    rule: str = Field(min_length=1)
    level: Level
    message: str = Field(min_length=1)
    path: str | None
    line: int | None = Field(default=None, ge=1)
    end_line: int | None = Field(default=None, ge=1)
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    context: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    item: str | None = Field(default=None, min_length=1)
    remedy: str = Field(min_length=1)
    reproduce: str = Field(min_length=1)


class Finding(Model):
    """A finding as the verdict states it.

    ``state`` is null when the base could not be compared; ``waived`` says that a waiver in force covers it. ``item``
    is the test that it is about, as `quarantine` names it.
    """

    check: str
    rule: str
    level: Level
    message: str
    path: str | None
    line: int | None
    state: FindingState | None
    waived: bool = False
    fingerprint: str
    item: str | None = None
    remedy: str
    reproduce: str
