"""Tells new, existing and fixed findings apart, and gives every finding its fingerprint (docs/fingerprints.md)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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

    def path(finding: RawFinding) -> str | None:
        return finding.path

    def renamed(finding: RawFinding) -> str | None:
        return renames.get(finding.path, finding.path) if finding.path is not None else None

    # Each round: what must be equal of a finding of the merge result and one of the base; None is equal to nothing.
    rounds: tuple[tuple[Callable[[RawFinding], Hashable], Callable[[RawFinding], Hashable]], ...] = (
        (lambda f: f.context and (path(f), f.context), lambda f: f.context and (renamed(f), f.context)),
        (lambda f: (path(f),), lambda f: (renamed(f),)),
        (lambda f: f.context, lambda f: f.context),
        (lambda f: f.context and True, lambda f: f.context and True),
    )
    for ours, theirs in rounds:
        paired, now, before = _join(now, before, ours, theirs)
        pairs += paired
    return pairs, now, before


def _join(
    now: list[RawFinding],
    before: list[RawFinding],
    ours: Callable[[RawFinding], Hashable],
    theirs: Callable[[RawFinding], Hashable],
) -> tuple[list[tuple[RawFinding, RawFinding]], list[RawFinding], list[RawFinding]]:
    """Pair findings of equal value in their order; return the pairs and what is left of both lists."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for index, finding in enumerate(before):
        waiting[theirs(finding)].append(index)
    waiting.pop(None, None)
    pairs, rest, taken = [], [], set()
    for finding in now:
        partners = waiting.get(ours(finding))
        if partners:
            index = partners.popleft()
            taken.add(index)
            pairs.append((finding, before[index]))
        else:
            rest.append(finding)
    return pairs, rest, [finding for index, finding in enumerate(before) if index not in taken]


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
