"""An enumeration is compared only with words that it has, however the word gets to the comparison."""

from __future__ import annotations

import pytest
from contract_samples import facts

from lineclear.contract.cel import Environment
from lineclear.errors import ContractError

ENVIRONMENT = Environment()
BOUND = ENVIRONMENT.bind(facts())


def test_a_misspelt_word_is_shown_with_a_caret_and_the_near_word() -> None:
    with pytest.raises(ContractError) as caught:
        ENVIRONMENT.compile('checks.all(c, c.status == "pased")', expected=bool, where="invariant x")
    assert str(caught.value) == (
        "'pased' is no CheckStatus: the comparison always gives the same answer\n"
        "  where: invariant x, column 27\n"
        '    checks.all(c, c.status == "pased")\n'
        "                              ^\n"
        "  to do: did you mean 'passed'? CheckStatus: blind, error, failed, missing, notApplicable, passed, skipped, "
        "timeout, withheld"
    )


@pytest.mark.parametrize(
    "text",
    [
        'change.author.kind == "humna"',
        'change.author.kind != "humna"',
        '"humna" == change.author.kind',
        'change.author.kind in ["humna"]',
        'change.author.kind in ["human", "humna"]',
        '!(change.author.kind in ["humna"] + ["human"])',
        'change.author.kind in {"humna": 1}',
        '{"humna": 1}[change.author.kind] == 1',
        '"nwe" in findings.map(f, f.state)',
        'findings.map(f, f.state) == ["nwe"]',
        'findings.exists(f, f.state == "nwe")',
        'findings.all(f, f.state != "nwe")',
        'findings.exists_one(f, f.state == "nwe")',
        'size(findings.filter(f, f.state == "nwe")) == 0',
        'findings.map(f, f.state == "new", f.level).exists(l, l == "nwe")',
        'findings.filter(f, f.level == "error").map(f, f.level).exists(l, l == "nwe")',
        '["nwe"].exists(w, findings.exists(f, f.state == w))',
        '(change.lines > 3 ? "humna" : "human") == change.author.kind',
        '(change.lines > 3 ? change.author.kind : "agent") == "humna"',
        '(change.lines > 3 ? "human" : "humna") == change.author.kind',
        '(change.lines > 3 ? "agent" : change.author.kind) == "humna"',
        '[[change.author.kind]][0][0] == "humna"',
        '{"a": change.author.kind}["a"] == "humna"',
        '{"a": change.author.kind}.a == "humna"',
        '{change.author.kind: 1}.exists(k, k == "humna")',
        '"humna" in {change.author.kind: 1}',
        'change.files.exists(f, f.status == "aded")',
        "findings[0].level == findings[0].state",
        "change.author.kind == contract.source",
    ],
)
def test_a_word_that_is_no_member_is_refused_wherever_it_comes_from(text: str) -> None:
    with pytest.raises(ContractError, match=r"is no [A-Z]\w+(\.\w+)?:|have no word in common"):
        ENVIRONMENT.compile(text, expected=bool, where="test")


@pytest.mark.parametrize(
    "text",
    [
        'change.author.kind < "human"',
        'findings.exists(f, f.level >= "warning")',
        'change.author.kind.startsWith("a")',
        'change.author.kind.contains("x")',
        'change.author.kind.matches("a.*")',
        "size(change.author.kind) == 5",
        'string(change.author.kind) == "pased"',
        'change.author.kind + "" == "pased"',
        'findings[0].state.endsWith("w")',
    ],
)
def test_an_enumeration_is_not_taken_apart_or_ordered(text: str) -> None:
    with pytest.raises(ContractError, match="whose words have no order and no parts"):
        ENVIRONMENT.compile(text, expected=bool, where="test")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('change.author.kind == "agent"', True),
        ('change.author.kind in ["human", "unknown"]', False),
        ('findings.exists(f, f.level == "error" && f.rule == "B1")', True),
        ('checks.all(c, c.status in ["passed", "notApplicable"])', True),
        ("change.author.kind == checks[0].id", False),
        ("change.author.kind == change.paths[0]", False),
        ('{"error": 3, "warning": 2, "note": 1}[findings[0].level] > 2', True),
        ('checks.exists(c, c.id == "pytest" && c.status != "error")', True),
        ("findings[0].level in checks.map(c, c.status)", False),
        ('change.files.exists(f, f.kind == "source" && f.status == "added")', True),
        ('change.paths.exists(p, p == "pased") || true', True),
    ],
)
def test_members_and_texts_that_are_no_literals_are_compared(text: str, value: bool) -> None:
    assert ENVIRONMENT.compile(text, expected=bool, where="test").evaluate(BOUND) is value
