"""Since when a contract, a check or an invariant is enforced; until then it is judged and shown, and never blocks."""

from __future__ import annotations

import datetime as dt

from lineclear.model.words import Enforcement

__all__ = ["enforced_on", "starts"]


def starts(enforcement: Enforcement | None, enforce_from: dt.date | None) -> dt.date:
    """Return the first day of enforcement: without a date the first of all, in report mode the last."""
    if enforcement is Enforcement.REPORT:
        return dt.date.max
    return enforce_from if enforce_from is not None else dt.date.min


def enforced_on(day: dt.date, enforcement: Enforcement, enforce_from: dt.date | None) -> Enforcement:
    """Return what is in effect on a day (UTC): ``enforceFrom`` is the first day of enforcement."""
    return Enforcement.ENFORCE if day >= starts(enforcement, enforce_from) else Enforcement.REPORT
