"""From the text of a contract to the contract that a change is judged by."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_samples import DEFINITIONS, facts, load

from lineclear import resources
from lineclear.battery.definitions import load_definitions
from lineclear.contract.cel import Environment
from lineclear.contract.find import Found, find_contract
from lineclear.contract.load import Loaded, load_contract
from lineclear.contract.sources import shipped_names
from lineclear.errors import ContractError, EngineError, UsageError
from lineclear.model.contract import EffectiveContract
from lineclear.model.words import ContractSource


def loaded_from(found: Found) -> Loaded:
    definitions = {**load_definitions(resources.checks_folder()), **DEFINITIONS}
    return load_contract(source=found.source, uri=found.uri, text=found.text, read=found.read, definitions=definitions)


def test_every_expression_that_is_wrong_is_found_at_load_with_its_caret() -> None:
    text = """\
invariants:
  - id: a
    applies: change.author.knd == "human"
    require: |
      findings.all(f,
        f.state == "old")
    otherwise: fail
    message: m
    remedy: r
budgets: [{id: size, of: change.lines > 3, fail: 1}]
"""
    with pytest.raises(ContractError) as caught:
        load({"lineclear.yaml": text})
    assert str(caught.value) == (
        "3 problems in the contract\n"
        "- 'old' is no FindingState: the comparison always gives the same answer\n"
        "    where: lineclear.yaml:5:14 invariants[0].require, line 2, column 14\n"
        '          f.state == "old")\n'
        "                     ^\n"
        "    to do: FindingState: existing, fixed, new\n"
        "- Author has no field 'knd'\n"
        "    where: lineclear.yaml:4:14 invariants[0].applies, column 15\n"
        '        change.author.knd == "human"\n'
        "                      ^\n"
        "    to do: did you mean 'kind'? Author has: agent, kind, login\n"
        "- the value is of type bool, not int\n"
        "    where: lineclear.yaml:11:26 budgets[0].of\n"
        "    to do: write an expression that gives a whole number\n"
        "  where: lineclear.yaml\n"
        "  to do: mend each of them"
    )


def test_the_digests_are_those_of_the_files_that_the_uris_name() -> None:
    parent, child = "checks: {bandit: {}}", "extends: [./a.yaml]"
    files = {"lineclear.yaml": child, "a.yaml": parent}
    loaded = load(files)
    effective = loaded.effective
    assert effective.digest in loaded.sources
    assert loaded.sources[effective.digest].decode().endswith(child)
    assert [loaded.sources[item.digest].decode().endswith(parent) for item in effective.extends] == [True]
    assert load({**files, "lineclear.yaml": f"{child}  # why"}).effective.digest != effective.digest


def test_an_effective_contract_survives_its_own_bytes() -> None:
    waiver = "{fingerprint: f, reason: r, owner: o, expires: 2026-12-31}"
    text = f"extends: [lineclear:agent-pr, lineclear:python]\nwaivers: [{waiver}]"
    effective = load({"lineclear.yaml": text}).effective
    again = EffectiveContract.model_validate_json(effective.canonical())
    assert again == effective


def test_the_bases_contract_comes_before_the_built_in_one() -> None:
    tree = {"lineclear.yaml": b"version: 1\nextends: [./more.yaml]\n", "more.yaml": b"version: 1\n"}
    found = find_contract(given=None, read=tree.get)
    assert (found.source, found.uri) == (ContractSource.BASE, "lineclear.yaml")
    assert [item.uri for item in loaded_from(found).effective.extends] == ["more.yaml"]
    builtin = find_contract(given=None, read=lambda _: None)
    assert (builtin.source, builtin.uri) == (ContractSource.BUILTIN, "lineclear:default")
    effective = loaded_from(builtin).effective
    assert [item.uri for item in effective.extends] == ["lineclear:agent-pr", "lineclear:python"]
    assert [check.id for check in effective.checks] == ["bandit", "pytest", "semgrep"]


def test_a_given_contract_is_named_without_its_folder_and_reads_beside_itself(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "strict.yaml").write_text("version: 1\nextends: [./more.yaml]\n")
    (folder / "more.yaml").write_text("version: 1\nchecks: {bandit: {}}\n")
    (tmp_path / "outside.yaml").write_text("version: 1\n")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    found = find_contract(given=folder / "strict.yaml", read={"lineclear.yaml": b"version: 1"}.get)
    assert (found.source, found.uri) == (ContractSource.GIVEN, "strict.yaml")
    effective = loaded_from(found).effective
    assert [item.uri for item in effective.extends] == ["more.yaml"]
    assert str(tmp_path) not in effective.canonical().decode()
    assert found.read("link.yaml") is None


def test_a_given_contract_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        find_contract(given=tmp_path / "gone.yaml", read=lambda _: None)
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        find_contract(given=tmp_path, read=lambda _: None)


def test_the_shipped_contracts_load_and_answer() -> None:
    assert shipped_names() == ["agent-pr", "default", "python"]
    effective = loaded_from(find_contract(given=None, read=lambda _: None)).effective
    environment = Environment()
    honest = facts()
    paths = [".github/workflows/ci.yml", "tests/test_a.py", "tests/conftest.py", "a/sitecustomize.py", "uv.lock"]
    kinds = ["controlPlane", "test", "test", "source", "dependency"]
    statuses = ["added", "deleted", "modified", "added", "modified"]
    files = [
        {"path": path, "kind": kind, "status": status, "added": 1, "deleted": 1}
        for path, kind, status in zip(paths, kinds, statuses, strict=True)
    ]
    change = honest.change.model_dump(mode="json") | {"paths": paths, "files": files}
    del change["reviewedLines"]
    for given, held in ((honest, True), (facts(change=change), False)):
        bound = environment.bind(given)
        for invariant in effective.invariants:
            program = environment.compile(invariant.require, expected=bool, where=invariant.id)
            assert program.evaluate(bound) is held, invariant.id
    size = environment.compile(effective.budgets[0].of, expected=int, where="size")
    assert size.evaluate(environment.bind(facts(change=change))) == 8, "all but the lock file"


def test_the_folders_of_an_installed_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "src" / "lineclear"
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    with pytest.raises(EngineError, match="'contracts' is missing or empty"):
        resources.contracts_folder()
    for place in (tmp_path / "contracts", package / "_bundled" / "contracts"):
        place.mkdir(parents=True)
        (place / "a.yaml").touch()
        assert resources.contracts_folder() == place
