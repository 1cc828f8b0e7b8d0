"""Assertions of a test that is on both sides: fewer of them, or such that say less than before."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from lineclear.battery.integrity.assertions import EXACT, NOTHING, Assertion, assertions, stops
from lineclear.battery.integrity.found import WARNING, Found, listed
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Function, called, dotted, mentioned, text

__all__ = ["loosened_assertions", "removed_cases"]

_REMEDY = (
    "Assert what was asserted before and make the code fulfil it. Where the behaviour is meant to change, assert the "
    "new behaviour as exactly as the old one was."
)


def loosened_assertions(project: Project) -> Iterator[Found]:
    """Yield at most one finding of each rule for a test: swallowed, loosened, removed assertions."""
    for before, after in project.pairs:
        said, now = assertions(before.node), assertions(after.node)
        still = [item for item in now if not item.swallowed]
        ended = any(map(stops, after.node.body)) or not called(after.node)
        if ended and not any(item.strength > NOTHING for item in still):
            continue  # it was emptied or skipped, which is a finding of its own
        lost = [item for item in _lost(said, still) if item.strength > NOTHING]
        new = _lost(still, said)
        swallowed = [item for item in lost if any(item.text == other.text for other in now if other.swallowed)]
        if swallowed:
            yield _found("assertion-swallowed", after, swallowed, "a failure of it goes nowhere")
        lost = [item for item in lost if item not in swallowed]
        loosened = [item for item in lost if _is_loosened(item, new)]
        if loosened:
            yield _found("assertion-loosened", after, loosened, "what stands in its place accepts more")
        lost = [item for item in lost if item not in loosened]
        if len(lost) > sum(item.strength > NOTHING for item in new) and not _is_replaced(before, after, new, project):
            gone = [item for item in lost if not _is_elsewhere(item, before, after, project)]
            if gone:
                yield _found("assertion-removed", after, gone, "nothing that says as much has taken its place")


def _lost(before: list[Assertion], after: list[Assertion]) -> list[Assertion]:
    """Return the assertions that are in the first list and not in the second, equal ones counted."""
    left = Counter(item.text for item in after)
    lost = []
    for item in before:
        if item.swallowed:
            continue
        if left[item.text]:
            left[item.text] -= 1
        else:
            lost.append(item)
    return lost


def _is_loosened(item: Assertion, new: list[Assertion]) -> bool:
    """Say whether all that is now asserted of the same thing says less. One that is edited says as much."""
    about = [other for other in new if other.is_about(item)]
    return bool(about) and all(other.strength < item.floor for other in about)


def _is_replaced(before: Function, after: Function, new: list[Assertion], project: Project) -> bool:
    """Say whether fewer assertions say as much: of a whole value, by a helper, in a loop, or by parameters."""
    if any(item.strength == EXACT for item in new):
        return True
    helpers = called(after.node) - called(before.node)
    asserting = {
        function.name
        for source in project.head.values()
        for function in source.functions
        if function.name in helpers and assertions(function.node)
    }
    return bool(asserting)


def _is_elsewhere(item: Assertion, before: Function, after: Function, project: Project) -> bool:
    """Say whether an assertion has moved, has become a loop's, or was about what the change takes out."""
    if project.added_assertions[item.text] > 0:
        return True
    loops = [node for node in ast.walk(after.node) if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)]
    parametrised = sum(1 for _ in _cases(after)) > sum(1 for _ in _cases(before))
    if (loops or parametrised) and any(item.shape == other.shape for other in assertions(after.node)):
        return True
    node = next((part for part in ast.walk(before.node) if getattr(part, "lineno", None) == item.line), before.node)
    return bool(mentioned(node) & project.gone)


def _found(rule: str, test: Function, lost: list[Assertion], why: str) -> Found:
    done = {"assertion-swallowed": "no longer count", "assertion-loosened": "say less", "assertion-removed": "are gone"}
    counted = f"{len(lost)} assertions {done[rule]}" if len(lost) > 1 else f"1 assertion {_singular(done[rule])}"
    return Found(
        rule=rule,
        level=WARNING,
        path=test.path,
        line=test.node.lineno,
        message=f"{test.id}: {counted}, and {why}: {listed([item.shown for item in lost])}.",
        remedy=_REMEDY,
        subject=f"{test.id} {' '.join(sorted(item.shown for item in lost))}",
    )


def _singular(words: str) -> str:
    return {"no longer count": "no longer counts", "say less": "says less", "are gone": "is gone"}[words]


def removed_cases(project: Project) -> Iterator[Found]:
    """Yield tests with parameters that have lost cases, and got none in their place."""
    for before, after in project.pairs:
        had, has = set(_cases(before)), set(_cases(after))
        gone, new = had - has, has - had
        if not has or len(gone) <= len(new) or not assertions(after.node):
            continue
        moved = {case for test in project.new for case in _cases(test)}
        words = {word for case in gone for word in _words(case)}
        if gone - moved and not words & project.gone:
            number = len(gone) - len(new)
            yield Found(
                rule="cases-removed",
                level=WARNING,
                path=after.path,
                line=after.node.lineno,
                message=f"{after.id} runs with {number} case{'s' if number > 1 else ''} fewer than at the base.",
                remedy=_REMEDY,
                subject=f"{after.id} {number}",
            )


def _cases(test: Function) -> Iterator[str]:
    """Yield the text of each case that is written out in a ``parametrize``."""
    for decorator in [*test.node.decorator_list, *(part for item in test.classes for part in item.decorator_list)]:
        if isinstance(decorator, ast.Call) and (dotted(decorator.func) or "").endswith("parametrize"):
            values = [*decorator.args[1:2], *(word.value for word in decorator.keywords if word.arg == "argvalues")]
            for value in values:
                if isinstance(value, ast.List | ast.Tuple | ast.Set):
                    yield from (text(case) for case in value.elts)


def _words(case: str) -> set[str]:
    """Return the names and texts in the text of a case."""
    return {part for part in case.split("'") if part and not set(part) & set("()=,")}
