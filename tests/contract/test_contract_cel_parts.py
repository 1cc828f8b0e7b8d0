"""Lists that are longer than what CEL looks at in one evaluation."""

from __future__ import annotations

import time
from functools import cache

import pytest
from contract_samples import facts, finding

from lineclear.contract.cel import Environment, EvaluationError
from lineclear.contract.cel.environment import Bound

ENVIRONMENT = Environment()
MANY = 50_000


@cache
def bound(rules: int) -> Bound:
    """Facts with many changed files and few or many findings."""
    names = [f"src/f{number:05}.py" for number in range(MANY)]
    change = facts().change.model_dump(by_alias=True, exclude={"reviewed_lines"}) | {
        "paths": [*names, "zz/last.py"],
        "files": [
            {"path": name, "status": "modified", "kind": "source", "added": None if n == 7 else n, "deleted": 0}
            for n, name in enumerate(names)
        ],
    }
    return ENVIRONMENT.bind(facts(change=change, findings=[finding(rule=f"r{n}", line=None) for n in range(rules)]))


def answer(text: str, rules: int = 1) -> bool:
    return ENVIRONMENT.compile(text, expected=bool, where="test").evaluate(bound(rules))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('change.paths.exists(p, p.startsWith("zz/"))', True),
        ('!change.paths.exists(p, p.startsWith("zz/"))', False),
        ('change.paths.exists(p, p.startsWith(".github/"))', False),
        ('!change.paths.exists(p, p.startsWith(".github/"))', True),
        ('change.paths.all(p, p.endsWith(".py"))', True),
        ('!change.paths.all(p, p.endsWith(".py"))', False),
        ('change.paths.all(p, p.startsWith("src/"))', False),
        ('!change.paths.all(p, p.startsWith("src/"))', True),
        ('!change.files.exists(f, f.kind == "test" && f.status == "deleted")', True),
        ('change.files.all(f, f.kind == "source" && change.commits > 0 && change.author.kind != "human")', True),
        ("change.files.exists(f, [1, 2, 3].exists(n, f.deleted == n))", False),
        ("change.files.exists(f, f.added == 49999)", True),
    ],
)
def test_an_invariant_over_one_long_list_has_its_answer(text: str, value: bool) -> None:
    started = time.process_time()
    assert answer(text) is value
    assert time.process_time() - started < 10


def test_an_unknown_fact_in_a_part_that_does_not_decide_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="null"):
        answer("change.files.exists(f, f.added < 0)")
    with pytest.raises(EvaluationError, match="null"):
        answer("!change.files.exists(f, f.added < 0)")


def test_findings_are_a_long_list_too() -> None:
    assert answer('findings.exists(f, f.rule == "r19999")', 20_000)
    assert not answer('findings.exists(f, f.rule == "r20000")', 20_000)


@pytest.mark.parametrize(
    "text",
    [
        "change.paths.exists(p, change.paths.all(q, q == p))",
        "change.paths.exists(p, size(change.paths) == 7)",
        "change.paths.exists_one(p, p == 'zz/last.py')",
        "size(change.paths.filter(p, p == 'zz/last.py')) == 1",
        "change.paths.map(p, p + 'x').exists(p, p == 'zz/last.pyx')",
        "change.paths.exists(p, p == 'a') || change.files.exists(f, f.deleted == 7)",
    ],
)
def test_what_cannot_be_asked_in_parts_is_an_error_that_says_what_can(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"more than 10,000 items.*LIST\.exists"):
        answer(text)
