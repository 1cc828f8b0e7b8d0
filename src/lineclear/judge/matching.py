"""Tells new, existing and fixed findings apart, and gives every finding its fingerprint (docs/fingerprints.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineclear.model.finding import RawFinding
from lineclear.model.words import FindingState

__all__ = ["Stated", "match", "unmatched"]

_KEY_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A finding with its state against the base, None where that is not known, and its fingerprint."""

    raw: RawFinding
    state: FindingState | None
    fingerprint: str


def match(
    merged: Sequence[RawFinding],
    base: Sequence[RawFinding],
    *,
    renames: Mapping[str, str],
    unchanged: Callable[[RawFinding], bool],
) -> list[Stated]:
    """Pair the findings of the two trees and state each one.

    ``base`` holds what was found on the base; ``unchanged`` tells the findings of the merge result that stand in a
    file the change does not touch, where the tool was not run on the base again: these are existing by themselves.
    Findings with equal keys are paired nearest first: same file and surroundings, same file, then (only where the key
    is made of source text) same surroundings elsewhere, anywhere else. What is left over is new, or fixed.
    """
    kept = _by_key(finding for finding in merged if unchanged(finding))
    fresh = _by_key(finding for finding in merged if not unchanged(finding))
    old = _by_key(base)
    stated = []
    for key in sorted({*kept, *fresh, *old}):
        pairs, new, gone = _pair(fresh.get(key, []), old.get(key, []), renames)
        stated += _number(key, kept.get(key, []), pairs, new, gone)
    return sorted(stated, key=lambda s: (_place(s.raw), s.raw.rule, s.fingerprint))


def unmatched(merged: Sequence[RawFinding]) -> list[Stated]:
    """State findings that could not be compared with the base: their state is not known."""
    stated = []
    for key, findings in sorted(_by_key(merged).items()):
        stated += [
            Stated(raw=finding, state=None, fingerprint=_fingerprint(key, number))
            for number, finding in enumerate(sorted(findings, key=_place))
        ]
    return sorted(stated, key=lambda s: (_place(s.raw), s.raw.rule, s.fingerprint))


def _number(
    key: str,
    kept: list[RawFinding],
    pairs: list[tuple[RawFinding, RawFinding]],
    new: list[RawFinding],
    gone: list[RawFinding],
) -> list[Stated]:
    """Number equal findings by their place on the base, and new ones after them.

    So a waiver for an existing finding stays with it, wherever the change puts another one like it.
    """
    entries: list[tuple[RawFinding, RawFinding, FindingState]] = [
        *((finding, finding, FindingState.EXISTING) for finding in kept),
        *((before, now, FindingState.EXISTING) for now, before in pairs),
        *((finding, finding, FindingState.FIXED) for finding in gone),
    ]
    entries.sort(key=lambda entry: _place(entry[0]))
    entries += [(finding, finding, FindingState.NEW) for finding in sorted(new, key=_place)]
    return [
        Stated(raw=now, state=state, fingerprint=_fingerprint(key, number))
        for number, (_, now, state) in enumerate(entries)
    ]


def _pair(
    now: list[RawFinding], before: list[RawFinding], renames: Mapping[str, str]
) -> tuple[list[tuple[RawFinding, RawFinding]], list[RawFinding], list[RawFinding]]:
    now, before = sorted(now, key=_place), sorted(before, key=_place)
    pairs: list[tuple[RawFinding, RawFinding]] = []

    def same_file(a: RawFinding, b: RawFinding) -> bool:
        return a.path == (renames.get(b.path, b.path) if b.path is not None else None)

    def same_surroundings(a: RawFinding, b: RawFinding) -> bool:
        return a.context is not None and a.context == b.context

    tests: tuple[Callable[[RawFinding, RawFinding], bool], ...] = (
        lambda a, b: same_file(a, b) and same_surroundings(a, b),
        same_file,
        same_surroundings,
        lambda a, b: a.context is not None and b.context is not None,
    )
    for test in tests:
        rest = []
        for finding in now:
            partner = next((other for other in before if test(finding, other)), None)
            if partner is None:
                rest.append(finding)
            else:
                before.remove(partner)
                pairs.append((finding, partner))
        now = rest
    return pairs, now, before


def _by_key(findings: Iterable[RawFinding]) -> dict[str, list[RawFinding]]:
    groups: dict[str, list[RawFinding]] = defaultdict(list)
    for finding in findings:
        groups[finding.key].append(finding)
    return dict(groups)


def _place(finding: RawFinding) -> tuple[str, int, str, bytes]:
    """Order findings by their place, and where that is the same by everything else, so that no order is left open."""
    return (finding.path or "", finding.line or 0, finding.message, finding.canonical())


def _fingerprint(key: str, number: int) -> str:
    return f"{key[:_KEY_DIGITS]}-{number}"
