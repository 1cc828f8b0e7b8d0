"""Below an enforced parent, a contract moves only toward stricter."""

from __future__ import annotations

from typing import Any

import pytest
from contract_samples import DEFINITIONS, load
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.contract.load import load_contract
from lineclear.contract.settings import at_least_as_strict
from lineclear.errors import ContractError
from lineclear.model.words import ContractSource

PARENT = """\
enforcement: enforce
project: {python: "3.12"}
checks:
  semgrep: {with: {rules: [a, b]}}
  bandit: {with: {skips: [B101, B102], limit: 5, depth: 4, strict: true, label: org}}
  pytest: {when: {paths: ["src/**", "tests/**"]}}
  soft: {use: bandit, required: false, enforcement: report}
  later: {use: bandit, enforceFrom: 2027-03-01}
budgets:
  - {id: size, of: change.lines, warn: 100, fail: 200}
"""


def load_below(child: str) -> None:
    load({"lineclear.yaml": f"extends: [./org.yaml]\n{child}", "org.yaml": PARENT})


@pytest.mark.parametrize(
    "child",
    [
        "",
        "enforcement: enforce",
        "project: {root: libs, install: [x]}",
        "checks: {semgrep: {with: {rules: [b, c, a]}}}",
        "checks: {bandit: {with: {skips: []}}}",
        "checks: {bandit: {with: {skips: [B102]}}}",
        "checks: {bandit: {with: {limit: 4, depth: 5, label: mine, severity: low}}}",
        "checks: {bandit: {seconds: 5}}",
        "checks: {later: {enforceFrom: 2027-02-28}}",
        "checks: {later: {enforcement: enforce}}",
        "checks: {later: {seconds: 5}}",
        "checks: {soft: {enforceFrom: 2099-01-01}}",
        "quarantine: [{test: 't.py::test', reason: r, owner: o, expires: 2026-12-31}]",
        "checks: {soft: {required: true, enforcement: enforce}}",
        "checks: {pytest: {when: {paths: ['src/**', 'tests/**', 'lib/**']}}}",
        "checks: {more: {use: jsonschema, with: {schema: s.json, instances: '*.json'}, required: false}}",
        "budgets: [{id: size, of: change.lines, warn: 90, review: 95, fail: 200}]",
        "budgets: [{id: size, of: change.lines, fail: 100}]",
        "budgets: [{id: files, of: size(change.files), warn: 9}]",
        "waivers: [{fingerprint: f, reason: r, owner: o, expires: 2026-12-31}]",
    ],
)
def test_a_contract_may_be_as_strict_or_stricter(child: str) -> None:
    load_below(child)


