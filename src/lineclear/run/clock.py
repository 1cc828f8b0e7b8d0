"""The only clock of the engine."""

from __future__ import annotations

import datetime as dt

__all__ = ["now"]


def now() -> str:
    """Return the time in UTC, RFC 3339, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
