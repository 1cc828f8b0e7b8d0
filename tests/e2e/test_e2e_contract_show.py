"""``lineclear contract show``: the contract that a verification would use, with the source of every value."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from e2e_support import assert_refused
from support import Repo, lineclear

from lineclear.contract.schema import schema

CONTRACT = "version: 1\nextends: [lineclear:agent-pr]\nchecks:\n  bandit: {with: {severity: high}}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """The base has one contract, the work tree another, and a package to be found."""
    repo = Repo.create(tmp_path / "project", {"lineclear.yaml": CONTRACT, "a.py": ""})
    repo.write({"lineclear.yaml": CONTRACT.replace("high", "low"), "setup.py": "from setuptools import setup\nsetup()"})
    return repo


def test_by_default_it_is_the_base_s_contract(repo: Repo) -> None:
    done = lineclear("contract", "show", cwd=repo.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"lineclear.yaml (read from the base {repo.git('rev-parse', 'HEAD')[:12]})\n")
    assert re.search(r'^  bandit\.with\.severity +"high" +lineclear\.yaml:4:19$', done.stdout, re.MULTILINE)
    assert re.search(r"^  bandit\.seconds +600 +default of the check$", done.stdout, re.MULTILINE)
    assert re.search(r'^  project\.install +\["\."\] +found in the tree: setup\.py$', done.stdout, re.MULTILINE)
    assert re.search(r"^  control-plane  \(lineclear:agent-pr:\d+:5\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^    warn: 400$", done.stdout, re.MULTILINE)


def test_a_file_is_shown_from_anywhere(repo: Repo, tmp_path: Path) -> None:
    done = lineclear("contract", "show", str(repo.root / "lineclear.yaml"), cwd=tmp_path)
    assert done.stdout.startswith("lineclear.yaml (the given file)\n")
    assert '"low"' in done.stdout


def test_the_json_fits_its_schema_and_holds_what_verify_would_use(repo: Repo) -> None:
    done = lineclear("contract", "show", "--json", cwd=repo.root)
    data = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema("explained-contract")).validate(data)
    assert (data["source"], data["base"]) == ("base", repo.git("rev-parse", "HEAD"))
    assert [item["uri"] for item in data["extends"]] == ["lineclear:agent-pr"]
    values = {value["path"]: value for value in data["values"]}
    assert values["checks.bandit.with.severity"]["value"] == "high"
    assert values["invariants.control-plane"]["value"]["otherwise"] == "review"


def test_without_a_contract_at_the_base_it_is_the_built_in_one(repo: Repo) -> None:
    repo.git("rm", "--quiet", "--cached", "lineclear.yaml")
    repo.git("commit", "--quiet", "-m", "no contract")
    done = lineclear("contract", "show", cwd=repo.root)
    assert done.stdout.startswith("lineclear:default (built in: the base has no lineclear.yaml)\n")


def test_an_invalid_contract_is_refused_as_verify_would(repo: Repo) -> None:
    repo.write({"lineclear.yaml": "version: 1\nchekcs: {}\n"})
    done = lineclear("contract", "show", "lineclear.yaml", cwd=repo.root)
    assert_refused(done, 2, "unknown key 'chekcs'", "lineclear.yaml:2:1", "did you mean 'checks'?")
