"""Judges the oracle: says of each test of the base that fails on the change's code whether that is explained.

Explained is a failure whose test's new text passes on the merge result and fails on the base's code: it still tells the
two apart, so it declares a change of behaviour. What proves nothing of the kind is an error (docs/gaming.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import normpath

from lineclear.battery.adapters.oracle import SKIPPED
from lineclear.battery.exchanged import (
    HeadNames,
    Outcomes,
    cannot_load,
    confirmed_items,
    failing_items,
    green_items,
    outcomes,
    suspect_items,
)
from lineclear.battery.fingerprints import item_key
from lineclear.battery.selection import file_of, rerun
from lineclear.judge.flaky import FLAKY, quarantined
from lineclear.judge.inputs import Inputs, Item
from lineclear.judge.matching import Stated, match
from lineclear.judge.origin import foreign
from lineclear.model.evidence import Evidence, Scope
from lineclear.model.finding import RawFinding
from lineclear.model.overlay import PlannedOverlay
from lineclear.model.plan import PlannedCheck
from lineclear.model.words import Ended, Level, ScopeKind, TreeName

__all__ = ["Exchanged", "Unproven", "judge_exchanged"]

_LISTED = 3
_MISSES_A_NAME = re.compile(r"\b(?:ImportError|ModuleNotFoundError|AttributeError|NameError|TypeError)\b")
_QUOTED = re.compile(r"['\"]([\w.]{1,200})['\"]")
_WHERE = {
    TreeName.BASE: "the base",
    TreeName.MERGED: "the merge result",
    TreeName.OLD_TESTS: "the merge result with the base's tests",
    TreeName.NEW_TESTS: "the base with the merge result's tests",
}


class Unproven(Exception):
    """The runs are not those that were to be made, or did not finish; ``reason`` is a sentence."""

    def __init__(self, reason: str, *, timeout: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.timeout = timeout


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """What is to be said of the base's tests on the change's code. ``notes`` is what was abstained from."""

    stated: list[Stated] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What the tests in their new text did: on the merge result and on the base's code, there with the messages."""

    overlay: PlannedOverlay
    names: HeadNames
    edited: frozenset[str]
    merged: Outcomes
    on_base: Outcomes
    messages: Mapping[str, str]


def judge_exchanged(planned: PlannedCheck, overlay: PlannedOverlay, inputs: Inputs) -> Exchanged:
    """Return what the runs say. Raises :class:`Unproven` where they are not what they should be."""
    runs = _Runs(planned, overlay, inputs)
    names = HeadNames(root=_root(planned, inputs), renames=inputs.renames())
    old = runs.take(TreeName.OLD_TESTS, Scope(kind=ScopeKind.ALL), finished=False)
    if cannot_load(old):
        return _unloadable(planned, overlay, old, runs)
    runs.require_end(old)
    findings = old.findings or []
    others = [_other(planned, finding) for finding in findings if finding.item is None]
    failing, suspects = failing_items(findings), suspect_items(findings)
    if not suspects:
        runs.refuse_others()
        return Exchanged(stated=_state(others))
    base = _seen(runs.take(TreeName.BASE, _selected(suspects)))
    candidates = green_items(suspects, base)
    notes = _abstained(planned, "fail on the base too", [item for item in failing if item not in candidates])
    base_again: Outcomes | None = None
    old_again: Outcomes | None = None
    most = planned.reruns.most if planned.reruns is not None else 0
    if 0 < len(candidates) <= most:
        base_again = _seen(runs.take(TreeName.BASE, _selected(candidates), again=1))
        again = runs.take(TreeName.OLD_TESTS, _selected(candidates), again=1, finished=False)
        old_again = _seen(again) if again.ended is Ended.COMPLETED else None
    elif candidates:
        notes.append(f"{len(candidates)} of the base's tests fail on the change, too many to run each again ({most}).")
    confirmed = confirmed_items(candidates, base_again, old_again)
    loose = confirmed_items(candidates, base_again, None)
    notes += _abstained(planned, "are flaky on the base", [item for item in candidates if item not in loose])
    by_item = {finding.item: finding for finding in findings if finding.item is not None}
    flaky = [_flaky(planned, by_item[item], inputs) for item in loose if item not in confirmed]
    told: list[RawFinding] = []
    if confirmed:
        ground = _ground(runs, overlay, names, confirmed)
        told = [_told(planned, item, by_item[item], base, ground) for item in confirmed]
    runs.refuse_others()
    return Exchanged(stated=_state([*others, *flaky, *told]), notes=notes)


