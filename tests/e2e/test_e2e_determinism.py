"""Two verifications of the same committed change: the same verdict, byte for byte, but for what clocks decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e_support import Run, changed_repo, verify
from support import Repo

pytestmark = pytest.mark.tools

CONTRACT = """\
version: 1
checks:
  bandit: {}
  semgrep: {}
  data: {use: jsonschema, with: {schema: schema.json, instances: "data/*"}}
  pytest: {}
invariants:
  - {id: small, require: change.lines < 5, otherwise: review, message: Large., remedy: Split it.}
  - {id: no-new, require: '!findings.exists(f, f.state == "new")', otherwise: fail, message: New., remedy: Mend.}
budgets:
  - {id: size, of: change.lines, warn: 5}
waivers:
  - {invariant: small, reason: Once., owner: "@team", expires: 2999-12-31}
"""

BASE = {
    "lineclear.yaml": CONTRACT,
    "schema.json": '{"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}\n',
    "data/a.json": '{"id": 1}\n',
    "old.py": "import pickle, yaml\n\n\ndef load(text):\n    return yaml.load(text), pickle.loads(text)\n",
}
CHANGE = {
    "data/a.json": '{"id": "1"}\n',
    "data/b.yaml": "name: x\n",
    "new.py": "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'ls {name}', shell=True)\n    eval(name)\n",
    "broken.py": "def (\n",
    "test_it.py": """\
import os


def test_addresses_and_folders(tmp_path):
    assert object() is tmp_path, (object(), tmp_path, os.getcwd(), __file__)


def test_shortened_addresses_and_folders(tmp_path):
    for width in range(100, 200, 9):
        assert not [f"{'x' * width}{tmp_path}", object(), f"{tmp_path}{'x' * width}"]


def test_imports(tmp_path):
    from pytest import no_such_name
""",
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Verify one commit twice: elsewhere, from another folder, and with another number of jobs."""
    folder = tmp_path_factory.mktemp("determinism")
    repo: Repo = changed_repo(folder / "project", base=BASE, change=CHANGE)
    here = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
    first = verify(repo, "--jobs=1", out=folder / "one", env=here)
    there = {"TZ": "Asia/Tokyo", "LC_ALL": "C"}
    second = verify(repo, "--jobs=4", out=folder / "a longer name" / "two", cwd=repo.root / "data", env=there)
    return first, second


def without_clocks(run: Run) -> dict[str, Any]:
    """Return a verdict without the digests of its evidence, which holds times and durations."""
    verdict = run.verdict
    for check in verdict["checks"]:
        for reference in check["evidence"]:
            del reference["digest"]
    return verdict


def test_two_verifications_give_the_same_verdict_apart_from_clocks(runs: tuple[Run, Run]) -> None:
    first, second = map(without_clocks, runs)
    assert json.dumps(first, indent=1).splitlines() == json.dumps(second, indent=1).splitlines()


def test_the_verdicts_are_not_equal_because_nothing_was_found(runs: tuple[Run, Run]) -> None:
    assert {check["id"]: check["status"] for check in runs[0].verdict["checks"]} == {
        "bandit": "failed",
        "data": "failed",
        "pytest": "failed",
        "semgrep": "failed",
    }
    states = {finding["state"] for finding in runs[0].verdict["findings"]}
    assert states == {"new", "existing"}


def test_reports_are_equal_byte_for_byte(runs: tuple[Run, Run]) -> None:
    for name in ("summary.md", "repair.md", "verdict.sarif", "inputs/change.json", "inputs/contract.json"):
        assert runs[0].text(name) == runs[1].text(name)


def test_evidence_differs_in_times_and_raw_output_alone(runs: tuple[Run, Run]) -> None:
    for path in sorted((runs[0].bundle / "evidence").rglob("evidence.json")):
        name = path.relative_to(runs[0].bundle).as_posix()
        first, second = (json.loads(run.text(name)) for run in runs)
        for key in ("startedAt", "finishedAt", "outputs"):
            del first[key], second[key]
        assert first == second


def test_no_message_holds_an_address_or_a_folder_of_this_run(runs: tuple[Run, Run]) -> None:
    for run in runs:
        text = run.text("verdict.json")
        assert "object at 0x…" in text
        assert "{project}/lib/python" in text
        for name in (str(run.bundle.parent.parent), "lineclear-", str(Path.home() / ".cache")):
            assert name not in text


def test_a_verdict_names_no_clock(runs: tuple[Run, Run]) -> None:
    now = json.loads(runs[0].text("inputs/plan.json"))["now"]
    assert now[:10] not in runs[0].text("verdict.json")
