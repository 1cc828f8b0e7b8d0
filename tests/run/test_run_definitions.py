"""A new tool that speaks SARIF or JUnit is a TOML file and no Python: two such files, run by the engine itself."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from support import Repo

from lineclear.battery.battery import Battery
from lineclear.battery.definitions import load_definitions
from lineclear.battery.locks import locked_tool
from lineclear.change.repository import open_repository
from lineclear.change.resolve import resolve_change
from lineclear.contract.load import load_contract
from lineclear.github.event import read_event
from lineclear.judge.bundle import judge_bundle
from lineclear.model.bundle import CHANGE, CONTRACT, PLAN
from lineclear.model.verdict import Verdict
from lineclear.model.words import ContractSource
from lineclear.run.outputs import save
from lineclear.run.plan import make_plan
from lineclear.run.schedule import run_plan
from lineclear.run.taken import Elsewhere
from lineclear.run.workspaces import Trees

DEFINITIONS = Path(__file__).parent.parent / "battery/definitions"
TEST = 'import test from "node:test";\nimport assert from "node:assert";\ntest("one", () => assert.equal(1, 1));\n'
FILES = {"a.py": "import os\n", "web/a.test.mjs": TEST}


def _verdict(repo: Repo, folder: Path) -> Verdict:
    change = resolve_change(
        open_repository(repo.root),
        base="main",
        head="feature",
        scratch=folder / "git",
        event=read_event({}),
        leave_out=[],
    )
    definitions = load_definitions(DEFINITIONS)
    battery = Battery(
        definitions=definitions, tools={name: locked_tool(item, DEFINITIONS) for name, item in definitions.items()}
    )
    contract = load_contract(
        source=ContractSource.GIVEN,
        uri="lineclear.yaml",
        text=b"version: 1\nchecks: {ruff-lint: {}, web: {use: node-test, with: {root: web}}}\n",
        read=lambda _: None,
        definitions=definitions,
    ).effective
    files = ["a.py", "web/a.test.mjs"]
    plan = make_plan(contract, change.change, battery, files=files, only=[], now="2026-01-01T00:00:00Z", version="0")
    bundle = folder / "bundle"
    bundle.mkdir()
    for path, content in ((CHANGE, change.change), (CONTRACT, contract), (PLAN, plan)):
        save(content.canonical(), bundle, path)
    asyncio.run(
        run_plan(
            plan,
            contract,
            battery,
            checks=DEFINITIONS,
            trees=Trees(scratch=change.scratch, change=change.change),
            scratch=folder / "scratch",
            bundle=bundle,
            elsewhere=Elsewhere(folder=repo.root, repository=repo.root, environment={}),
            jobs=2,
            progress=lambda _: None,
        )
    )
    return judge_bundle(bundle)


def test_a_change_passes_or_fails_by_definitions_that_are_toml_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    repo = Repo.create(tmp_path / "project", FILES)
    repo.branch("feature")
    repo.commit("good", {"b.py": "b = 1\n"})
    good = _verdict(repo, tmp_path / "good")
    assert {check.id: check.status.value for check in good.checks} == {"ruff-lint": "passed", "web": "passed"}
    assert {finding.path: finding.state and finding.state.value for finding in good.findings} == {"a.py": "existing"}
    repo.commit("bad", {"b.py": "import sys\n", "web/a.test.mjs": TEST.replace("1, 1", "1, 2")})
    bad = _verdict(repo, tmp_path / "bad")
    assert {check.id: check.status.value for check in bad.checks} == {"ruff-lint": "failed", "web": "failed"}
    new = {(f.check, f.rule, f.path) for f in bad.findings if f.state is not None and f.state.value == "new"}
    assert new == {("ruff-lint", "F401", "b.py"), ("web", "test-failed", "web/a.test.mjs")}