@pytest.mark.parametrize(
    ("child", "what", "todo"),
    [
        ("enforcement: report", "enforcement may not be loosened: org.yaml enforces 'enforce'", "write enforce"),
        ("enforceFrom: 2027-03-01", "enforceFrom may not be loosened: org.yaml enforces 'enforce'", "write enforce"),
        (
            "checks: {later: {enforceFrom: 2027-03-02}}",
            "checks.later.enforceFrom may not be loosened: org.yaml enforces 'enforceFrom 2027-03-01', and this "
            "contract says 'enforceFrom 2027-03-02'",
            "write 2027-03-01, or an earlier day",
        ),
        ("checks: {later: {enforcement: report}}", "checks.later.enforcement may not be loosened", "an earlier day"),
        ("checks: {bandit: {enforceFrom: 2027-03-01}}", "checks.bandit.enforceFrom may not be", "write enforce"),
        ("project: {python: '3.11'}", "project.python may not be loosened", "write '3.12'"),
        ("checks: {bandit: false}", "checks.bandit may not be loosened: org.yaml enforces 'the check'", "keep"),
        ("checks: {bandit: {required: false}}", "checks.bandit.required may not be loosened", "write true"),
        ("checks: {bandit: {enforcement: report}}", "checks.bandit.enforcement may not be loosened", "write enforce"),
        ("checks: {soft: {use: semgrep}}", "checks.soft.use may not be loosened: org.yaml enforces 'bandit'", "write"),
        ("checks: {semgrep: {with: {rules: [a]}}}", "checks.semgrep.with.rules may not be loosened", "keep all of"),
        ("checks: {bandit: {with: {skips: [B101, B9]}}}", "checks.bandit.with.skips may not be loosened", "keep to"),
        ("checks: {bandit: {with: {depth: 3}}}", "checks.bandit.with.depth may not be loosened", "or what is higher"),
        ("checks: {bandit: {with: {depth: null}}}", "checks.bandit.with.depth may not be loosened", "write 4"),
        ("checks: {bandit: {with: {limit: null}}}", "org.yaml enforces 5, and this contract says None", "write 5"),
        ("checks: {bandit: {with: {strict: false}}}", "org.yaml enforces True, and this contract says False", "True"),
        ("checks: {bandit: {with: {severity: high}}}", "org.yaml enforces 'medium'", "or what is lower"),
        ("checks: {pytest: {with: {args: [-x]}}}", "checks.pytest.with.args may not be loosened", "write []"),
        ("checks: {pytest: {when: {paths: ['src/**']}}}", "checks.pytest.when may not be loosened", "keep all of"),
        ("checks: {semgrep: {when: {paths: ['**']}}}", "org.yaml enforces 'every change'", "leave `when` out"),
        ("budgets: [{id: size, of: '0', warn: 1, fail: 1}]", "budgets.size.of may not be loosened", "change.lines"),
        ("budgets: [{id: size, of: change.lines, warn: 1}]", "budgets.size.fail may not be loosened", "200, or less"),
        (
            "budgets: [{id: size, of: change.lines, warn: 101, fail: 200}]",
            "budgets.size.warn may not be loosened: org.yaml enforces 100, and this contract says 101",
            "write 100, or less",
        ),
        ("budgets: [{id: size, of: change.lines, review: 200}]", "budgets.size.fail", "200, or less"),
    ],
)
def test_a_contract_may_not_be_looser(child: str, what: str, todo: str) -> None:
    with pytest.raises(ContractError) as caught:
        load_below(child)
    message = str(caught.value)
    assert what in message
    assert todo in message
    assert "lineclear.yaml:3:" in message


def test_a_loosened_setting_is_named_with_both_values_and_its_place() -> None:
    with pytest.raises(ContractError) as caught:
        load_below("checks: {bandit: {with: {limit: 9}}}")
    assert str(caught.value) == (
        "checks.bandit.with.limit may not be loosened: org.yaml enforces 5, and this contract says 9\n"
        "  where: lineclear.yaml:3:33 checks.bandit.with.limit\n"
        "  to do: write 5, or what is lower"
    )


def test_no_order_and_no_detour_gets_below_the_floor() -> None:
    loose = "checks: {bandit: {required: false}}"
    for root in ("[./org.yaml, ./loose.yaml]", "[./middle.yaml]", "[./below.yaml]"):
        files = {
            "lineclear.yaml": f"extends: {root}",
            "org.yaml": PARENT,
            "loose.yaml": loose,
            "middle.yaml": "extends: [./org.yaml, ./loose.yaml]\nenforcement: enforce",
            "below.yaml": f"extends: [./org.yaml]\n{loose}",
        }
        with pytest.raises(ContractError, match=r"checks\.bandit\.required may not be loosened"):
            load(files)
    load(
        {
            "lineclear.yaml": "extends: [./loose.yaml, ./org.yaml]\nchecks: {bandit: {required: true}}",
            "org.yaml": PARENT,
            "loose.yaml": loose,
        }
    )