def _ground(runs: _Runs, overlay: PlannedOverlay, names: HeadNames, confirmed: Sequence[str]) -> _Ground:
    merged = runs.take(TreeName.MERGED, lambda items: names.are_for(items, confirmed))
    on_base = runs.take(TreeName.NEW_TESTS, merged.scope)
    return _Ground(
        overlay=overlay,
        names=names,
        edited=frozenset(merged.scope.edited or ()),
        merged=_seen(merged),
        on_base=_seen(on_base),
        messages={f.item: f.message for f in on_base.findings or () if f.item is not None and f.level is Level.ERROR},
    )


class _Runs:
    """The evidence of one check, taken run by run, each held to what was to be run; what is left over is refused."""

    def __init__(self, planned: PlannedCheck, overlay: PlannedOverlay, inputs: Inputs) -> None:
        self._planned = planned
        change = inputs.change
        self._trees = {
            TreeName.BASE: change.base.tree,
            TreeName.MERGED: change.merge_tree,
            TreeName.OLD_TESTS: overlay.old_tests.tree,
            TreeName.NEW_TESTS: overlay.new_tests.tree,
        }
        first: dict[tuple[TreeName, int | None], Item] = {
            (tree, None): item for (check, tree), item in inputs.evidence.items() if check == planned.id
        }
        later: dict[tuple[TreeName, int | None], Item] = {
            (tree, number): item for (check, tree, number), item in inputs.again.items() if check == planned.id
        }
        self._left: dict[tuple[TreeName, int | None], Item] = {**first, **later}

    def take(
        self,
        tree: TreeName,
        scope: Scope | Callable[[list[str]], bool],
        *,
        again: int | None = None,
        finished: bool = True,
    ) -> Evidence:
        """Return the evidence of a run. Raises :class:`Unproven`. ``scope`` may be what its items are held to."""
        words = _WHERE[tree] + ("" if again is None else ", again")
        item = self._left.pop((tree, again), None)
        if item is None:
            raise Unproven(f"It left no evidence for {words}.")
        run = item.evidence
        what = foreign(self._planned, run, self._trees[tree])
        if isinstance(scope, Scope):
            fits = run.scope == scope
        else:
            fits = run.scope.kind is ScopeKind.SELECTED and scope(run.scope.items or [])
        if what is None and not fits:
            what = "is of other tests than those that were to be run"
        if what is None and not set(run.scope.edited or ()) <= set(run.scope.items or ()):
            what = "speaks of tests that it was not to run"
        if what is not None:
            raise Unproven(f"Its evidence for {words} {what}.")
        if finished:
            self.require_end(run)
        return run

    def require_end(self, run: Evidence) -> None:
        """Raise :class:`Unproven` unless a run gave a result."""
        if run.ended is not Ended.COMPLETED:
            words = _WHERE[run.tree] + ("" if run.again is None else ", again")
            raise Unproven(f"On {words} it gave no result: {_said(run)}", timeout=run.ended is Ended.TIMEOUT)

    def refuse_others(self) -> None:
        """Raise :class:`Unproven` if there is evidence of a run that nothing asked for."""
        for tree, _ in self._left:
            raise Unproven(f"There is evidence, and no reason, that it was run on {_WHERE[tree]}.")


