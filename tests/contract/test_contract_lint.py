"""A contract is held against the check definitions."""

from __future__ import annotations

import pytest
from contract_samples import load

from lineclear.errors import ContractError


def refusal(text: str) -> str:
    with pytest.raises(ContractError) as caught:
        load({"lineclear.yaml": text})
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "checks:\n  pytset: {}",
            "there is no check 'pytset'\n"
            "  where: lineclear.yaml:3:3 checks.pytset\n"
            "  to do: did you mean 'pytest'? checks: bandit, jsonschema, pytest, semgrep",
        ),
        (
            "checks:\n  web: {use: bandti}",
            "there is no check 'bandti'\n"
            "  where: lineclear.yaml:3:14 checks.web.use\n"
            "  to do: did you mean 'bandit'? checks: bandit, jsonschema, pytest, semgrep",
        ),
        (
            "checks:\n  semgrep: {with: {rulse: [a]}}",
            "semgrep has no setting 'rulse'\n"
            "  where: lineclear.yaml:3:20 checks.semgrep.with.rulse\n"
            "  to do: did you mean 'rules'? settings of semgrep: rules",
        ),
        (
            "checks:\n  jsonschema: {with: {schema: a.json}}",
            "the check 'jsonschema' needs the setting 'instances'\n"
            "  where: lineclear.yaml:3:15 checks.jsonschema\n"
            "  to do: add `with: {instances: …}`: What instances is.",
        ),
        (
            "checks:\n  bandit: {with: {severity: hihg}}",
            "'hihg' is not one of the choices\n"
            "  where: lineclear.yaml:3:29 checks.bandit.with.severity\n"
            "  to do: did you mean 'high'? choices: high, low, medium",
        ),
        (
            "checks:\n  bandit: {with: {depth: '3'}}",
            "'3' is not a whole number\n"
            "  where: lineclear.yaml:3:26 checks.bandit.with.depth\n"
            "  to do: write a whole number: What depth is.",
        ),
        (
            "project: {services: [{name: db, reach: '127.0.0.1:{port}'}]}",
            "a free port is of no use without a command that starts the service at it\n"
            "  where: lineclear.yaml:2:40 project.services[0].reach\n"
            "  to do: add `start`, or name the port that the service has",
        ),
        (
            "project: {services: [{name: db, reach: 'localhost:1'}, {name: db, reach: 'localhost:2'}]}",
            "there are two services 'db'\n"
            "  where: lineclear.yaml:2:63 project.services[1].name\n"
            "  to do: give each a name of its own",
        ),
        (
            "project: {services: [{name: db, reach: 'localhost:1', start: 'sh \"x'}]}",
            "not a command line: no closing quotation\n"
            "  where: lineclear.yaml:2:62 project.services[0].start\n"
            "  to do: close the quotation; for more than one command, `sh FILE` or `sh -c '…'`",
        ),
        (
            "checks:\n  bandit: {when: {paths: ['**.py']}}",
            "the pattern '**.py' means no path: '**' stands for whole folders only; write it between slashes, as in "
            "**/*.py\n"
            "  where: lineclear.yaml:3:26 checks.bandit.when.paths\n"
            "  to do: write a pattern such as src/**/*.py",
        ),
        (
            "waivers: [{invariant: size, reason: r, owner: o, expires: 2026-12-31}]",
            "there is no invariant 'size' to waive\n"
            "  where: lineclear.yaml:2:23 waivers[0].invariant\n"
            "  to do: invariants: none",
        ),
        (
            "quarantine:\n  - {test: tests/test_a.py, reason: r, owner: o, expires: 2026-12-31}",
            "'tests/test_a.py' names no test\n"
            "  where: lineclear.yaml:3:12 quarantine[0].test\n"
            "  to do: write the id that the suite gives it, such as tests/test_orders.py::test_total",
        ),
        *(
            (
                text,
                "`enforcement: report` never enforces, and `enforceFrom` names a day from which it does\n"
                f"  where: lineclear.yaml:{where}\n"
                "  to do: leave one of them out",
            )
            for text, where in (
                ("enforcement: report\nenforceFrom: 2026-12-31", "3:14 enforceFrom"),
                ("checks:\n  bandit: {enforcement: report, enforceFrom: 2026-12-31}", "3:46 checks.bandit.enforceFrom"),
                (
                    "invariants:\n  - {id: a, require: 'true', otherwise: fail, message: m, remedy: r,\n"
                    "     enforcement: report, enforceFrom: 2026-12-31}",
                    "4:40 invariants[0].enforceFrom",
                ),
            )
        ),
        (
            "budgets: [{id: size, of: change.lines}]",
            "the budget 'size' has no limit\n"
            "  where: lineclear.yaml:2:11 budgets[0]\n"
            "  to do: add warn, review or fail",
        ),
    ],
)
def test_what_a_definition_does_not_have_is_refused(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("strict: 1", "1 is not true or false"),
        ("depth: true", "True is not a whole number"),
        ("depth: 1.5", "1.5 is not a whole number"),
        ("skips: [1]", "[1] is not a list of texts"),
        ("skips: {a: b}", "{'a': 'b'} is not a list of texts"),
        ("label: [a]", "['a'] is not a text"),
        ("severity: 3", "3 is not a text"),
    ],
)
def test_a_setting_of_another_type_is_refused(setting: str, what: str) -> None:
    assert refusal(f"checks: {{bandit: {{with: {{{setting}}}}}}}").startswith(f"{what}\n")


