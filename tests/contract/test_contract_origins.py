"""Each effective value has the place where it was stated: what holds, not what was last mentioned."""

from __future__ import annotations

from collections.abc import Mapping

from lineclear.battery.definitions import load_definitions
from lineclear.contract.explain import explain
from lineclear.contract.load import Loaded, load_contract
from lineclear.model.contract import EffectiveCheck, Project
from lineclear.model.explanation import ExplainedValue, Origin
from lineclear.model.words import ContractSource
from lineclear.resources import checks_folder

PARENT = """\
version: 1
project: {install: ["."], python: "3.12"}
checks:
  bandit: {seconds: 100, with: {severity: low, skips: [B101]}}
  semgrep: {required: false}
budgets:
  - {id: size, of: change.lines, warn: 5}
  - {id: files, of: size(change.files), warn: 5}
waivers:
  - {fingerprint: a, reason: r, owner: o, expires: 2026-12-31}
"""


def load(files: Mapping[str, str]) -> Loaded:
    return load_contract(
        source=ContractSource.BASE,
        uri="lineclear.yaml",
        text=files["lineclear.yaml"].encode(),
        read=lambda path: files[path].encode() if path in files else None,
        definitions=load_definitions(checks_folder()),
    )


def explained(child: str, *others: str) -> dict[str, ExplainedValue]:
    files = {"p.yaml": PARENT, **{f"q{number}.yaml": text for number, text in enumerate(others)}}
    parents = ", ".join(f"./{name}" for name in files)
    loaded = load({**files, "lineclear.yaml": f"version: 1\nextends: [{parents}]\n{child}"})
    values = explain(loaded, base="0" * 40, found=(["."], "pyproject.toml")).values
    assert len({value.path for value in values}) == len(values)
    return {value.path: value for value in values}


def where(values: Mapping[str, ExplainedValue], path: str) -> tuple[object, Origin, str | None]:
    return values[path].value, values[path].origin, values[path].where


def test_a_value_has_the_place_of_the_last_file_that_states_it() -> None:
    values = explained("checks:\n  bandit: {with: {severity: high}}\n", "version: 1\nenforcement: enforce\n")
    assert where(values, "checks.bandit.with.severity") == ("high", Origin.STATED, "lineclear.yaml:4:19")
    assert where(values, "checks.bandit.with.skips") == (["B101"], Origin.STATED, "p.yaml:4:48")
    assert where(values, "checks.bandit.seconds") == (100, Origin.STATED, "p.yaml:4:12")
    assert where(values, "checks.bandit.use") == ("bandit", Origin.STATED, "p.yaml:4:3")
    assert where(values, "enforcement") == ("enforce", Origin.STATED, "q0.yaml:2:1")


def test_what_nobody_states_is_a_default_of_lineclear_or_of_the_check() -> None:
    values = explained("")
    assert where(values, "enforcement") == ("enforce", Origin.DEFAULT, None)
    assert where(values, "project.root") == (".", Origin.DEFAULT, None)
    assert where(values, "checks.semgrep.seconds") == (900, Origin.DEFINITION, None)
    assert where(values, "checks.semgrep.with.rules") == (["lineclear:python"], Origin.DEFINITION, None)
    assert where(values, "checks.semgrep.when") == (None, Origin.DEFAULT, None)


def test_null_takes_back_what_was_stated() -> None:
    values = explained("project: {install: null}\nchecks:\n  bandit: {seconds: null, with: {severity: null}}\n")
    assert where(values, "project.install") == (["."], Origin.FOUND, "pyproject.toml")
    assert where(values, "project.python") == ("3.12", Origin.STATED, "p.yaml:2:27")
    assert where(values, "checks.bandit.seconds") == (600, Origin.DEFINITION, None)
    assert where(values, "checks.bandit.with.severity") == ("medium", Origin.DEFINITION, None)


def test_what_was_stated_before_a_check_was_removed_is_gone() -> None:
    values = explained("checks:\n  bandit: {}\n", "version: 1\nextends: [./p.yaml]\nchecks: {bandit: false}\n")
    assert where(values, "checks.bandit.use") == ("bandit", Origin.STATED, "lineclear.yaml:4:3")
    assert where(values, "checks.bandit.with.severity") == ("medium", Origin.DEFINITION, None)


def test_budgets_are_replaced_by_name_and_waivers_are_counted_through() -> None:
    own = "waivers:\n  - {fingerprint: b, reason: r, owner: o, expires: 2026-12-31}\n"
    values = explained(f"budgets:\n  - {{id: size, of: change.lines, warn: 3}}\n{own}")
    assert values["budgets.size"].where == "lineclear.yaml:4:5"
    assert values["budgets.files"].where == "p.yaml:8:5"
    assert (values["waivers[0]"].where, values["waivers[1]"].where) == ("p.yaml:10:5", "lineclear.yaml:6:5")


def test_what_a_check_installs_for_the_project_has_the_check_s_place() -> None:
    loaded = load({"lineclear.yaml": "version: 1\nchecks:\n  pytest: {with: {install: [x]}}\n"})
    values = {value.path: value for value in explain(loaded, base=None, found=None).values}
    assert where(values, "project.install") == (["x"], Origin.STATED, "lineclear.yaml:3:19")


def test_what_a_check_installs_for_a_project_of_its_own_is_not_the_contract_s() -> None:
    checks = ("a: {use: pytest, with: {root: x, install: [y]}}", "b: {use: pytest, with: {install: [z]}}")
    text = "\n  ".join(("version: 1\nchecks:", *checks))
    values = {v.path: v for v in explain(load({"lineclear.yaml": text}), base=None, found=None).values}
    assert where(values, "project.install") == (["z"], Origin.STATED, "lineclear.yaml:4:27")


def test_every_part_of_project_and_check_is_explained() -> None:
    paths = set(explained(""))
    assert {f"project.{info.alias or name}" for name, info in Project.model_fields.items()} <= paths
    fields = {info.alias or name for name, info in EffectiveCheck.model_fields.items()} - {"id", "settings"}
    assert {f"checks.bandit.{name}" for name in fields} <= paths
