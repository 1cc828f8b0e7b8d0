"""Names that a reader may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["advise", "near"]


def near(word: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like a word, or None when none is."""
    by_fold = {name.lower(): name for name in sorted(names, reverse=True)}
    found = difflib.get_close_matches(word.lower(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def advise(word: str, names: Iterable[str], *, label: str) -> str:
    """Return what to do about an unknown word: the near name if there is one, and all names that there are."""
    known = sorted(names)
    listed = f"{label}: {', '.join(known)}" if known else f"{label}: none"
    meant = near(word, known)
    return f"did you mean {meant!r}? {listed}" if meant else listed
