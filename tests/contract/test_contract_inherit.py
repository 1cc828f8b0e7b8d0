"""What a contract takes from those that it extends."""

from __future__ import annotations

import pytest
from contract_samples import load
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.errors import ContractError
from lineclear.model.base import sha256
from lineclear.model.contract import EffectiveCheck

INVARIANT = "{id: %s, require: 'true', otherwise: fail, message: m, remedy: r}"


def refusal(files: dict[str, str]) -> str:
    with pytest.raises(ContractError) as caught:
        load(files)
    return str(caught.value)


def checks(files: dict[str, str]) -> dict[str, EffectiveCheck]:
    return {check.id: check for check in load(files).effective.checks}


def test_checks_are_merged_by_id_and_their_settings_by_name() -> None:
    files = {
        "lineclear.yaml": "extends: [./base.yaml]\nchecks: {b: {with: {depth: 5}}, semgrep: null, gone: false}",
        "base.yaml": (
            "checks:\n"
            "  b: {use: bandit, with: {skips: [B101], depth: 4}, required: false, seconds: 7, when: {paths: ['**']}}\n"
            "  semgrep: {enforcement: report}\n"
            "  gone: {use: bandit}\n"
        ),
    }
    merged = checks(files)
    assert sorted(merged) == ["b", "semgrep"]
    assert merged["b"].settings["skips"] == ["B101"]
    assert merged["b"].settings["depth"] == 5
    assert (merged["b"].use, merged["b"].required, merged["b"].seconds) == ("bandit", False, 7)
    assert merged["b"].when is not None
    assert merged["semgrep"].enforcement == "report"


def test_report_mode_and_its_day_are_overridden_together() -> None:
    files = {
        "lineclear.yaml": "extends: [./base.yaml]\nenforcement: enforce\nchecks:\n"
        "  bandit: {enforcement: enforce}\n  semgrep: {seconds: 5}\n  pytest: {enforceFrom: 2027-02-01}",
        "base.yaml": (
            "enforceFrom: 2027-01-01\nchecks:\n  bandit: {enforceFrom: 2027-01-01}\n"
            "  semgrep: {enforceFrom: 2027-01-01}\n  pytest: {enforcement: report}\n"
        ),
    }
    effective, merged = load(files).effective, checks(files)
    assert (effective.enforcement, effective.enforce_from) == ("enforce", None)
    assert (merged["bandit"].enforcement, merged["bandit"].enforce_from) == ("enforce", None)
    assert (merged["semgrep"].enforcement, str(merged["semgrep"].enforce_from)) == ("enforce", "2027-01-01")
    assert (merged["pytest"].enforcement, str(merged["pytest"].enforce_from)) == ("enforce", "2027-02-01")
    files["lineclear.yaml"] = "extends: [./base.yaml]"
    assert str(load(files).effective.enforce_from) == "2027-01-01"


def test_the_quarantine_of_all_contracts_counts() -> None:
    entry = "{{test: 't.py::test_{}', reason: r, owner: o, expires: 2026-12-31}}"
    files = {
        "lineclear.yaml": f"extends: [./base.yaml]\nquarantine: [{entry.format('b')}]",
        "base.yaml": f"quarantine: [{entry.format('a')}]",
    }
    assert [item.test for item in load(files).effective.quarantine] == ["t.py::test_a", "t.py::test_b"]


def test_null_takes_a_setting_back_to_its_default() -> None:
    files = {
        "lineclear.yaml": "extends: [./base.yaml]\nchecks: {bandit: {with: {depth: null}}}",
        "base.yaml": "checks: {bandit: {with: {depth: 9}}}",
    }
    assert checks(files)["bandit"].settings["depth"] == 3


