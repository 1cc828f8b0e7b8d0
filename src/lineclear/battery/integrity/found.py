"""What a rule hands back."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ERROR", "NOTE", "WARNING", "Found", "listed"]

ERROR, WARNING, NOTE = "error", "warning", "note"
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Found:
    """One finding. ``line`` is one of the merge result, ``subject`` what it is about, free of lines."""

    rule: str
    level: str
    path: str
    message: str
    remedy: str
    subject: str
    line: int | None = None


def listed(names: list[str]) -> str:
    """Return names as words, the first few of many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
