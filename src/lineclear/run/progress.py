"""What the engine tells while it runs: typed events. How they are drawn is not its business."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lineclear.model.words import Ended, TreeName

__all__ = ["Event", "Progress", "RunEnded", "RunStarted", "RunWaiting", "Wait"]


class Wait(StrEnum):
    """What a run waits for before it starts."""

    PROJECT_ENVIRONMENT = "projectEnvironment"
    TOOL_ENVIRONMENT = "toolEnvironment"
    SLOT = "slot"


@dataclass(frozen=True, kw_only=True)
class RunWaiting:
    """A run waits for something. Its first event is always this one."""

    check: str
    tree: TreeName
    wait: Wait
    again: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """A run has its environment and its slot, and starts. ``again`` counts the runs that repeat what failed, from 1."""

    check: str
    tree: TreeName
    again: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunEnded:
    """A run's evidence is written. ``findings`` is null when it gave no result; ``seconds`` include its waiting."""

    check: str
    tree: TreeName
    ended: Ended
    findings: int | None
    seconds: float
    again: int | None = None


Event = RunWaiting | RunStarted | RunEnded


class Progress(Protocol):
    """Is told every event, in the order in which it happens, from the thread that runs the plan."""

    def __call__(self, event: Event, /) -> None:
        """Take note of an event; it must return at once."""