def test_later_parents_override_earlier_ones_and_the_file_overrides_all() -> None:
    files = {
        "lineclear.yaml": "extends: [./one.yaml, ./two.yaml]\nproject: {root: three}",
        "one.yaml": "enforcement: report\nproject: {root: one, python: '3.11', install: [one]}\nbudgets: "
        "[{id: size, of: '1', fail: 1}]",
        "two.yaml": "project: {root: two, python: '3.12'}\nbudgets: [{id: size, of: '2', warn: 2}]",
    }
    effective = load(files).effective
    assert effective.project.model_dump() == {
        "root": "three",
        "python": "3.12",
        "install": ["one"],
        "services": [],
        "env": {"pass": [], "whenMissing": "review"},
    }
    assert effective.enforcement == "report"
    (budget,) = effective.budgets
    assert (budget.of, budget.warn, budget.fail) == ("2", 2, None)


def test_a_shared_parent_applies_once_and_first() -> None:
    files = {
        "lineclear.yaml": "extends: [./a.yaml, ./b.yaml]",
        "a.yaml": "extends: [./top.yaml]\nchecks: {bandit: {with: {depth: 5}}}",
        "b.yaml": "extends: [./top.yaml]",
        "top.yaml": f"checks: {{bandit: {{with: {{depth: 4}}}}}}\ninvariants: [{INVARIANT % 'once'}]",
    }
    loaded = load(files)
    assert [item.uri for item in loaded.effective.extends] == ["top.yaml", "a.yaml", "b.yaml"]
    assert [item.id for item in loaded.effective.invariants] == ["once"]
    assert loaded.effective.checks[0].settings["depth"] == 5
    assert sorted(loaded.sources.values()) == sorted(f"version: 1\n{text}".encode() for text in files.values())
    assert all(sha256(text) == digest for digest, text in loaded.sources.items())


def test_a_parent_in_a_folder_names_its_own_parent_from_there() -> None:
    files = {
        "lineclear.yaml": "extends: [./policy/team.yaml]",
        "policy/team.yaml": "extends: [../shared/org.yaml, ./more.yaml]",
        "shared/org.yaml": "",
        "policy/more.yaml": "",
    }
    uris = [item.uri for item in load(files).effective.extends]
    assert uris == ["shared/org.yaml", "policy/more.yaml", "policy/team.yaml"]


def test_invariants_and_waivers_add_up() -> None:
    waiver = "{invariant: a, reason: r, owner: o, expires: 2026-12-31}"
    files = {
        "lineclear.yaml": f"extends: [./base.yaml]\ninvariants: [{INVARIANT % 'b'}]\nwaivers: [{waiver}]",
        "base.yaml": f"invariants: [{INVARIANT % 'a'}]\nwaivers: [{waiver}]",
    }
    effective = load(files).effective
    assert [item.id for item in effective.invariants] == ["a", "b"]
    assert len(effective.waivers) == 2


def test_an_inherited_invariant_cannot_be_redefined() -> None:
    files = {
        "lineclear.yaml": f"extends: [./base.yaml]\ninvariants:\n- {INVARIANT % 'same'}",
        "base.yaml": f"invariants:\n- {INVARIANT % 'same'}",
    }
    assert refusal(files) == (
        "the invariant 'same' is there already: base.yaml:3:8 invariants[0].id\n"
        "  where: lineclear.yaml:4:8 invariants[0].id\n"
        "  to do: give it another id; invariants are only added to"
    )


def test_contracts_that_extend_each_other_are_refused_with_the_cycle() -> None:
    files = {
        "lineclear.yaml": "extends: [./a.yaml]",
        "a.yaml": "extends: [./b.yaml]",
        "b.yaml": "extends: [./a.yaml]",
    }
    assert refusal(files) == (
        "contracts extend each other: a.yaml → b.yaml → a.yaml\n"
        "  where: b.yaml:2:11 extends[0]\n"
        "  to do: break the cycle"
    )
    assert "lineclear.yaml → lineclear.yaml" in refusal({"lineclear.yaml": "extends: [./lineclear.yaml]"})