def _unloadable(planned: PlannedCheck, overlay: PlannedOverlay, old: Evidence, runs: _Runs) -> Exchanged:
    """Judge tests of which none could be loaded: a ``conftest.py`` that misses what the change took away, mostly."""
    base = runs.take(TreeName.BASE, Scope(kind=ScopeKind.ALL), finished=False)
    runs.refuse_others()
    if cannot_load(base):
        return Exchanged(notes=[f"{planned.id} says nothing: the base's tests cannot be loaded on the base either."])
    runs.require_end(base)
    said = _said(old)
    name = _gone(said, overlay)
    why = "nothing that the change took away explains it" if name is None else f"{name} is gone from the code"
    finding = RawFinding(
        rule="old-tests-cannot-run",
        level=Level.ERROR if name is None else Level.WARNING,
        message=f"None of the base's tests can be loaded on the change's code, while the base can; {why}. ({said})",
        path=None,
        key=item_key("oracle", "old-tests-cannot-run"),
        remedy="Keep what the base's conftest.py imports, at least as an alias: so the base's tests can be run.",
        reproduce=rerun(planned.id),
    )
    return Exchanged(stated=_state([finding]))


def _said(run: Evidence) -> str:
    return run.problem.sentence() if run.problem is not None else f"It ended as {run.ended.value}."


def _told(planned: PlannedCheck, item: str, failure: RawFinding, base: Outcomes, ground: _Ground) -> RawFinding:
    """Return the finding that a failure of an old test is, by what its new text does."""
    names = ground.names
    exact, head = names.exact(item), names.item(item)
    now = ground.merged.word(exact, head)
    then = ground.on_base.word(exact, head)
    does = "is skipped" if failure.rule == SKIPPED else "fails"
    old = f"{item} passes on the base and {does} on the change's code with the base's tests"
    name = _gone(failure.message, ground.overlay)
    if now == then == "passed" and name is not None:
        rule, level = "changed-interface", Level.WARNING
        why = f"its new text passes on both, without {name}, which is gone from the code"
    elif now == "passed":
        rule, level, why = _by_proof(item, then, ground)
    elif now == "vanished" and name is not None:
        rule, level = "removed-with-code", Level.WARNING
        why = f"it is gone from the change's tests, and so is {name} from the code"
    elif now == "vanished" and (other := _in_its_place(head, ground)) is not None:
        rule, level = "test-replaced", Level.WARNING
        why = f"it is gone from the change's tests, where {other} passes, which fails on the base"
    elif now in ("vanished", "skipped"):
        word = "is gone from" if now == "vanished" else "does not run in"
        rule, level, why = f"old-test-{now}", Level.ERROR, f"it {word} the change's tests, and its behaviour with it"
    else:
        rule, level, why = "old-test-fails", Level.ERROR, "its new text does not pass either"
    lost = _lost(item, base, ground) if now == "passed" else ""
    return _finding(planned, failure, rule, level, f"{old}; {why}{lost}.")


def _flaky(planned: PlannedCheck, failure: RawFinding, inputs: Inputs) -> RawFinding:
    """Return the finding of a test that passes on the base each time, and on the change's code not each time."""
    item = failure.item or ""
    known = quarantined(inputs, item)
    update = {
        "rule": FLAKY,
        "level": Level.WARNING if known is None else Level.NOTE,
        "message": f"{item} passes on the base each time; on the change's code, with the base's tests, it failed and "
        f"passed when it was run again alone. ({failure.message})",
        "key": item_key("oracle", FLAKY, item),
        "remedy": "Find out whether the change makes it flaky: look for time, order, randomness and shared state.",
        "reproduce": rerun(planned.id),
    }
    return failure.model_copy(update=update)


def _by_proof(item: str, then: str, ground: _Ground) -> tuple[str, Level, str]:
    """Judge a test whose new text passes on the merge result, by what it does on the base's code."""
    passes = "its new text passes on the change"
    if then == "passed":
        return "old-test-fails", Level.ERROR, f"{passes}, and on the base too: it does not tell them apart any more"
    if then == "skipped":
        return "old-test-fails", Level.ERROR, f"{passes} and does not run on the base: it proves nothing"
    head = ground.names.item(item)
    edited = not ground.edited.isdisjoint((head, file_of(head)))
    if not edited and ground.overlay.steering:
        files = _enumerate(ground.overlay.steering)
        return "old-test-fails", Level.ERROR, f"{passes} unedited, while {files} can decide the outcome of any test"
    if not edited:
        own = (ground.names.before(item), ground.names.path(item))
        files = _enumerate(sorted(ground.overlay.differs, key=lambda path: path not in own))
        return (
            "changed-expectation",
            Level.WARNING,
            f"{passes} and not on the base, unedited, by what changed in {files}",
        )
    if then == "failed" and item != file_of(item) and not _only_misses_names(item, ground):
        return "changed-behaviour", Level.NOTE, f"{passes} and fails on the base: a declared change of behaviour"
    return "changed-interface", Level.WARNING, f"{passes} and cannot run on the base, so it proves little"


