"""What ``lineclear doctor`` found out about a machine."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from lineclear.model.base import Model

__all__ = ["Health", "MachineReport", "Probe"]


class Health(StrEnum):
    """``ok``; ``note``, worth knowing and in the way of nothing; ``problem``, in the way of a verification."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


class Probe(Model):
    """One thing that was looked at. ``todo`` says how to mend a problem; null where there is nothing to do."""

    name: str
    health: Health
    said: str
    todo: str | None = None


class MachineReport(Model):
    """All that was looked at, in the order in which things build on each other."""

    schema_version: Literal[1] = 1
    lineclear: str = Field(description="The version of Lineclear.")
    probes: list[Probe]

    @property
    def problems(self) -> list[Probe]:
        return [probe for probe in self.probes if probe.health is Health.PROBLEM]