@pytest.mark.parametrize(
    ("extends", "what", "todo"),
    [
        ("lineclear:agentpr", "there is no shipped contract", "did you mean 'lineclear:agent-pr'?"),
        ("lineclear:../x", "there is no shipped contract", "shipped: lineclear:agent-pr"),
        ("lineclear:README.md", "there is no shipped contract", "shipped: lineclear:agent-pr"),
        ("agent-pr", "is no contract to extend", "shipped: lineclear:agent-pr"),
        ("policy/team.yaml", "is no contract to extend", "did you mean './policy/team.yaml'?"),
        ("/etc/team.yaml", "is no contract to extend", "did you mean './etc/team.yaml'?"),
        ("./gone.yaml", "there is no file 'gone.yaml' to extend", "correct the path"),
        ("../up.yaml", "'../up.yaml' leads out of the tree", "name a file inside the tree"),
        ("./a/../../up.yaml", "leads out of the tree", "name a file inside the tree"),
        ("git+http://h/r@" + "a" * 40 + "#p", "is not fetched over https", "write git+https://"),
        ("git+ssh://h/r@" + "a" * 40 + "#p", "is not fetched over https", "write git+https://"),
        ("git+file:///r@" + "a" * 40 + "#p", "is not fetched over https", "write git+https://"),
        ("git+https://h/r@main#p", "does not name a full commit id", "40 hexadecimal digits"),
        ("git+https://h/r@abc1234#p", "does not name a full commit id", "40 hexadecimal digits"),
        ("git+https://h/r#p", "does not name a full commit id", "40 hexadecimal digits"),
        ("git+https://h/r@" + "a" * 40, "names no path", "#path"),
        ("git+https://h/r@" + "a" * 40 + "#../p", "names no path", "#path"),
        ("git+https://me:secret@h/r@" + "a" * 40 + "#p", "holds a user name or password", "write git+https://"),
    ],
)
def test_an_extends_that_leads_nowhere_is_refused(extends: str, what: str, todo: str) -> None:
    message = refusal({"lineclear.yaml": f"extends: ['{extends}']"})
    assert what in message
    assert todo in message
    assert "lineclear.yaml:2:11 extends[0]" in message
    assert "secret" not in message


def test_a_shipped_contract_has_no_files_beside_it() -> None:
    with pytest.raises(ContractError, match="lineclear:x has no files beside it"):
        load({"lineclear:x": "extends: [./a.yaml]"}, root="lineclear:x")


def test_a_check_that_is_not_inherited_cannot_be_removed() -> None:
    files = {"lineclear.yaml": "extends: [./a.yaml]\nchecks: {bandti: false}", "a.yaml": "checks: {bandit: {}}"}
    message = refusal(files)
    assert "the check 'bandti' cannot be removed" in message
    assert "did you mean 'bandit'? inherited checks: bandit" in message


def test_a_budget_stands_once_in_a_file() -> None:
    budget = "{id: size, of: '1', fail: 1}"
    assert "the budget 'size' is there twice in one file" in refusal(
        {"lineclear.yaml": f"budgets: [{budget}, {budget}]"}
    )


def test_there_is_an_end_to_how_many_contracts_are_read() -> None:
    files = {f"c{n}.yaml": f"extends: [./c{n + 1}.yaml]" for n in range(40)} | {"c40.yaml": ""}
    assert "more than 32 contracts" in refusal({"lineclear.yaml": "extends: [./c0.yaml]", **files})


_DEPTHS = st.dictionaries(st.sampled_from(["b1", "b2", "b3"]), st.integers(1, 9), max_size=3)


def _contract(depths: dict[str, int], extends: str = "") -> str:
    entries = ", ".join(f"{name}: {{use: bandit, with: {{depth: {depth}}}}}" for name, depth in depths.items())
    return f"extends: [{extends}]\nchecks: {{{entries}}}"


@settings(deadline=None, max_examples=30)
@given(_DEPTHS, _DEPTHS)
def test_a_contract_merged_with_itself_is_itself_and_the_later_one_wins(
    one: dict[str, int], two: dict[str, int]
) -> None:
    alone = checks({"lineclear.yaml": _contract(one)})
    twice = checks({"lineclear.yaml": _contract(one, "./a.yaml"), "a.yaml": _contract(one)})
    assert twice == alone
    both = checks(
        {"lineclear.yaml": _contract({}, "./a.yaml, ./b.yaml"), "a.yaml": _contract(one), "b.yaml": _contract(two)}
    )
    assert {name: check.settings["depth"] for name, check in both.items()} == {**one, **two}