def _only_misses_names(item: str, ground: _Ground) -> bool:
    """Say whether a test fails on the base's code for want of something alone: whatever it asserts, it would."""
    exact, head = ground.names.exact(item), ground.names.item(item)
    failed = (
        [exact] if exact in ground.messages else [n for n in ground.messages if n == head or n.startswith(f"{head}[")]
    )
    return all(_MISSES_A_NAME.search(ground.messages[name]) is not None for name in failed)


def _in_its_place(head: str, ground: _Ground) -> str | None:
    """Return a test of the same file that passes on the change, and on the base's code fails by what it asserts."""
    here = sorted(name for name in ground.merged.passed if file_of(name) == file_of(head) and name in ground.messages)
    return next((name for name in here if _MISSES_A_NAME.search(ground.messages[name]) is None), None)


def _lost(item: str, base: Outcomes, ground: _Ground) -> str:
    """Say how many tests of a file that could not be collected are gone."""
    if item != file_of(item):
        return ""
    names = ground.names
    before = base.passed_in(item)
    gone = [name for name in before if ground.merged.word(names.exact(name), names.item(name)) != "passed"]
    return f"; {len(gone)} of its {len(before)} tests no longer pass, or are gone" if gone else ""


def _gone(message: str, overlay: PlannedOverlay) -> str | None:
    """Return the name that a test misses, if it is one that the change took out of the product."""
    if _MISSES_A_NAME.search(message) is None:
        return None
    named = (part for quoted in _QUOTED.findall(message) for part in quoted.split("."))
    return next((name for name in named if name in overlay.gone), None)


def _other(planned: PlannedCheck, finding: RawFinding) -> RawFinding:
    """Return what is about no single test: a service that is missing says nothing of the change."""
    if finding.rule == "undeclared-service":
        return finding.model_copy(update={"level": Level.NOTE, "reproduce": rerun(planned.id)})
    return _finding(planned, finding, "old-tests-cannot-run", finding.level, f"Of the base's tests {finding.message}")


def _finding(planned: PlannedCheck, failure: RawFinding, rule: str, level: Level, message: str) -> RawFinding:
    remedy = (
        "Make the code do what the base's test says; where the behaviour is meant to change, let the test's new text "
        "say so: it must pass on the change and fail on the base's code."
        if level is Level.ERROR
        else "Look whether this change of behaviour is meant."
    )
    update = {
        "rule": rule,
        "level": level,
        "message": message if rule == "old-tests-cannot-run" else f"{message} ({failure.message})",
        "key": item_key("oracle", rule, failure.item or failure.key),
        "remedy": remedy,
        "reproduce": rerun(planned.id),
    }
    return failure.model_copy(update=update)


def _state(findings: Sequence[RawFinding]) -> list[Stated]:
    return match(findings, [], renames={}, unchanged=lambda _: False)


def _abstained(planned: PlannedCheck, why: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    return [f"{planned.id} says nothing of tests of the base that {why}: {_enumerate(items)}."]


def _root(planned: PlannedCheck, inputs: Inputs) -> str:
    """Return the folder of the project that the check is about, as the engine finds it."""
    own = planned.settings.get("root")
    return normpath(own if isinstance(own, str) and own else inputs.contract.project.root)


def _seen(run: Evidence) -> Outcomes:
    return outcomes(run.findings or (), run.passed)


def _selected(items: Sequence[str]) -> Scope:
    return Scope(kind=ScopeKind.SELECTED, items=list(items))


def _enumerate(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
