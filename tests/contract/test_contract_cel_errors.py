"""What is wrong with an expression is found when the contract is loaded, and shown where it is."""

from __future__ import annotations

import pytest

from lineclear.contract.cel import Environment
from lineclear.errors import ContractError

ENVIRONMENT = Environment()


def refusal(text: str, expected: type[bool] | type[int] = bool) -> str:
    with pytest.raises(ContractError) as caught:
        ENVIRONMENT.compile(text, expected=expected, where="lineclear.yaml:9:14 invariants[0].require")
    return str(caught.value)


def test_an_undefined_field_is_shown_with_a_caret_and_the_near_name() -> None:
    assert refusal('!change.fils.exists(p, p == "x")') == (
        "Change has no field 'fils'\n"
        "  where: lineclear.yaml:9:14 invariants[0].require, column 9\n"
        '    !change.fils.exists(p, p == "x")\n'
        "            ^\n"
        "  to do: did you mean 'files'? Change has: added, author, commits, deleted, files, lines, paths, "
        "reviewedLines, uncommitted"
    )


def test_the_caret_stands_in_its_own_line_of_a_long_expression() -> None:
    assert refusal('change.lines > 0 &&\n  findings.exists(f, f.lvl == "error")') == (
        "Finding has no field 'lvl'\n"
        "  where: lineclear.yaml:9:14 invariants[0].require, line 2, column 24\n"
        '      findings.exists(f, f.lvl == "error")\n'
        "                           ^\n"
        "  to do: did you mean 'level'? Finding has: check, fingerprint, level, line, message, path, rule, state"
    )


def test_the_caret_allows_for_wide_characters_and_tabs() -> None:
    text = refusal('"字" ==\tchange.lines')
    assert '    "字" ==\tchange.lines\n         ^\n' in text
    assert '    \t"a" == 1\n    \t    ^\n' in refusal('\t"a" == 1')


@pytest.mark.parametrize(
    ("text", "what", "todo"),
    [
        ("chang.lines == 2", "there is no fact 'chang'", "did you mean 'change'?"),
        ("change.paths.exist(p, true)", "there is no function 'exist'", "did you mean 'exists'?"),
        ("size(change.paths) == max(1, 2)", "there is no function 'max'", "functions: all"),
        ("change.lines == 'a'", "'==' cannot be applied to (int, string)", "compare values of one type"),
        ("change.lines > 3.0", "'>' cannot be applied to (int, double)", "compare values of one type"),
        ("change.lines ==", "the expression ends too early", "correct the expression"),
        ("change.lines", "the value is of type int, not bool", "true or false"),
        ("change.author", "the value is of type Author, not bool", "true or false"),
        ("", "the expression is empty", "write a CEL expression"),
        (" \n", "the expression is empty", "write a CEL expression"),
        ("1 == " + "1" * 4000, "4000 is the most", "split it"),
        ("(" * 60 + "true" + ")" * 60, "nested too deeply", "split it"),
        ("+".join(["1"] * 60) + " == 60", "nested too deeply", "split it"),
        ('"\ud800" == "a"', "half a character", "remove it"),
        ("@known(1, 'a') == 1", "token recognition error at: '@'", "correct the expression"),
        ("dyn(change.lines) == 'a'", "dyn() hides the type of a fact", "leave dyn() out"),
        ("lineclear.Suite{failed: 0}.failed == 0", "messages cannot be made", "write the value itself"),
        ("google.protobuf.Int64Value{value: 1} == 1", "messages cannot be made", "write the value itself"),
        ("checks[0] == checks[1]", "whole records cannot be compared", "compare a field"),
        ("checks[0] in checks", "whole records cannot be compared", "compare a field"),
        ("findings == []", "whole records cannot be compared", "size()"),
        ("tests == null", "whole records cannot be compared", "compare a field"),
        ('change.paths.all(p, p.matches("a("))', "invalid regular expression: missing )", "RE2"),
        ("has(change.lines)", "change.lines is always there", "compare its value"),
        ("has(change.paths)", "change.paths is always there", "size()"),
        ("[1, 'a'].exists(x, x == change.lines)", "mixes types", "values of one type"),
        ("change.lines in {}", "mixes types", "values of one type"),
    ],
)
def test_a_bad_expression_is_refused_with_advice(text: str, what: str, todo: str) -> None:
    message = refusal(text)
    assert what in message
    assert todo in message


def test_a_budget_must_give_a_whole_number() -> None:
    assert "the value is of type bool, not int" in refusal("change.lines > 1", int)
    assert "the value is of type double, not int" in refusal("double(change.lines)", int)
    assert ENVIRONMENT.compile("size(change.files)", expected=int, where="test").text == "size(change.files)"