@pytest.mark.parametrize("root", ["/abs", "..", "a/../../b"])
def test_a_root_outside_the_tree_is_refused(root: str) -> None:
    assert f"the project's root '{root}' is not in the tree" in refusal(f"project: {{root: {root}}}")


def test_defaults_are_filled_in_and_one_text_stands_for_a_list_of_it() -> None:
    text = "checks: {bandit: {}, orders: {use: jsonschema, with: {schema: o.json, instances: 'data/*.json'}}}"
    bandit, orders = load({"lineclear.yaml": text}).effective.checks
    assert bandit.settings == {
        "depth": 3,
        "label": None,
        "limit": None,
        "severity": "medium",
        "skips": [],
        "strict": False,
    }
    assert bandit.seconds == 600
    assert orders.settings == {"instances": ["data/*.json"], "schema": "o.json"}


def test_install_of_a_check_that_runs_the_project_is_the_projects() -> None:
    effective = load({"lineclear.yaml": "checks: {pytest: {with: {install: ['.[test]']}}}"}).effective
    assert effective.project.install == [".[test]"]
    assert "install" not in effective.checks[0].settings
    same = "project: {install: [a]}\nchecks: {pytest: {with: {install: [a]}}, two: {use: pytest, with: {install: [a]}}}"
    assert load({"lineclear.yaml": same}).effective.project.install == ["a"]


def test_two_things_to_install_are_refused_with_both_places() -> None:
    assert refusal("project: {install: [a]}\nchecks: {pytest: {with: {install: [b]}}}") == (
        "two things to install for one project: ['b'] here, ['a'] at lineclear.yaml:2:20 project.install\n"
        "  where: lineclear.yaml:3:35 checks.pytest.with.install\n"
        "  to do: state it once, as project.install"
    )
    two = "checks: {pytest: {with: {install: [a]}}, two: {use: pytest, with: {install: [b]}}}"
    assert "['b'] here, ['a'] at lineclear.yaml:2:35 checks.pytest.with.install" in refusal(two)
    assert "'a' is not a list of texts" in refusal("checks: {pytest: {with: {install: a}}}")


def test_install_of_a_check_with_its_own_environment_is_no_setting() -> None:
    message = refusal("checks: {bandit: {with: {install: [a]}}}")
    assert "bandit has no setting 'install'" in message
    assert "state it as project.install" in message


def test_every_problem_is_listed_at_once() -> None:
    message = refusal("checks: {pytset: {}, bandit: {with: {depth: x, skip: []}}}")
    assert message.startswith("3 problems in the contract\n")
