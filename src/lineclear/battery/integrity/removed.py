"""Tests that are gone while what they tested is still there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lineclear.battery.integrity.assertions import assertions
from lineclear.battery.integrity.found import WARNING, Found, listed
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.source import Function, called

__all__ = ["removed_tests"]

_MOST = 0.5
_NEARLY = 0.7


def removed_tests(project: Project, kept: frozenset[Function]) -> Iterator[Found]:
    """Yield one finding a file. ``kept`` are tests that are there as functions."""
    gone: dict[str, list[str]] = {}
    for test in project.unmatched:
        if test not in kept and not project.is_about_what_is_gone(test) and not _lives_on(test, project):
            gone.setdefault(test.path, []).append(test.id)
    for path, names in gone.items():
        are, they = ("s are", "they") if len(names) > 1 else (" is", "it")
        yield Found(
            rule="test-removed",
            level=WARNING,
            path=path,
            message=(
                f"{len(names)} test{are} gone, and what {they} tested is still there: {listed(names)}. "
                f"A defect that {they} would have shown now passes."
            ),
            remedy=(
                "Put the tests back and make them pass. Where the behaviour is meant to go, take the code out with "
                "them; where other tests cover it, say in the change which ones, and have a person confirm it."
            ),
            subject=" ".join(sorted(names)),
        )


def _lives_on(test: Function, project: Project) -> bool:
    """Say whether most of what a test asserted is asserted elsewhere now, or by a test with parameters."""
    said = [assertion for assertion in assertions(test.node) if not assertion.swallowed]
    if not said:
        return False
    if sum(project.added_assertions[item.text] > 0 for item in said) > _MOST * len(said):
        return True
    calls = called(test.node)
    grown = [*project.new, *(after for before, after in project.pairs if _has_grown(before, after))]
    for other in grown:
        shapes = {item.shape for item in assertions(other.node)}
        alike = sum(item.shape in shapes for item in said) > _MOST * len(said) or _is_namesake(test, other)
        if alike and len(calls & called(other.node)) > _MOST * len(calls):
            return True
    return False


def _is_namesake(test: Function, other: Function) -> bool:
    """Say whether a test with parameters has nearly the name of one that is gone."""
    ours, theirs = set(test.name.split("_")) - {"test"}, set(other.name.split("_"))
    parametrised = any("parametrize" in ast.dump(decorator) for decorator in other.node.decorator_list)
    return parametrised and len(ours) > 1 and len(ours & theirs) > _NEARLY * len(ours)


def _has_grown(before: Function, after: Function) -> bool:
    """Say whether a test got parameters, more of them, or more to assert."""
    return _size(after) > _size(before) or len(assertions(after.node)) > len(assertions(before.node))


def _size(test: Function) -> int:
    return sum(1 for decorator in test.node.decorator_list for _ in ast.walk(decorator))
