"""Contracts that are not valid are refused before anything runs: with line, near name, and the caret in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import assert_refused, contents, verify
from support import Repo, lineclear

INVARIANT = """\
version: 1
invariants:
  - id: a-law
    require: '{}'
    otherwise: fail
    message: Broken.
    remedy: Mend it.
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A work tree with a change; nothing in this module may alter it."""
    repo = Repo.create(tmp_path_factory.mktemp("contract") / "project", {"a.py": "a = 1\n"})
    repo.write({"a.py": "a = 2\n"})
    return repo


REFUSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "no YAML": ("version: 1\nchecks: {bandit: {}\n", ("not YAML", "given.yaml:3:1", "mend the syntax")),
    "a tab": ("version: 1\nchecks:\n\tbandit: {}\n", ("not YAML", "given.yaml:3:1")),
    "an empty file": ("", ("the file is empty", "given.yaml", "version: 1")),
    "a list": ("- version: 1\n", ("given.yaml:1:1", "mapping")),
    "no version": ("checks: {bandit: {}}\n", ("'version' is missing", "given.yaml:1:1", "add `version")),
    "another version": ("version: 2\n", ("2 is not allowed here", "given.yaml:1:10 version")),
    "a repeated key": ("version: 1\nchecks: {}\nchecks: {}\n", ("'checks' is there twice", "given.yaml:3:1", "line 2")),
    "an unknown key": (
        "version: 1\nchekcs: {bandit: {}}\n",
        ("unknown key 'chekcs'", "given.yaml:2:1 chekcs", "did you mean 'checks'?"),
    ),
    "an unknown key of a check": (
        "version: 1\nchecks:\n  bandit: {requird: true}\n",
        ("unknown key 'requird'", "given.yaml:3:12", "did you mean 'required'?"),
    ),
    "an unknown check": (
        "version: 1\nchecks:\n  bandt: {}\n",
        ("'bandt'", "given.yaml:3:3 checks.bandt", "did you mean 'bandit'?"),
    ),
    "an unknown setting": (
        "version: 1\nchecks:\n  bandit: {with: {severty: high}}\n",
        ("'severty'", "given.yaml:3:19", "did you mean 'severity'?"),
    ),
    "a setting with no such choice": (
        "version: 1\nchecks:\n  bandit: {with: {severity: hgih}}\n",
        ("hgih", "given.yaml:3:29", "did you mean 'high'?"),
    ),
    "a missing setting": (
        "version: 1\nchecks:\n  orders: {use: jsonschema, with: {instances: '*.json'}}\n",
        ("'schema'", "given.yaml:3:", "checks.orders"),
    ),
    "an unknown parent": (
        "version: 1\nextends: [lineclear:pyhton]\n",
        ("there is no shipped contract 'lineclear:pyhton'", "given.yaml:2:11 extends[0]"),
    ),
    "a text for a number": (
        "version: 1\nchecks:\n  bandit: {seconds: '9'}\n",
        ("whole number", "given.yaml:3:21 checks.bandit.seconds"),
    ),
    "a check twice wrong": (
        "version: 1\nchecks:\n  bandit: {requird: true, secnds: 9}\n",
        ("2 problems", "did you mean 'required'?", "did you mean 'seconds'?"),
    ),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_contract_that_is_not_valid_is_refused(repo: Repo, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(text)
    before = contents(repo.root)
    run = verify(repo, f"--contract={given}", out=tmp_path / "bundle")
    assert_refused(run, 2, *words)
    assert not run.bundle.exists()
    assert contents(repo.root) == before


EXPRESSIONS: dict[str, tuple[str, str, str]] = {
    "an unknown field": ("size(change.fils) < 3", "fils", "did you mean 'files'?"),
    "an unknown fact": ("chnge.lines < 3", "chnge", "did you mean 'change'?"),
    "operands of two types": ('change.lines  <  "3"', "<", "compare values of one type"),
    "a word that is no member": ('checks.all(c, c.status == "pased")', '"pased"', "did you mean 'passed'?"),
    "an end too early": ("change.lines <", "", "correct the expression"),
    "an unknown function": ("change.paths.exist(p, p != '')".replace("'", '"'), "exist", "did you mean 'exists'?"),
}


@pytest.mark.parametrize(("expression", "place", "todo"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_an_expression_that_does_not_type_check_is_shown_with_a_caret(
    repo: Repo, tmp_path: Path, expression: str, place: str, todo: str
) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(INVARIANT.format(expression))
    column = expression.index(place) if place else len(expression)
    run = verify(repo, f"--contract={given}", out=tmp_path / "bundle")
    assert_refused(run, 2, "given.yaml:4:", f"column {column + 1}\n", todo)
    lines = run.stderr.splitlines()
    shown = next(number for number, line in enumerate(lines) if line.strip() == expression)
    assert lines[shown + 1] == f"    {' ' * column}^"


def test_an_expression_of_another_type_is_refused(repo: Repo, tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(INVARIANT.format("change.lines"))
    run = verify(repo, f"--contract={given}", out=tmp_path / "bundle")
    assert_refused(run, 2, "the value is of type int, not bool", "given.yaml:4:", "true or false")


def test_the_base_s_contract_is_refused_as_a_given_one_is(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "project", {"lineclear.yaml": "version: 1\nchecks: {bandt: {}}\n"})
    repo.write({"lineclear.yaml": "version: 1\nchecks: {bandit: {}}\n"})
    assert_refused(verify(repo), 2, "'bandt'", "lineclear.yaml:2:10 checks.bandt", "did you mean 'bandit'?")


def test_a_contract_that_cannot_be_read_is_refused(repo: Repo, tmp_path: Path) -> None:
    for path, why in ((tmp_path / "nothing.yaml", "No such file"), (tmp_path, "Is a directory")):
        run = verify(repo, f"--contract={path}", out=tmp_path / "bundle")
        assert_refused(run, 2, f"the contract cannot be read: {why}", str(path), "--contract")


def test_the_same_error_comes_from_checking_the_contract_alone(repo: Repo, tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(INVARIANT.format("change.fils"))
    verified = verify(repo, f"--contract={given}", out=tmp_path / "bundle")
    checked = lineclear("contract", "check", str(given), cwd=tmp_path)
    assert_refused(checked, 2, "Change has no field 'fils'")
    assert checked.stderr == verified.stderr


@pytest.mark.parametrize("only", ["bandt", "bandit,bandt", "bandit,bandt,"])
def test_an_unknown_check_after_only_is_refused_with_the_near_name(repo: Repo, tmp_path: Path, only: str) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("version: 1\nchecks: {bandit: {}, semgrep: {}}\n")
    run = verify(repo, f"--contract={given}", f"--only={only}", out=tmp_path / "bundle")
    assert_refused(run, 2, "no check 'bandt'; did you mean 'bandit'?", "--only", "bandit, semgrep")
    assert not run.bundle.exists()
