"""A fact that is null is never read as a value: every operator, every way around it."""

from __future__ import annotations

import pytest
from contract_samples import facts, finding

from lineclear.contract.cel import Bound, Environment, EvaluationError
from lineclear.model.facts import Facts

ENVIRONMENT = Environment()
UNMEASURED = ENVIRONMENT.bind(facts())
MEASURED = ENVIRONMENT.bind(facts(tests={"collected": 3, "passed": 3, "failed": 0, "skipped": 0}))


def ask(text: str, bound: Bound = UNMEASURED) -> bool:
    program = ENVIRONMENT.compile(text, expected=bool, where="test")
    return program.evaluate(bound)


@pytest.mark.parametrize(
    "text",
    [
        "tests.failed == 0",
        "0 == tests.failed",
        "tests.failed != 3",
        "!(tests.failed == 3)",
        "tests.failed < 1",
        "tests.failed <= 0",
        "tests.failed > -1",
        "tests.failed >= 0",
        "tests.failed + 1 == 1",
        "tests.failed - 1 < 0",
        "tests.failed * 2 == 0",
        "tests.failed / 2 == 0",
        "tests.failed % 2 == 0",
        "-tests.failed == 0",
        "tests.failed in [0]",
        "!(tests.failed in [1, 2])",
        "0 in [tests.failed]",
        "tests.failed in {0: true}",
        "tests.failed == tests.failed",
        "tests.failed == tests.skipped",
        "[tests.failed] == [0]",
        "[tests.failed] != [0]",
        "[tests.failed].exists(n, n == null)",
        "![tests.failed].exists(n, n == 3)",
        "[tests.failed].all(n, n != 3)",
        "size([tests.failed]) == 1",
        "{'a': tests.failed}['a'] == 0",
        "(true ? tests.failed : 0) == null",
        "string(tests.failed) != ''",
        "double(tests.failed) == 0.0",
        "type(tests.failed) == int",
        "type(tests.failed) != int",
        "tests.failed == 0 || change.lines == 0",
        "tests.failed != 0 && change.lines == 3",
        "tests.failed == 0 ? true : true",
    ],
)
def test_a_null_number_makes_every_operator_an_error(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"tests\.failed \(column \d+\) is null"):
        ask(text)
    assert isinstance(ask(text, MEASURED), bool)


@pytest.mark.parametrize(
    "text",
    [
        'f.state == "new"',
        'f.state != "existing"',
        'f.state in ["new"]',
        '!(f.state in ["existing", "fixed"])',
        'f.path.startsWith("src/")',
        '!f.path.matches("^tests/")',
        'f.path + "" != "x"',
        "size(f.path) > 0",
        "f.line > 0",
    ],
)
def test_a_null_field_of_an_element_is_an_error_in_every_macro(text: str) -> None:
    for macro in ("exists", "all", "exists_one"):
        with pytest.raises(EvaluationError, match="is null"):
            ask(f"findings.{macro}(f, {text})")
    with pytest.raises(EvaluationError, match="is null"):
        ask(f"size(findings.filter(f, {text})) == 0")
    with pytest.raises(EvaluationError, match="is null"):
        ask(f"findings.map(f, {text}) == [true]")


def test_a_null_field_of_a_selected_element_is_an_error() -> None:
    with pytest.raises(EvaluationError, match=r"\(…\)\.line \(column 12\) is null"):
        ask("findings[0].line == 3")
    with pytest.raises(EvaluationError, match=r"f\.added"):
        ask("change.files.map(f, f.added + f.deleted) == [3]", ENVIRONMENT.bind(facts_without_counts()))


def facts_without_counts() -> Facts:
    file = {"path": "logo.png", "status": "added", "kind": "data", "added": None, "deleted": None}
    change = {**facts().change.model_dump(mode="json"), "files": [file]}
    del change["reviewedLines"]
    return facts(change=change)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tests.failed == null", True),
        ("null == tests.failed", True),
        ("tests.failed != null", False),
        ("(tests.failed) == (null)", True),
        ("has(tests.failed)", False),
        ("tests.failed == null || tests.failed == 0", True),
        ("tests.failed != null && tests.failed == 0", False),
        ("tests.failed == null ? false : tests.failed == 0", False),
        ("has(tests.failed) ? tests.failed == 0 : false", False),
        ('findings.exists(f, f.state == null || f.state == "new")', True),
        ("findings.all(f, f.path == null)", True),
    ],
)
def test_a_fact_can_be_asked_whether_it_is_null(text: str, value: bool) -> None:
    assert ask(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tests.failed == 0 || true", True),
        ("true || tests.failed == 0", True),
        ("tests.failed == 0 && false", False),
        ("false && tests.failed == 0", False),
    ],
)
def test_what_does_not_depend_on_the_unknown_value_is_decided(text: str, value: bool) -> None:
    assert ask(text) is value


NO_NEW_ERRORS = '!findings.exists(f, f.state == "new" && f.level == "error")'


@pytest.mark.parametrize(
    ("findings", "answer"),
    [
        ([], True),
        ([finding(state="new", level="warning")], True),
        ([finding(state="existing")], True),
        ([finding(state="new")], False),
        ([finding(state=None, level="note")], True),
        ([finding(state=None), finding(state="new")], False),
        ([finding(state=None)], None),
        ([finding(state="existing"), finding(state=None)], None),
    ],
)
def test_the_common_idiom_holds_breaks_or_is_unknown(findings: list[object], answer: bool | None) -> None:
    bound = ENVIRONMENT.bind(facts(findings=findings))
    if answer is None:
        with pytest.raises(EvaluationError, match=r"f\.state \(column 22\) is null: it was not measured"):
            ask(NO_NEW_ERRORS, bound)
    else:
        assert ask(NO_NEW_ERRORS, bound) is answer


def test_a_null_budget_is_an_error_and_no_zero() -> None:
    program = ENVIRONMENT.compile("tests.skipped", expected=int, where="test")
    with pytest.raises(EvaluationError, match=r"tests\.skipped"):
        program.evaluate(UNMEASURED)
    assert program.evaluate(MEASURED) == 0