def test_what_an_enforced_parent_inherits_is_enforced_too() -> None:
    files = {
        "lineclear.yaml": "extends: [./org.yaml]\nchecks: {semgrep: false}",
        "org.yaml": "extends: [./plain.yaml]\nenforcement: enforce",
        "plain.yaml": "checks: {semgrep: {}}",
    }
    with pytest.raises(ContractError, match=r"checks\.semgrep may not be loosened: org\.yaml enforces"):
        load(files)
    files["lineclear.yaml"] = "extends: [./plain.yaml]\nchecks: {semgrep: false}"
    assert load(files).effective.checks == []


def test_install_of_an_enforced_parent_stands_in_both_spellings() -> None:
    both = "project: {install: [b]}\nchecks: {pytest: {with: {install: [b]}}}"
    for parent in ("project: {install: [a]}", "checks: {pytest: {with: {install: [a]}}}"):
        files = {
            "lineclear.yaml": f"extends: [./org.yaml]\n{both}",
            "org.yaml": f"enforcement: enforce\n{parent}",
        }
        with pytest.raises(ContractError, match="install may not be loosened"):
            load(files)


_SETTINGS = {
    "fixed": DEFINITIONS["pytest"].settings["args"],
    "grow": DEFINITIONS["semgrep"].settings["rules"],
    "shrink": DEFINITIONS["bandit"].settings["skips"],
    "choice": DEFINITIONS["bandit"].settings["severity"],
    "lower": DEFINITIONS["bandit"].settings["limit"],
    "higher": DEFINITIONS["bandit"].settings["depth"],
    "boolean": DEFINITIONS["bandit"].settings["strict"],
    "free": DEFINITIONS["bandit"].settings["label"],
}
_LISTS = st.lists(st.sampled_from("abc"), unique=True)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "fixed": _LISTS,
    "grow": _LISTS,
    "shrink": _LISTS,
    "choice": st.sampled_from(["low", "medium", "high"]),
    "lower": st.integers(-3, 3),
    "higher": st.integers(-3, 3),
    "boolean": st.booleans(),
    "free": st.text(max_size=2),
}


@settings(deadline=None)
@given(st.sampled_from(sorted(_SETTINGS)), st.data())
def test_stricter_is_an_order(name: str, data: st.DataObject) -> None:
    setting = _SETTINGS[name]
    a, b, c = [data.draw(_VALUES[name]) for _ in range(3)]
    assert at_least_as_strict(setting, a, a)
    assert at_least_as_strict(setting, None, a)
    if at_least_as_strict(setting, a, b) and at_least_as_strict(setting, b, c):
        assert at_least_as_strict(setting, a, c)
    both = at_least_as_strict(setting, a, b) and at_least_as_strict(setting, b, a)
    if name != "free" and both:
        assert sorted(a) == sorted(b) if isinstance(a, list) and isinstance(b, list) else a == b
    if name != "free":
        assert not at_least_as_strict(setting, a, None)


@pytest.mark.parametrize(("name", "value", "other"), [("python", "3.12", "3.13"), ("root", "libs", "more")])
def test_what_an_enforced_parent_says_of_the_project_holds_for_its_checks(name: str, value: str, other: str) -> None:
    pytest_check = DEFINITIONS["pytest"]
    own = pytest_check.settings["args"].model_copy(update={"type": "string", "default": None})
    definitions = {"pytest": pytest_check.model_copy(update={"settings": {**pytest_check.settings, name: own}})}

    def load_with(child: str) -> None:
        files = {
            "lineclear.yaml": f"version: 1\nextends: [./org.yaml]\nchecks: {{pytest: {{with: {{{name}: '{child}'}}}}}}",
            "org.yaml": f"version: 1\nenforcement: enforce\nproject: {{{name}: '{value}'}}\nchecks: {{pytest: {{}}}}",
        }
        load_contract(
            source=ContractSource.BASE,
            uri="lineclear.yaml",
            text=files["lineclear.yaml"].encode(),
            read=lambda path: files[path].encode() if path in files else None,
            definitions=definitions,
        )

    load_with(value)
    with pytest.raises(ContractError, match=rf"checks\.pytest\.with\.{name} may not be loosened"):
        load_with(other)
