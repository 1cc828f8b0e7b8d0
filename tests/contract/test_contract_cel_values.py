"""Evaluation gives a value of the type asked for, or an error."""

from __future__ import annotations

from typing import Literal

import pytest
from contract_samples import facts, finding

from lineclear.contract.cel import Environment, EvaluationError
from lineclear.contract.cel.descriptors import describe
from lineclear.model.base import Model
from lineclear.model.facts import Facts

ENVIRONMENT = Environment()
BOUND = ENVIRONMENT.bind(facts())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("change.lines", 3),
        ("change.reviewedLines", 3),
        ("size(change.files)", 1),
        ('checks[0].measures["testsCollected"]', 0),
        ("checks[0].measures.testsCollected", 0),
        ("change.lines - 2 * change.commits", 1),
        ('size(findings.filter(f, f.level == "error"))', 1),
    ],
)
def test_a_budget_measures(text: str, value: int) -> None:
    assert ENVIRONMENT.compile(text, expected=int, where="test").evaluate(BOUND) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checks[0].measures.coverage > 80", 'Key not found in map : "coverage"'),
        ("checks[7].required", "index=7 size=1"),
        ("1 / change.deleted == 1", "divide by zero"),
        ('change.paths.all(p, p.matches("(" + p))', "invalid regular expression"),
        ("9223372036854775807 + change.lines > 0", "integer overflow"),
        ("int(change.paths[0]) == 1", "cannot convert string to int"),
    ],
)
def test_an_expression_without_a_value_is_an_error(text: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message.replace("(", r"\(").replace("[", r"\[")):
        ENVIRONMENT.compile(text, expected=bool, where="test").evaluate(BOUND)


def test_a_program_names_the_facts_that_it_speaks_of() -> None:
    program = ENVIRONMENT.compile("findings.all(f, f.rule in change.paths)", expected=bool, where="test")
    assert program.names == {"findings", "change"}


def test_bound_facts_serve_many_programs_and_are_not_mixed_up() -> None:
    other = ENVIRONMENT.bind(facts(findings=[]))
    program = ENVIRONMENT.compile("size(findings)", expected=int, where="test")
    assert [program.evaluate(bound) for bound in (BOUND, other, BOUND, other)] == [1, 0, 1, 0]


def test_a_number_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="cannot be stated in CEL"):
        ENVIRONMENT.bind(facts(findings=[finding(line=2**64)]))


def test_ten_thousand_findings_are_looked_at_at_once_and_more_are_an_error() -> None:
    program = ENVIRONMENT.compile('findings.exists_one(f, f.state == "new")', expected=bool, where="test")
    many = [finding(state="existing")] * 9_999
    assert program.evaluate(ENVIRONMENT.bind(facts(findings=many))) is False
    with pytest.raises(EvaluationError, match="more than 10,000 items"):
        program.evaluate(ENVIRONMENT.bind(facts(findings=many + many)))


def test_every_fact_is_described_under_its_json_key() -> None:
    catalogue = describe(Facts)
    assert catalogue.variables == {
        "change": "lineclear.Change",
        "findings": "list(lineclear.Finding)",
        "checks": "list(lineclear.Check)",
        "tests": "lineclear.Suite",
        "contract": "lineclear.Contract",
    }
    dumped = facts().model_dump(mode="json")
    assert set(catalogue.messages["lineclear.Change"]) == set(dumped["change"])
    nullable = {name for name, fact in catalogue.messages["lineclear.Finding"].items() if fact.nullable}
    assert nullable == {"path", "line", "state"}


class Inner(Model):
    n: int


@pytest.mark.parametrize(
    "annotation",
    [Inner | None, list[int | None], list[int] | None, dict[str, int | None], int | str, object, Literal[1]],
)
def test_a_type_that_protobuf_could_misread_as_a_default_cannot_become_a_fact(annotation: object) -> None:
    holder = type("Holder", (Model,), {"__annotations__": {"x": annotation}})
    variables = type("Variables", (Model,), {"__annotations__": {"v": holder}})
    with pytest.raises(TypeError, match="cannot be described to CEL"):
        describe(variables)
